//! A page of a folder's list, as the files page holds it. What the server has rendered does not travel a second time as
//! data: of such a row the browser is told no more than what it needs to recognise it.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::entry::{Cursor, EntryRow, FileRow, FilesPage, Verification};
use crate::model::id::EntryId;

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::ui) struct ListedPage {
    pub(in crate::ui) rows: Vec<ListedRow>,
    /// Whether there are rows before this page.
    pub(in crate::ui) above: bool,
    /// Whether there are rows after this page.
    pub(in crate::ui) below: bool,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in crate::ui) enum ListedRow {
    /// It came as HTML.
    Rendered(#[serde(deserialize_with = "cursor")] Cursor),
    /// It came as data.
    Known(EntryRow),
}

impl From<FilesPage> for ListedPage {
    fn from(FilesPage { rows, above, below }: FilesPage) -> Self {
        Self { rows: rows.into_iter().map(ListedRow::Known).collect(), above, below }
    }
}

impl ListedPage {
    /// The row of this file, if it is on the page and came as data.
    pub(in crate::ui) fn file(&self, id: &EntryId) -> Option<&FileRow> {
        self.rows.iter().find_map(|row| match row {
            ListedRow::Known(EntryRow::File(row)) if row.id == *id => Some(row),
            _ => None,
        })
    }
}

impl ListedRow {
    /// The cursor that stands for this row.
    pub(in crate::ui) fn cursor(&self) -> Cursor {
        match self {
            Self::Rendered(cursor) => cursor.clone(),
            Self::Known(row) => row.cursor(),
        }
    }

    /// What is known of a file's bytes, if this is a file that came as data.
    pub(in crate::ui) fn check(&self) -> Option<Verification> {
        match self {
            Self::Known(EntryRow::File(row)) => Some(row.check),
            Self::Known(EntryRow::Folder(_)) | Self::Rendered(_) => None,
        }
    }
}

/// A row as it goes with a page that shows it as HTML.
#[derive(Serialize)]
enum SentRow<'a> {
    Rendered(String),
    Known(&'a EntryRow),
}

impl Serialize for ListedRow {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let sent = match (self, self.check()) {
            // What is known of its bytes will change, or has another row if it does.
            (Self::Known(row), Some(Verification::Waiting | Verification::Damaged)) => SentRow::Known(row),
            _ => SentRow::Rendered(self.cursor().to_string()),
        };
        sent.serialize(to)
    }
}

fn cursor<'de, D: Deserializer<'de>>(from: D) -> Result<Cursor, D::Error> {
    Cursor::parse(&String::deserialize(from)?).ok_or_else(|| D::Error::custom("not a cursor"))
}
