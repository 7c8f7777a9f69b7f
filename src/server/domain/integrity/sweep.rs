//! Finishing what broke off: uploads that were never finished, deletions that the store did not take, sessions and
//! downloads that ended. Only what has a row is touched; a row is taken up once, by whichever process comes first.

use std::time::Duration;

use sqlx::AnyPool;

use crate::server::clock::Clock;
use crate::server::db;
use crate::server::domain::avatars::Avatars;
use crate::server::domain::integrity::instance::{Instance, Unconfirmed};
use crate::server::domain::uploads::form::FormUploads;
use crate::server::domain::uploads::multipart::MultipartUploads;
use crate::server::domain::{Error, downloads};
use crate::server::jobs::queue::JobQueue;
use crate::server::storage::Storage;

/// How often a running server sweeps.
pub const PERIOD: Duration = Duration::from_secs(300);
/// How many rows of a table one round takes up.
const ROUND: i64 = 100;

/// The sweep of one site.
#[derive(Clone)]
pub struct Sweep {
    pool: AnyPool,
    storage: Storage,
    parts: MultipartUploads,
    instance: Instance,
    uploads: FormUploads,
    avatars: Avatars,
    queue: JobQueue,
    clock: Clock,
}

impl Sweep {
    /// Over this database, with those who know how to take bytes away.
    pub(in crate::server) fn new(
        pool: AnyPool,
        storage: Storage,
        parts: &MultipartUploads,
        instance: &Instance,
        uploads: FormUploads,
        avatars: Avatars,
        clock: Clock,
    ) -> Self {
        let queue = JobQueue::new(pool.clone(), clock.clone());
        Self { pool, storage, parts: parts.clone(), instance: instance.clone(), uploads, avatars, queue, clock }
    }

    /// One round of a running server, which says in the log what is wrong.
    pub async fn round(&self) {
        // In a store that is not this site's, or that does not answer, every deletion would look done.
        match self.instance.confirm().await {
            Ok(()) => {}
            Err(Unconfirmed::Unknown(error)) => {
                return tracing::warn!(%error, "whose store it is cannot be found out: nothing is swept this time");
            }
            Err(error) => return tracing::error!(%error, "nothing is swept"),
        }
        if let Err(error) = self.once().await {
            tracing::warn!(%error, "this sweep was cut short; the next one goes on");
        }
    }

    /// Makes due what has failed before and waits for another attempt: somebody is there who wants to know.
    pub async fn retry_failed(&self) -> Result<(), Error> {
        Ok(db::jobs::retry_failed(&self.pool, self.clock.now()).await?)
    }

    /// One round: at most a hundred rows a table. Gives how many rows it brought on.
    pub async fn once(&self) -> Result<usize, Error> {
        let mut gone = self.parts.resume(ROUND).await? + self.parts.expire(ROUND).await?;
        // After these: what has had its time is due at once.
        gone += self.uploads.remove_due(ROUND).await?;
        gone += self.avatars.remove_due(&self.queue, ROUND).await?;
        let now = self.clock.now();
        db::sessions::delete_expired(&self.pool, now).await?;
        downloads::sweep(&self.pool, now).await?;
        self.storage.clear_leftovers().await?;
        Ok(gone)
    }
}
