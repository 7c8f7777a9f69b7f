//! The table `blobs`.

use sqlx::FromRow;

use crate::model::id::AccountId;
use crate::server::db::Executes;
use crate::server::storage::{Key, Private};

/// What is known of bytes once they have all passed by.
pub struct Sums<'a> {
    pub size: i64,
    pub media_type: &'a str,
    pub sha256: &'a str,
    pub crc32: &'a str,
}

/// Names an object before its first byte, in state `uploading`, with as many bytes set aside for it.
pub async fn insert<'c>(
    db: impl Executes<'c>,
    id: &str,
    account: &AccountId,
    key: &Key<Private>,
    size: i64,
    now: i64,
    expires: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO blobs (id, account, key, size, state, created, expires) VALUES ($1, $2, $3, $4, 'uploading', $5, $6)",
    )
    .bind(id)
    .bind(account.as_str())
    .bind(key)
    .bind(size)
    .bind(now)
    .bind(expires)
    .execute(db)
    .await
    .map(|_| ())
}

/// Puts off the day on which a sweep may take up an upload.
pub async fn extend_expiry<'c>(db: impl Executes<'c>, id: &str, expires: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE blobs SET expires = $2 WHERE id = $1 AND state = 'uploading'")
        .bind(id)
        .bind(expires)
        .execute(db)
        .await
        .map(|_| ())
}

/// Marks an upload as whole, all its bytes having passed by; false where a sweep took it meanwhile.
pub async fn mark_stored<'c>(db: impl Executes<'c>, id: &str, sums: &Sums<'_>) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "UPDATE blobs SET state = 'stored', size = $2, media_type = $3, sha256 = $4, crc32 = $5, expires = NULL \
         WHERE id = $1 AND state = 'uploading'",
    )
    .bind(id)
    .bind(sums.size)
    .bind(sums.media_type)
    .bind(sums.sha256)
    .bind(sums.crc32)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// A blob on its way out.
#[derive(Clone, Debug, FromRow)]
pub struct Leaving {
    pub id: String,
    pub key: Key<Private>,
    pub size: Option<i64>,
}

/// Marks a blob as going; `expires` is when a sweep may finish the deed.
pub async fn mark_deleting<'c>(db: impl Executes<'c>, id: &str, expires: i64) -> Result<Option<Leaving>, sqlx::Error> {
    sqlx::query_as("UPDATE blobs SET state = 'deleting', expires = $2 WHERE id = $1 AND state <> 'deleting' RETURNING id, key, size")
        .bind(id)
        .bind(expires)
        .fetch_optional(db)
        .await
}

/// Takes up at most `limit` blobs that are to be deleted, and puts off the next try to `again`.
pub async fn lease_overdue<'c>(
    db: impl Executes<'c>,
    now: i64,
    again: i64,
    limit: i64,
) -> Result<Vec<Leaving>, sqlx::Error> {
    sqlx::query_as(
        "UPDATE blobs SET expires = $2, attempts = attempts + 1 WHERE id IN \
         (SELECT id FROM blobs WHERE expires <= $1 AND state = 'deleting' ORDER BY expires LIMIT $3) \
         AND expires <= $1 RETURNING id, key, size",
    )
    .bind(now)
    .bind(again)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Notes why a deletion is still to be done.
pub async fn record_failure<'c>(db: impl Executes<'c>, id: &str, error: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE blobs SET last_error = $2 WHERE id = $1").bind(id).bind(error).execute(db).await.map(|_| ())
}

/// Forgets a blob whose object is gone, unless bytes of it may still arrive; false then.
pub async fn delete_row<'c>(db: impl Executes<'c>, id: &str, now: i64) -> Result<bool, sqlx::Error> {
    sqlx::query("DELETE FROM blobs WHERE id = $1 AND state = 'deleting' AND COALESCE(late, 0) <= $2")
        .bind(id)
        .bind(now)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Puts off the last deletion to when no bytes can arrive any more.
pub async fn defer_deletion<'c>(db: impl Executes<'c>, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE blobs SET expires = late, attempts = 0 WHERE id = $1 AND state = 'deleting' AND late IS NOT NULL",
    )
    .bind(id)
    .execute(db)
    .await
    .map(|_| ())
}

/// Whether a blob is there and not on its way out.
pub async fn is_in_use<'c>(db: impl Executes<'c>, id: &str) -> Result<bool, sqlx::Error> {
    let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM blobs WHERE id = $1 AND state <> 'deleting'");
    count.bind(id).fetch_one(db).await.map(|count| count == 1)
}

/// Whether a blob is whole and in use.
pub async fn is_stored<'c>(db: impl Executes<'c>, id: &str) -> Result<bool, sqlx::Error> {
    let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM blobs WHERE id = $1 AND state = 'stored'");
    count.bind(id).fetch_one(db).await.map(|count| count == 1)
}

/// Keys of at most `limit` files; which ones is as good as chance, for keys are random.
pub async fn some_stored<'c>(db: impl Executes<'c>, limit: i64) -> Result<Vec<Key<Private>>, sqlx::Error> {
    let keys = sqlx::query_scalar("SELECT key FROM blobs WHERE state = 'stored' ORDER BY key LIMIT $1");
    keys.bind(limit).fetch_all(db).await
}

/// Notes how many bytes are set aside in the account for an upload; false where a sweep took it meanwhile.
pub async fn grow_reservation<'c>(db: impl Executes<'c>, id: &str, size: i64) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE blobs SET size = $2 WHERE id = $1 AND state = 'uploading'")
        .bind(id)
        .bind(size)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}
