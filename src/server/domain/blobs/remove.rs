//! Deletes the blobs that are marked for deletion: first the object, then its row.

use std::time::Duration;

use sqlx::AnyPool;

use crate::model::id::BlobId;
use crate::server::clock::Clock;
use crate::server::db::types::JobKind;
use crate::server::db::{self, blobs, jobs};
use crate::server::domain::Error;
use crate::server::domain::blobs::reading::Readers;
use crate::server::jobs::queue::JobQueue;
use crate::server::storage::{Key, Private, Storage};

/// How many deletion jobs are leased at once.
const AT_ONCE: i64 = 100;
/// The pause before a failed deletion may be tried again.
pub(in crate::server::domain) const RETRY: Duration = Duration::from_secs(60);

/// Deletes blobs from the store.
#[derive(Clone)]
pub struct BlobRemoval {
    pool: AnyPool,
    storage: Storage,
    queue: JobQueue,
    readers: Readers,
    clock: Clock,
}

impl BlobRemoval {
    /// Deletes from this store what this database has marked, and ends the downloads of it.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, readers: Readers, clock: Clock) -> Self {
        let queue = JobQueue::new(pool.clone(), clock.clone());
        Self { pool, storage, queue, readers, clock }
    }

    /// Runs all deletion jobs that are due, until none is left or the store fails all that remain.
    ///
    /// # Errors
    /// [`Error::Database`]. Failures of the store are recorded with the job and tried again later.
    pub(in crate::server::domain) async fn remove_all_due(&self) -> Result<(), Error> {
        while self.remove_due(AT_ONCE).await? > 0 {}
        Ok(())
    }

    /// Runs at most `limit` deletion jobs that are due, and returns how many objects were deleted. A deletion that the
    /// store refuses is tried again later.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(in crate::server::domain) async fn remove_due(&self, limit: i64) -> Result<usize, Error> {
        let mut deleted = 0;
        for job in self.queue.take::<BlobId>(JobKind::DeleteBlob, limit).await? {
            let Some(key) = blobs::key_of_deleting(&self.pool, &job.subject).await? else {
                self.queue.done(&job).await?;
                continue;
            };
            match self.remove(&job.subject, &key).await {
                Ok(()) => deleted += 1,
                Err(error) => {
                    tracing::warn!(%error, blob = %job.subject, "still not deleted");
                    self.queue.failed(&job, &error).await?;
                }
            }
        }
        Ok(deleted)
    }

    /// Deletes the object of a blob in state `deleting`, and then its row.
    ///
    /// # Errors
    /// [`Error::Storage`] if the object could not be deleted, which is recorded with its job; [`Error::Database`].
    pub(in crate::server::domain) async fn remove(&self, id: &BlobId, key: &Key<Private>) -> Result<(), Error> {
        match self.storage.discard(key).await {
            Ok(()) => {
                // The file system of a folder keeps the bytes of an open file.
                self.readers.end_of(id);
                // A row whose presigned addresses are still valid stays until they end, so that late bytes are deleted
                // too.
                let mut transaction = db::begin(&self.pool).await?;
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
