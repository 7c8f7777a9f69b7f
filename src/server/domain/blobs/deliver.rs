//! A file's content on its way out: as a signed address of the store, or as bytes through Holdall. Nothing goes out while
//! strangers could read the bucket, and nothing that is damaged.

use std::ops::Range;

use sqlx::AnyPool;

use crate::model::id::EntryId;
use crate::server::clock;
use crate::server::db::entries;
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::integrity::privacy_guard::PrivacyGuard;
use crate::server::storage::{DeliverAs, Delivery, Key, Object, Private, Storage};

/// A file whose content somebody may have.
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

/// The contents of this site's files.
#[derive(Clone)]
pub struct Contents {
    pool: AnyPool,
    storage: Storage,
    guard: PrivacyGuard,
}

impl Contents {
    /// Over this database and store; the guard says whether private bytes may be handed out.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, guard: PrivacyGuard) -> Self {
        Self { pool, storage, guard }
    }

    /// A file of the scope.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such file, or it lies outside.
    pub async fn open(&self, scope: &Scope, id: &EntryId) -> Result<File, Error> {
        scope.may_see(clock::now())?;
        let row = entries::content(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        Ok(File {
            name: row.name,
            size: row.size.unsigned_abs(),
            media_type: row.media_type,
            created: row.created,
            version: row.blob.to_string(),
            damaged: row.damage.is_some(),
            key: row.key,
        })
    }

    /// Whether strangers were found to be able to read private files.
    #[must_use]
    pub fn are_exposed(&self) -> bool {
        self.guard.is_open()
    }

    /// How the store wants this file to be delivered: by a signed address, good for minutes, or through Holdall. While
    /// strangers can read the bucket no address of it is handed out.
    ///
    /// # Errors
    /// [`Error::Damaged`]; [`Error::Storage`] where it is not proved yet that strangers cannot read private files.
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
    ///
    /// # Errors
    /// [`Error::Damaged`]; [`Error::Storage`] where the store has no such object, or does not answer.
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
}

/// What is damaged is not given out, whatever way it would go.
fn ensure_intact(file: &File) -> Result<(), Error> {
    if file.damaged { Err(Error::Damaged) } else { Ok(()) }
}
