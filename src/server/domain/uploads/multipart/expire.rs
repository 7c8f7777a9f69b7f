//! Gives uploads up, on request or when they have expired. The transaction that marks the blob for deletion also
//! releases the quota, so that it is released exactly once.

use futures::{StreamExt as _, stream};

use crate::model::id::{AccountId, BlobId, UploadId};
use crate::model::upload::{Completed, UploadProblem};
use crate::server::db::types::JobKind;
use crate::server::db::upload_states::GiveUp;
use crate::server::db::uploads::UploadRecord;
use crate::server::db::{self, blobs, upload_states as states, uploads as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::remove::CountedTo;
use crate::server::domain::uploads::multipart::{AT_ONCE, MultipartUploads, STORE_TIMEOUT, bounded, refusal};
use crate::server::storage::{IncompleteUpload, Private};

/// What became of an upload whose expiry has passed.
enum Expired {
    /// It was given up or completed.
    Over,
    /// It is being completed, or has had activity since.
    Alive,
    /// InStore is no unfinished upload of that id.
    Unknown,
}

impl MultipartUploads {
    /// Gives uploads up, each with its own answer. One that is being completed is refused.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] if the scope may not add files (or [`Error::NotFound`] if it has ended);
    /// [`Error::Database`]. What is wrong with a single upload is its answer.
    pub async fn abort(&self, scope: &Scope, uploads: Vec<UploadId>) -> Result<Vec<Result<(), UploadProblem>>, Error> {
        scope.may_add(self.clock.now())?;
        let (uploads, beyond) = bounded(uploads);
        let aborts = uploads.into_iter().map(|id| async move {
            match rows::find(&self.pool, scope.within(), &id).await? {
                None => Ok(Err(UploadProblem::NotFound)),
                Some(row) => match self.give_up(&row).await {
                    Ok(true) => Ok(Ok(())),
                    Ok(false) => Ok(Err(UploadProblem::Completing)),
                    Err(error) => refusal(error).map(Err),
                },
            }
        });
        let answers: Vec<Result<_, Error>> = stream::iter(aborts).buffered(AT_ONCE).collect().await;
        let mut answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        answers.extend(beyond);
        Ok(answers)
    }

    /// Gives one upload up; false if it is being completed. If the store cannot delete its object now, the maintenance does.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn give_up(&self, row: &UploadRecord) -> Result<bool, Error> {
        if !self.retire(&row.account, &row.id.blob(), GiveUp::Requested).await? {
            return Ok(false);
        }
        // Nobody but this knows the upload's id now, so that it is aborted even if no place becomes free.
        let _place = self.store_calls.take_within(&row.account, STORE_TIMEOUT).await.ok();
        self.abort_in_store(row).await;
        if let Err(error) = self.removal.remove(&row.id.blob(), &row.key, CountedTo::FormerAccount(&row.account)).await
        {
            tracing::warn!(%error, blob = %row.id, "what came of an upload is left to the next maintenance");
        }
        Ok(true)
    }

    /// Aborts an upload whose row was deleted by its id in the store: nobody else knows that, and not every store lists it.
    async fn abort_in_store(&self, row: &UploadRecord) {
        let Some(upload) = row.store_upload.clone() else { return };
        let known = IncompleteUpload { key: row.key.to_string(), upload: Some(upload), started: 0 };
        if let Err(error) = self.storage.abort_incomplete_upload::<Private>(&known).await {
            tracing::warn!(%error, blob = %row.id, "an upload that was given up may stay unfinished in the store");
        }
    }

    /// Marks an upload for deletion and releases its quota; false if it has had new activity or was completed.
    async fn retire(&self, account: &AccountId, id: &BlobId, why: GiveUp) -> Result<bool, Error> {
        let mut transaction = db::begin_for(&self.pool, account).await?;
        db::accounts::lock_row(&mut *transaction, account).await?;
        let now = self.clock.now();
        let Some(size) = states::mark_deleting(&mut transaction, id, why, (now, now)).await? else {
            return Ok(false);
        };
        db::accounts::release(&mut *transaction, account, size).await?;
        rows::delete_row(&mut *transaction, &id.upload()).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Gives up at most `limit` expired uploads, from forms and multipart alike, and returns how many are over. An
    /// upload whose object turns out to be complete becomes a file instead, which happens after the database was
    /// restored from a backup.
    ///
    /// # Errors
    /// [`Error::Database`]. Failures of the store are recorded with the job and tried again later.
    pub(in crate::server::domain) async fn expire(&self, limit: i64) -> Result<usize, Error> {
        let mut ended = 0;
        for job in self.queue.take::<BlobId>(JobKind::ExpireUpload, limit).await? {
            match self.expire_one(&job.subject).await {
                Ok(Expired::Over) => ended += 1,
                // It is being completed, or has had activity since.
                Ok(Expired::Alive) => self.queue.put_back(&job).await?,
                Ok(Expired::Unknown) => self.queue.done(&job).await?,
                Err(error) => {
                    tracing::warn!(%error, upload = %job.subject, "whether an old upload is whole cannot be found out now");
                    self.queue.failed(&job, &error).await?;
                }
            }
        }
        Ok(ended)
    }

    async fn expire_one(&self, id: &BlobId) -> Result<Expired, Error> {
        let Some(account) = blobs::account_of_unfinished(&self.pool, id).await? else { return Ok(Expired::Unknown) };
        // Only multipart uploads have such a row. A form upload commits its row right after its object.
        let row = rows::by_blob(&self.pool, id).await?;
        if let Some(row) = &row
            && self.is_there(row).await?
        {
            let scope = Scope::account(&row.account);
            let finished = matches!(self.finish(row.clone(), &scope).await?, Ok(Completed::File { .. }));
            return Ok(if finished { Expired::Over } else { Expired::Alive });
        }
        if !self.retire(&account, id, GiveUp::Expired).await? {
            return Ok(Expired::Alive);
        }
        if let Some(row) = &row {
            self.abort_in_store(row).await;
        }
        Ok(Expired::Over)
    }

    /// Deletes bytes that were written after the upload's row was deleted.
    ///
    /// # Errors
    /// [`Error::Storage`]; [`Error::Database`].
    pub(super) async fn clear_up(&self, row: &UploadRecord) -> Result<(), Error> {
        if blobs::is_in_use(&self.pool, &row.id.blob()).await? {
            Ok(())
        } else {
            Ok(self.storage.discard(&row.key).await?)
        }
    }
}
