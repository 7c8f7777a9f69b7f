//! The job queue. A process leases jobs for a limited time, under a token that is used once; a job that fails is tried
//! again after a back-off. Where the end of a job changes other rows too, both happen in one transaction.

use std::fmt::Display;
use std::time::Duration;

use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, Decode, FromRow};

use crate::server::clock::{Clock, milliseconds};
use crate::server::db::jobs::{LeasedJob, OwnedJob};
use crate::server::db::types::JobKind;
use crate::server::db::{Column, Transaction, jobs as rows};

/// How long a lease lasts without renewal; after that, another process may take the job.
pub const LEASE: Duration = Duration::from_secs(120);
/// The longest pause between two attempts. Nobody waits for a stored file to be read again, so that may take longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
const LONGEST_PAUSE_OF_SCRUB: Duration = Duration::from_secs(86_400);

/// The job queue of one site; cheap to clone.
#[derive(Clone)]
pub struct JobQueue {
    pool: AnyPool,
    clock: Clock,
}

/// A job that this process has leased.
#[derive(Clone, Debug)]
pub struct Lease<S> {
    /// The id of what the job works on.
    pub subject: S,
    kind: JobKind,
    token: String,
    attempts: i64,
}

impl JobQueue {
    /// The queue in this database.
    pub fn new(pool: AnyPool, clock: Clock) -> Self {
        Self { pool, clock }
    }

    /// Leases at most `limit` jobs of a kind that are due.
    pub async fn take<S>(&self, kind: JobKind, limit: i64) -> Result<Vec<Lease<S>>, sqlx::Error>
    where
        S: Column + for<'r> Decode<'r, Any>,
        LeasedJob<S>: for<'r> FromRow<'r, AnyRow>,
    {
        let (token, now) = (uuid::Uuid::now_v7().simple().to_string(), self.clock.now());
        let jobs = rows::lease_due(&self.pool, kind, &token, (now, now + milliseconds(LEASE)), limit).await?;
        let lease =
            |job: LeasedJob<S>| Lease { subject: job.subject, kind, token: token.clone(), attempts: job.attempts };
        Ok(jobs.into_iter().map(lease).collect())
    }

    /// The subjects of the jobs of a kind that have been due for longest, at most `limit`. Leases nothing.
    pub(super) async fn due<S>(&self, kind: JobKind, limit: i64) -> Result<Vec<S>, sqlx::Error>
    where
        S: Column + for<'r> Decode<'r, Any>,
    {
        rows::due(&self.pool, kind, self.clock.now(), limit).await
    }

    /// The job of a kind that has been due for longest of each of at most `limit` owners after this one. Leases nothing.
    pub(super) async fn due_of_owners(
        &self,
        kind: JobKind,
        after: &str,
        limit: i64,
    ) -> Result<Vec<OwnedJob>, sqlx::Error> {
        rows::due_of_owners(&self.pool, kind, self.clock.now(), after, limit).await
    }

    /// Leases this job if it is due and nobody holds it.
    pub async fn take_one<S: Column>(&self, kind: JobKind, subject: S) -> Result<Option<Lease<S>>, sqlx::Error> {
        let (token, now) = (uuid::Uuid::now_v7().simple().to_string(), self.clock.now());
        let attempts = rows::lease_if_due(&self.pool, kind, &subject, &token, (now, now + milliseconds(LEASE))).await?;
        Ok(attempts.map(|attempts| Lease { subject, kind, token, attempts }))
    }

    /// Renews a lease; false if another process holds it, or the job was deleted.
    pub async fn renew(&self, lease: &Lease<impl Column>) -> Result<bool, sqlx::Error> {
        let until = self.clock.now() + milliseconds(LEASE);
        rows::renew(&self.pool, lease.kind, &lease.subject, &lease.token, until).await
    }

    /// Deletes a job that is done.
    pub async fn done(&self, lease: &Lease<impl Column>) -> Result<(), sqlx::Error> {
        rows::finish(&self.pool, lease.kind, &lease.subject, &lease.token).await.map(|_| ())
    }

    /// Deletes a job that is done, in a transaction; false if the lease was lost, and the caller must roll back.
    pub async fn done_in(
        &self,
        transaction: &mut Transaction,
        lease: &Lease<impl Column>,
    ) -> Result<bool, sqlx::Error> {
        rows::finish(&mut **transaction, lease.kind, &lease.subject, &lease.token).await
    }

    /// Records why a job failed, and schedules another attempt. The back-off doubles each time.
    pub async fn failed(&self, lease: &Lease<impl Column>, error: &impl Display) -> Result<(), sqlx::Error> {
        let due = self.clock.now() + milliseconds(pause(lease.kind, lease.attempts));
        let error = error.to_string();
        rows::release(&self.pool, lease.kind, &lease.subject, &lease.token, due, Some(&error)).await
    }

    /// Releases a job that cannot be done yet, although nothing failed.
    pub async fn put_back(&self, lease: &Lease<impl Column>) -> Result<(), sqlx::Error> {
        rows::release(&self.pool, lease.kind, &lease.subject, &lease.token, self.clock.now(), None).await
    }
}

/// The back-off after this many attempts.
pub fn pause(kind: JobKind, attempts: i64) -> Duration {
    let (first, longest) = match kind {
        JobKind::VerifyBlob => (Duration::from_secs(10), LONGEST_PAUSE),
        JobKind::ScrubBlob => (Duration::from_secs(3600), LONGEST_PAUSE_OF_SCRUB),
        _ => (Duration::from_secs(60), LONGEST_PAUSE),
    };
    let doubled = u32::try_from(attempts.clamp(1, 12)).unwrap_or(12) - 1;
    first.saturating_mul(1 << doubled).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_fails_is_tried_twice_as_late_each_time_and_within_the_hour() {
        let pauses = [1, 2, 3, 7, 100].map(|attempts| pause(JobKind::DeleteBlob, attempts).as_secs());
        assert_eq!(pauses, [60, 120, 240, 3600, 3600]);
        assert_eq!(pause(JobKind::VerifyBlob, 0).as_secs(), 10);
        assert_eq!([1, 100].map(|attempts| pause(JobKind::ScrubBlob, attempts).as_secs()), [3600, 86_400]);
    }
}
