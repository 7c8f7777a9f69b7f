//! Delivers the content of files: as a presigned address of the store, or as bytes through Holdall. Nothing is
//! delivered while anonymous clients can read the bucket, and nothing that is damaged.

use std::ops::Range;

use sqlx::AnyPool;
use tokio_util::sync::CancellationToken;

use crate::model::account::Warnings;
use crate::model::id::{AccountId, BlobId, EntryId};
use crate::server::clock::Clock;
use crate::server::db::entries;
use crate::server::domain::Error;
use crate::server::domain::access::accounts::Account;
use crate::server::domain::access::administration::Administrator;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::content_fault::ContentFault;
use crate::server::domain::blobs::damage::{DamageWatch, Expected};
use crate::server::domain::blobs::reading::Readers;
use crate::server::domain::integrity::privacy_guard::PrivacyGuard;
use crate::server::storage::{DeliverAs, Delivery, Key, Object, Private, Storage};

/// A file whose content the caller may read.
#[derive(Clone, Debug)]
pub struct File {
    /// The name as it was typed.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// The media type that was detected from its content.
    pub media_type: String,
    /// When it was uploaded, in milliseconds since 1970.
    pub created: i64,
    /// A name for exactly these bytes that is never reused, fit for an entity tag.
    pub version: String,
    /// What is known to be wrong with the stored bytes; they are not delivered then.
    pub fault: Option<ContentFault>,
    blob: BlobId,
    key: Key<Private>,
    owner: AccountId,
    verified: Option<i64>,
}

/// Opens and reads files.
#[derive(Clone)]
pub struct Contents {
    pool: AnyPool,
    storage: Storage,
    damage: DamageWatch,
    guard: PrivacyGuard,
    readers: Readers,
    clock: Clock,
}

impl Contents {
    /// Reads from this database and store. The guard says whether private bytes may be handed out.
    pub(in crate::server) fn new(
        pool: AnyPool,
        storage: Storage,
        damage: DamageWatch,
        guard: PrivacyGuard,
        readers: Readers,
        clock: Clock,
    ) -> Self {
        Self { pool, storage, damage, guard, readers, clock }
    }

    /// The origin of the addresses by which files are delivered; `None` if they are streams through Holdall.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.storage.delivery_origin()
    }

    /// Finds a file of the scope.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file in the scope.
    pub async fn open(&self, scope: &Scope, id: &EntryId) -> Result<File, Error> {
        scope.may_see(self.clock.now())?;
        let row = entries::content(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        Ok(File {
            name: row.name,
            size: row.size.unsigned_abs(),
            media_type: row.media_type,
            created: row.created,
            version: row.blob.to_string(),
            fault: ContentFault::of(row.damage.as_deref(), row.mismatched),
            blob: row.blob,
            key: row.key,
            owner: scope.owner().clone(),
            // Where it is to be read again because it was written to, it was seen to be right before.
            verified: row.verified.or(row.checked),
        })
    }

    /// What pages warn this account of: nothing, unless it is an administrator's.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn warnings(&self, account: &Account) -> Result<Warnings, Error> {
        match Administrator::of(account) {
            Some(administrator) => {
                Ok(Warnings { exposed: self.guard.is_open(), damaged: self.damage.count(administrator).await? })
            }
            None => Ok(Warnings::default()),
        }
    }

    /// Checks that the object of a file is there in full, without reading it.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::Mismatched`]; [`Error::Storage`] if the store does not answer.
    pub async fn check_object(&self, file: &File) -> Result<(), Error> {
        self.guard.allows()?;
        ensure_intact(file)?;
        self.damage.check_object(expected(file)).await
    }

    /// How to deliver a file: by a presigned address that is valid for minutes, or as a stream through Holdall. While
    /// anonymous clients can read the bucket, no address of it is handed out.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::Mismatched`]; [`Error::Storage`] until a probe has shown that anonymous clients
    /// cannot read private files.
    pub async fn deliver(&self, file: &File, content_type: &str, disposition: &str) -> Result<Delivery, Error> {
        self.guard.allows()?;
        if self.guard.is_open() {
            return Ok(Delivery::Stream);
        }
        ensure_intact(file)?;
        let deliver_as =
            DeliverAs { content_type: content_type.to_owned(), content_disposition: disposition.to_owned() };
        let delivery = self.storage.deliver(&file.key, &deliver_as).await?;
        // After a redirect, a missing object would show people the store's own error, so it is looked for first.
        if matches!(delivery, Delivery::Redirect(_)) {
            self.damage.check_object(expected(file)).await?;
        }
        Ok(delivery)
    }

    /// Reads a file, or a range of its bytes. `ended` is cancelled if the download is ended before its client has read all
    /// of it; its connection has to be closed then.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::Mismatched`]; [`Error::TooMany`] if the account has too many downloads under way;
    /// [`Error::Storage`] if the store does not answer.
    pub async fn read(
        &self,
        file: &File,
        range: Option<Range<u64>>,
        ended: &CancellationToken,
    ) -> Result<Object, Error> {
        self.guard.allows()?;
        ensure_intact(file)?;
        let permit = self.readers.of_account(&file.owner).await?;
        let read = self.readers.start(Some(permit), &file.owner, Some(&file.blob), ended);
        let object = self.damage.read(expected(file), range).await?;
        Ok(Object { body: Box::pin(read.of(object.body)), ..object })
    }
}

fn expected(file: &File) -> Expected<'_> {
    Expected { blob: &file.blob, key: &file.key, size: file.size, verified: file.verified }
}

/// Refuses a file whose bytes are known to be wrong.
fn ensure_intact(file: &File) -> Result<(), Error> {
    file.fault.map_or(Ok(()), |fault| Err(fault.into()))
}
