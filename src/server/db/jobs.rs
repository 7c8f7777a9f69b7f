//! The table `jobs`: what is to be done by itself, who is at it, and when it is tried again.

use sqlx::any::AnyRow;
use sqlx::{Any, Decode, FromRow};

use crate::server::db::types::JobKind;
use crate::server::db::{Column, Executes};

/// A job that was taken up.
#[derive(Clone, Debug, FromRow)]
pub struct LeasedJob<S> {
    pub subject: S,
    /// How often it was taken up, this time included.
    pub attempts: i64,
}

/// Says that something is to be done, from `due` on; where that was said already, it begins anew.
pub async fn insert<'c>(
    db: impl Executes<'c>,
    kind: JobKind,
    subject: &impl Column,
    due: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO jobs (kind, subject, due) VALUES ($1, $2, $3) ON CONFLICT (kind, subject) \
         DO UPDATE SET due = excluded.due, attempts = 0, lease_until = NULL, lease_token = NULL, last_error = NULL",
    )
    .bind(kind)
    .bind(subject)
    .bind(due)
    .execute(db)
    .await
    .map(|_| ())
}

/// Takes up at most `limit` jobs of a kind that are due and that nobody is at, those that are due longest first.
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

/// Subjects of at most `limit` jobs of a kind that are due and that nobody is at, those that are due longest first.
/// Nothing is taken up.
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

/// Takes up one job whenever it is due, writing it where there is none; false where somebody is at it.
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

/// Says until when whoever took a job up is still at it; false where that is somebody else now, or nobody.
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

/// Lets go of a job that is to be tried again from `due` on, and keeps what went wrong; nothing where somebody else is at it.
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

/// Makes due what has failed before and waits for another attempt.
pub async fn retry_failed<'c>(db: impl Executes<'c>, now: i64) -> Result<(), sqlx::Error> {
    let failed =
        "UPDATE jobs SET due = $1 WHERE due > $1 AND last_error IS NOT NULL AND COALESCE(lease_until, 0) <= $1";
    sqlx::query(failed).bind(now).execute(db).await.map(|_| ())
}

/// How often a job was taken up.
pub async fn attempts<'c>(db: impl Executes<'c>, kind: JobKind, subject: &impl Column) -> Result<i64, sqlx::Error> {
    let attempts = sqlx::query_scalar("SELECT attempts FROM jobs WHERE kind = $1 AND subject = $2");
    attempts.bind(kind).bind(subject).fetch_optional(db).await.map(Option::unwrap_or_default)
}

/// Takes away a job that is done; false where somebody else is at it, or it is not there.
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

/// Takes away a job whose time has come; false where it is put off, or not there.
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

/// Takes away a job that nobody is at; gives whether there is none any more.
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

/// Takes away a job, whoever is at it.
pub async fn cancel<'c>(db: impl Executes<'c>, kind: JobKind, subject: &impl Column) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM jobs WHERE kind = $1 AND subject = $2")
        .bind(kind)
        .bind(subject)
        .execute(db)
        .await
        .map(|_| ())
}

/// Keeps why something was not done, where nobody had taken it up as a job.
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
