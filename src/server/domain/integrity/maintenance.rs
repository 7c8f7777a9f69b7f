//! Finishes interrupted work: expired uploads, deletions that the store refused, expired sessions and downloads. Only
//! what has a row is touched. Each job is leased, so that one process works on it at a time.

use std::time::Duration;

use sqlx::AnyPool;

use crate::server::clock::Clock;
use crate::server::db;
use crate::server::domain::avatars::Avatars;
use crate::server::domain::blobs::remove::BlobRemoval;
use crate::server::domain::integrity::instance::{Instance, Unconfirmed};
use crate::server::domain::uploads::multipart::MultipartUploads;
use crate::server::domain::{Error, downloads};
use crate::server::jobs::queue::JobQueue;
use crate::server::storage::Storage;

/// The time between two rounds on a running server.
pub const PERIOD: Duration = Duration::from_secs(60);
/// The most rows of a table in one round.
const ROUND: u16 = 100;
/// The most expired rows that are deleted in one statement.
const STEP: i64 = 2048;

/// Maintains one site: runs what is due in its tables.
#[derive(Clone)]
pub struct Maintenance {
    pool: AnyPool,
    storage: Storage,
    parts: MultipartUploads,
    instance: Instance,
    removal: BlobRemoval,
    avatars: Avatars,
    queue: JobQueue,
    clock: Clock,
}

impl Maintenance {
    /// Maintains this database and store through the verbs that finish or delete uploads and avatars.
    pub(in crate::server) fn new(
        pool: AnyPool,
        storage: Storage,
        parts: &MultipartUploads,
        instance: &Instance,
        removal: BlobRemoval,
        avatars: Avatars,
        clock: Clock,
    ) -> Self {
        let queue = JobQueue::new(pool.clone(), clock.clone());
        Self { pool, storage, parts: parts.clone(), instance: instance.clone(), removal, avatars, queue, clock }
    }

    /// Runs what is due until hardly any is left, unless the store is not this site's, and logs what went wrong.
    pub async fn round(&self) {
        // In a wrong or unreachable store every deletion would seem to have succeeded.
        match self.instance.confirm().await {
            Ok(()) => {}
            Err(Unconfirmed::Unknown(error)) => {
                return tracing::warn!(%error, "whose store it is cannot be found out: nothing is maintained this time");
            }
            Err(error) => return tracing::error!(%error, "nothing is maintained"),
        }
        // Deleting a large folder leaves very many rows; a crash must not stretch them over days.
        loop {
            match self.once().await {
                // As many as a full table: more may wait.
                Ok(finished) if finished >= usize::from(ROUND) => {}
                Ok(_) => return,
                Err(error) => return tracing::warn!(%error, "this round was cut short; the next one goes on"),
            }
        }
    }

    /// Makes failed jobs due at once instead of after their back-off. For an operator who runs a repair and waits for
    /// its result.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn retry_failed(&self) -> Result<(), Error> {
        Ok(db::jobs::retry_failed(&self.pool, self.clock.now()).await?)
    }

    /// Runs a part of what is due, at most a hundred rows a table, and returns how many uploads and deletions it finished.
    ///
    /// # Errors
    /// [`Error::Storage`] if the store cannot clear its leftovers; [`Error::Database`]. Failures of single jobs are
    /// recorded with the jobs.
    pub async fn once(&self) -> Result<usize, Error> {
        let round = i64::from(ROUND);
        let mut finished = self.parts.resume(round).await? + self.parts.expire(round).await?;
        // After the uploads, since the objects of those that have just expired are due for deletion.
        finished += self.removal.remove_due(usize::from(ROUND)).await?;
        finished += self.avatars.remove_due(&self.queue, round).await?;
        let now = self.clock.now();
        // A statement at a time, so that others write in between.
        while db::sessions::delete_expired(&self.pool, now, STEP).await? > 0 {}
        while db::limits::delete_past(&self.pool, now, STEP).await? > 0 {}
        downloads::delete_expired(&self.pool, now).await?;
        self.storage.clear_leftovers().await?;
        Ok(finished)
    }
}
