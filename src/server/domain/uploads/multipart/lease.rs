//! The lease under which one process at a time completes an upload. It is held under a token that is used once, and is
//! renewed while the work runs. A holder whose lease was taken over can no longer change anything.

use std::time::Duration;

use tokio_util::task::AbortOnDropHandle;

use crate::model::id::BlobId;
use crate::server::clock::milliseconds;
use crate::server::db::types::JobKind;
use crate::server::db::uploads::UploadRecord;
use crate::server::db::{self, jobs, upload_states as states};
use crate::server::domain::uploads::multipart::MultipartUploads;
use crate::server::domain::{Error, new_text};
use crate::server::jobs::queue;

/// How long a lease lasts without renewal.
const LEASE: Duration = Duration::from_secs(15);
/// How often a lease is renewed.
const RENEWAL: Duration = Duration::from_secs(5);

impl MultipartUploads {
    /// Takes the lease and returns its token; `None` if another process holds it, or the upload cannot be completed.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn acquire_lease(&self, row: &UploadRecord) -> Result<Option<String>, Error> {
        let (token, now) = (new_text(), self.clock.now());
        let mut transaction = db::begin_for(&self.pool, &row.account).await?;
        if !states::lease(&mut transaction, &row.id.blob(), &token, now, now + milliseconds(LEASE)).await? {
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(token))
    }

    /// Renews the lease in the background until the returned handle is dropped.
    pub(super) fn renew_in_background(&self, id: BlobId, token: String) -> AbortOnDropHandle<()> {
        let (pool, clock) = (self.pool.clone(), self.clock.clone());
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEWAL).await;
                let until = clock.now() + milliseconds(LEASE);
                if let Err(error) = jobs::renew(&pool, JobKind::CompleteUpload, &id, &token, until).await {
                    tracing::warn!(%error, upload = %id, "the lease of an upload that is being completed could not be renewed");
                }
            }
        }))
    }

    /// Ends the lease and lets the upload accept parts again; false if another process has taken it over.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn return_to_uploading(&self, row: &UploadRecord, token: &str) -> Result<bool, Error> {
        let mut transaction = db::begin_for(&self.pool, &row.account).await?;
        let returned = states::return_to_uploading(&mut transaction, &row.id.blob(), token, self.expiry()).await?;
        if returned {
            transaction.commit().await?;
        }
        Ok(returned)
    }

    /// Releases the lease after a failure. A client may try again at once; the background job does so after a
    /// back-off.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn release_lease(&self, id: &BlobId, token: &str, error: &Error) -> Result<(), Error> {
        let kind = JobKind::CompleteUpload;
        let attempts = jobs::attempts(&self.pool, kind, id).await?;
        let due = self.clock.now() + milliseconds(queue::pause(kind, attempts));
        Ok(jobs::release(&self.pool, kind, id, token, due, Some(&error.to_string())).await?)
    }
}
