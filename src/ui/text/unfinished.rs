//! What the list of unfinished uploads says.

/// What the list of unfinished uploads says.
pub struct UnfinishedText {
    /// Its heading.
    pub heading: &'static str,
    /// What it is a list of, and what can be done. Whether one is going on elsewhere, this page cannot know.
    pub means: &'static str,
    /// How many bytes of a file have arrived, of how many.
    pub arrived: fn(u64, u64) -> String,
    /// The bar that shows it.
    pub arrived_of: fn(&str) -> String,
    /// The field that takes the same file again.
    pub choose_again: &'static str,
    /// The same, among several.
    pub choose_again_named: fn(&str) -> String,
    /// The link to where a file goes.
    pub open_folder: &'static str,
    /// The same, among several.
    pub open_folder_named: fn(&str) -> String,
    /// The button that gives an upload up.
    pub discard: &'static str,
    /// The same, among several.
    pub discard_named: fn(&str) -> String,
}
