//! Deletes the blobs that are marked for deletion: first the object, then its row.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures::future::try_join_all;
use sqlx::AnyPool;

use crate::model::id::{AccountId, BlobId};
use crate::server::clock::Clock;
use crate::server::db::types::JobKind;
use crate::server::db::{self, blobs, jobs};
use crate::server::domain::Error;
use crate::server::domain::blobs::reading::Readers;
use crate::server::jobs::queue::{JobQueue, Lease};
use crate::server::jobs::round_robin::RoundRobin;
use crate::server::storage::{Key, Private, Storage};

/// After so many deletions that all fail, the rest is left for later.
const ROUND: usize = 100;
/// How many objects are deleted at once, so that a slow answer of the store does not hold up all others.
const AT_ONCE: usize = 4;
/// The pause before a failed deletion may be tried again.
pub(in crate::server::domain) const RETRY: Duration = Duration::from_secs(60);

/// Deletes blobs from the store.
#[derive(Clone)]
pub struct BlobRemoval {
    pool: AnyPool,
    storage: Storage,
    queue: JobQueue,
    due: RoundRobin,
    readers: Readers,
    clock: Clock,
}

/// To whom the bytes of a blob that is removed still count.
#[derive(Clone, Copy)]
pub(in crate::server::domain) enum CountedTo<'a> {
    /// To this account, until the object is deleted.
    Account(&'a AccountId),
    /// To nobody: they were given back to this account, which waits for the removal. It is done in the account's turn.
    FormerAccount(&'a AccountId),
    /// To nobody.
    Nobody,
}

impl BlobRemoval {
    /// Deletes from this store what this database has marked, and ends the downloads of it.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, readers: Readers, clock: Clock) -> Self {
        let queue = JobQueue::new(pool.clone(), clock.clone());
        let due = RoundRobin::new(queue.clone(), JobKind::DeleteBlob);
        Self { pool, storage, queue, due, readers, clock }
    }

    /// Runs all deletion jobs that are due, until none is left or the store fails all that remain.
    ///
    /// # Errors
    /// [`Error::Database`]. Failures of the store are recorded with the job and tried again later.
    pub(in crate::server::domain) async fn remove_all_due(&self) -> Result<(), Error> {
        while self.remove_due(ROUND).await? > 0 {}
        Ok(())
    }

    /// Runs at most `limit` deletion jobs that are due, a few at once and the accounts in turn, and returns how many
    /// objects were deleted. A deletion that the store refuses is tried again later.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(in crate::server::domain) async fn remove_due(&self, limit: usize) -> Result<usize, Error> {
        let left = AtomicUsize::new(limit);
        let is_left = || left.try_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok();
        let workers = (0..AT_ONCE).map(async |_| {
            let mut deleted = 0;
            while is_left()
                && let Some(job) = self.due.take().await?
            {
                deleted += usize::from(self.run(&job).await?);
            }
            Ok::<_, Error>(deleted)
        });
        Ok(try_join_all(workers).await?.into_iter().sum())
    }

    /// Runs one job; returns whether an object was deleted.
    async fn run(&self, job: &Lease<BlobId>) -> Result<bool, Error> {
        let Some((key, account)) = blobs::deleting(&self.pool, &job.subject).await? else {
            self.queue.done(job).await?;
            return Ok(false);
        };
        let removed =
            self.remove(&job.subject, &key, account.as_ref().map_or(CountedTo::Nobody, CountedTo::Account)).await;
        if let Err(error) = &removed {
            tracing::warn!(%error, blob = %job.subject, "still not deleted");
            self.queue.failed(job, error).await?;
        }
        Ok(removed.is_ok())
    }

    /// Deletes the object of a blob in state `deleting`, and then its row.
    ///
    /// # Errors
    /// [`Error::Storage`] if the object could not be deleted, which is recorded with its job; [`Error::Database`].
    pub(in crate::server::domain) async fn remove(
        &self,
        id: &BlobId,
        key: &Key<Private>,
        counted: CountedTo<'_>,
    ) -> Result<(), Error> {
        match self.storage.discard(key).await {
            Ok(()) => {
                // The file system of a folder keeps the bytes of an open file.
                self.readers.end_of(id);
                // A row whose presigned addresses are still valid stays until they end, so that late bytes are deleted
                // too.
                let mut transaction = match counted {
                    CountedTo::FormerAccount(account) => db::begin_for(&self.pool, account).await?,
                    CountedTo::Account(_) | CountedTo::Nobody => db::begin(&self.pool).await?,
                };
                if let CountedTo::Account(account) = counted {
                    blobs::release(&mut transaction, id, account).await?;
                }
                blobs::delete_row(&mut transaction, id, self.clock.now()).await?;
                Ok(transaction.commit().await?)
            }
            Err(error) => {
                jobs::record_failure(&self.pool, JobKind::DeleteBlob, id, &error.to_string()).await?;
                Err(error.into())
            }
        }
    }
}
