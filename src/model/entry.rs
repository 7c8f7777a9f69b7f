//! Files and folders as people see them: their addresses, and the rows of a list.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::id::EntryId;

/// One file in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// The entry.
    pub id: EntryId,
    /// The name as it was typed.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// The media type found in the content.
    pub media_type: String,
    /// When it was uploaded: milliseconds since 1970, UTC.
    pub created: i64,
    /// Whether what lies in the store is what was sent.
    pub check: Check,
    /// The address of its content on this site; the server asks who comes before it gives a byte.
    pub link: String,
}

/// Whether what lies in the store is what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Check {
    /// All bytes were sent; the store's are still to be read and compared. They can be downloaded already.
    Waiting,
    /// Every byte was compared.
    Verified {
        /// The SHA-256 of the whole, in hexadecimal digits.
        sha256: String,
    },
    /// The store's bytes are not those that were sent. They are not given out.
    Damaged,
}

/// One folder in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderRow {
    /// The entry.
    pub id: EntryId,
    /// The name as it was typed.
    pub name: String,
    /// When it was made: milliseconds since 1970, UTC.
    pub created: i64,
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryRow {
    /// A folder; these come first, by name.
    Folder(FolderRow),
    /// A file; these follow, newest first.
    File(FileRow),
}

impl EntryRow {
    /// The row as a place to go on from.
    #[must_use]
    pub fn mark(&self) -> Cursor {
        match self {
            Self::Folder(row) => Cursor { kind: EntryKind::Folder, id: row.id.clone() },
            Self::File(row) => Cursor { kind: EntryKind::File, id: row.id.clone() },
        }
    }
}

/// The two kinds of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    /// Holds files and folders.
    Folder,
    /// Has content.
    File,
}

/// An entry as a place in a list. It says the kind, so that the place of a file is known even once the file is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Among the folders or among the files.
    pub kind: EntryKind,
    /// The entry.
    pub id: EntryId,
}

impl Cursor {
    /// Reads a mark as it stands in an address; anything else is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.strip_prefix("folder-").map_or((EntryKind::File, text), |id| (EntryKind::Folder, id));
        Some(Self { kind, id: EntryId::parse(id)? })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind == EntryKind::Folder { "folder-" } else { "" };
        write!(f, "{kind}{}", self.id)
    }
}

/// How many rows a page of the list has.
pub const ROWS_A_PAGE: usize = 50;

/// Which page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PagePosition {
    /// The first page.
    #[default]
    Top,
    /// The page that begins after this row.
    Below(Cursor),
    /// The page that ends before this row.
    Above(Cursor),
}

/// One page of a folder: its folders by name, and then its files, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesPage {
    /// At most [`ROWS_A_PAGE`] rows.
    pub rows: Vec<EntryRow>,
    /// There are rows before the first.
    pub above: bool,
    /// There are rows after the last.
    pub below: bool,
}

impl FilesPage {
    /// The row of this file, where it is on the page.
    #[must_use]
    pub fn file(&self, id: &EntryId) -> Option<&FileRow> {
        self.rows.iter().find_map(|row| match row {
            EntryRow::File(row) => (row.id == *id).then_some(row),
            EntryRow::Folder(_) => None,
        })
    }
}

/// How many folders there may be between an account's files and the deepest of them.
pub const DEPTH_LIMIT: usize = 100;

/// One folder of the way to a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breadcrumb {
    /// The entry.
    pub id: EntryId,
    /// The name as it was typed.
    pub name: String,
}

/// The address of a folder's list; none is where an account's files begin.
#[must_use]
pub fn folder_address(folder: Option<&EntryId>) -> String {
    folder.map_or_else(|| "/files".to_owned(), |id| format!("/files/{id}"))
}

/// The folder whose list, or whose form for a new folder, has this address; none for every other.
#[must_use]
pub fn folder_of(address: &str) -> Option<EntryId> {
    let id = address.strip_prefix("/files/")?;
    EntryId::parse(id.strip_suffix("/new-folder").unwrap_or(id))
}

/// What goes when an entry is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The entry's name as it was typed.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// How many folders go, itself among them.
    pub folders: u64,
    /// How many files go, itself among them.
    pub files: u64,
    /// What those files have together, in bytes.
    pub size: u64,
    /// The folder that it is in, unless that is where the account's files begin.
    pub parent: Option<EntryId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_from_the_addresses_of_its_pages_alone() {
        let id = EntryId::parse(&"7".repeat(26)).expect("an id");
        for address in [folder_address(Some(&id)), format!("/files/{id}/new-folder")] {
            assert_eq!(folder_of(&address), Some(id.clone()), "{address}");
        }
        for address in ["/files", "/files/new-folder", "/account", "/files/x", &format!("/files/{id}/delete")] {
            assert_eq!(folder_of(address), None, "{address}");
        }
    }

    #[test]
    fn a_mark_is_an_id_with_its_kind() {
        let id = "06dqs4v3g1s7n8b2k9m0a1c2e3";
        for text in [id.to_owned(), format!("folder-{id}")] {
            assert_eq!(Cursor::parse(&text).expect("a mark").to_string(), text);
        }
        for bad in ["", "folder-", "folder-x", "file-06dqs4v3g1s7n8b2k9m0a1c2e3", "../.."] {
            assert_eq!(Cursor::parse(bad), None, "{bad:?}");
        }
    }
}
