//! Reads every stored file again, each some time after it was last checked: disks lose bytes that nobody reads. Those
//! that were not checked for longest come first, one at a time in each process and at a bounded rate. The files are
//! shared out as jobs, so that several processes do not read the same one. One that cannot be read is postponed, longer each
//! time, and the others get their turn. Damaged files are read again as well, and are no longer damaged once their bytes
//! are back. A file of a folder that was written to since it was verified is read again before its time.

use std::time::Duration;

use crate::model::id::BlobId;
use crate::server::clock::milliseconds;
use crate::server::db::types::JobKind;
use crate::server::db::{self, jobs, verification as rows};
use crate::server::domain::Error;
use crate::server::domain::blobs::read_rate::ReadRate;
use crate::server::domain::blobs::verify::{VerificationOutcome, Verifier};
use crate::server::storage::StorageError;

/// How many files are lined up at once, beside those that were postponed.
const AHEAD: i64 = 100;
/// The largest file, in bytes, that is read again while somebody waits for it.
const SMALL: u64 = 64 << 20;
/// The pause while no file is due.
const PAUSE: Duration = Duration::from_secs(600);
/// The pause after a file that could not be read: perhaps none can.
const PAUSE_UNREAD: Duration = Duration::from_secs(60);

impl Verifier {
    /// Checks one file again that is due, and returns the pause until the next; `None` if no file is ever to be.
    pub async fn scrub_round(&self) -> Option<Duration> {
        self.every?;
        match self.scrub_once().await {
            Ok(Some(VerificationOutcome::Unread(_))) => Some(PAUSE_UNREAD),
            Ok(Some(_)) => Some(Duration::ZERO),
            Ok(None) => Some(PAUSE),
            Err(error) => {
                tracing::warn!(%error, "files cannot be checked again now");
                Some(PAUSE)
            }
        }
    }

    /// Checks the file again that was not checked for longest, if it is due; `None` if none is.
    ///
    /// # Errors
    /// [`Error::Database`]. Failures of the store are part of the outcome, and are tried again later.
    pub async fn scrub_once(&self) -> Result<Option<VerificationOutcome>, Error> {
        let Some(every) = self.every else { return Ok(None) };
        let now = self.clock.now();
        let missing = AHEAD - rows::count_due_scrubs(&self.pool, now).await?;
        if missing > 0 {
            rows::insert_scrubs(&self.pool, now - milliseconds(every), missing).await?;
        }
        let Some(job) = self.queue.take::<BlobId>(JobKind::ScrubBlob, 1).await?.pop() else { return Ok(None) };
        let outcome = match rows::stored_one(&self.pool, &job.subject).await? {
            Some(row) => self.check(&row, Some(&job), Some(ReadRate::new())).await?,
            None => VerificationOutcome::Gone,
        };
        match &outcome {
            VerificationOutcome::Unread(error) => self.queue.failed(&job, error).await?,
            _ => self.queue.done(&job).await?,
        }
        Ok(Some(outcome))
    }

    /// Reads a file again that was written to after it was verified at this time, and counts as not verified until then: a
    /// small one now, a larger one in the background.
    ///
    /// # Errors
    /// [`Error::Damaged`] if its bytes are others; [`Error::NotFound`] if it was deleted meanwhile; [`Error::Storage`] if
    /// it cannot be read.
    pub(super) async fn recheck(&self, blob: &BlobId, size: u64, verified: i64) -> Result<(), Error> {
        self.recheck_later(blob, verified).await?;
        if size > SMALL {
            return Ok(());
        }
        let row = rows::stored_one(&self.pool, blob).await?.ok_or(Error::NotFound)?;
        match self.check(&row, None, None).await? {
            VerificationOutcome::Verified => Ok(()),
            VerificationOutcome::Damaged(_) => Err(Error::Damaged),
            VerificationOutcome::Mismatched(_) => Err(Error::Mismatched),
            VerificationOutcome::Unread(reason) => Err(Error::Storage(StorageError::unavailable("read again", reason))),
            VerificationOutcome::Gone => Err(Error::NotFound),
        }
    }

    /// Has a file that was verified at this time read again in the background.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn recheck_later(&self, blob: &BlobId, verified: i64) -> Result<(), Error> {
        let mut transaction = db::begin(&self.pool).await?;
        if rows::unverify(&mut *transaction, blob, verified).await? {
            tracing::warn!(%blob, "a file was written to after it was verified, so it is read again");
            jobs::insert(&mut *transaction, JobKind::VerifyBlob, blob, self.clock.now()).await?;
        }
        transaction.commit().await?;
        self.wake();
        Ok(())
    }
}
