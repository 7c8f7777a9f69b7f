//! An account's files: the list, the content, the deletion. How they come in is the business of `uploads`.

use std::ops::Range;

use sqlx::AnyPool;

use super::Error;
use super::accounts::Account;
use super::guard::Guard;
use super::uploads::{RETRY, Uploads};
use crate::model::file::{FILES_A_PAGE, FileRow, FilesPage, Place};
use crate::model::id::EntryId;
use crate::server::clock::{self, milliseconds};
use crate::server::db::{self, blobs, entries};
use crate::server::storage::{DeliverAs, Delivery, Key, Object, Private, Storage};

/// The highest id there can be, and more.
const ABOVE_ALL: &str = "w";

/// A file whose owner has asked for it.
#[derive(Clone, Debug)]
pub struct File {
    /// The name as it was typed.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// The type found in its content.
    pub media_type: String,
    /// When it was uploaded: milliseconds.
    pub created: i64,
    /// Names these bytes and no others, for ever.
    pub version: String,
    key: Key<Private>,
}

/// The files of this site.
#[derive(Clone)]
pub struct Files {
    pool: AnyPool,
    storage: Storage,
    uploads: Uploads,
    guard: Guard,
}

impl Files {
    /// Over this database and store.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, uploads: Uploads, guard: Guard) -> Self {
        Self { pool, storage, uploads, guard }
    }

    /// The most bytes an account may keep; `None` is without limit.
    #[must_use]
    pub fn quota_of(&self, account: &Account) -> Option<u64> {
        self.uploads.quota_of(account)
    }

    /// One page of the account's files, newest first.
    pub async fn list(&self, account: &Account, place: &Place) -> Result<FilesPage, Error> {
        let limit = FILES_A_PAGE as i64 + 1;
        let (mut rows, towards_newer) = match place {
            Place::Newest => (entries::older(&self.pool, &account.id, ABOVE_ALL, limit).await?, false),
            Place::OlderThan(id) => (entries::older(&self.pool, &account.id, id.as_str(), limit).await?, false),
            Place::NewerThan(id) => (entries::newer(&self.pool, &account.id, id.as_str(), limit).await?, true),
        };
        if rows.is_empty() && *place != Place::Newest {
            // The last file of that page was deleted: there may be others elsewhere.
            return Box::pin(self.list(account, &Place::Newest)).await;
        }
        let more = rows.len() > FILES_A_PAGE;
        rows.truncate(FILES_A_PAGE);
        if towards_newer {
            rows.reverse();
        }
        let (newer, older) = match place {
            Place::Newest => (false, more),
            Place::OlderThan(_) => (true, more),
            Place::NewerThan(_) => (more, true),
        };
        let rows = rows.into_iter().map(shown).collect::<Result<Vec<_>, _>>()?;
        Ok(FilesPage { rows, newer, older })
    }

    /// One row of the list; another person's file is not there.
    pub async fn row(&self, account: &Account, id: &EntryId) -> Result<FileRow, Error> {
        let row = entries::content(&self.pool, &account.id, id).await?.ok_or(Error::NotFound)?;
        shown(entries::FileRow {
            id: id.to_string(),
            name: row.name,
            size: row.size,
            media_type: row.media_type,
            created: row.created,
        })
    }

    /// A file of the account; another person's is not there.
    pub async fn open(&self, account: &Account, id: &EntryId) -> Result<File, Error> {
        let row = entries::content(&self.pool, &account.id, id).await?.ok_or(Error::NotFound)?;
        Ok(File {
            name: row.name,
            size: row.size.unsigned_abs(),
            media_type: row.media_type,
            created: row.created,
            version: row.blob,
            key: row.key,
        })
    }

    /// Whether strangers were found to be able to read private files.
    #[must_use]
    pub fn are_open(&self) -> bool {
        self.guard.is_open()
    }

    /// How the store wants this file to be delivered: by a signed address, good for minutes, or through Holdall. While
    /// strangers can read the bucket no address of it is handed out.
    pub async fn deliver(&self, file: &File, content_type: &str, disposition: &str) -> Result<Delivery, Error> {
        self.guard.allows()?;
        if self.guard.is_open() {
            return Ok(Delivery::Stream);
        }
        let deliver_as =
            DeliverAs { content_type: content_type.to_owned(), content_disposition: disposition.to_owned() };
        Ok(self.storage.deliver(&file.key, &deliver_as).await?)
    }

    /// The bytes of a file, or a range of them.
    pub async fn read(&self, file: &File, range: Option<Range<u64>>) -> Result<Object, Error> {
        self.guard.allows()?;
        let expected = range.as_ref().map_or(file.size, |range| range.end - range.start);
        // A row without its object is a fault of the store's and not of whoever asks.
        let object = self.storage.read(&file.key, range).await.map_err(Error::Storage)?;
        if object.size == expected {
            Ok(object)
        } else {
            Err(Error::Internal(format!("the store has {} bytes for {} of {}", object.size, expected, file.key)))
        }
    }

    /// Deletes a file for ever. It is out of the list when this returns; bytes that the store does not let go yet
    /// are tried again by a sweep.
    pub async fn delete(&self, account: &Account, id: &EntryId) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        // First, as an upload does it too: two that take the same rows in another order wait for each other for ever.
        db::accounts::hold(&mut *transaction, &account.id).await?;
        let blob = entries::delete_file(&mut *transaction, &account.id, id).await?.ok_or(Error::NotFound)?;
        let leaving = blobs::retire(&mut *transaction, &blob, clock::now() + milliseconds(RETRY)).await?;
        let size = leaving.as_ref().and_then(|leaving| leaving.size).unwrap_or_default();
        db::accounts::give_back(&mut *transaction, &account.id, size).await?;
        transaction.commit().await?;
        if let Some(leaving) = leaving
            && let Err(error) = self.uploads.remove(&leaving.id, &leaving.key).await
        {
            tracing::warn!(%error, blob = leaving.id, "a deletion is left to the next sweep");
        }
        Ok(())
    }
}

fn shown(row: entries::FileRow) -> Result<FileRow, Error> {
    let id = EntryId::parse(&row.id).ok_or_else(|| Error::Internal(format!("entry id {:?}", row.id)))?;
    Ok(FileRow {
        link: format!("/files/{id}/content"),
        id,
        name: row.name,
        size: row.size.unsigned_abs(),
        media_type: row.media_type,
        created: row.created,
    })
}
