//! Completes uploads: checks with the store that every part has arrived, has the store join them (`join.rs`), and adds
//! the entry in the transaction that marks the blob `stored` (`commit.rs`). A lease lets one process at a time complete an
//! upload; one that takes over after a crash finds out from the store how far the earlier one came.

mod commit;
mod join;

use futures::{StreamExt as _, stream};

use crate::model::id::{BlobId, UploadId};
use crate::model::upload::{Completed, UploadProblem};
use crate::server::db::types::{BlobState, JobKind};
use crate::server::db::uploads::UploadRecord;
use crate::server::db::{self, entries, jobs, parts, uploads as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::path::below_root;
use crate::server::domain::uploads::multipart::complete::join::{InStore, missing};
use crate::server::domain::uploads::multipart::status::runs;
use crate::server::domain::uploads::multipart::{AGAIN, AT_ONCE, MultipartUploads, bounded, refusal};
use crate::server::storage;

/// How many parts a store may have lost of those that it has taken.
const FEW_LOST: usize = 16;

impl MultipartUploads {
    /// Completes uploads, each with its own answer: the file, the numbers of its first missing parts, or that another
    /// request is still completing it. Calling it again for a completed upload gives the same file.
    ///
    /// # Errors
    /// [`Error::Busy`] if many such calls of the account are running; [`Error::NotAllowed`] if the scope may not add files
    /// (or [`Error::NotFound`] if it has ended); [`Error::Database`]. What is wrong with a single upload is its answer.
    pub async fn complete(
        &self,
        scope: &Scope,
        uploads: Vec<UploadId>,
    ) -> Result<Vec<Result<Completed, UploadProblem>>, Error> {
        scope.may_add(self.clock.now())?;
        let _permit = self.queries.take(scope.owner())?;
        let (uploads, beyond) = bounded(uploads);
        let completions = uploads.into_iter().map(|id| async move {
            match rows::find(&self.pool, scope.within(), &id).await? {
                None => self.completed(scope, &id).await,
                Some(row) => self.finish(row, scope).await,
            }
        });
        let answers: Vec<Result<_, Error>> = stream::iter(completions).buffered(AT_ONCE).collect().await;
        let mut answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        answers.extend(beyond);
        Ok(answers)
    }

    /// Resumes at most `limit` completions whose lease has expired, and returns how many became files.
    ///
    /// # Errors
    /// [`Error::Database`]. Failures of the store are recorded with the job and tried again later.
    pub(in crate::server::domain) async fn resume(&self, limit: i64) -> Result<usize, Error> {
        let mut files = 0;
        for id in jobs::due::<BlobId>(&self.pool, JobKind::CompleteUpload, self.clock.now(), limit).await? {
            let Some(row) = rows::by_blob(&self.pool, &id).await? else { continue };
            let scope = Scope::account(&row.account);
            match self.finish(row, &scope).await {
                Ok(Ok(Completed::File { .. })) => files += 1,
                other => {
                    tracing::warn!(upload = %id, ?other, "an upload whose completion broke off is not complete yet");
                }
            }
        }
        Ok(files)
    }

    /// Completes one upload in a task that keeps running even if the caller stops waiting. The answer says no more than the
    /// scope may know.
    ///
    /// # Errors
    /// [`Error::Database`]. Failures of the store become an answer that asks the client to wait.
    pub(super) async fn finish(
        &self,
        row: UploadRecord,
        scope: &Scope,
    ) -> Result<Result<Completed, UploadProblem>, Error> {
        let (uploads, scope) = (self.clone(), scope.clone());
        self.tasks.spawn(async move { uploads.finish_here(row, &scope).await }).await?
    }

    /// The same in the caller's task.
    async fn finish_here(&self, row: UploadRecord, scope: &Scope) -> Result<Result<Completed, UploadProblem>, Error> {
        let blob = row.id.blob();
        if row.state == BlobState::Pending && !self.is_there(&row).await? {
            return Ok(Ok(Completed::Missing(missing(&row, |_| false))));
        }
        let account = Scope::account(&row.account);
        if let Err(seconds) = self.entries.take_folders_for(&account, row.folder.as_ref(), &row.path.0).await? {
            return Ok(Err(UploadProblem::Later { seconds }));
        }
        let Some(token) = self.acquire_lease(&row).await? else { return self.overtaken(&row, scope).await };
        let found = {
            let _renewal = self.renew_in_background(blob.clone(), token.clone());
            self.join_in_store(&row).await
        };
        match found {
            Ok(InStore::Whole) => match self.commit(&row, &token).await {
                Ok(true) => {
                    self.verifier.wake();
                    self.completed(scope, &row.id).await
                }
                Ok(false) => self.overtaken(&row, scope).await,
                Err(error) => refusal(error).map(Err),
            },
            Ok(InStore::Missing(missing)) => {
                // What the store has lost can be sent again. A list that lacks many parts is more likely cut short.
                if missing.len() <= FEW_LOST {
                    for (first, last) in runs(missing.iter().map(|number| i64::from(*number))) {
                        parts::mark_missing(&self.pool, &blob, first, last).await?;
                    }
                }
                match self.return_to_uploading(&row, &token).await? {
                    true => Ok(Ok(Completed::Missing(missing))),
                    false => self.overtaken(&row, scope).await,
                }
            }
            Ok(InStore::Lost) => {
                if !self.return_to_uploading(&row, &token).await? {
                    return self.overtaken(&row, scope).await;
                }
                self.give_up(&row).await?;
                Ok(Err(UploadProblem::NotFound))
            }
            // Another attempt would be refused too, as it is. The person may give the upload up, and it expires.
            Err(Error::Storage(refused))
                if refused.says_parts_differ() || matches!(refused, storage::StorageError::Refused { .. }) =>
            {
                // Of two transfers of a part, the one that was broken off can replace the other (Garage): a browser that
                // meets a broken connection sends a request again by itself. All parts count as missing from here on, so
                // that trying again sends them.
                if refused.says_parts_differ() {
                    parts::delete_all(&self.pool, &blob).await?;
                }
                match self.return_to_uploading(&row, &token).await? {
                    true => refusal(Error::Storage(refused)).map(Err),
                    false => self.overtaken(&row, scope).await,
                }
            }
            Err(error) => {
                // How far the store got is unknown; the next attempt finds out.
                self.release_lease(&blob, &token, &error).await?;
                match error {
                    Error::NotFound => Ok(Err(UploadProblem::Later { seconds: AGAIN })),
                    other => refusal(other).map(Err),
                }
            }
        }
    }

    /// The answer where another process holds the lease or has completed the upload.
    async fn overtaken(&self, row: &UploadRecord, scope: &Scope) -> Result<Result<Completed, UploadProblem>, Error> {
        match rows::find(&self.pool, scope.within(), &row.id).await? {
            Some(_) => Ok(Ok(Completed::Working)),
            None => self.completed(scope, &row.id).await,
        }
    }

    /// The file that an upload became.
    async fn completed(&self, scope: &Scope, id: &UploadId) -> Result<Result<Completed, UploadProblem>, Error> {
        let Some((id, name, parent)) = entries::by_blob(&self.pool, scope.within(), &id.blob()).await? else {
            return Ok(Err(UploadProblem::NotFound));
        };
        let path = db::folders::path(&self.pool, scope.owner(), &parent).await?;
        let Some(path) = below_root(scope, path) else {
            // The file and its folder were deleted after it was found.
            return Ok(Err(UploadProblem::NotFound));
        };
        let folders = path.into_iter().map(|(_, name)| name).collect();
        Ok(Ok(Completed::File { id, name, folders }))
    }
}
