//! The lease of an upload: the process that receives it renews it, and when it is killed, the reserved quota and the bytes
//! that came are free again within minutes.

use std::convert::Infallible;
use std::time::Duration;

use crate::model::id::BlobId;
use crate::server::clock::milliseconds;
use crate::server::db::{self, upload_states as states};
use crate::server::domain::Error;
use crate::server::domain::uploads::form::FormUploads;

/// How long an upload keeps its reserved quota after the last sign of life of the process that receives it.
pub(super) const LEASE: Duration = Duration::from_secs(120);
/// How often that process renews it.
const RENEWAL: Duration = Duration::from_secs(20);

impl FormUploads {
    /// Does the work of an upload, and renews its lease meanwhile, however long the client or the store takes over one
    /// step. After a crash nothing renews it, and the maintenance gives the upload up.
    pub(super) async fn with_lease<T>(&self, id: &BlobId, work: impl Future<Output = T>) -> T {
        // Both go on at the same time: the work may hold the row that a renewal waits for.
        tokio::select! {
            done = work => done,
            never = self.renew_for_ever(id) => match never {},
        }
    }

    async fn renew_for_ever(&self, id: &BlobId) -> Infallible {
        loop {
            tokio::time::sleep(RENEWAL).await;
            match self.renew(id).await {
                Ok(true) => {}
                // The upload goes on, and fails when its row is to become a file.
                Ok(false) => tracing::warn!(blob = %id, "an upload was given up while it was moving"),
                Err(error) => tracing::warn!(%error, blob = %id, "the lease of an upload could not be renewed"),
            }
        }
    }

    /// Renews an upload's lease; false if it has been given up.
    ///
    /// # Errors
    /// [`Error::Database`].
    async fn renew(&self, id: &BlobId) -> Result<bool, Error> {
        let mut transaction = db::begin(&self.pool).await?;
        let expires = self.clock.now() + milliseconds(LEASE);
        let is_alive = states::extend_expiry(&mut transaction, id, expires, None).await?;
        if is_alive {
            transaction.commit().await?;
        }
        Ok(is_alive)
    }
}
