//! Files and folders as pages show them: rows of a list, and the details of a file.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::id::EntryId;

/// A file in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// The entry.
    pub id: EntryId,
    /// The name as it was typed.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// The media type detected from the content.
    pub media_type: String,
    /// When it was uploaded: milliseconds since 1970, UTC.
    pub created: i64,
    /// Whether the stored bytes are known to be the ones that were sent.
    pub check: Verification,
    /// The address of the page that shows its content; `None` if it is of a kind that is not shown.
    pub preview: Option<String>,
}

/// A file with what only its own page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDetails {
    /// The file as lists show it.
    pub row: FileRow,
    /// The SHA-256 of the whole file in hexadecimal digits, once it is verified.
    pub sha256: Option<String>,
}

/// Whether the stored bytes are known to be the ones that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verification {
    /// All bytes were sent, but the stored ones have not been read back and compared yet. The file can be downloaded.
    Waiting,
    /// Every stored byte was compared with what was sent.
    Verified,
    /// The stored bytes differ from what was sent. They are not served.
    Damaged,
    /// The stored bytes are not those that were announced before they were sent, and were never seen to be. They are not
    /// served.
    Mismatched,
}

/// A folder in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderRow {
    /// The entry.
    pub id: EntryId,
    /// The name as it was typed.
    pub name: String,
    /// When it was created: milliseconds since 1970, UTC.
    pub created: i64,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryRow {
    /// A folder; folders come first.
    Folder(FolderRow),
    /// A file; files follow.
    File(FileRow),
}

impl EntryRow {
    /// The entry.
    #[must_use]
    pub fn id(&self) -> &EntryId {
        match self {
            Self::Folder(row) => &row.id,
            Self::File(row) => &row.id,
        }
    }

    /// Its name as it was typed.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Folder(row) => &row.name,
            Self::File(row) => &row.name,
        }
    }

    /// The cursor that stands for this row.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        match self {
            Self::Folder(row) => Cursor { kind: EntryKind::Folder, id: row.id.clone() },
            Self::File(row) => Cursor { kind: EntryKind::File, id: row.id.clone() },
        }
    }
}

/// The two kinds of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    /// Contains files and folders.
    Folder,
    /// Has content.
    File,
}

/// A cursor: a row from which paging continues. It includes the kind, so that a file's position is known even after the
/// file was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Whether the row is a folder or a file.
    pub kind: EntryKind,
    /// The entry.
    pub id: EntryId,
}

impl Cursor {
    /// Parses a cursor from an address; `None` if it is malformed.
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

/// The number of rows on one page of a list.
pub const ROWS_A_PAGE: usize = 50;

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PagePosition {
    /// The first page.
    #[default]
    Top,
    /// The page that starts after this row.
    Below(Cursor),
    /// The page that ends before this row.
    Above(Cursor),
}

/// In which order a folder's list is. Folders come before files in each. An unknown word, which a newer page may send, is
/// read as the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "&'static str")]
pub enum ListOrder {
    /// Folders by name, files newest first.
    #[default]
    Newest,
    /// Folders by name, files oldest first.
    Oldest,
    /// All by name.
    Name,
    /// All by name in reverse.
    NameReversed,
}

impl ListOrder {
    /// All of them, with how an address names each; the default is not named.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Newest, ""), (Self::Oldest, "oldest"), (Self::Name, "name"), (Self::NameReversed, "name-reversed")];

    /// The order of this name in an address; the default for any other.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        Self::ALL.iter().find(|(_, own)| *own == word).map(|(order, _)| *order).unwrap_or_default()
    }

    /// How an address names it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(order, _)| *order == self).map_or("", |(_, word)| word)
    }
}

impl From<String> for ListOrder {
    fn from(word: String) -> Self {
        Self::from_word(&word)
    }
}

impl From<ListOrder> for &'static str {
    fn from(order: ListOrder) -> Self {
        order.word()
    }
}

/// One page of a folder: its folders, then its files, each in the order that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesPage {
    /// At most [`ROWS_A_PAGE`] rows.
    pub rows: Vec<EntryRow>,
    /// Whether there are rows before this page.
    pub above: bool,
    /// Whether there are rows after this page.
    pub below: bool,
}

/// The greatest depth of folders: how many may be nested below an account's root.
pub const DEPTH_LIMIT: usize = 100;
/// The most bytes of a path: the names from the account's root down to the entry, each with a separator. Linux has the
/// same limit (PATH_MAX). It bounds what one entry costs in every list, archive and answer.
pub const PATH_LIMIT: usize = 4096;

/// A folder in breadcrumbs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breadcrumb {
    /// The entry.
    pub id: EntryId,
    /// The name as it was typed.
    pub name: String,
}

/// A file or folder, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPlace {
    /// Its name as it was typed.
    pub name: String,
    /// Whether it is a file or a folder.
    pub kind: EntryKind,
    /// The folder that contains it; `None` is the account's root.
    pub parent: Option<EntryId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_an_id_with_its_kind() {
        let id = "06dqs4v3g1s7n8b2k9m0a1c2e3";
        for text in [id.to_owned(), format!("folder-{id}")] {
            assert_eq!(Cursor::parse(&text).expect("a cursor").to_string(), text);
        }
        for bad in ["", "folder-", "folder-x", "file-06dqs4v3g1s7n8b2k9m0a1c2e3", "../.."] {
            assert_eq!(Cursor::parse(bad), None, "{bad:?}");
        }
    }
}
