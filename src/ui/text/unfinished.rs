//! The texts of the list of incomplete uploads.

/// The texts of the list of incomplete uploads.
pub struct UnfinishedText {
    /// The heading.
    pub heading: &'static str,
    /// The explanation. It must not claim that an upload has stopped: another browser may still be sending it.
    pub means: &'static str,
    /// The number of bytes that have arrived, and the size.
    pub arrived: fn(u64, u64) -> String,
    /// The accessible name of the progress bar.
    pub arrived_of: fn(&str) -> String,
    /// The label of the field for picking the same file again.
    pub choose_again: &'static str,
    /// Its accessible name, which tells it from those of other uploads.
    pub choose_again_named: fn(&str) -> String,
    /// The link to the folder the file goes to.
    pub open_folder: &'static str,
    /// Its accessible name, which tells it from those of other uploads.
    pub open_folder_named: fn(&str) -> String,
    /// The link to the page with the next ones.
    pub next_page: &'static str,
    /// The link to the page with the first ones.
    pub first_page: &'static str,
    /// The button that discards an upload.
    pub discard: &'static str,
    /// Its accessible name, which tells it from those of other uploads.
    pub discard_named: fn(&str) -> String,
}
