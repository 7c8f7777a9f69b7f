//! A page of a folder's list, as the files page holds it. What the server has rendered does not travel a second time as
//! data: of such a row the browser is told no more than what it needs to recognise it.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::api::entries::list_files;
use crate::model::entry::{Cursor, EntryRow, FileRow, FilesPage, ListOrder, PagePosition, Verification};
use crate::model::id::EntryId;
use crate::model::problem::Problem;
use crate::ui::app::prefetch;

/// A page of the list, or the error, together with the request it answers.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::ui) struct FolderList {
    /// The folder; `None` is the account's root.
    pub(in crate::ui) folder: Option<EntryId>,
    /// The order of the list.
    pub(in crate::ui) order: ListOrder,
    position: PagePosition,
    pub(in crate::ui) page: Result<ListedPage, Problem>,
}

impl FolderList {
    /// Loads a page of a folder's list.
    pub(in crate::ui) async fn load(folder: Option<EntryId>, order: ListOrder, position: PagePosition) -> Self {
        let page = match prefetch::list(folder.as_ref(), order, &position) {
            Some(page) => Ok(page.into()),
            None => list_files(folder.clone(), position.clone(), order).await.map(ListedPage::from),
        };
        Self { folder, order, position, page }
    }

    /// Whether this is the page at `position` of this folder's list in this order.
    pub(in crate::ui) fn is_at(&self, folder: Option<&EntryId>, order: ListOrder, position: &PagePosition) -> bool {
        (self.folder.as_ref(), self.order, &self.position) == (folder, order, position)
    }

    /// Whether to load it again: a file is still being verified, or the request failed for a temporary reason.
    pub(in crate::ui) fn will_change(&self) -> bool {
        match &self.page {
            Ok(page) => page.rows.iter().any(|row| row.check() == Some(Verification::Waiting)),
            Err(error) => error.says_nothing(),
        }
    }

    /// Whether this is an error that says nothing of the list while `before` has the same list, so that `before` should
    /// stay on screen.
    pub(in crate::ui) fn says_less_than(&self, before: &Self) -> bool {
        self.is_at(before.folder.as_ref(), before.order, &before.position)
            && before.page.is_ok()
            && self.page.as_ref().is_err_and(Problem::says_nothing)
    }
}

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
    Known(Arc<EntryRow>),
}

impl From<FilesPage> for ListedPage {
    fn from(FilesPage { rows, above, below }: FilesPage) -> Self {
        Self { rows: rows.into_iter().map(|row| ListedRow::Known(Arc::new(row))).collect(), above, below }
    }
}

impl ListedPage {
    /// The row of this file, if it is on the page and came as data.
    pub(in crate::ui) fn file(&self, id: &EntryId) -> Option<&FileRow> {
        self.rows.iter().filter_map(ListedRow::file).find(|row| row.id == *id)
    }

    /// The row of this entry, if it is on the page and came as data.
    pub(in crate::ui) fn known(&self, id: &EntryId) -> Option<&EntryRow> {
        let mut known =
            self.rows.iter().filter_map(|row| if let ListedRow::Known(row) = row { Some(&**row) } else { None });
        known.find(|row| row.id() == id)
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

    /// The file, if this is one that came as data.
    fn file(&self) -> Option<&FileRow> {
        match self {
            Self::Known(row) => match &**row {
                EntryRow::File(row) => Some(row),
                EntryRow::Folder(_) => None,
            },
            Self::Rendered(_) => None,
        }
    }

    /// What is known of a file's bytes, if this is a file that came as data.
    pub(in crate::ui) fn check(&self) -> Option<Verification> {
        self.file().map(|row| row.check)
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
