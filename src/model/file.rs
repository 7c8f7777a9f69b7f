//! Files and folders as people see them: their names, their addresses, and the rows of a list.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::form::Problem;
use super::id::EntryId;

/// The most bytes a file name may have.
pub const FILE_NAME_LIMIT: usize = 255;

/// A file's name as its owner typed it: 1 to 255 bytes of any characters but NUL. It is shown as text and never
/// becomes a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Takes what was given, or says what is wrong with it.
    pub fn parse(given: &str) -> Result<Self, Problem> {
        if given.is_empty() {
            Err(Problem::Empty)
        } else if given.contains('\0') {
            Err(Problem::NulInName { name: shorten(&given.replace('\0', "␀"), 80).to_owned() })
        } else if given.len() > FILE_NAME_LIMIT {
            Err(Problem::NameTooLong { name: shorten(given, 80).to_owned() })
        } else {
            Ok(Self(given.to_owned()))
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name beside which this one is kept: “name (n).ext”, its stem shortened where 255 bytes would be exceeded.
    #[must_use]
    pub fn numbered(&self, n: u32) -> Self {
        let (stem, extension) = split_extension(&self.0);
        let suffix = format!(" ({n}){extension}");
        // An extension so long that no stem is left is part of the name after all.
        let (stem, suffix) =
            if suffix.len() < FILE_NAME_LIMIT { (stem, suffix) } else { (self.as_str(), format!(" ({n})")) };
        Self(format!("{}{suffix}", shorten(stem, FILE_NAME_LIMIT - suffix.len())))
    }

    /// The extension in upper case if it is short and plain, for the tile beside the name: `PDF`.
    #[must_use]
    pub fn tile(&self) -> String {
        let extension = split_extension(&self.0).1;
        match extension.get(1..) {
            Some(word) if (1..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                word.to_ascii_uppercase()
            }
            _ => String::new(),
        }
    }
}

/// The stem and the extension with its dot; a name that begins with its only dot is all stem.
fn split_extension(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && dot + 1 < name.len() => name.split_at(dot),
        _ => (name, ""),
    }
}

/// The longest beginning of `text` that has at most `bytes` bytes and ends between characters.
fn shorten(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

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
pub enum Row {
    /// A folder; these come first, by name.
    Folder(FolderRow),
    /// A file; these follow, newest first.
    File(FileRow),
}

impl Row {
    /// The row as a place to go on from.
    #[must_use]
    pub fn mark(&self) -> Mark {
        match self {
            Self::Folder(row) => Mark { kind: Kind::Folder, id: row.id.clone() },
            Self::File(row) => Mark { kind: Kind::File, id: row.id.clone() },
        }
    }
}

/// The two kinds of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Holds files and folders.
    Folder,
    /// Has content.
    File,
}

/// An entry as a place in a list. It says the kind, so that the place of a file is known even once the file is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Among the folders or among the files.
    pub kind: Kind,
    /// The entry.
    pub id: EntryId,
}

impl Mark {
    /// Reads a mark as it stands in an address; anything else is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.strip_prefix("folder-").map_or((Kind::File, text), |id| (Kind::Folder, id));
        Some(Self { kind, id: EntryId::parse(id)? })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind == Kind::Folder { "folder-" } else { "" };
        write!(f, "{kind}{}", self.id)
    }
}

/// How many rows a page of the list has.
pub const ROWS_A_PAGE: usize = 50;

/// Which page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// The first page.
    #[default]
    Top,
    /// The page that begins after this row.
    Below(Mark),
    /// The page that ends before this row.
    Above(Mark),
}

/// One page of a folder: its folders by name, and then its files, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesPage {
    /// At most [`ROWS_A_PAGE`] rows.
    pub rows: Vec<Row>,
    /// There are rows before the first.
    pub above: bool,
    /// There are rows after the last.
    pub below: bool,
}

/// How many folders there may be between an account's files and the deepest of them.
pub const DEPTH_LIMIT: usize = 100;

/// One folder of the way to a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crumb {
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
    pub kind: Kind,
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

    fn name(text: &str) -> FileName {
        FileName::parse(text).expect("a good name")
    }

    #[test]
    fn any_characters_but_nul_make_a_name() {
        for good in [
            "a",
            "../../etc/passwd",
            "\"><script>alert(1)</script>.txt",
            "</title>",
            "100%.txt",
            "a%2Fb",
            "שלום.txt",
            "🎒.png",
            "\n",
            "\\",
        ] {
            assert_eq!(name(good).as_str(), good);
        }
        assert_eq!(FileName::parse(""), Err(Problem::Empty));
        assert_eq!(FileName::parse("a\0b"), Err(Problem::NulInName { name: "a␀b".to_owned() }));
        assert!(FileName::parse(&"x".repeat(255)).is_ok());
        assert!(matches!(FileName::parse(&"é".repeat(128)), Err(Problem::NameTooLong { .. })));
    }

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
    fn a_number_goes_before_the_extension() {
        assert_eq!(name("report.pdf").numbered(1).as_str(), "report (1).pdf");
        assert_eq!(name("README").numbered(2).as_str(), "README (2)");
        assert_eq!(name(".profile").numbered(1).as_str(), ".profile (1)");
        assert_eq!(name("ends.").numbered(1).as_str(), "ends. (1)");
        assert_eq!(name("archive.tar.gz").numbered(3).as_str(), "archive.tar (3).gz");
    }

    #[test]
    fn a_numbered_name_stays_within_255_bytes_and_between_characters() {
        let long = name(&format!("{}.txt", "é".repeat(125)));
        let numbered = long.numbered(12);
        assert!(numbered.as_str().len() <= 255);
        assert!(numbered.as_str().ends_with("é (12).txt"));
        let all_extension = name(&format!("a.{}", "x".repeat(253)));
        assert!(all_extension.numbered(1).as_str().len() <= 255);
        assert!(all_extension.numbered(1).as_str().ends_with("x (1)"));
    }

    #[test]
    fn the_tile_is_a_short_plain_extension() {
        assert_eq!(name("a.jpeg").tile(), "JPEG");
        assert_eq!(name("a.tar.gz").tile(), "GZ");
        assert_eq!(name("a.<b>").tile(), "");
        assert_eq!(name("a").tile(), "");
    }

    #[test]
    fn a_mark_is_an_id_with_its_kind() {
        let id = "06dqs4v3g1s7n8b2k9m0a1c2e3";
        for text in [id.to_owned(), format!("folder-{id}")] {
            assert_eq!(Mark::parse(&text).expect("a mark").to_string(), text);
        }
        for bad in ["", "folder-", "folder-x", "file-06dqs4v3g1s7n8b2k9m0a1c2e3", "../.."] {
            assert_eq!(Mark::parse(bad), None, "{bad:?}");
        }
    }
}
