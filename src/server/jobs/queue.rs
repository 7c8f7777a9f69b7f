//! Jobs as a process takes them up: for a while, under a token that is used once, and again later each time that they
//! fail. What a job's end changes besides its own row is changed in one transaction with it, where that matters.

use std::fmt::Display;
use std::time::Duration;

use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, Decode, FromRow};

use crate::server::clock::{Clock, milliseconds};
use crate::server::db::jobs::LeasedJob;
use crate::server::db::types::JobKind;
use crate::server::db::{Column, Transaction, jobs as rows};

/// For how long a job is held; after that, somebody else may take it up.
pub const LEASE: Duration = Duration::from_secs(120);
/// The longest that a job waits for its next attempt.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The jobs of one site; cheap to clone.
#[derive(Clone)]
pub struct JobQueue {
    pool: AnyPool,
    clock: Clock,
}

/// A job that this process has taken up.
#[derive(Clone, Debug)]
pub struct Lease<S> {
    /// What is to be worked on.
    pub subject: S,
    kind: JobKind,
    token: String,
    attempts: i64,
}

impl JobQueue {
    /// Over this database.
    pub fn new(pool: AnyPool, clock: Clock) -> Self {
        Self { pool, clock }
    }

    /// Takes up at most `limit` jobs of a kind that are due.
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

    /// Holds a job for longer; false where somebody else has it, or it has gone.
    pub async fn renew(&self, lease: &Lease<impl Column>) -> Result<bool, sqlx::Error> {
        let until = self.clock.now() + milliseconds(LEASE);
        rows::renew(&self.pool, lease.kind, &lease.subject, &lease.token, until).await
    }

    /// Takes a job away that is done.
    pub async fn done(&self, lease: &Lease<impl Column>) -> Result<(), sqlx::Error> {
        rows::finish(&self.pool, lease.kind, &lease.subject, &lease.token).await.map(|_| ())
    }

    /// The same in a transaction; false where the job was lost: then nothing may be changed.
    pub async fn done_in(
        &self,
        transaction: &mut Transaction,
        lease: &Lease<impl Column>,
    ) -> Result<bool, sqlx::Error> {
        rows::finish(&mut **transaction, lease.kind, &lease.subject, &lease.token).await
    }

    /// Keeps why a job failed, and lets it be tried again later, each time twice as late.
    pub async fn failed(&self, lease: &Lease<impl Column>, error: &impl Display) -> Result<(), sqlx::Error> {
        let due = self.clock.now() + milliseconds(pause(lease.kind, lease.attempts));
        let error = error.to_string();
        rows::release(&self.pool, lease.kind, &lease.subject, &lease.token, due, Some(&error)).await
    }

    /// Lets go of a job that cannot be done yet, though nothing went wrong.
    pub async fn put_back(&self, lease: &Lease<impl Column>) -> Result<(), sqlx::Error> {
        rows::release(&self.pool, lease.kind, &lease.subject, &lease.token, self.clock.now(), None).await
    }
}

/// How long a job waits after so many attempts.
pub fn pause(kind: JobKind, attempts: i64) -> Duration {
    let first = Duration::from_secs(if kind == JobKind::VerifyBlob { 10 } else { 60 });
    let doubled = u32::try_from(attempts.clamp(1, 12)).unwrap_or(12) - 1;
    first.saturating_mul(1 << doubled).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_fails_is_tried_twice_as_late_each_time_and_within_the_hour() {
        let pauses = [1, 2, 3, 7, 100].map(|attempts| pause(JobKind::DeleteBlob, attempts).as_secs());
        assert_eq!(pauses, [60, 120, 240, 3600, 3600]);
        assert_eq!(pause(JobKind::VerifyBlob, 0).as_secs(), 10);
    }
}
