//! Finishing what broke off: uploads that were never finished, deletions that the store did not take, sessions and
//! downloads that ended. Only what has a row is touched; a row is taken up once, by whichever process comes first.

use std::time::Duration;

use sqlx::AnyPool;

use crate::server::clock::{self, milliseconds};
use crate::server::db;
use crate::server::domain::avatars::Avatars;
use crate::server::domain::integrity::instance::{Instance, Unconfirmed};
use crate::server::domain::uploads::form::{FormUploads, RETRY};
use crate::server::domain::uploads::multipart::MultipartUploads;
use crate::server::domain::{Error, downloads};
use crate::server::storage::Storage;

/// How often a running server sweeps.
const PERIOD: Duration = Duration::from_secs(300);
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
    ) -> Self {
        Self { pool, storage, parts: parts.clone(), instance: instance.clone(), uploads, avatars }
    }

    /// Sweeps every five minutes, for as long as the server runs.
    pub async fn run(self) {
        let mut ticks = tokio::time::interval(PERIOD);
        loop {
            ticks.tick().await;
            // In a store that is not this site's, or that does not answer, every deletion would look done.
            match self.instance.confirm().await {
                Ok(()) => {}
                Err(Unconfirmed::Unknown(error)) => {
                    tracing::warn!(%error, "whose store it is cannot be found out: nothing is swept this time");
                    continue;
                }
                Err(error) => {
                    tracing::error!(%error, "nothing is swept");
                    continue;
                }
            }
            if let Err(error) = self.once().await {
                tracing::warn!(%error, "this sweep was cut short; the next one goes on");
            }
        }
    }

    /// One round: at most a hundred rows a table. Gives how many rows it brought on.
    pub async fn once(&self) -> Result<usize, Error> {
        let mut gone = self.parts.resume(ROUND).await? + self.parts.expire(ROUND).await?;
        // After these: what has had its time is due at once.
        let now = clock::now();
        let again = now + milliseconds(RETRY);
        for blob in db::blobs::lease_overdue(&self.pool, now, again, ROUND).await? {
            match self.uploads.remove(&blob.id, &blob.key).await {
                Ok(()) => gone += 1,
                Err(error) => tracing::warn!(%error, blob = blob.id, "still not deleted"),
            }
        }
        let pictures = db::pictures::lease_overdue(&self.pool, now, again, ROUND).await?;
        match self.avatars.erase(&pictures).await {
            Ok(()) => gone += pictures.len(),
            Err(error) => tracing::warn!(%error, "pictures still not deleted"),
        }
        db::sessions::delete_expired(&self.pool, now).await?;
        downloads::sweep(&self.pool, now).await?;
        self.storage.clear_leftovers().await?;
        Ok(gone)
    }
}
