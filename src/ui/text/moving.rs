//! The texts of moving files and folders.

use crate::model::entry::EntryKind;
use crate::model::moving::NameChoice;

/// The texts of moving files and folders.
pub struct MovingText {
    /// The button that asks where the selected entries are to be moved.
    pub move_selected: &'static str,
    /// The heading of the page that asks: how many entries are to be moved.
    pub heading: fn(usize) -> String,
    /// How many more entries are to be moved than are named.
    pub and_more: fn(usize) -> String,
    /// The accessible name of the list of folders.
    pub folders: &'static str,
    /// What is said where a folder contains no others.
    pub no_folders: &'static str,
    /// What is said beside a folder that is to be moved itself.
    pub is_selected: &'static str,
    /// What is said in the folder where the entries are already: how many.
    pub is_here: fn(usize) -> String,
    /// The button that moves them into a folder of this name.
    pub move_into: fn(&str) -> String,
    /// What is told after an entry was moved: its name, and the folder's.
    pub moved: fn(&str, &str) -> String,
    /// What is told after so many were moved.
    pub moved_many: fn(usize) -> String,
    /// What is told after so many were cut: how they are moved.
    pub cut: fn(usize) -> String,

    /// What follows the name in the heading of the page that asks about it: the name of the folder.
    pub is_taken: fn(&str) -> String,
    /// The label of the entry that is there.
    pub there: &'static str,
    /// The label of the entry that is to be moved.
    pub coming: &'static str,
    /// What is told after an answer.
    pub answered: fn(NameChoice) -> &'static str,
    /// What is said of the entry that was added later.
    pub newer: &'static str,
    /// The button that keeps both.
    pub keep_both: &'static str,
    /// Its explanation: the name that the moved one gets.
    pub keep_both_means: fn(&str) -> String,
    /// The button that replaces the one that is there.
    pub replace: &'static str,
    /// Its explanation: what the one that is there is.
    pub replace_means: fn(EntryKind) -> &'static str,
    /// The button that leaves the entry where it is.
    pub skip: &'static str,
    /// Its explanation.
    pub skip_means: &'static str,
    /// The checkbox that does the same for so many other names that are taken.
    pub for_all: fn(usize) -> String,
    /// The link that leaves all of them where they are.
    pub stop: &'static str,
}
