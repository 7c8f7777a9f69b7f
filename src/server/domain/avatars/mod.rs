//! Avatars: a picture is made into squares, the squares get keys of their own in the media location, and the account
//! shows the new ones in the same moment as it lets the old ones go.

mod imaging;

pub use imaging::decode_picture;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sqlx::AnyPool;
use tokio::sync::Semaphore;

use self::imaging::{ImageError, PictureDecoder, Rendition};
use crate::model::account::{Avatar, Role, Viewer};
use crate::model::form::Field;
use crate::model::problem::FieldProblem;
use crate::server::clock::{Clock, milliseconds};
use crate::server::db::types::JobKind;
use crate::server::db::{self, jobs, renditions as rows};
use crate::server::domain::Error;
use crate::server::domain::access::accounts::Account;
use crate::server::domain::uploads::form::RETRY;
use crate::server::jobs::queue::JobQueue;
use crate::server::storage::{self, Key, Media, Object, ObjectMeta, Storage};

/// How many pictures wait for their turn at most; each is held in memory meanwhile, up to 10 MiB.
const QUEUE: usize = 8;
/// After which time a picture whose making broke off may be swept away.
const MAKING: Duration = Duration::from_secs(3600);
/// A year: the longest that caches take seriously. Keys are never used again.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The most bytes a picture may have.
pub const LIMIT: u64 = imaging::MAX_BYTES;

/// The avatars of this site.
#[derive(Clone)]
pub struct Avatars {
    pool: AnyPool,
    storage: Storage,
    decoder: PictureDecoder,
    waiting: Arc<Semaphore>,
    making: Arc<Semaphore>,
    clock: Clock,
}

/// A picture that is shown.
#[derive(Debug)]
pub struct Picture {
    /// `image/jpeg` or `image/webp`.
    pub media_type: String,
    key: Key<Media>,
}

impl Avatars {
    /// Over this database and store. Pictures are decoded by `program`, a Holdall of this version.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, program: PathBuf, clock: Clock) -> Self {
        let (waiting, making) = (Arc::new(Semaphore::new(QUEUE)), Arc::new(Semaphore::new(1)));
        Self { pool, storage, decoder: PictureDecoder::new(program), waiting, making, clock }
    }

    /// Waits for no place in the queue: there is one, or the answer is busy. Taken before the picture is received,
    /// so that the queue bounds memory too.
    pub fn queue(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Error> {
        self.waiting.clone().try_acquire_owned().map_err(|_| Error::Busy)
    }

    /// Makes the picture the account's avatar. If it is refused or cannot be kept, the old one stays.
    pub async fn set(&self, account: &Account, picture: Bytes) -> Result<(), Error> {
        let turn = self.making.clone().acquire_owned().await.map_err(|_| Error::Busy)?;
        let rendered = self.decoder.render(picture).await;
        drop(turn);
        let renditions = rendered.map_err(|error| Error::Internal(error.to_string()))?.map_err(refused)?;
        let now = self.clock.now();
        let mut kept = Vec::new();
        for rendition in renditions {
            kept.push(self.keep(account, rendition, now).await?);
        }
        let mut transaction = self.pool.begin().await?;
        // Of two pictures given at once the second must see the first, to let it go.
        db::accounts::lock_row(&mut *transaction, &account.id).await?;
        let old = release(&mut transaction, account, self.clock.now() + milliseconds(RETRY)).await?;
        for key in &kept {
            if !rows::mark_stored(&mut *transaction, key).await? {
                return Err(Error::Internal(format!("{key} was swept away while it was made")));
            }
            jobs::cancel(&mut *transaction, JobKind::DeleteRendition, key).await?;
        }
        transaction.commit().await?;
        self.let_go(&old).await;
        Ok(())
    }

    /// Takes the avatar away: initials are shown again.
    pub async fn remove(&self, account: &Account) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        let old = release(&mut transaction, account, self.clock.now() + milliseconds(RETRY)).await?;
        transaction.commit().await?;
        self.let_go(&old).await;
        Ok(())
    }

    async fn keep(&self, account: &Account, rendition: Rendition, now: i64) -> Result<Key<Media>, Error> {
        let row = rows::RenditionRow { key: Key::random(), size: i64::from(rendition.size) };
        let mut transaction = self.pool.begin().await?;
        rows::insert(&mut *transaction, &account.id, &row, rendition.content_type, now).await?;
        jobs::insert(&mut *transaction, JobKind::DeleteRendition, &row.key, now + milliseconds(MAKING)).await?;
        transaction.commit().await?;
        let meta = ObjectMeta {
            content_type: rendition.content_type.to_owned(),
            cache_control: Some(FOR_EVER),
            content_disposition: Some("inline".to_owned()),
            ..ObjectMeta::default()
        };
        self.storage.put(&row.key, rendition.bytes, &meta).await.map_err(|error| match error {
            storage::StorageError::Full { .. } => Error::at(Field::Avatar, FieldProblem::NoSpace),
            other => other.into(),
        })?;
        Ok(row.key)
    }

    async fn let_go(&self, keys: &[Key<Media>]) {
        if let Err(error) = self.erase(keys).await {
            tracing::warn!(%error, "an old picture is left to the next sweep");
        }
    }

    /// Takes the objects of rows in state `deleting` out of the store, and then the rows.
    async fn erase(&self, keys: &[Key<Media>]) -> Result<(), Error> {
        self.storage.delete_many(keys).await?;
        for key in keys {
            let mut transaction = self.pool.begin().await?;
            rows::delete_row(&mut *transaction, key).await?;
            jobs::cancel(&mut *transaction, JobKind::DeleteRendition, key).await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Takes away at most `limit` renditions that are due for it: those that are shown no more, and those whose making
    /// broke off. Gives how many went.
    pub(in crate::server::domain) async fn remove_due(&self, queue: &JobQueue, limit: i64) -> Result<usize, Error> {
        let mut gone = 0;
        for job in queue.take::<Key<Media>>(JobKind::DeleteRendition, limit).await? {
            if !rows::mark_deleting(&self.pool, &job.subject).await? {
                queue.done(&job).await?;
                continue;
            }
            match self.erase(std::slice::from_ref(&job.subject)).await {
                Ok(()) => gone += 1,
                Err(error) => {
                    tracing::warn!(%error, key = %job.subject, "a picture is still not deleted");
                    queue.failed(&job, &error).await?;
                }
            }
        }
        Ok(gone)
    }

    /// What pages show of an account; only an administrator is told whether strangers can read private files.
    pub async fn viewer(&self, account: &Account, quota: Option<u64>, are_exposed: bool) -> Result<Viewer, Error> {
        let pictures = rows::stored(&self.pool, &account.id).await?;
        let pictures = pictures
            .iter()
            .map(|row| Ok((self.storage.url(&row.key)?, u32::try_from(row.size).unwrap_or_default())))
            .collect::<Result<Vec<_>, storage::StorageError>>()?;
        Ok(Viewer {
            name: account.name.clone(),
            email: account.email.clone(),
            avatar: (!pictures.is_empty()).then_some(Avatar { pictures }),
            used: account.used,
            quota,
            exposed: account.role == Role::Administrator && are_exposed,
        })
    }

    /// The site that pictures come from, as browsers write it in `Origin`, where that is not Holdall itself.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        self.storage.base::<Media>().and_then(storage::origin_of)
    }

    /// A picture by its key, for anyone who asks.
    pub async fn find(&self, key: &str) -> Result<Picture, Error> {
        let key = Key::<Media>::parse(key).map_err(|_| Error::NotFound)?;
        let media_type = rows::media_type(&self.pool, &key).await?.ok_or(Error::NotFound)?;
        Ok(Picture { media_type, key })
    }

    /// The bytes of a picture.
    pub async fn read(&self, picture: &Picture) -> Result<Object, Error> {
        Ok(self.storage.read(&picture.key, None).await?)
    }
}

/// Lets go of what an account shows; it is due for removal should this process not get to it.
async fn release(transaction: &mut db::Transaction, account: &Account, due: i64) -> Result<Vec<Key<Media>>, Error> {
    let old = rows::mark_account_deleting(&mut **transaction, &account.id).await?;
    for key in &old {
        jobs::insert(&mut **transaction, JobKind::DeleteRendition, key, due).await?;
    }
    Ok(old)
}

fn refused(refusal: ImageError) -> Error {
    Error::at(
        Field::Avatar,
        match refusal {
            ImageError::NotAPicture => FieldProblem::NotAPicture,
            ImageError::TooLarge { .. } => FieldProblem::TooLarge { limit: imaging::MAX_BYTES },
            ImageError::TooManyPixels { .. } => FieldProblem::TooManyPixels { limit: imaging::MAX_PIXELS },
            ImageError::Truncated | ImageError::Damaged => FieldProblem::DamagedPicture,
        },
    )
}
