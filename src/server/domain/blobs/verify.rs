//! Reading what lies in the store and comparing it with what was sent: part by part where a file came in parts, and as a
//! whole. Stores differ in what they check themselves, so nothing is called verified before Holdall has read it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};
use sqlx::AnyPool;
use tokio::sync::Notify;

use crate::model::id::BlobId;
use crate::server::clock::{Clock, milliseconds};
use crate::server::db::checks::ToCheck;
use crate::server::db::parts::{self, PartRow};
use crate::server::db::types::JobKind;
use crate::server::db::{blobs, checks as rows, jobs};
use crate::server::domain::Error;
use crate::server::domain::blobs::digest::{Digest, sha256_hex};
use crate::server::domain::integrity::instance::Instance;
use crate::server::jobs::queue::{JobQueue, LEASE, Lease};
use crate::server::storage::{self, Storage};

/// Files that are read at a time, so that downloads keep their share of the store.
pub const AT_ONCE: usize = 2;
/// How often the rows are looked at where nobody says that there is something new.
const LOOK: Duration = Duration::from_secs(30);
/// Rows of a page.
const PAGE: i64 = 100;

/// What reading a file has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// Every byte is as it was sent.
    Verified,
    /// It is not: what is wrong, for whoever runs the site.
    Damaged(String),
    /// It could not be read now: why.
    Unread(String),
    /// It was deleted meanwhile.
    Gone,
}

/// Checks files.
#[derive(Clone)]
pub struct Checks {
    pool: AnyPool,
    storage: Storage,
    instance: Instance,
    queue: JobQueue,
    news: Arc<Notify>,
    clock: Clock,
}

impl Checks {
    /// Over this database and store.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, clock: Clock) -> Self {
        let instance = Instance::new(pool.clone(), storage.clone());
        let queue = JobQueue::new(pool.clone(), clock.clone());
        Self { pool, storage, instance, queue, news: Arc::default(), clock }
    }

    /// Says that there is a new file.
    pub fn wake(&self) {
        self.news.notify_one();
    }

    /// Checks one file, or waits until there is a new one, or for some that failed to be due again.
    pub async fn round(&self) {
        match self.once().await {
            // There may be more, and somebody else may have time.
            Ok(Some(_)) => return self.wake(),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "files cannot be checked now"),
        }
        // Whichever comes first.
        drop(tokio::time::timeout(LOOK, self.news.notified()).await);
    }

    /// Checks the oldest file that was not; nothing where there is none.
    pub async fn once(&self) -> Result<Option<CheckOutcome>, Error> {
        loop {
            let mut jobs = self.queue.take::<BlobId>(JobKind::VerifyBlob, 1).await?;
            let Some(job) = jobs.pop() else { return Ok(None) };
            let Some(row) = rows::unverified(&self.pool, &job.subject).await? else {
                // It was deleted, or was found damaged by somebody who compared it for another reason.
                self.queue.done(&job).await?;
                continue;
            };
            let outcome = self.check(&row, Some(&job)).await?;
            match &outcome {
                CheckOutcome::Unread(error) => self.queue.failed(&job, error).await?,
                _ => self.queue.done(&job).await?,
            }
            return Ok(Some(outcome));
        }
    }

    /// Reads every stored file again, those that were found damaged too, and says of each what came of it.
    pub async fn all(&self, mut said: impl FnMut(&str, &CheckOutcome)) -> Result<(), Error> {
        let mut after = String::new();
        loop {
            let page = rows::stored(&self.pool, &after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id.to_string();
            for row in &page {
                let verdict = self.check(row, None).await?;
                said(row.key.as_str(), &verdict);
            }
        }
    }

    async fn check(&self, row: &ToCheck, job: Option<&Lease<BlobId>>) -> Result<CheckOutcome, Error> {
        let verdict = match self.read(row, job).await {
            Ok(verdict) => verdict,
            Err(Error::Storage(error)) => CheckOutcome::Unread(error.to_string()),
            Err(error) => return Err(error),
        };
        match &verdict {
            CheckOutcome::Verified | CheckOutcome::Gone => {}
            CheckOutcome::Damaged(damage) => {
                tracing::error!(blob = %row.id, key = %row.key, damage, "a file is damaged in the store");
                rows::mark_damaged(&self.pool, &row.id, damage).await?;
            }
            CheckOutcome::Unread(error) => {
                tracing::warn!(blob = %row.id, error, "a file could not be checked");
            }
        }
        Ok(verdict)
    }

    async fn read(&self, row: &ToCheck, job: Option<&Lease<BlobId>>) -> Result<CheckOutcome, Error> {
        let size = row.size.unsigned_abs();
        let object = match self.storage.read(&row.key, None).await {
            Err(storage::StorageError::NotFound) => return self.missing(row).await,
            object => object.map_err(Error::Storage)?,
        };
        if object.size != size {
            return Ok(CheckOutcome::Damaged(format!("it has {} bytes and should have {size}", object.size)));
        }
        let mut parts = PartSums::new(parts::all(&self.pool, &row.id).await?);
        let (mut seen, mut body, mut held) = (Digest::default(), object.body, self.clock.now());
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(Error::Storage)?;
            seen.update(&chunk);
            if let Some(number) = parts.update(chunk) {
                return Ok(CheckOutcome::Damaged(format!("part {number} is not what was sent")));
            }
            let now = self.clock.now();
            if now - held > milliseconds(LEASE) / 4 {
                held = now;
                let goes_on = match job {
                    Some(job) => self.queue.renew(job).await?,
                    None => blobs::is_stored(&self.pool, &row.id).await?,
                };
                if !goes_on {
                    return Ok(CheckOutcome::Gone);
                }
            }
        }
        let media_type = seen.media_type();
        let (sha256, crc32) = seen.sums();
        if let Some(wanted) = row.sha256.as_ref().filter(|wanted| **wanted != sha256) {
            return Ok(CheckOutcome::Damaged(format!("its SHA-256 is {sha256} and should be {wanted}")));
        }
        if row.sha256.is_none() && parts.compared != size {
            // So it is where the database is older than the store: the store says it is whole, and nobody knows better.
            let unknown = size - parts.compared;
            tracing::warn!(blob = %row.id, unknown, "bytes of a file could not be compared: nobody knows what was sent");
        }
        let mut transaction = self.pool.begin().await?;
        let verified =
            rows::mark_verified(&mut *transaction, &row.id, media_type, (&sha256, crc32), self.clock.now()).await?;
        parts::delete_row(&mut *transaction, &row.id).await?;
        match job {
            // Nothing is left to be done, whoever it was to be done by.
            None => jobs::cancel(&mut *transaction, JobKind::VerifyBlob, &row.id).await?,
            Some(job) => {
                if !self.queue.done_in(&mut transaction, job).await? {
                    return Ok(CheckOutcome::Gone);
                }
            }
        }
        transaction.commit().await?;
        Ok(if verified { CheckOutcome::Verified } else { CheckOutcome::Gone })
    }

    /// No object: the file was deleted while this looked for it, or it is missing. That is said only of a store that is
    /// known to be this site's: a folder that is not mounted lacks every file.
    async fn missing(&self, row: &ToCheck) -> Result<CheckOutcome, Error> {
        if !blobs::is_stored(&self.pool, &row.id).await? {
            return Ok(CheckOutcome::Gone);
        }
        Ok(if self.instance.is_ours().await? {
            CheckOutcome::Damaged("it is missing from the store".to_owned())
        } else {
            CheckOutcome::Unread("it is not there, and neither is this site's mark".to_owned())
        })
    }
}

/// The sums of parts, as the bytes of the whole pass by.
struct PartSums {
    parts: VecDeque<PartRow>,
    sum: Sha256,
    /// Bytes of the part that is passing.
    passed: u64,
    /// Bytes that were compared.
    compared: u64,
}

impl PartSums {
    fn new(parts: Vec<PartRow>) -> Self {
        Self { parts: parts.into(), sum: Sha256::new(), passed: 0, compared: 0 }
    }

    /// Takes note of the next bytes; gives the number of a part that is not what it should be.
    fn update(&mut self, mut chunk: Bytes) -> Option<i64> {
        while let Some(part) = self.parts.front().filter(|_| !chunk.is_empty()) {
            let size = part.size.unsigned_abs();
            let left = usize::try_from(size - self.passed).unwrap_or(usize::MAX);
            let of_part = chunk.split_to(left.min(chunk.len()));
            self.passed += of_part.len() as u64;
            self.sum.update(&of_part);
            if self.passed == size {
                if sha256_hex(std::mem::take(&mut self.sum)) != part.sha256 {
                    return Some(part.number);
                }
                self.compared += size;
                self.passed = 0;
                self.parts.pop_front();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: i64, content: &[u8]) -> PartRow {
        let sha256 = sha256_hex(Sha256::new_with_prefix(content));
        PartRow { number, size: content.len() as i64, sha256, arrived: None }
    }

    #[test]
    fn each_part_is_compared_however_the_bytes_come() {
        let parts = || vec![part(1, b"abcd"), part(2, b"efgh"), part(3, b"i")];
        for pieces in [vec!["abcdefghi"], vec!["a", "bcde", "fgh", "", "i"], vec!["abcd", "efgh", "i"]] {
            let mut sums = PartSums::new(parts());
            for piece in pieces {
                assert_eq!(sums.update(Bytes::from_static(piece.as_bytes())), None);
            }
            assert_eq!(sums.compared, 9);
        }
        let mut sums = PartSums::new(parts());
        assert_eq!(sums.update(Bytes::from_static(b"abcde")), None);
        assert_eq!(sums.update(Bytes::from_static(b"fgX")), Some(2));
    }
}
