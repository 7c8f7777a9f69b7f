//! Reports which parts have arrived. Rows say so, except for parts that browsers send straight to the bucket: for
//! those the bucket is asked and the rows are updated.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::model::id::UploadId;
use crate::model::upload::{ArrivedPart, UNFINISHED_PAGE, Upload, UploadProblem};
use crate::server::db::types::BlobState;
use crate::server::db::uploads::UploadRecord;
use crate::server::db::{parts, uploads as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::uploads::multipart::{AT_ONCE, MultipartUploads, bounded, part_spec, refusal, to_model};
use crate::server::storage;

/// For at most how many uploads the bucket is asked when they are listed.
const ASKED: usize = 16;
/// The most bytes of names on a page of unfinished uploads. Escaped, they are up to six times as many.
const NAMES: usize = 48 << 10;
/// The most parts in the answer to one call, which is about 2 MB.
const LISTED: usize = 20_000;

impl MultipartUploads {
    /// The next unfinished uploads in the scope, oldest first, without the list of their parts: those after the upload
    /// `after`, or from the oldest one on. After the last one there are none.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] if the scope may not add files (or [`Error::NotFound`] if it has ended);
    /// [`Error::Database`].
    pub async fn unfinished(&self, scope: &Scope, after: Option<&UploadId>) -> Result<Vec<Upload>, Error> {
        scope.may_add(self.clock.now())?;
        let uploads = self.page(scope, after).await?;
        // Only the bucket knows which parts browsers have sent to it. It is not asked while it is for this account already.
        let permit = self.looks.take(scope.owner()).ok();
        let most = if permit.is_some() { ASKED } else { 0 };
        let queried: Vec<UploadRecord> =
            uploads.iter().filter(|row| self.is_known_to_the_bucket_alone(row)).take(most).cloned().collect();
        let queries = queried.into_iter().map(|row| async move {
            match row.store_upload.as_deref() {
                Some(upload) => self.find_arrived(&row, upload).await,
                None => Ok(true),
            }
        });
        let found: Vec<_> = stream::iter(queries).buffered(AT_ONCE).collect().await;
        let asked = !found.is_empty();
        for error in found.into_iter().filter_map(Result::err) {
            tracing::debug!(%error, "what has arrived of an upload is not known now");
        }
        let mut uploads = if asked { self.page(scope, after).await? } else { uploads };
        uploads.truncate(fitting(&uploads));
        Ok(uploads.iter().map(to_model).collect())
    }

    /// The rows of as many as are listed at a time.
    async fn page(&self, scope: &Scope, after: Option<&UploadId>) -> Result<Vec<UploadRecord>, Error> {
        let limit = i64::try_from(UNFINISHED_PAGE).unwrap_or(i64::MAX);
        Ok(rows::page(&self.pool, scope.within(), after, limit).await?)
    }

    /// Whether only the bucket knows which of the upload's parts have arrived.
    fn is_known_to_the_bucket_alone(&self, row: &UploadRecord) -> bool {
        row.size > row.part_size && row.state == BlobState::Uploading && self.storage.takes_parts_directly()
    }

    /// The uploads with their arrived parts, each as its own answer, in the order given. If the list grows too long,
    /// the remaining uploads are refused with a request to ask again, and so is one that was asked for twice.
    ///
    /// # Errors
    /// [`Error::Busy`] if many such calls of the account are running;
    /// [`Error::NotAllowed`] if the scope may not add files (or [`Error::NotFound`] if it has ended);
    /// [`Error::Database`]. What is wrong with a single upload is its answer.
    pub async fn status(
        &self,
        scope: &Scope,
        uploads: Vec<UploadId>,
    ) -> Result<Vec<Result<Upload, UploadProblem>>, Error> {
        scope.may_add(self.clock.now())?;
        let _permit = self.queries.take(scope.owner())?;
        let (uploads, beyond) = bounded(uploads);
        let (listed, mut seen) = (&AtomicUsize::new(0), HashSet::new());
        let reports = uploads.into_iter().map(|id| {
            let is_first = seen.insert(id.clone());
            async move {
                // Nothing is read that the answer has no room for.
                if !is_first || listed.load(Ordering::Relaxed) >= LISTED {
                    return Ok::<_, Error>(Err(UploadProblem::Later { seconds: 1 }));
                }
                let answer = self.status_of(scope, &id).await?;
                let count = answer.as_ref().map_or(0, |upload| upload.arrived.len());
                let before = listed.fetch_add(count, Ordering::Relaxed);
                if before > 0 && before + count > LISTED {
                    return Ok(Err(UploadProblem::Later { seconds: 1 }));
                }
                Ok(answer)
            }
        });
        let mut answers: Vec<_> = stream::iter(reports).buffered(AT_ONCE).try_collect().await?;
        answers.extend(beyond);
        Ok(answers)
    }

    async fn status_of(&self, scope: &Scope, id: &UploadId) -> Result<Result<Upload, UploadProblem>, Error> {
        let Some(row) = rows::find(&self.pool, scope.within(), id).await? else {
            return Ok(Err(UploadProblem::NotFound));
        };
        if let Some(upload) = row.store_upload.as_deref().filter(|_| row.state == BlobState::Uploading) {
            match self.find_arrived(&row, upload).await {
                Ok(true) => {}
                Ok(false) => return Ok(Err(UploadProblem::Completing)),
                Err(error) => return refusal(error).map(Err),
            }
        }
        let mut upload = to_model(&row);
        for part in parts::arrived(&self.pool, &id.blob()).await? {
            let number = u32::try_from(part.number).map_err(|_| Error::Internal(format!("part {}", part.number)))?;
            upload.arrived.push(ArrivedPart { number, size: part.size.unsigned_abs(), sha256: part.sha256 });
        }
        upload.arrived_bytes = upload.arrived.iter().map(|part| part.size).sum();
        Ok(Ok(upload))
    }

    /// Updates the rows with the parts that the bucket has; false if it has joined them already. An upload that the
    /// bucket no longer knows is given up.
    pub(super) async fn find_arrived(&self, row: &UploadRecord, upload: &str) -> Result<bool, Error> {
        let stored = match self.storage.parts_of(&row.key, upload).await {
            Err(storage::StorageError::NotFound) if self.is_there(row).await? => return Ok(false),
            Err(storage::StorageError::NotFound) => {
                self.give_up(row).await?;
                return Err(Error::NotFound);
            }
            stored => stored?,
        };
        let is_complete = |number: u32, size: u64| part_spec(row, number).is_some_and(|spec| spec.size == size);
        let numbers =
            stored.iter().filter(|part| is_complete(part.number, part.size)).map(|part| i64::from(part.number));
        let now = self.clock.now();
        for (first, last) in runs(numbers) {
            parts::mark_found(&self.pool, &row.id.blob(), first, last, now).await?;
        }
        Ok(true)
    }
}

/// Groups ascending numbers into runs without a gap, each as its first and last.
pub(super) fn runs(numbers: impl Iterator<Item = i64>) -> Vec<(i64, i64)> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

/// How many of these uploads fit on a page: at least one, and no more than their names have room for.
fn fitting(uploads: &[UploadRecord]) -> usize {
    let mut bytes = 0;
    let fit = uploads.iter().take(UNFINISHED_PAGE).take_while(|row| {
        bytes += row.path.0.iter().chain([&row.name]).map(|name| name.as_str().len()).sum::<usize>();
        bytes <= NAMES
    });
    fit.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_a_gap_are_one_run() {
        assert_eq!(runs([1, 2, 3, 5, 9, 10].into_iter()), [(1, 3), (5, 5), (9, 10)]);
        assert_eq!(runs(std::iter::empty()), []);
    }
}
