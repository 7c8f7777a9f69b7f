//! The trash as pages show it.

use serde::{Deserialize, Serialize};

use crate::model::entry::{Cursor, EntryKind};
use crate::model::id::EntryId;

/// A file or folder in the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrashRow {
    /// The entry.
    pub id: EntryId,
    /// Its name as it was typed.
    pub name: String,
    /// Whether it is a file or a folder.
    pub kind: EntryKind,
    /// The size in bytes; `None` for a folder.
    pub size: Option<u64>,
    /// The media type of a file.
    pub media_type: Option<String>,
    /// The folder that it was in.
    pub was_in: FormerFolder,
    /// When it was put into the trash: milliseconds since 1970, UTC.
    pub trashed: i64,
    /// Until when it stays there: milliseconds since 1970, UTC.
    pub until: i64,
}

impl TrashRow {
    /// The cursor that stands for this row.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor { kind: self.kind, id: self.id.clone() }
    }
}

/// The folder that an entry of the trash was in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerFolder {
    /// The names of the folders down to it, the outermost first; empty for the account's root.
    pub path: Vec<String>,
    /// Whether it is in the trash itself, or is being deleted.
    pub gone: bool,
}

/// One page of the trash, what was put there last first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrashPage {
    /// At most [`crate::model::entry::ROWS_A_PAGE`] rows.
    pub rows: Vec<TrashRow>,
    /// Whether there are rows before this page.
    pub above: bool,
    /// Whether there are rows after this page.
    pub below: bool,
    /// For how many days entries stay in the trash.
    pub days: u64,
}

/// An entry of the trash that is to be put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoring {
    /// Its name as it was typed.
    pub name: String,
    /// The name of the folder to which it comes; `None` is the account's root.
    pub folder: Option<String>,
    /// Whether the folder that it was in is gone, so that it comes to the account's root.
    pub folder_gone: bool,
    /// A free name, if another entry has its own where it comes to.
    pub free_name: Option<String>,
}

/// What deleting something for ever would remove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doomed {
    /// How many folders, with those in other folders.
    pub folders: u64,
    /// How many files.
    pub files: u64,
    /// How many bytes that frees: the total size of the files, without those whose content a copy elsewhere still has.
    pub size: u64,
    /// Whether there are such copies.
    pub is_kept: bool,
    /// Whether there is so much that not all of it was counted.
    pub more: bool,
}

/// What deleting an entry of the trash for ever would remove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The entry's name as it was typed.
    pub name: String,
    /// Whether it is a file or a folder.
    pub kind: EntryKind,
    /// The files and folders that would be deleted, itself included.
    pub doomed: Doomed,
}
