//! Giving uploads up, because somebody says so or because they have had their time: the room they had set aside is given
//! back in the transaction that takes the row out of use, and so once.

use futures::{StreamExt as _, stream};

use crate::model::id::{AccountId, UploadId};
use crate::model::upload::{Completed, UploadProblem};
use crate::server::clock;
use crate::server::db::uploads::UploadRow;
use crate::server::db::within::Within;
use crate::server::db::{self, blobs, uploads as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::uploads::multipart::{AT_ONCE, MultipartUploads, bounded, refusal};

impl MultipartUploads {
    /// Gives uploads up.
    pub async fn abort(&self, scope: &Scope, uploads: Vec<UploadId>) -> Result<Vec<Result<(), UploadProblem>>, Error> {
        scope.may_add(clock::now())?;
        let (uploads, beyond) = bounded(uploads);
        let asked = uploads.into_iter().map(|id| async move {
            match rows::find(&self.pool, scope.within(), id.as_str()).await? {
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
        if !self.retire(&row.account, &row.id, true).await? {
            return Ok(false);
        }
        if let Err(error) = self.uploads.remove(&row.id, &row.key).await {
            tracing::warn!(%error, blob = row.id, "what came of an upload is left to the next sweep");
        }
        Ok(true)
    }

    /// Takes an upload out of use; false where it has come to life again, or to its end.
    async fn retire(&self, account: &str, id: &str, given_up: bool) -> Result<bool, Error> {
        let account = AccountId::parse(account).ok_or_else(|| Error::Internal(format!("account id {account:?}")))?;
        let mut transaction = self.pool.begin().await?;
        db::accounts::lock_row(&mut *transaction, &account).await?;
        let Some(size) = rows::mark_deleting(&mut *transaction, id, clock::now(), given_up).await? else {
            return Ok(false);
        };
        db::accounts::release(&mut *transaction, &account, size).await?;
        rows::delete_row(&mut *transaction, id).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes uploads of any kind that have had their time out of use; their objects are due for deletion then. One whose
    /// object is whole becomes a file instead: so it is where the database is older than the store.
    pub(in crate::server::domain) async fn expire(&self, limit: i64) -> Result<usize, Error> {
        let mut gone = 0;
        for expired in rows::expired(&self.pool, clock::now(), limit).await? {
            match self.came_to_its_end(&expired).await {
                Ok(false) => gone += usize::from(self.retire(&expired.account, &expired.id, false).await?),
                Ok(true) => gone += 1,
                Err(error) => {
                    tracing::warn!(%error, upload = expired.id, "whether an old upload is whole cannot be found out now");
                }
            }
        }
        Ok(gone)
    }

    async fn came_to_its_end(&self, expired: &rows::Expired) -> Result<bool, Error> {
        let account = AccountId::parse(&expired.account);
        let account = account.ok_or_else(|| Error::Internal(format!("account id {:?}", expired.account)))?;
        // What came as a form has no such row, and is known to be whole before its object is.
        let Some(row) = rows::find(&self.pool, Within::account(&account), &expired.id).await? else { return Ok(false) };
        if !self.is_there(&row).await? {
            return Ok(false);
        }
        Ok(matches!(self.finish(row).await?, Ok(Completed::File { .. })))
    }

    /// Takes away what was written of an upload after its row had gone.
    pub(super) async fn clear_up(&self, row: &UploadRow) -> Result<(), Error> {
        if blobs::is_in_use(&self.pool, &row.id).await? { Ok(()) } else { Ok(self.storage.discard(&row.key).await?) }
    }
}
