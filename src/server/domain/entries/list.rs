//! Lists a folder page by page: first its folders, then its files, by time or by name. Pages are read by keyset over an index
//! of each order, so that each costs the same wherever it is.

use std::time::Duration;

use crate::model::entry::{
    Cursor, EntryKind, EntryRow, FileDetails, FileRow, FilesPage, FolderRow, ListOrder, PagePosition, ROWS_A_PAGE,
    Verification,
};
use crate::model::id::{AccountId, EntryId};
use crate::model::preview;
use crate::server::db::{self, entries};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::content_fault::ContentFault;
use crate::server::domain::blobs::damage::{Expected, ObjectFault};
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::ordered::Stretch;

/// How long a list waits for the store to say whether its files are there.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

impl Entries {
    /// One page of `folder`, or of the root of the scope if that is `None`, in this order. If the row at `position` has been
    /// deleted and its page would be empty, this is the first page.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such folder in the scope; [`Error::NotAllowed`] if the scope may not see it
    /// (or [`Error::NotFound`] if it has ended).
    pub async fn list(
        &self,
        scope: &Scope,
        folder: Option<&EntryId>,
        order: ListOrder,
        position: &PagePosition,
    ) -> Result<FilesPage, Error> {
        scope.may_see(self.clock.now())?;
        let is_usual_top = (order, position) == (ListOrder::Newest, &PagePosition::Top);
        // The account's root is found together with its entries.
        let folder = match folder.or(scope.root()) {
            None if is_usual_top => None,
            folder => Some(find(&self.pool, scope, folder).await?),
        };
        let mut position = position;
        let mut rows = match (position, &folder) {
            (PagePosition::Below(cursor), Some(folder)) => self.below(folder, order, cursor).await?,
            (PagePosition::Above(cursor), Some(folder)) => self.above(folder, order, cursor).await?,
            _ => Vec::new(),
        };
        if rows.is_empty() {
            // If this is not the top, the rows at that position were deleted, but the folder may have others.
            position = &PagePosition::Top;
            rows = match &folder {
                Some(folder) if order != ListOrder::Newest => self.first(folder, order).await?,
                folder => self.top(scope.owner(), folder.as_ref()).await?,
            };
        }
        let more = rows.len() > ROWS_A_PAGE;
        rows.truncate(ROWS_A_PAGE);
        Ok(match position {
            PagePosition::Top => FilesPage { rows, above: false, below: more },
            PagePosition::Below(_) => FilesPage { rows, above: true, below: more },
            PagePosition::Above(_) => {
                rows.reverse();
                FilesPage { rows, above: more, below: true }
            }
        })
    }

    /// One file with what its own page shows.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file in the scope; [`Error::NotAllowed`] if the scope may not see it
    /// (or [`Error::NotFound`] if it has ended).
    pub async fn details(&self, scope: &Scope, id: &EntryId) -> Result<FileDetails, Error> {
        scope.may_see(self.clock.now())?;
        let row = entries::content(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        let mut record = entries::FileRecord {
            id: id.clone(),
            name: row.name,
            size: row.size,
            media_type: row.media_type,
            created: row.created,
            sha256: row.sha256,
            verified: row.verified,
            damage: row.damage,
            mismatched: row.mismatched,
            blob: row.blob,
            key: row.key,
        };
        if record.damage.is_none() {
            // A store that does not answer keeps nobody from seeing what the row says.
            let looked = tokio::time::timeout(LONGEST_LOOK, self.damage.check_object(expected(&record))).await;
            if matches!(looked, Ok(Err(Error::Damaged))) {
                record.damage = Some(String::new());
            }
        }
        let sha256 = record.sha256.clone().map(String::from);
        let row = to_model(record, ListOrder::default());
        Ok(FileDetails { sha256: sha256.filter(|_| row.check == Verification::Verified), row })
    }

    /// The first rows of a folder, or of the account's root: at most one more than a page, which shows that there is a
    /// next one.
    async fn top(&self, account: &AccountId, folder: Option<&EntryId>) -> Result<Vec<EntryRow>, Error> {
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        for record in entries::top(&self.pool, account, folder, missing(&[])).await? {
            match record {
                entries::EntryRecord::Folder(folder) => folders.push(folder),
                entries::EntryRecord::File(file) => files.push(file),
            }
        }
        let mut rows = folders_to_model(folders);
        files.truncate((ROWS_A_PAGE + 1).saturating_sub(rows.len()));
        rows.extend(self.files_to_model(files, ListOrder::default()).await);
        Ok(rows)
    }

    /// The first rows of a folder: at most one more than a page.
    async fn first(&self, folder: &EntryId, order: ListOrder) -> Result<Vec<EntryRow>, Error> {
        let rows = self.folders(Stretch::after(folder, order, None, missing(&[]))).await?.unwrap_or_default();
        self.with_files(folder, order, rows).await
    }

    /// The rows after the cursor: at most one more than a page.
    async fn below(&self, folder: &EntryId, order: ListOrder, cursor: &Cursor) -> Result<Vec<EntryRow>, Error> {
        let from = Some(&cursor.id);
        match cursor.kind {
            EntryKind::File => {
                Ok(self.files(Stretch::after(folder, order, from, missing(&[]))).await?.unwrap_or_default())
            }
            EntryKind::Folder => match self.folders(Stretch::after(folder, order, from, missing(&[]))).await? {
                Some(rows) => self.with_files(folder, order, rows).await,
                None => Ok(Vec::new()),
            },
        }
    }

    /// These rows, which are folders, and the first files, up to one more than a page.
    async fn with_files(
        &self,
        folder: &EntryId,
        order: ListOrder,
        mut rows: Vec<EntryRow>,
    ) -> Result<Vec<EntryRow>, Error> {
        if missing(&rows) > 0 {
            let files = self.files(Stretch::after(folder, order, None, missing(&rows))).await?;
            rows.extend(files.unwrap_or_default());
        }
        Ok(rows)
    }

    /// The rows before the cursor in reverse order: at most one more than a page.
    async fn above(&self, folder: &EntryId, order: ListOrder, cursor: &Cursor) -> Result<Vec<EntryRow>, Error> {
        let from = Some(&cursor.id);
        if cursor.kind == EntryKind::Folder {
            return Ok(self.folders(Stretch::before(folder, order, from, missing(&[]))).await?.unwrap_or_default());
        }
        let Some(mut rows) = self.files(Stretch::before(folder, order, from, missing(&[]))).await? else {
            return Ok(Vec::new());
        };
        if missing(&rows) > 0 {
            let last = self.folders(Stretch::before(folder, order, None, missing(&rows))).await?;
            rows.extend(last.unwrap_or_default());
        }
        Ok(rows)
    }

    /// The folders of a stretch; `None` if the one after which it begins is gone.
    async fn folders(&self, stretch: Stretch<'_>) -> Result<Option<Vec<EntryRow>>, Error> {
        Ok(self.folder_records(stretch).await?.map(folders_to_model))
    }

    /// The same of files.
    async fn files(&self, stretch: Stretch<'_>) -> Result<Option<Vec<EntryRow>>, Error> {
        match self.file_records(stretch).await? {
            Some(found) => Ok(Some(self.files_to_model(found, stretch.order).await)),
            None => Ok(None),
        }
    }

    /// Files as lists show them. Those whose objects turn out to be missing are shown as damaged, and those that were
    /// written to as being checked.
    async fn files_to_model(&self, mut rows: Vec<entries::FileRecord>, order: ListOrder) -> Vec<EntryRow> {
        let sound: Vec<_> = rows.iter().enumerate().filter(|(_, row)| row.damage.is_none()).map(|(at, _)| at).collect();
        let looked_at: Vec<_> = sound.iter().map(|at| expected(&rows[*at])).collect();
        let findings = tokio::time::timeout(LONGEST_LOOK, self.damage.findings(&looked_at)).await;
        for (at, finding) in findings.unwrap_or_default() {
            match finding {
                ObjectFault::Damaged => rows[sound[at]].damage = Some(String::new()),
                ObjectFault::Rechecked => rows[sound[at]].verified = None,
            }
        }
        rows.into_iter().map(|row| EntryRow::File(to_model(row, order))).collect()
    }
}

fn expected(row: &entries::FileRecord) -> Expected<'_> {
    Expected { blob: &row.blob, key: &row.key, size: row.size.unsigned_abs(), verified: row.verified }
}

/// How many rows to read to have one more than a page.
fn missing(rows: &[EntryRow]) -> i64 {
    (ROWS_A_PAGE + 1 - rows.len()) as i64
}

fn folders_to_model(rows: Vec<db::folders::FolderRecord>) -> Vec<EntryRow> {
    let shown = |row: db::folders::FolderRecord| {
        EntryRow::Folder(FolderRow { id: row.id, name: row.name, created: row.created })
    };
    rows.into_iter().map(shown).collect()
}

/// A file as lists in this order show it.
fn to_model(row: entries::FileRecord, order: ListOrder) -> FileRow {
    let check = match (ContentFault::of(row.damage.as_deref(), row.mismatched), row.verified.and(row.sha256)) {
        (Some(ContentFault::Damaged), _) => Verification::Damaged,
        (Some(ContentFault::Mismatched), _) => Verification::Mismatched,
        (None, Some(_)) => Verification::Verified,
        (None, None) => Verification::Waiting,
    };
    FileRow {
        preview: preview::address(&row.id, &row.media_type, order),
        id: row.id,
        name: row.name,
        size: row.size.unsigned_abs(),
        media_type: row.media_type,
        created: row.created,
        check,
    }
}
