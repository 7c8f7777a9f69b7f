//! What the list of unfinished uploads says.

use crate::ui::text::size;
use crate::ui::text::uploads::percent;

/// Its heading.
pub const HEADING: &str = "Unfinished uploads";
/// What it is a list of, and what can be done. Whether one is going on elsewhere, this page cannot know.
pub const MEANS: &str = "These files have not arrived whole: their uploads broke off, or are going on in another tab or on another computer. Choose the same file again, on any computer, and only what is missing is sent. Discard one, and it ends everywhere.";
/// The field that takes the same file again.
pub const CHOOSE_AGAIN: &str = "Choose the file again";
/// The link to where a file goes.
pub const OPEN_FOLDER: &str = "Open its folder";

/// How much of a file has arrived.
#[must_use]
pub fn arrived(bytes: u64, of: u64) -> String {
    format!("{} % of {}", percent(bytes, of), size(of))
}

/// The bar that shows it.
#[must_use]
pub fn arrived_of(name: &str) -> String {
    format!("Arrived of {name}")
}

/// The field that takes the same file again, among several.
#[must_use]
pub fn choose_again(name: &str) -> String {
    format!("{CHOOSE_AGAIN}: {name}")
}

/// The link to where a file goes, among several.
#[must_use]
pub fn open_folder(name: &str) -> String {
    format!("{OPEN_FOLDER}: {name}")
}

/// The button that gives an upload up, among several.
#[must_use]
pub fn discard(name: &str) -> String {
    format!("Discard {name}")
}
