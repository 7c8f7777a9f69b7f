//! Taking blobs out of the store that are on their way out: the object first, and then its row.

use crate::model::id::BlobId;
use crate::server::db::types::JobKind;
use crate::server::db::{blobs, jobs};
use crate::server::domain::Error;
use crate::server::domain::uploads::form::FormUploads;
use crate::server::storage::{Key, Private};

/// How many deletions are taken up in one go.
const AT_ONCE: i64 = 100;

impl FormUploads {
    /// Takes out of the store whatever is due for it, until nothing is or the store refuses.
    pub(in crate::server::domain) async fn remove_all_due(&self) -> Result<(), Error> {
        while self.remove_due(AT_ONCE).await? > 0 {}
        Ok(())
    }

    /// Takes out of the store at most `limit` blobs that are due for it; gives how many went. Of those that the store does
    /// not let go, each is tried again later by itself.
    pub(in crate::server::domain) async fn remove_due(&self, limit: i64) -> Result<usize, Error> {
        let mut gone = 0;
        for job in self.queue.take::<BlobId>(JobKind::DeleteBlob, limit).await? {
            let Some(key) = blobs::key_of_deleting(&self.pool, &job.subject).await? else {
                self.queue.done(&job).await?;
                continue;
            };
            match self.remove(&job.subject, &key).await {
                Ok(()) => gone += 1,
                Err(error) => {
                    tracing::warn!(%error, blob = %job.subject, "still not deleted");
                    self.queue.failed(&job, &error).await?;
                }
            }
        }
        Ok(gone)
    }

    /// Takes the object of a row in state `deleting` out of the store, and then the row.
    pub(in crate::server::domain) async fn remove(&self, id: &BlobId, key: &Key<Private>) -> Result<(), Error> {
        match self.storage.discard(key).await {
            Ok(()) => {
                // Whatever still arrives is deleted again before the row goes.
                let mut transaction = self.pool.begin().await?;
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
