//! The texts of searching.

/// The texts of searching.
pub struct SearchText {
    /// The heading of the page, the name of the field, and its button.
    pub search: &'static str,
    /// What the field says while it is empty.
    pub hint: &'static str,
    /// The explanation while nothing is searched for.
    pub nothing_asked: &'static str,
    /// That nothing was found.
    pub nothing_found: &'static str,
    /// How many were found, and whether there are more.
    pub found: fn(usize, bool) -> String,
    /// The heading of what was found in the folder where the search began: its name.
    pub here: fn(&str) -> String,
    /// The heading of what was found elsewhere.
    pub elsewhere: &'static str,
    /// The accessible name of the link to the folder of something that was found: the name of the folder, and that.
    pub shown_in: fn(&str, &str) -> String,
}
