//! Checking what lies in the store against what was sent, as far as the table `blobs` knows of it.

use sqlx::FromRow;

use crate::server::db::Executes;
use crate::server::storage::{Key, Private};

/// A file that is to be read and compared.
#[derive(Clone, Debug, FromRow)]
pub struct ToCheck {
    pub id: String,
    pub key: Key<Private>,
    pub size: i64,
    /// Empty where the whole was never read.
    pub sha256: String,
    pub attempts: i64,
}

/// Takes up the oldest file that was not checked and that nobody has taken up.
pub async fn lease_unverified<'c>(db: impl Executes<'c>, now: i64, until: i64) -> Result<Option<ToCheck>, sqlx::Error> {
    sqlx::query_as(
        "UPDATE blobs SET claimed = $2, attempts = attempts + 1 WHERE id = \
         (SELECT id FROM blobs WHERE state = 'stored' AND verified IS NULL AND damage IS NULL \
          AND COALESCE(claimed, 0) <= $1 ORDER BY id LIMIT 1) \
         AND COALESCE(claimed, 0) <= $1 RETURNING id, key, size, sha256, attempts",
    )
    .bind(now)
    .bind(until)
    .fetch_optional(db)
    .await
}

/// Every stored file after this one, in the order of ids.
pub async fn stored<'c>(db: impl Executes<'c>, after: &str, limit: i64) -> Result<Vec<ToCheck>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, key, size, sha256, attempts FROM blobs WHERE state = 'stored' AND id > $1 ORDER BY id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Says until when somebody still reads it; false where it has gone.
pub async fn renew_lease<'c>(db: impl Executes<'c>, id: &str, until: i64) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE blobs SET claimed = $2 WHERE id = $1 AND state = 'stored'")
        .bind(id)
        .bind(until)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Notes that every byte is as it was sent.
pub async fn mark_verified<'c>(
    db: impl Executes<'c>,
    id: &str,
    media_type: &str,
    sums: (&str, &str),
    now: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "UPDATE blobs SET verified = $5, media_type = $2, sha256 = $3, crc32 = $4, damage = NULL, claimed = NULL, \
         attempts = 0, last_error = NULL WHERE id = $1 AND state = 'stored'",
    )
    .bind(id)
    .bind(media_type)
    .bind(sums.0)
    .bind(sums.1)
    .bind(now)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Notes what is wrong with the store's bytes.
pub async fn mark_damaged<'c>(db: impl Executes<'c>, id: &str, damage: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE blobs SET damage = $2, verified = NULL, claimed = NULL WHERE id = $1 AND state = 'stored'")
        .bind(id)
        .bind(damage)
        .execute(db)
        .await
        .map(|_| ())
}

/// Notes why a file could not be read, and when to try again.
pub async fn record_failure<'c>(db: impl Executes<'c>, id: &str, error: &str, again: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE blobs SET last_error = $2, claimed = $3 WHERE id = $1 AND state = 'stored'")
        .bind(id)
        .bind(error)
        .bind(again)
        .execute(db)
        .await
        .map(|_| ())
}
