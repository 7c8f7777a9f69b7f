//! Moving and copying files and folders, as pages show it.

use serde::{Deserialize, Serialize};

use crate::model::entry::{Breadcrumb, Cursor, EntryKind};
use crate::model::id::EntryId;

/// The most files and folders that are moved or copied at once: their ids are part of an address.
pub const MOVED_LIMIT: usize = 200;
/// The most files and folders that copying makes at once, with those in folders: it is one transaction.
pub const COPIED_LIMIT: usize = 10_000;

/// How files and folders come to lie in another folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveOrCopy {
    /// They lie there and not any more where they were.
    Move,
    /// Copies of them lie there, which share their content.
    Copy,
}

/// What is to be moved or copied, and to where. As data it is the address of the page that asks where to (`paths/moving.rs`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveRequest {
    /// Whether it is moved or copied.
    pub operation: MoveOrCopy,
    /// The files and folders: at most [`MOVED_LIMIT`].
    pub entries: Vec<EntryId>,
    /// The folder; `None` is the account's root.
    pub to: Option<EntryId>,
}

/// What is done if the name of an entry is taken where it, or its copy, goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameChoice {
    /// It goes there under another name, “name (1).ext”.
    KeepBoth,
    /// It goes there, and what has the name goes to the trash.
    Replace,
    /// It stays where it is.
    Skip,
}

impl NameChoice {
    /// The value that stands for it in a form.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::KeepBoth => "keep-both",
            Self::Replace => "replace",
            Self::Skip => "skip",
        }
    }

    /// Parses that value; `None` if it is unknown.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::KeepBoth, Self::Replace, Self::Skip].into_iter().find(|choice| choice.word() == word)
    }
}

/// What is to be moved or copied, and a folder to which it may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    /// The names of that, as they were typed: of at most three.
    pub names: Vec<String>,
    /// How many files and folders that is.
    pub count: usize,
    /// The folder that contains the first of them; `None` is the account's root.
    pub from: Option<EntryId>,
    /// The folders from the root down to the one to which they may go, which is the last; empty for the account's root.
    pub path: Vec<Breadcrumb>,
    /// Whether all of them lie there already, so that they cannot be moved there.
    pub is_here: bool,
    /// The folders in it, by name: at most [`crate::model::entry::ROWS_A_PAGE`].
    pub folders: Vec<FolderTarget>,
    /// The row after which the next page of these starts, if there is one.
    pub below: Option<Cursor>,
}

/// A folder into which something may be moved or copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderTarget {
    /// The entry.
    pub id: EntryId,
    /// Its name as it was typed.
    pub name: String,
    /// Whether it is to be moved or copied itself, so that nothing can be put into it.
    pub is_selected: bool,
}

/// An entry that has not been moved or copied, because another one has its name there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenName {
    /// Its name as it was typed.
    pub name: String,
    /// The name of the folder to which it is to go; `None` is the account's root.
    pub folder: Option<String>,
    /// What has the name there.
    pub there: Occupant,
    /// What is to be moved or copied.
    pub coming: Occupant,
    /// The name that it gets if both are kept.
    pub free_name: String,
    /// How many others of them have names that are taken.
    pub others: usize,
    /// The folder in which it lies; `None` is the account's root.
    pub from: Option<EntryId>,
}

/// One of two entries of the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occupant {
    /// The entry.
    pub id: EntryId,
    /// Whether it is a file or a folder.
    pub kind: EntryKind,
    /// The size in bytes; `None` for a folder.
    pub size: Option<u64>,
    /// When it was uploaded or created: milliseconds since 1970, UTC.
    pub created: i64,
}
