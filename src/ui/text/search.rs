//! The texts of searching.

/// The texts of searching.
pub struct SearchText {
    /// The heading of the page, and the name of the field and of its button.
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
    /// What the link to the folder of something that was found does, after the names of the folders down to it.
    pub opens_folder: &'static str,
    /// That the page shows more of what was found.
    pub more_found: &'static str,
    /// That nothing was found among the names that were compared, and there are more.
    pub nothing_yet: &'static str,
    /// That some of what was added last is not found yet.
    pub incomplete: &'static str,
    /// The link to more of what was found in the folder where the search began.
    pub more_here: &'static str,
    /// The link to more of what was found elsewhere.
    pub more_elsewhere: &'static str,
    /// The link to the first part of what was found.
    pub to_first: &'static str,
}
