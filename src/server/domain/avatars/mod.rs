//! Avatars. A picture is scaled to squares, which get new keys in the media location; one transaction puts the new
//! ones into use and marks the old ones for deletion.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use sqlx::AnyPool;

use crate::model::account::{Avatar, Viewer, Warnings, initials};
use crate::model::form::Field;
use crate::model::problem::{FieldProblem, FileKind};
use crate::server::clock::{Clock, milliseconds};
use crate::server::db::types::JobKind;
use crate::server::db::{self, jobs, renditions as rows};
use crate::server::domain::Error;
use crate::server::domain::access::accounts::Account;
use crate::server::domain::blobs::media_type;
use crate::server::domain::blobs::reading::{Readers, holding};
use crate::server::domain::blobs::remove::RETRY;
use crate::server::domain::imaging::{self, ImageError, PictureDecoder, Rendition};
use crate::server::domain::subject_limiter::{AccountQueue, SubjectLimiter, SubjectPermit};
use crate::server::jobs::queue::JobQueue;
use crate::server::storage::{self, Key, Media, Object, ObjectMeta, Storage};

/// The most pictures that may wait or be processed.
const QUEUE: usize = 8;
/// The most of one account.
const QUEUE_OF_ONE: usize = 4;
/// How long a picture waits for its turn to be decoded.
const TURN: Duration = Duration::from_secs(120);
/// How long a picture waits for a place among them.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The most pixels of a picture that is decoded beside larger ones: those of most phones. The largest take seconds.
const USUAL: usize = 16_000_000;
/// The time after which an avatar that was never put into use may be deleted.
const MAKING: Duration = Duration::from_secs(3600);
/// A year, the longest that caches honour. Keys are never reused.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The verbs over avatars.
#[derive(Clone)]
pub struct Avatars {
    pool: AnyPool,
    storage: Storage,
    decoder: PictureDecoder,
    waiting: SubjectLimiter,
    usual: AccountQueue,
    large: AccountQueue,
    readers: Readers,
    clock: Clock,
}

/// An avatar in use, in one size.
#[derive(Debug)]
pub struct Picture {
    /// `image/jpeg` or `image/webp`.
    pub media_type: String,
    key: Key<Media>,
}

impl Avatars {
    /// Works on this database and store. Pictures are decoded by `program`, a Holdall binary of the same version.
    pub(in crate::server) fn new(
        pool: AnyPool,
        storage: Storage,
        program: PathBuf,
        readers: Readers,
        clock: Clock,
    ) -> Self {
        let (decoder, waiting) = (PictureDecoder::new(program), SubjectLimiter::new(QUEUE, QUEUE_OF_ONE));
        let turns = || AccountQueue::new(1, QUEUE_OF_ONE, TURN);
        Self { pool, storage, decoder, waiting, usual: turns(), large: turns(), readers, clock }
    }

    /// A place in the queue for a picture that was received.
    ///
    /// # Errors
    /// [`Error::Busy`] if the queue stays full, or the account has its share of it.
    pub async fn queue(&self, account: &Account) -> Result<SubjectPermit, Error> {
        self.waiting.take_within(&account.id, TIMEOUT).await
    }

    /// Sets the account's avatar. On an error the old one stays.
    ///
    /// # Errors
    /// A refusal at the avatar's field if the picture cannot be used or the disk is full; [`Error::Busy`] if its turn does
    /// not come within minutes; [`Error::Storage`];
    /// [`Error::Internal`] if the decoding process cannot run.
    pub async fn set(&self, account: &Account, picture: Bytes) -> Result<(), Error> {
        // One of each kind at a time, and each account's behind those of others. One that cannot be measured is refused soon.
        let is_large = imagesize::blob_size(&picture).is_ok_and(|size| size.width.saturating_mul(size.height) > USUAL);
        let turns = if is_large { &self.large } else { &self.usual };
        let turn = turns.take(&account.id).await?;
        let rendered = self.decoder.render(picture.clone()).await;
        drop(turn);
        let renditions = rendered
            .map_err(|error| Error::Internal(error.to_string()))?
            .map_err(|refusal| refused(refusal, &picture))?;
        drop(picture);
        let now = self.clock.now();
        let mut stored = Vec::new();
        for rendition in renditions {
            stored.push(self.store(account, rendition, now).await?);
        }
        let mut transaction = db::begin_for(&self.pool, &account.id).await?;
        // Of two concurrent calls, the later one must see the earlier one's rows to mark them for deletion.
        db::accounts::lock_row(&mut *transaction, &account.id).await?;
        let old = release(&mut transaction, account, self.clock.now() + milliseconds(RETRY)).await?;
        for key in &stored {
            if !rows::mark_stored(&mut *transaction, key).await? {
                return Err(Error::Internal(format!("{key} was swept away while it was made")));
            }
            jobs::cancel(&mut *transaction, JobKind::DeleteAvatar, key).await?;
        }
        transaction.commit().await?;
        self.erase_or_leave(&old).await;
        Ok(())
    }

    /// Removes the avatar; pages show initials instead.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn remove(&self, account: &Account) -> Result<(), Error> {
        let mut transaction = db::begin_for(&self.pool, &account.id).await?;
        let old = release(&mut transaction, account, self.clock.now() + milliseconds(RETRY)).await?;
        transaction.commit().await?;
        self.erase_or_leave(&old).await;
        Ok(())
    }

    async fn store(&self, account: &Account, rendition: Rendition, now: i64) -> Result<Key<Media>, Error> {
        let row = rows::RenditionRecord { key: Key::random(), edge: i64::from(rendition.size) };
        let mut transaction = db::begin_for(&self.pool, &account.id).await?;
        rows::insert(&mut *transaction, &account.id, &row, rendition.content_type, now).await?;
        jobs::insert(&mut *transaction, JobKind::DeleteAvatar, &row.key, now + milliseconds(MAKING)).await?;
        transaction.commit().await?;
        let meta = ObjectMeta {
            content_type: rendition.content_type.to_owned(),
            cache_control: Some(FOR_EVER),
            content_disposition: Some("inline".to_owned()),
            ..ObjectMeta::default()
        };
        self.storage
            .put(&row.key, rendition.bytes, &meta)
            .await
            .map_err(|error| Error::not_stored(Field::Avatar, error))?;
        Ok(row.key)
    }

    async fn erase_or_leave(&self, keys: &[Key<Media>]) {
        let Err(error) = self.erase(keys).await else { return };
        tracing::warn!(%error, "an old picture is left to the next maintenance");
        for key in keys {
            let failure = error.to_string();
            if let Err(error) = jobs::record_failure(&self.pool, JobKind::DeleteAvatar, key, &failure).await {
                tracing::debug!(%error, "and why is not noted");
            }
        }
    }

    /// Deletes the objects of rows in state `deleting`, and then the rows.
    async fn erase(&self, keys: &[Key<Media>]) -> Result<(), Error> {
        self.storage.delete_many(keys).await?;
        for key in keys {
            let mut transaction = db::begin(&self.pool).await?;
            rows::delete_row(&mut *transaction, key).await?;
            jobs::cancel(&mut *transaction, JobKind::DeleteAvatar, key).await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Runs at most `limit` deletion jobs that are due, for renditions that are no longer in use or never were, and
    /// returns how many were deleted.
    ///
    /// # Errors
    /// [`Error::Database`]. Failures of the store are recorded with the job and tried again later.
    pub(in crate::server::domain) async fn remove_due(&self, queue: &JobQueue, limit: i64) -> Result<usize, Error> {
        let mut deleted = 0;
        for job in queue.take::<Key<Media>>(JobKind::DeleteAvatar, limit).await? {
            if !rows::mark_deleting(&self.pool, &job.subject).await? {
                queue.done(&job).await?;
                continue;
            }
            match self.erase(std::slice::from_ref(&job.subject)).await {
                Ok(()) => deleted += 1,
                Err(error) => {
                    tracing::warn!(%error, key = %job.subject, "a picture is still not deleted");
                    queue.failed(&job, &error).await?;
                }
            }
        }
        Ok(deleted)
    }

    /// What pages show about the signed-in account.
    ///
    /// # Errors
    /// [`Error::Storage`] if an avatar's address cannot be signed.
    pub fn viewer(&self, account: &Account, quota: Option<u64>, warnings: Warnings) -> Result<Viewer, Error> {
        let pictures = account
            .pictures
            .iter()
            .map(|row| Ok((self.storage.url(&row.key)?, u32::try_from(row.edge).unwrap_or_default())))
            .collect::<Result<Vec<_>, storage::StorageError>>()?;
        Ok(Viewer {
            name: account.name.clone(),
            email: account.email.clone(),
            avatar: (!pictures.is_empty()).then_some(Avatar { pictures }),
            initials: initials(&account.name),
            used: account.used,
            quota,
            warnings,
        })
    }

    /// The origin that avatars are loaded from; `None` if it is Holdall itself.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        self.storage.base::<Media>().and_then(storage::origin_of)
    }

    /// Finds an avatar by its key. Avatars are public, so no scope is needed.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the key is malformed or not in use.
    pub async fn find(&self, key: &str) -> Result<Picture, Error> {
        let key = Key::<Media>::parse(key).map_err(|_| Error::NotFound)?;
        let media_type = rows::media_type(&self.pool, &key).await?.ok_or(Error::NotFound)?;
        Ok(Picture { media_type, key })
    }

    /// Reads an avatar's bytes for a client at this address.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the object is missing; [`Error::TooMany`] if many are being read for the address;
    /// [`Error::Storage`].
    pub async fn read(&self, picture: &Picture, address: &str) -> Result<Object, Error> {
        let permit = self.readers.of_address(address).await?;
        let object = self.storage.read(&picture.key, None).await?;
        Ok(Object { body: Box::pin(holding(permit, object.body)), ..object })
    }
}

/// Marks the account's current avatar for deletion, with jobs that are due if this process does not delete it itself.
async fn release(transaction: &mut db::Transaction, account: &Account, due: i64) -> Result<Vec<Key<Media>>, Error> {
    let old = rows::mark_account_deleting(&mut **transaction, &account.id).await?;
    for key in &old {
        jobs::insert(&mut **transaction, JobKind::DeleteAvatar, key, due).await?;
    }
    Ok(old)
}

/// What a file is that people may take for a picture.
fn kind_of(content: &[u8]) -> Option<FileKind> {
    match media_type::of(content) {
        "image/heif" => Some(FileKind::Heic),
        "image/avif" => Some(FileKind::Avif),
        "image/jxl" => Some(FileKind::JpegXl),
        "image/tiff" | "image/x-canon-cr2" | media_type::RAW => Some(FileKind::Tiff),
        "image/bmp" => Some(FileKind::Bitmap),
        "image/vnd.adobe.photoshop" => Some(FileKind::Photoshop),
        "image/svg+xml" => Some(FileKind::Svg),
        "application/pdf" => Some(FileKind::Pdf),
        "text/html" => Some(FileKind::WebPage),
        // They were tried before.
        "image/jpeg" | "image/png" | "image/gif" | "image/webp" => None,
        picture if picture.starts_with("image/") => Some(FileKind::OtherPicture),
        video if video.starts_with("video/") => Some(FileKind::Video),
        sound if sound.starts_with("audio/") => Some(FileKind::Sound),
        _ => None,
    }
}

fn refused(refusal: ImageError, picture: &[u8]) -> Error {
    Error::at(
        Field::Avatar,
        match refusal {
            ImageError::NotAPicture => {
                kind_of(picture).map_or(FieldProblem::NotAPicture, |kind| FieldProblem::OtherKind { kind })
            }
            ImageError::TooLarge { .. } => FieldProblem::TooLarge { limit: imaging::MAX_BYTES },
            ImageError::TooManyPixels { .. } => FieldProblem::TooManyPixels { limit: imaging::MAX_PIXELS },
            ImageError::Truncated | ImageError::Damaged => FieldProblem::DamagedPicture,
        },
    )
}
