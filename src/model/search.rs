//! Searching by name, as pages show it.

use serde::{Deserialize, Serialize};

use crate::model::entry::EntryKind;
use crate::model::id::EntryId;

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchQuery {
    /// What was typed.
    pub words: String,
    /// The folder where the search began; `None` is the account's root. What is found in it comes first.
    pub folder: Option<EntryId>,
    /// Which part of what is found.
    #[serde(default)]
    pub part: SearchPart,
}

/// A part of what is found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchPart {
    /// The first of what is found in the folder where the search began, and of what is found elsewhere.
    #[default]
    First,
    /// What is found in that folder among the entries older than this one.
    HereBelow(EntryId),
    /// What is found elsewhere among the names that were put into the index before this one. What is renamed meanwhile is put
    /// into it again, and is found by searching again.
    ElsewhereBelow(i64),
}

/// A file or folder that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// The entry.
    pub id: EntryId,
    /// Its name as it was typed.
    pub name: String,
    /// What stands in the name of the words: the first byte of each such range, and the one after its last.
    pub highlights: Vec<(usize, usize)>,
    /// Whether it is a file or a folder.
    pub kind: EntryKind,
    /// The size in bytes; `None` for a folder.
    pub size: Option<u64>,
    /// The media type of a file.
    pub media_type: Option<String>,
    /// The address of the page that shows the content of a file; `None` if there is none.
    pub preview: Option<String>,
    /// When it was created: milliseconds since 1970, UTC.
    pub created: i64,
    /// The folder that contains it.
    pub folder: EntryId,
    /// The names of the folders down to it, the outermost first; empty for the account's root.
    pub path: Vec<String>,
}

/// A part of what was found, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    /// What was found in the folder where the search began: at most [`crate::model::entry::ROWS_A_PAGE`].
    pub here: Vec<SearchHit>,
    /// The part with more of these; `None` if there is none.
    pub more_here: Option<SearchPart>,
    /// What was found elsewhere: at most as many.
    pub elsewhere: Vec<SearchHit>,
    /// The part with more of these; `None` if there is none.
    pub more_elsewhere: Option<SearchPart>,
    /// Whether so much has come in the last moments that some of it is not found yet.
    pub is_incomplete: bool,
}
