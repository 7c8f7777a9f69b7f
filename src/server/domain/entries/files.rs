//! An account's files: the list of a folder, the content, the deletion. How they come in is the business of `uploads`.

use std::ops::Range;

use sqlx::AnyPool;

use crate::model::entry::{Deletion, EntryKind, FileRow};
use crate::model::id::EntryId;
use crate::server::clock::{self, milliseconds};
use crate::server::db::{self, blobs, entries};
use crate::server::domain::Error;
use crate::server::domain::access::accounts::Account;
use crate::server::domain::entries::folders::Folders;
use crate::server::domain::integrity::privacy_guard::PrivacyGuard;
use crate::server::domain::uploads::form::{FormUploads, RETRY};
use crate::server::storage::{DeliverAs, Delivery, Key, Object, Private, Storage};

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
    /// The store's bytes are not those that were sent: they are not given out.
    pub damaged: bool,
    key: Key<Private>,
}

/// The files of this site.
#[derive(Clone)]
pub struct Files {
    pub(super) pool: AnyPool,
    storage: Storage,
    uploads: FormUploads,
    folders: Folders,
    guard: PrivacyGuard,
}

impl Files {
    /// Over this database and store.
    pub(in crate::server) fn new(
        pool: AnyPool,
        storage: Storage,
        uploads: FormUploads,
        folders: Folders,
        guard: PrivacyGuard,
    ) -> Self {
        Self { pool, storage, uploads, folders, guard }
    }

    /// The most bytes an account may keep; `None` is without limit.
    #[must_use]
    pub fn quota_of(&self, account: &Account) -> Option<u64> {
        self.uploads.quota_of(account)
    }

    /// What goes when an entry of the account is deleted, be it a file or a folder with all that is in it. Another
    /// person's is not there.
    pub async fn deletion(&self, account: &Account, id: &EntryId) -> Result<Deletion, Error> {
        let Some(file) = entries::content(&self.pool, &account.id, id).await? else {
            return self.folders.deletion(account, id).await;
        };
        Ok(Deletion {
            name: file.name,
            kind: EntryKind::File,
            folders: 0,
            files: 1,
            size: file.size.unsigned_abs(),
            parent: self.folders.visible_id(account, &file.parent).await?,
        })
    }

    /// One row of the list; another person's file is not there.
    pub async fn row(&self, account: &Account, id: &EntryId) -> Result<FileRow, Error> {
        let row = entries::content(&self.pool, &account.id, id).await?.ok_or(Error::NotFound)?;
        crate::server::domain::entries::list::to_model(entries::FileRecord {
            id: id.to_string(),
            name: row.name,
            size: row.size,
            media_type: row.media_type,
            created: row.created,
            sha256: row.sha256,
            verified: row.verified,
            damage: row.damage,
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
            damaged: row.damage.is_some(),
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
        ensure_intact(file)?;
        let deliver_as =
            DeliverAs { content_type: content_type.to_owned(), content_disposition: disposition.to_owned() };
        Ok(self.storage.deliver(&file.key, &deliver_as).await?)
    }

    /// The bytes of a file, or a range of them.
    pub async fn read(&self, file: &File, range: Option<Range<u64>>) -> Result<Object, Error> {
        self.guard.allows()?;
        ensure_intact(file)?;
        let expected = range.as_ref().map_or(file.size, |range| range.end - range.start);
        // A row without its object is a fault of the store's and not of whoever asks.
        let object = self.storage.read(&file.key, range).await.map_err(Error::Storage)?;
        if object.size == expected {
            Ok(object)
        } else {
            Err(Error::Internal(format!("the store has {} bytes for {} of {}", object.size, expected, file.key)))
        }
    }

    /// Deletes a file or a folder for ever, and gives the folder that it was in, where that is not where the account's
    /// files begin. It is out of the list when this returns; bytes that the store does not let go yet are tried again by
    /// a sweep.
    pub async fn delete(&self, account: &Account, id: &EntryId) -> Result<Option<EntryId>, Error> {
        let mut transaction = self.pool.begin().await?;
        // First, as an upload does it too: two that take the same rows in another order wait for each other for ever.
        db::accounts::lock_row(&mut *transaction, &account.id).await?;
        let Some((blob, folder)) = entries::delete_file(&mut *transaction, &account.id, id).await? else {
            transaction.rollback().await?;
            return self.folders.delete(account, id).await;
        };
        let leaving = blobs::mark_deleting(&mut *transaction, &blob, clock::now() + milliseconds(RETRY)).await?;
        let size = leaving.as_ref().and_then(|leaving| leaving.size).unwrap_or_default();
        db::accounts::release(&mut *transaction, &account.id, size).await?;
        transaction.commit().await?;
        if let Some(leaving) = leaving
            && let Err(error) = self.uploads.remove(&leaving.id, &leaving.key).await
        {
            tracing::warn!(%error, blob = leaving.id, "a deletion is left to the next sweep");
        }
        self.folders.visible_id(account, &folder).await
    }
}

/// What is damaged is not given out, whatever way it would go.
fn ensure_intact(file: &File) -> Result<(), Error> {
    if file.damaged { Err(Error::Damaged) } else { Ok(()) }
}
