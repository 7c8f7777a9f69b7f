//! Making files of uploads: the server looks for itself whether every part is there, lets the store put them together, and
//! makes the entry in the transaction that makes the blob `stored`. One at a time completes an upload; whoever takes over
//! from somebody who broke off finds out how far that one came.

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
use crate::server::domain::uploads::multipart::{AGAIN, AT_ONCE, MultipartUploads, bounded, meta, place, refusal};
use crate::server::domain::{Error, new_id};
use crate::server::storage;

/// How often a place for a file is looked for, where its folder is deleted at that moment.
const PLACES: usize = 3;

/// What there is of an upload.
enum There {
    Whole,
    Missing(Vec<u32>),
    /// The store knows neither the upload nor the object.
    Lost,
}

impl MultipartUploads {
    /// Makes files of uploads that are whole.
    pub async fn complete(
        &self,
        scope: &Scope,
        uploads: Vec<UploadId>,
    ) -> Result<Vec<Result<Completed, UploadProblem>>, Error> {
        scope.may_add(self.clock.now())?;
        let (uploads, beyond) = bounded(uploads);
        let asked = uploads.into_iter().map(|id| async move {
            match rows::find(&self.pool, scope.within(), &id).await? {
                None => self.completed(scope, &id).await,
                Some(row) => self.finish(row, scope).await,
            }
        });
        let answers: Vec<Result<_, Error>> = stream::iter(asked).buffered(AT_ONCE).collect().await;
        let mut answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        answers.extend(beyond);
        Ok(answers)
    }

    /// Goes on with completions that broke off; gives how many files came of them.
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

    /// Completes one upload, even if the caller stops waiting. The answer says no more than the scope may know.
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
        let Some(mine) = self.take_up(&blob).await? else { return self.overtaken(&row, scope).await };
        let looked = {
            let _held = self.hold(blob.clone(), mine.clone());
            self.put_together(&row).await
        };
        match looked {
            Ok(There::Whole) => match self.commit(&row, &mine).await {
                Ok(true) => {
                    self.checks.wake();
                    self.completed(scope, &row.id).await
                }
                Ok(false) => self.overtaken(&row, scope).await,
                Err(error) => refusal(error).map(Err),
            },
            Ok(There::Missing(missing)) => {
                if self.return_to_uploading(&blob, &mine).await? {
                    return Ok(Ok(Completed::Missing(missing)));
                }
                self.overtaken(&row, scope).await
            }
            Ok(There::Lost) => {
                if self.return_to_uploading(&blob, &mine).await? {
                    self.give_up(&row).await?;
                    return Ok(Err(UploadProblem::NotFound));
                }
                self.overtaken(&row, scope).await
            }
            Err(error) => {
                // Nobody knows how far the store came: whoever is next finds out.
                self.let_go(&blob, &mine, &error).await?;
                match error {
                    Error::NotFound => Ok(Err(UploadProblem::Later { seconds: AGAIN })),
                    other => refusal(other).map(Err),
                }
            }
        }
    }

    /// What is said where somebody else has the upload, or has brought it to its end.
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
        if path.is_empty() {
            // Deleted a moment ago, with its folder.
            return Ok(Err(UploadProblem::NotFound));
        }
        let begin = scope.root().and_then(|root| path.iter().position(|(id, _)| id == root)).unwrap_or_default();
        let folders = path.into_iter().skip(begin + 1).map(|(_, name)| name).collect();
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
            // A database that is older than the store does not know of parts that it has put together.
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
            let whole = place(row, number).is_some_and(|place| {
                let found = stored.binary_search_by_key(&number, |part| part.number);
                found.is_ok_and(|at| stored[at].size == place.size)
            });
            whole && named.binary_search(&i64::from(number)).is_ok()
        });
        if !missing.is_empty() {
            return Ok(There::Missing(missing));
        }
        let wanted = numbers(row).count();
        let stored = stored.into_iter().take(wanted).collect();
        match self.storage.join_parts(&row.key, Some(upload), size, stored).await {
            Ok(()) => Ok(There::Whole),
            // An answer that got lost, or a store that forgets what it has completed.
            Err(error) if self.is_there(row).await? => {
                tracing::warn!(%error, upload = %row.id, "an upload was completed although the store reported an error");
                Ok(There::Whole)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the object is there, and is this upload's: its size is, and in a bucket its word. A folder keeps no words.
    pub(super) async fn is_there(&self, row: &UploadRow) -> Result<bool, Error> {
        match self.storage.head(&row.key).await {
            Ok(head) => {
                let is_ours =
                    head.token.as_deref() == Some(row.id.as_str()) || !self.storage.capabilities().keeps_tokens;
                Ok(is_ours && head.size == row.size.unsigned_abs())
            }
            // An answer to HEAD has no words: anybody on the way can say 404. One to GET says who speaks.
            Err(storage::StorageError::NotFound) => match self.storage.read(&row.key, None).await {
                Err(storage::StorageError::NotFound) => Ok(false),
                Err(error) => Err(error.into()),
                Ok(_) => Err(Error::Busy),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the blob stored and the entry of it; false where somebody else has taken it up.
    async fn commit(&self, row: &UploadRow, mine: &str) -> Result<bool, Error> {
        // The upload was let in by its own scope, which may have ended since: a file that is whole is kept.
        let scope = &Scope::account(&row.account);
        let (entry, blob, sums) = (new_id(), row.id.blob(), self.known(row).await?);
        for _ in 0..PLACES {
            let folder = self.place_of(row, scope).await?;
            let mut transaction = self.pool.begin().await?;
            db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
            if !states::mark_stored(&mut transaction, &blob, mine, sums.clone(), self.clock.now()).await? {
                return Ok(false);
            }
            let named = name_it(&mut transaction, scope.owner(), &folder, &entry, &row.name, &blob, self.clock.now());
            match named.await {
                // The folder went a moment ago.
                Err(Error::Refused(_)) => continue,
                named => named?,
            }
            rows::delete_row(&mut *transaction, &row.id).await?;
            transaction.commit().await?;
            return Ok(true);
        }
        Err(Error::Busy)
    }

    /// The folder that a whole file goes into: the one that was named, or those below it, made where they are missing. A
    /// folder that was deleted meanwhile is no reason to throw a whole file away: it goes to where the files begin.
    async fn place_of(&self, row: &UploadRow, scope: &Scope) -> Result<EntryId, Error> {
        let path = &row.path.0;
        let mut found = self.entries.ensure(scope, row.folder.as_ref(), path).await;
        if let Err(Error::NotFound | Error::Refused(_)) = found {
            found = self.entries.ensure(scope, None, path).await;
        }
        if let Err(Error::Refused(_)) = found {
            found = self.entries.ensure(scope, None, &[]).await;
        }
        found
    }

    /// The sums of a file all of whose bytes passed by in one piece.
    async fn known(&self, row: &UploadRow) -> Result<Option<(Sha256Hex, Crc32)>, Error> {
        if row.size == 0 {
            return Ok(Some(Digest::default().sums()));
        }
        // What a bucket puts together may have changed since: its addresses take a part again until then.
        let Some(crc32) = row.crc32.filter(|_| row.store_upload.is_none()) else { return Ok(None) };
        let only = parts::find(&self.pool, &row.id.blob(), 1).await?;
        Ok(only.filter(|part| part.size == row.size).map(|part| (part.sha256, crc32)))
    }
}

/// The numbers of an upload's parts.
fn numbers(row: &UploadRow) -> impl Iterator<Item = u32> {
    let count = upload::parts(row.size.unsigned_abs(), row.part_size.unsigned_abs());
    1..=u32::try_from(count).unwrap_or(u32::MAX)
}

fn missing(row: &UploadRow, is_there: impl Fn(u32) -> bool) -> Vec<u32> {
    numbers(row).filter(|number| !is_there(*number)).collect()
}
