//! Completes uploads: checks with the store that every part has arrived, has the store join them, and adds the entry
//! in the transaction that marks the blob `stored`. A lease lets one process at a time complete an upload; one that
//! takes over after a crash finds out from the store how far the earlier one came.

use bytes::Bytes;
use futures::{StreamExt as _, stream};

use crate::model::id::{BlobId, EntryId, UploadId};
use crate::model::upload::{self, Completed, Sha256Hex, UploadProblem};
use crate::server::db::types::{BlobState, Crc32, JobKind};
use crate::server::db::uploads::UploadRow;
use crate::server::db::{self, entries, jobs, parts, upload_states as states, uploads as rows};
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::digest::Digest;
use crate::server::domain::entries::free_name::name_it;
use crate::server::domain::entries::path::below_root;
use crate::server::domain::uploads::multipart::{AGAIN, AT_ONCE, MultipartUploads, bounded, meta, place, refusal};
use crate::server::domain::{Error, new_id};
use crate::server::storage;

/// How many times a target folder is looked up, since one may be deleted between the lookup and the commit.
const PLACES: usize = 3;

/// What the store has of an upload.
enum There {
    Whole,
    Missing(Vec<u32>),
    /// The store knows neither the upload nor the object.
    Lost,
}

impl MultipartUploads {
    /// Completes uploads, each with its own answer: the file, the numbers of its missing parts, or that another
    /// request is still completing it. Calling it again for a completed upload gives the same file.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] if the scope may not add files (or [`Error::NotFound`] if it has ended);
    /// [`Error::Database`]. What is wrong with a single upload is its answer.
    pub async fn complete(
        &self,
        scope: &Scope,
        uploads: Vec<UploadId>,
    ) -> Result<Vec<Result<Completed, UploadProblem>>, Error> {
        scope.may_add(self.clock.now())?;
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
        row: UploadRow,
        scope: &Scope,
    ) -> Result<Result<Completed, UploadProblem>, Error> {
        let (uploads, scope) = (self.clone(), scope.clone());
        self.uploads.tasks().spawn(async move { uploads.finish_here(row, &scope).await }).await?
    }

    async fn finish_here(&self, row: UploadRow, scope: &Scope) -> Result<Result<Completed, UploadProblem>, Error> {
        let blob = row.id.blob();
        if row.state == BlobState::Pending && !self.is_there(&row).await? {
            return Ok(Ok(Completed::Missing(numbers(&row).collect())));
        }
        let account = Scope::account(&row.account);
        if let Err(seconds) = self.entries.may_make(&account, row.folder.as_ref(), &row.path.0).await? {
            return Ok(Err(UploadProblem::Later { seconds }));
        }
        let Some(token) = self.take_up(&blob).await? else { return self.overtaken(&row, scope).await };
        let found = {
            let _renewal = self.hold(blob.clone(), token.clone());
            self.put_together(&row).await
        };
        match found {
            Ok(There::Whole) => match self.commit(&row, &token).await {
                Ok(true) => {
                    self.checks.wake();
                    self.completed(scope, &row.id).await
                }
                Ok(false) => self.overtaken(&row, scope).await,
                Err(error) => refusal(error).map(Err),
            },
            Ok(There::Missing(missing)) => {
                if self.return_to_uploading(&blob, &token).await? {
                    return Ok(Ok(Completed::Missing(missing)));
                }
                self.overtaken(&row, scope).await
            }
            Ok(There::Lost) => {
                if self.return_to_uploading(&blob, &token).await? {
                    self.give_up(&row).await?;
                    return Ok(Err(UploadProblem::NotFound));
                }
                self.overtaken(&row, scope).await
            }
            // Another attempt would be refused too. The person may give the upload up, and it expires.
            Err(Error::Storage(refused @ storage::StorageError::Refused { .. })) => {
                if self.return_to_uploading(&blob, &token).await? {
                    return refusal(Error::Storage(refused)).map(Err);
                }
                self.overtaken(&row, scope).await
            }
            Err(error) => {
                // How far the store got is unknown; the next attempt finds out.
                self.let_go(&blob, &token, &error).await?;
                match error {
                    Error::NotFound => Ok(Err(UploadProblem::Later { seconds: AGAIN })),
                    other => refusal(other).map(Err),
                }
            }
        }
    }

    /// The answer where another process holds the lease or has completed the upload.
    async fn overtaken(&self, row: &UploadRow, scope: &Scope) -> Result<Result<Completed, UploadProblem>, Error> {
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

    async fn put_together(&self, row: &UploadRow) -> Result<There, Error> {
        let size = row.size.unsigned_abs();
        if size == 0 {
            return match self.storage.put(&row.key, Bytes::new(), &meta(&row.id)).await {
                Ok(()) | Err(storage::StorageError::Exists) => Ok(There::Whole),
                Err(error) => Err(error.into()),
            };
        }
        let named = parts::all(&self.pool, &row.id.blob()).await?;
        let Some(upload) = row.store_upload.as_deref() else {
            let arrived: Vec<_> = named.iter().filter(|part| part.arrived.is_some()).map(|part| part.number).collect();
            let missing: Vec<_> = missing(row, |number| arrived.binary_search(&i64::from(number)).is_ok());
            // After the database was restored from a backup, the store may have joined parts that no row knows of.
            if !missing.is_empty() {
                return Ok(if self.is_there(row).await? { There::Whole } else { There::Missing(missing) });
            }
            match self.storage.join_parts(&row.key, None, size, Vec::new()).await {
                Err(storage::StorageError::NotFound) => return Ok(There::Lost),
                joined => joined?,
            }
            return Ok(if self.is_there(row).await? { There::Whole } else { There::Lost });
        };
        let stored = match self.storage.parts_of(&row.key, upload).await {
            Err(storage::StorageError::NotFound) if self.is_there(row).await? => return Ok(There::Whole),
            Err(storage::StorageError::NotFound) => return Ok(There::Lost),
            stored => stored?,
        };
        let named: Vec<_> = named.iter().map(|part| part.number).collect();
        let missing = missing(row, |number| {
            let is_complete = place(row, number).is_some_and(|place| {
                let found = stored.binary_search_by_key(&number, |part| part.number);
                found.is_ok_and(|at| stored[at].size == place.size)
            });
            is_complete && named.binary_search(&i64::from(number)).is_ok()
        });
        if !missing.is_empty() {
            // SeaweedFS lists no parts of an upload that it does not know, such as one that it has joined.
            let joined = stored.is_empty() && self.is_there(row).await?;
            return Ok(if joined { There::Whole } else { There::Missing(missing) });
        }
        let wanted = numbers(row).count();
        let stored = stored.into_iter().take(wanted).collect();
        match self.storage.join_parts(&row.key, Some(upload), size, stored).await {
            Ok(()) => Ok(There::Whole),
            // The store's first answer was lost, and a repeated completion fails although the object exists.
            Err(error) if self.is_there(row).await? => {
                tracing::warn!(%error, upload = %row.id, "an upload was completed although the store reported an error");
                Ok(There::Whole)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Marks the blob stored and adds its entry; false if another process has taken over the lease.
    async fn commit(&self, row: &UploadRow, token: &str) -> Result<bool, Error> {
        // The upload was let in by its own scope, which may have ended since: a file that is whole is kept.
        let scope = &Scope::account(&row.account);
        let (entry, blob, sums) = (new_id(), row.id.blob(), self.known(row).await?);
        for _ in 0..PLACES {
            let folder = self.place_of(row, scope).await?;
            let mut transaction = db::begin(&self.pool).await?;
            db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
            if !states::mark_stored(&mut transaction, &blob, token, sums.clone(), self.clock.now()).await? {
                return Ok(false);
            }
            let named = name_it(&mut transaction, scope.owner(), &folder, &entry, &row.name, &blob, self.clock.now());
            match named.await {
                // The folder was deleted since it was looked up.
                Err(Error::Refused(_)) => continue,
                named => named?,
            }
            rows::delete_row(&mut *transaction, &row.id).await?;
            transaction.commit().await?;
            return Ok(true);
        }
        Err(Error::Busy)
    }

    /// The folder that a complete file goes into: the one requested, with the folders below it that its path names, which
    /// are created if missing; they were counted at the start. If that folder was deleted meanwhile, the file goes below
    /// the root rather than being lost.
    async fn place_of(&self, row: &UploadRow, scope: &Scope) -> Result<EntryId, Error> {
        let path = &row.path.0;
        let mut found = self.entries.ensure_for_arrived(scope, row.folder.as_ref(), path).await;
        if let Err(Error::NotFound | Error::Refused(_)) = found {
            found = self.entries.ensure_for_arrived(scope, None, path).await;
        }
        if let Err(Error::Refused(_)) = found {
            found = self.entries.ensure_for_arrived(scope, None, &[]).await;
        }
        found
    }

    /// The checksums, if all bytes passed through Holdall in one part; otherwise they are computed when the file is
    /// verified.
    async fn known(&self, row: &UploadRow) -> Result<Option<(Sha256Hex, Crc32)>, Error> {
        if row.size == 0 {
            return Ok(Some(Digest::default().sums()));
        }
        // In a bucket's multipart upload, a presigned address could still replace the part before completion.
        let Some(crc32) = row.crc32.filter(|_| row.store_upload.is_none()) else { return Ok(None) };
        let only = parts::find(&self.pool, &row.id.blob(), 1).await?;
        Ok(only.filter(|part| part.size == row.size).map(|part| (part.sha256, crc32)))
    }
}

/// The numbers of an upload's parts, from 1.
fn numbers(row: &UploadRow) -> impl Iterator<Item = u32> {
    let count = upload::parts(row.size.unsigned_abs(), row.part_size.unsigned_abs());
    1..=u32::try_from(count).unwrap_or(u32::MAX)
}

fn missing(row: &UploadRow, is_there: impl Fn(u32) -> bool) -> Vec<u32> {
    numbers(row).filter(|number| !is_there(*number)).collect()
}
