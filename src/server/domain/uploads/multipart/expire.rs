//! Giving uploads up, because somebody says so or because they have had their time: the room they had set aside is given
//! back in the transaction that takes the row out of use, and so once.

use futures::{StreamExt as _, stream};

use crate::model::id::{AccountId, BlobId, UploadId};
use crate::model::upload::{Completed, UploadProblem};
use crate::server::db::types::JobKind;
use crate::server::db::upload_states::GiveUp;
use crate::server::db::uploads::UploadRow;
use crate::server::db::{self, blobs, upload_states as states, uploads as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::uploads::multipart::{AT_ONCE, MultipartUploads, bounded, refusal};

/// What has become of an upload that has had its time.
enum Expired {
    /// It was given up, or has become a file.
    Over,
    /// It goes on.
    Alive,
    /// It is none, or none any more.
    Unknown,
}

impl MultipartUploads {
    /// Gives uploads up.
    pub async fn abort(&self, scope: &Scope, uploads: Vec<UploadId>) -> Result<Vec<Result<(), UploadProblem>>, Error> {
        scope.may_add(self.clock.now())?;
        let (uploads, beyond) = bounded(uploads);
        let asked = uploads.into_iter().map(|id| async move {
            match rows::find(&self.pool, scope.within(), &id).await? {
                None => Ok(Err(UploadProblem::NotFound)),
                Some(row) => match self.give_up(&row).await {
                    Ok(true) => Ok(Ok(())),
                    Ok(false) => Ok(Err(UploadProblem::Completing)),
                    Err(error) => refusal(error).map(Err),
                },
            }
        });
        let answers: Vec<Result<_, Error>> = stream::iter(asked).buffered(AT_ONCE).collect().await;
        let mut answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        answers.extend(beyond);
        Ok(answers)
    }

    /// Gives one upload up; false where it is being completed. What the store does not let go yet is left to a sweep.
    pub(super) async fn give_up(&self, row: &UploadRow) -> Result<bool, Error> {
        if !self.retire(&row.account, &row.id.blob(), GiveUp::Asked).await? {
            return Ok(false);
        }
        if let Err(error) = self.uploads.remove(&row.id.blob(), &row.key).await {
            tracing::warn!(%error, blob = %row.id, "what came of an upload is left to the next sweep");
        }
        Ok(true)
    }

    /// Takes an upload out of use; false where it has come to life again, or to its end.
    async fn retire(&self, account: &AccountId, id: &BlobId, why: GiveUp) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
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

    /// Takes uploads of any kind that have had their time out of use; their objects are due for deletion then. One whose
    /// object is whole becomes a file instead: so it is where the database is older than the store.
    pub(in crate::server::domain) async fn expire(&self, limit: i64) -> Result<usize, Error> {
        let mut gone = 0;
        for job in self.queue.take::<BlobId>(JobKind::ExpireUpload, limit).await? {
            match self.expire_one(&job.subject).await {
                Ok(Expired::Over) => gone += 1,
                // Somebody completes it, or it has come to life.
                Ok(Expired::Alive) => self.queue.put_back(&job).await?,
                Ok(Expired::Unknown) => self.queue.done(&job).await?,
                Err(error) => {
                    tracing::warn!(%error, upload = %job.subject, "whether an old upload is whole cannot be found out now");
                    self.queue.failed(&job, &error).await?;
                }
            }
        }
        Ok(gone)
    }

    async fn expire_one(&self, id: &BlobId) -> Result<Expired, Error> {
        let Some(account) = blobs::account_of_unfinished(&self.pool, id).await? else { return Ok(Expired::Unknown) };
        // What came as a form has no such row, and is known to be whole before its object is.
        if let Some(row) = rows::by_blob(&self.pool, id).await?
            && self.is_there(&row).await?
        {
            let scope = Scope::account(&row.account);
            let finished = matches!(self.finish(row, &scope).await?, Ok(Completed::File { .. }));
            return Ok(if finished { Expired::Over } else { Expired::Alive });
        }
        Ok(if self.retire(&account, id, GiveUp::Expired).await? { Expired::Over } else { Expired::Alive })
    }

    /// Takes away what was written of an upload after its row had gone.
    pub(super) async fn clear_up(&self, row: &UploadRow) -> Result<(), Error> {
        if blobs::is_in_use(&self.pool, &row.id.blob()).await? {
            Ok(())
        } else {
            Ok(self.storage.discard(&row.key).await?)
        }
    }
}
