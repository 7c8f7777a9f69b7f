//! Searching by name, as pages show it.

use serde::{Deserialize, Serialize};

use crate::model::entry::EntryKind;
use crate::model::id::EntryId;

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchQuery {
    /// What was typed.
    pub words: String,
    /// The folder of which the entries come first; `None` is the account's root.
    pub folder: Option<EntryId>,
    /// From where on: [`SearchPage::next`] of the page before; `None` for the first page.
    pub next: Option<i64>,
}

/// A file or folder that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// The entry.
    pub id: EntryId,
    /// Its name as it was typed.
    pub name: String,
    /// Where the words stand in the name: the first byte of each place, and the one after its last.
    pub places: Vec<(usize, usize)>,
    /// Whether it is a file or a folder.
    pub kind: EntryKind,
    /// The size in bytes; `None` for a folder.
    pub size: Option<u64>,
    /// The media type of a file.
    pub media_type: Option<String>,
    /// When it was created: milliseconds since 1970, UTC.
    pub created: i64,
    /// The folder that contains it.
    pub folder: EntryId,
    /// The names of the folders down to it, the outermost first; empty for the account's root.
    pub path: Vec<String>,
}

/// One page of what was found, what was indexed last first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    /// What was found in the folder that comes first, on the first page.
    pub here: Vec<SearchHit>,
    /// What was found elsewhere.
    pub elsewhere: Vec<SearchHit>,
    /// From where on there may be more; `None` if this is all.
    pub next: Option<i64>,
}
