//! The texts of moving and copying files and folders.

use crate::model::entry::EntryKind;
use crate::model::moving::{MoveOrCopy, NameChoice};

/// The texts of moving and copying files and folders.
pub struct MovingText {
    /// The button that asks where the selected entries are to be moved.
    pub move_selected: &'static str,
    /// The button that asks where the selected entries are to be copied.
    pub copy_selected: &'static str,
    /// The heading of the page that asks: what is done with how many entries.
    pub heading: fn(MoveOrCopy, usize) -> String,
    /// How many more entries there are than are named.
    pub and_more: fn(usize) -> String,
    /// The accessible name of the list of folders.
    pub folders: &'static str,
    /// What is said where a folder contains no others.
    pub no_folders: &'static str,
    /// What is said beside a folder that is to be moved or copied itself.
    pub is_selected: &'static str,
    /// What is said in the folder where the entries are already: how many.
    pub is_here: fn(usize) -> String,
    /// The button that does it: the name of the folder.
    pub place_in: fn(MoveOrCopy, &str) -> String,
    /// What is told after that was done with one entry: its name, and the folder's.
    pub placed: fn(MoveOrCopy, &str, &str) -> String,
    /// What is told after it was done with so many.
    pub placed_many: fn(MoveOrCopy, usize) -> String,
    /// What is told after so many were cut or copied to be pasted.
    pub taken_up: fn(MoveOrCopy, usize) -> String,

    /// What follows the name in the heading of the page that asks about it: the name of the folder.
    pub is_taken: fn(&str) -> String,
    /// The label of the entry that is there.
    pub there: &'static str,
    /// The label of the entry that is to come.
    pub coming: fn(MoveOrCopy) -> &'static str,
    /// What is told after an answer.
    pub answered: fn(MoveOrCopy, NameChoice) -> &'static str,
    /// What is said of the entry that was added later.
    pub newer: &'static str,
    /// The button that keeps both.
    pub keep_both: &'static str,
    /// Its explanation: the name that the one that comes gets.
    pub keep_both_means: fn(MoveOrCopy, &str) -> String,
    /// The button that replaces the one that is there.
    pub replace: &'static str,
    /// Its explanation: what the one that is there is.
    pub replace_means: fn(EntryKind) -> &'static str,
    /// The button that does nothing with the entry.
    pub skip: &'static str,
    /// Its explanation.
    pub skip_means: fn(MoveOrCopy) -> &'static str,
    /// The checkbox that does the same for so many other names that are taken.
    pub for_all: fn(usize) -> String,
    /// The link that does nothing with all of them.
    pub stop: &'static str,
}
