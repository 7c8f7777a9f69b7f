//! Who completes an upload: one at a time, for as long as they say so, under a token that is used once. Whoever was overtaken
//! changes nothing.

use std::time::Duration;

use tokio_util::task::AbortOnDropHandle;

use crate::model::id::BlobId;
use crate::server::clock::milliseconds;
use crate::server::db::types::JobKind;
use crate::server::db::{jobs, upload_states as states};
use crate::server::domain::uploads::multipart::MultipartUploads;
use crate::server::domain::{Error, new_text};
use crate::server::jobs::queue;

/// For how long one who completes an upload says so; after that, somebody else may.
const LEASE: Duration = Duration::from_secs(15);
/// How often that is said again.
const RENEWAL: Duration = Duration::from_secs(5);

impl MultipartUploads {
    /// Takes an upload up to complete it, and gives the token; none where somebody else has, or it takes no completion.
    pub(super) async fn take_up(&self, id: &BlobId) -> Result<Option<String>, Error> {
        let (mine, now) = (new_text(), self.clock.now());
        let mut transaction = self.pool.begin().await?;
        if !states::lease(&mut transaction, id, &mine, now, now + milliseconds(LEASE)).await? {
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(mine))
    }

    /// Says again and again that the upload is being completed, until this is dropped.
    pub(super) fn hold(&self, id: BlobId, mine: String) -> AbortOnDropHandle<()> {
        let (pool, clock) = (self.pool.clone(), self.clock.clone());
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEWAL).await;
                let until = clock.now() + milliseconds(LEASE);
                if let Err(error) = jobs::renew(&pool, JobKind::CompleteUpload, &id, &mine, until).await {
                    tracing::warn!(%error, upload = %id, "nobody is told that an upload is being completed");
                }
            }
        }))
    }

    /// Lets an upload take parts again; false where somebody else has taken it up.
    pub(super) async fn return_to_uploading(&self, id: &BlobId, mine: &str) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
        let returned = states::return_to_uploading(&mut transaction, id, mine, self.expiry()).await?;
        if returned {
            transaction.commit().await?;
        }
        Ok(returned)
    }

    /// Lets go of an upload that could not be completed now. Anybody may try at once; by itself it is tried again later.
    pub(super) async fn let_go(&self, id: &BlobId, mine: &str, error: &Error) -> Result<(), Error> {
        let kind = JobKind::CompleteUpload;
        let attempts = jobs::attempts(&self.pool, kind, id).await?;
        let due = self.clock.now() + milliseconds(queue::pause(kind, attempts));
        Ok(jobs::release(&self.pool, kind, id, mine, due, Some(&error.to_string())).await?)
    }
}
