//! The texts of previews.

/// The texts of the page that shows what is in a file.
pub struct PreviewText {
    /// The title of the page.
    pub title: &'static str,
    /// The link to the list of the folder.
    pub back: &'static str,
    /// What stands below the name: the size, and the name of the folder.
    pub facts: fn(&str, &str) -> String,
    /// The link to the file's details.
    pub details: &'static str,
    /// The link that saves the file.
    pub download: &'static str,
    /// The name of the links to the files before and after it.
    pub other_files: &'static str,
    /// The link to the file before it.
    pub previous: &'static str,
    /// The link to the file after it.
    pub next: &'static str,
    /// Below a text that goes on: how much of it is shown.
    pub cut: fn(&str) -> String,
    /// That the browser could not draw a picture.
    pub not_drawn: &'static str,
    /// That files of this kind are not shown.
    pub not_shown: &'static str,
}
