//! Verifies stored files: reads each one back and compares it with what was sent, part by part for multipart uploads,
//! and as a whole. Stores differ in what they check themselves, so a file counts as verified only after Holdall has
//! read it.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use sqlx::AnyPool;
use tokio::sync::Notify;

use crate::model::id::BlobId;
use crate::model::upload::Sha256Hex;
use crate::server::clock::{Clock, milliseconds};
use crate::server::db::parts::{self, PartRecord};
use crate::server::db::types::{Crc32, JobKind};
use crate::server::db::verification::ToCheck;
use crate::server::db::{self, blobs, jobs, verification as rows};
use crate::server::domain::Error;
use crate::server::domain::blobs::content_fault::{MISSING, other_size};
use crate::server::domain::blobs::digest::Digest;
use crate::server::domain::blobs::part_sums::PartSums;
use crate::server::domain::blobs::read_rate::ReadRate;
use crate::server::domain::integrity::instance::Instance;
use crate::server::jobs::queue::{JobQueue, LEASE, Lease};
use crate::server::jobs::round_robin::RoundRobin;
use crate::server::storage::{self, Storage};

/// How many files are verified at once; few, so that downloads keep most of the store's throughput.
pub const AT_ONCE: usize = 2;
/// How often the database is checked for new files that this process was not notified of.
const POLL_INTERVAL: Duration = Duration::from_secs(30);
/// The number of rows read at once.
const PAGE: i64 = 100;

/// The result of verifying a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerificationOutcome {
    /// Every byte is the one that was sent.
    Verified,
    /// The content differs, with a sentence for the operator that says how.
    Damaged(String),
    /// The content is not what was announced for it, and was never seen to be, with a sentence for the operator. It came
    /// past Holdall, so whether it was sent like this or changed on the way or in the store cannot be known.
    Mismatched(String),
    /// The file could not be read now, with the reason.
    Unread(String),
    /// The file was deleted meanwhile.
    Gone,
}

/// Verifies stored files.
#[derive(Clone)]
pub struct Verifier {
    pub(super) pool: AnyPool,
    storage: Storage,
    instance: Instance,
    pub(super) queue: JobQueue,
    new_file: Arc<Notify>,
    due: RoundRobin,
    pub(super) every: Option<Duration>,
    pub(super) clock: Clock,
}

impl Verifier {
    /// Verifies the files of this database and store, and each again `every` so often, if at all.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, every: Option<Duration>, clock: Clock) -> Self {
        let instance = Instance::new(pool.clone(), storage.clone());
        let queue = JobQueue::new(pool.clone(), clock.clone());
        let due = RoundRobin::new(queue.clone(), JobKind::VerifyBlob);
        Self { pool, storage, instance, queue, new_file: Arc::default(), due, every, clock }
    }

    /// Notifies the background task of a new file.
    pub fn wake(&self) {
        self.new_file.notify_one();
    }

    /// Verifies one file. If none is due, waits until there is a new one, or for half a minute.
    pub async fn round(&self) {
        match self.once().await {
            // There may be more files; this also wakes another idle task.
            Ok(Some(_)) => return self.wake(),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "files cannot be checked now"),
        }
        // Ends at a notification or at the timeout.
        drop(tokio::time::timeout(POLL_INTERVAL, self.new_file.notified()).await);
    }

    /// Verifies the next file that is due; `None` if none is.
    ///
    /// # Errors
    /// [`Error::Database`]. Failures of the store are part of the outcome, and are tried again later.
    pub async fn once(&self) -> Result<Option<VerificationOutcome>, Error> {
        loop {
            let Some(job) = self.due.take().await? else { return Ok(None) };
            let Some(row) = rows::unverified(&self.pool, &job.subject).await? else {
                // The file was deleted, or another check has found it damaged.
                self.queue.done(&job).await?;
                continue;
            };
            let outcome = self.check(&row, Some(&job), None).await?;
            match &outcome {
                VerificationOutcome::Unread(error) => self.queue.failed(&job, error).await?,
                _ => self.queue.done(&job).await?,
            }
            return Ok(Some(outcome));
        }
    }

    /// Verifies every stored file again, including damaged ones, and reports each key with its outcome.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn all(&self, mut report: impl FnMut(&str, &VerificationOutcome)) -> Result<(), Error> {
        let mut after = String::new();
        loop {
            let page = rows::stored(&self.pool, &after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id.to_string();
            for row in &page {
                let outcome = self.check(row, None, None).await?;
                report(row.key.as_str(), &outcome);
            }
        }
    }

    /// Verifies a file under the lease of a job, if there is one, and no faster than `read_rate`, if there is one.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn check(
        &self,
        row: &ToCheck,
        job: Option<&Lease<BlobId>>,
        read_rate: Option<ReadRate>,
    ) -> Result<VerificationOutcome, Error> {
        let outcome = match self.read(row, job, read_rate).await {
            Ok(outcome) => outcome,
            Err(Error::Storage(error)) => VerificationOutcome::Unread(error.to_string()),
            Err(error) => return Err(error),
        };
        match &outcome {
            VerificationOutcome::Verified | VerificationOutcome::Gone => {}
            VerificationOutcome::Damaged(damage) => {
                tracing::error!(blob = %row.id, key = %row.key, damage, "a file is damaged in the store");
                rows::mark_damaged(&self.pool, &row.id, damage, self.clock.now()).await?;
            }
            VerificationOutcome::Mismatched(mismatch) => {
                tracing::warn!(blob = %row.id, key = %row.key, mismatch, "a file did not arrive as it was announced");
                rows::mark_mismatched(&self.pool, &row.id, mismatch, self.clock.now()).await?;
            }
            VerificationOutcome::Unread(error) => {
                tracing::warn!(blob = %row.id, error, "a file could not be checked");
            }
        }
        Ok(outcome)
    }

    async fn read(
        &self,
        row: &ToCheck,
        job: Option<&Lease<BlobId>>,
        mut read_rate: Option<ReadRate>,
    ) -> Result<VerificationOutcome, Error> {
        let size = row.size.unsigned_abs();
        let object = match self.storage.read(&row.key, None).await {
            Err(storage::StorageError::NotFound) => return self.missing(row).await,
            Err(storage::StorageError::NotAFile { detail, .. }) => return Ok(VerificationOutcome::Damaged(detail)),
            object => object.map_err(Error::Storage)?,
        };
        if let Some(damage) = other_size(object.size, size) {
            return Ok(VerificationOutcome::Damaged(damage));
        }
        let mut parts = PartSums::new(parts::all(&self.pool, &row.id).await?);
        let (mut digest, mut body, mut renewed) = (Digest::default(), object.body, self.clock.now());
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(Error::Storage)?;
            digest.update(&chunk);
            if let Some(read_rate) = &mut read_rate {
                read_rate.throttle(chunk.len()).await;
            }
            if let Some(part) = parts.update(chunk) {
                return Ok(of_other_content(&part));
            }
            let now = self.clock.now();
            if now - renewed > milliseconds(LEASE) / 4 {
                renewed = now;
                let still_needed = match job {
                    Some(job) => self.queue.renew(job).await?,
                    None => blobs::is_stored(&self.pool, &row.id).await?,
                };
                if !still_needed {
                    return Ok(VerificationOutcome::Gone);
                }
            }
        }
        let media_type = digest.media_type();
        let (sha256, crc32) = digest.sums();
        if let Some(wanted) = row.sha256.as_ref().filter(|wanted| **wanted != sha256) {
            return Ok(VerificationOutcome::Damaged(format!("its SHA-256 is {sha256} and should be {wanted}")));
        }
        if row.sha256.is_none() && parts.compared != size {
            // After the database was restored from a backup it may lack the digests of parts. The store says that the
            // file is complete, and there is nothing to compare it with.
            let unknown = size - parts.compared;
            tracing::warn!(blob = %row.id, unknown, "bytes of a file could not be compared: nobody knows what was sent");
        }
        self.record_verified(row, job, media_type, (&sha256, crc32)).await
    }

    /// Records that a file's bytes are the ones that were sent, and ends the job.
    async fn record_verified(
        &self,
        row: &ToCheck,
        job: Option<&Lease<BlobId>>,
        media_type: &str,
        sums: (&Sha256Hex, Crc32),
    ) -> Result<VerificationOutcome, Error> {
        let mut transaction = db::begin(&self.pool).await?;
        let verified = rows::mark_verified(&mut *transaction, &row.id, media_type, sums, self.clock.now()).await?;
        parts::delete_all(&mut *transaction, &row.id).await?;
        match job {
            // Without a lease of its own, this check cancels any job for the blob, as it has just done that work.
            None => jobs::cancel(&mut *transaction, JobKind::VerifyBlob, &row.id).await?,
            Some(job) => {
                if !self.queue.done_in(&mut transaction, job).await? {
                    return Ok(VerificationOutcome::Gone);
                }
            }
        }
        transaction.commit().await?;
        Ok(if verified { VerificationOutcome::Verified } else { VerificationOutcome::Gone })
    }

    /// The outcome for a file without an object: deleted meanwhile, or damaged. Damage is reported only if the store
    /// is confirmed as this site's, since an unmounted folder misses every file.
    async fn missing(&self, row: &ToCheck) -> Result<VerificationOutcome, Error> {
        if !blobs::is_stored(&self.pool, &row.id).await? {
            return Ok(VerificationOutcome::Gone);
        }
        Ok(if self.instance.is_ours().await? {
            VerificationOutcome::Damaged(MISSING.to_owned())
        } else {
            VerificationOutcome::Unread("it is not there, and neither is this site's instance id".to_owned())
        })
    }
}

/// The outcome for a part whose content is not the announced one, in a file that was not verified yet. Holdall compared what
/// came through it, so that the store must have changed it.
fn of_other_content(part: &PartRecord) -> VerificationOutcome {
    let number = part.number;
    if part.direct == 0 {
        return VerificationOutcome::Damaged(format!("part {number} is not what was sent"));
    }
    VerificationOutcome::Mismatched(format!(
        "part {number} is not what was announced: it was sent like this, or changed since"
    ))
}
