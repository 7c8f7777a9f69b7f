//! The table `jobs`: background work, who holds the lease on it, and when it is tried again. Times are in milliseconds
//! since 1970.

use sqlx::any::AnyRow;
use sqlx::{Any, Decode, FromRow};

use crate::model::id::{AccountId, BlobId};
use crate::server::db::types::JobKind;
use crate::server::db::{Column, Executes};

/// A job that was leased.
#[derive(Clone, Debug, FromRow)]
pub struct LeasedJob<S> {
    pub subject: S,
    /// How often it was leased, including this time.
    pub attempts: i64,
}

/// Inserts a job that is due from `due` on. An existing one for the same subject is reset. Its owner is the account of
/// the blob, if the subject is one.
pub async fn insert<'c>(
    db: impl Executes<'c>,
    kind: JobKind,
    subject: &impl Column,
    due: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO jobs (kind, subject, owner, due) VALUES ($1, $2, (SELECT account FROM blobs WHERE id = $2), $3) \
         ON CONFLICT (kind, subject) \
         DO UPDATE SET due = excluded.due, attempts = 0, lease_until = NULL, lease_token = NULL, last_error = NULL",
    )
    .bind(kind)
    .bind(subject)
    .bind(due)
    .execute(db)
    .await
    .map(|_| ())
}

/// Leases at most `limit` jobs of a kind that are due and not leased, in the order in which they became due. The lease
/// lasts until `until`.
pub async fn lease_due<'c, S>(
    db: impl Executes<'c>,
    kind: JobKind,
    token: &str,
    (now, until): (i64, i64),
    limit: i64,
) -> Result<Vec<LeasedJob<S>>, sqlx::Error>
where
    S: Column + for<'r> Decode<'r, Any>,
    LeasedJob<S>: for<'r> FromRow<'r, AnyRow>,
{
    sqlx::query_as(
        "UPDATE jobs SET lease_until = $3, lease_token = $4, attempts = attempts + 1 WHERE kind = $1 AND subject IN \
         (SELECT subject FROM jobs WHERE kind = $1 AND due <= $2 AND COALESCE(lease_until, 0) <= $2 \
         ORDER BY due, subject LIMIT $5) AND due <= $2 AND COALESCE(lease_until, 0) <= $2 RETURNING subject, attempts",
    )
    .bind(kind)
    .bind(now)
    .bind(until)
    .bind(token)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Leases one job if it is due and not leased; returns how often it was leased, including this time.
pub async fn lease_if_due<'c>(
    db: impl Executes<'c>,
    kind: JobKind,
    subject: &impl Column,
    token: &str,
    (now, until): (i64, i64),
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "UPDATE jobs SET lease_until = $3, lease_token = $4, attempts = attempts + 1 \
         WHERE kind = $1 AND subject = $5 AND due <= $2 AND COALESCE(lease_until, 0) <= $2 RETURNING attempts",
    )
    .bind(kind)
    .bind(now)
    .bind(until)
    .bind(token)
    .bind(subject)
    .fetch_optional(db)
    .await
}

/// The subjects of at most `limit` jobs of a kind that are due and not leased, in the order in which they became due.
/// Leases nothing.
pub async fn due<'c, S>(db: impl Executes<'c>, kind: JobKind, now: i64, limit: i64) -> Result<Vec<S>, sqlx::Error>
where
    S: Column + for<'r> Decode<'r, Any>,
{
    sqlx::query_scalar(
        "SELECT subject FROM jobs WHERE kind = $1 AND due <= $2 AND COALESCE(lease_until, 0) <= $2 \
         ORDER BY due, subject LIMIT $3",
    )
    .bind(kind)
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// A job for a blob, and the account on whose behalf it runs.
#[derive(Clone, Debug, FromRow)]
pub struct OwnedJob {
    pub subject: BlobId,
    pub owner: AccountId,
}

/// For each of at most `limit` owners after this one, in the order of their ids, the job of a kind that has been due for
/// longest and is not leased. Leases nothing.
pub async fn due_of_owners<'c>(
    db: impl Executes<'c>,
    kind: JobKind,
    now: i64,
    after: &str,
    limit: i64,
) -> Result<Vec<OwnedJob>, sqlx::Error> {
    // Steps from owner to owner in the index, so that it costs nothing how many jobs each has.
    sqlx::query_as(
        "WITH RECURSIVE owners (owner) AS (SELECT MIN(owner) FROM jobs WHERE kind = $1 AND owner > $3 UNION ALL \
         SELECT (SELECT MIN(jobs.owner) FROM jobs WHERE kind = $1 AND jobs.owner > owners.owner) FROM owners \
         WHERE owner IS NOT NULL) \
         SELECT subject, owner FROM (SELECT owner, (SELECT subject FROM jobs WHERE kind = $1 AND jobs.owner = owners.owner \
         AND due <= $2 AND COALESCE(lease_until, 0) <= $2 ORDER BY due, subject LIMIT 1) AS subject FROM owners \
         WHERE owner IS NOT NULL) AS first_of_each WHERE subject IS NOT NULL LIMIT $4",
    )
    .bind(kind)
    .bind(now)
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Leases one job whether or not it is due, and inserts it if it is missing; false if another holder has the lease.
pub async fn lease<'c>(
    db: impl Executes<'c>,
    kind: JobKind,
    subject: &impl Column,
    token: &str,
    (now, until): (i64, i64),
) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "INSERT INTO jobs (kind, subject, due, attempts, lease_until, lease_token) VALUES ($1, $2, $3, 1, $4, $5) \
         ON CONFLICT (kind, subject) DO UPDATE SET attempts = jobs.attempts + 1, lease_until = excluded.lease_until, \
         lease_token = excluded.lease_token WHERE COALESCE(jobs.lease_until, 0) <= $3",
    )
    .bind(kind)
    .bind(subject)
    .bind(now)
    .bind(until)
    .bind(token)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Extends a lease until `until`; false if the token no longer holds it.
pub async fn renew<'c>(
    db: impl Executes<'c>,
    kind: JobKind,
    subject: &impl Column,
    token: &str,
    until: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE jobs SET lease_until = $4 WHERE kind = $1 AND subject = $2 AND lease_token = $3")
        .bind(kind)
        .bind(subject)
        .bind(token)
        .bind(until)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Releases a lease. The job is due again from `due` on, and keeps the error. Does nothing if the token no longer
/// holds the lease.
pub async fn release<'c>(
    db: impl Executes<'c>,
    kind: JobKind,
    subject: &impl Column,
    token: &str,
    due: i64,
    error: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE jobs SET due = $4, last_error = $5, lease_until = NULL, lease_token = NULL \
         WHERE kind = $1 AND subject = $2 AND lease_token = $3",
    )
    .bind(kind)
    .bind(subject)
    .bind(token)
    .bind(due)
    .bind(error)
    .execute(db)
    .await
    .map(|_| ())
}

/// Makes jobs due that have failed and wait for their back-off to end.
pub async fn retry_failed<'c>(db: impl Executes<'c>, now: i64) -> Result<(), sqlx::Error> {
    let failed =
        "UPDATE jobs SET due = $1 WHERE due > $1 AND last_error IS NOT NULL AND COALESCE(lease_until, 0) <= $1";
    sqlx::query(failed).bind(now).execute(db).await.map(|_| ())
}

/// How often a job was leased.
pub async fn attempts<'c>(db: impl Executes<'c>, kind: JobKind, subject: &impl Column) -> Result<i64, sqlx::Error> {
    let attempts = sqlx::query_scalar("SELECT attempts FROM jobs WHERE kind = $1 AND subject = $2");
    attempts.bind(kind).bind(subject).fetch_optional(db).await.map(Option::unwrap_or_default)
}

/// Deletes a job that is done; false if the token no longer holds its lease, or the job does not exist.
pub async fn finish<'c>(
    db: impl Executes<'c>,
    kind: JobKind,
    subject: &impl Column,
    token: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query("DELETE FROM jobs WHERE kind = $1 AND subject = $2 AND lease_token = $3")
        .bind(kind)
        .bind(subject)
        .bind(token)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Deletes a job that is due; false if it is not due yet or does not exist.
pub async fn delete_due<'c>(
    db: impl Executes<'c>,
    kind: JobKind,
    subject: &impl Column,
    now: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query("DELETE FROM jobs WHERE kind = $1 AND subject = $2 AND due <= $3")
        .bind(kind)
        .bind(subject)
        .bind(now)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Deletes a job unless it is leased; returns whether no such job is left.
pub async fn delete_idle(
    transaction: &mut crate::server::db::Transaction,
    kind: JobKind,
    subject: &impl Column,
    now: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query("DELETE FROM jobs WHERE kind = $1 AND subject = $2 AND COALESCE(lease_until, 0) <= $3")
        .bind(kind)
        .bind(subject)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    let left = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM jobs WHERE kind = $1 AND subject = $2");
    left.bind(kind).bind(subject).fetch_one(&mut **transaction).await.map(|left| left == 0)
}

/// Deletes a job even if it is leased.
pub async fn cancel<'c>(db: impl Executes<'c>, kind: JobKind, subject: &impl Column) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM jobs WHERE kind = $1 AND subject = $2")
        .bind(kind)
        .bind(subject)
        .execute(db)
        .await
        .map(|_| ())
}

/// Records why work failed that was done without leasing its job.
pub async fn record_failure<'c>(
    db: impl Executes<'c>,
    kind: JobKind,
    subject: &impl Column,
    error: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE jobs SET last_error = $3 WHERE kind = $1 AND subject = $2")
        .bind(kind)
        .bind(subject)
        .bind(error)
        .execute(db)
        .await
        .map(|_| ())
}
