//! The table `pictures`.

use sqlx::FromRow;

use crate::model::id::AccountId;
use crate::server::db::Executes;
use crate::server::storage::{Key, Media};

/// A picture that pages show.
#[derive(Clone, Debug, FromRow)]
pub struct PictureRow {
    pub key: Key<Media>,
    pub size: i64,
}

/// Names an object before its first byte.
pub async fn insert<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    picture: &PictureRow,
    media_type: &str,
    now: i64,
    expires: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO pictures (key, account, size, media_type, state, created, expires) VALUES ($1, $2, $3, $4, 'pending', $5, $6)",
    )
    .bind(&picture.key)
    .bind(account.as_str())
    .bind(picture.size)
    .bind(media_type)
    .bind(now)
    .bind(expires)
    .execute(db)
    .await
    .map(|_| ())
}

/// Marks what an account shows now as going; `expires` is when a sweep may finish the deed.
pub async fn mark_deleting<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    expires: i64,
) -> Result<Vec<Key<Media>>, sqlx::Error> {
    sqlx::query_scalar(
        "UPDATE pictures SET state = 'deleting', expires = $2 WHERE account = $1 AND state = 'stored' RETURNING key",
    )
    .bind(account.as_str())
    .bind(expires)
    .fetch_all(db)
    .await
}

/// Marks a written object as shown; false where a sweep took it meanwhile.
pub async fn mark_stored<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE pictures SET state = 'stored', expires = NULL WHERE key = $1 AND state = 'pending'")
        .bind(key)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// The pictures an account shows, smallest first.
pub async fn stored<'c>(db: impl Executes<'c>, account: &AccountId) -> Result<Vec<PictureRow>, sqlx::Error> {
    sqlx::query_as("SELECT key, size FROM pictures WHERE account = $1 AND state = 'stored' ORDER BY size")
        .bind(account.as_str())
        .fetch_all(db)
        .await
}

/// The type of an object that pages show.
pub async fn media_type<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT media_type FROM pictures WHERE key = $1 AND state = 'stored'")
        .bind(key)
        .fetch_optional(db)
        .await
}

/// Takes up at most `limit` objects that are overdue, and puts off the next try to `again`.
pub async fn lease_overdue<'c>(
    db: impl Executes<'c>,
    now: i64,
    again: i64,
    limit: i64,
) -> Result<Vec<Key<Media>>, sqlx::Error> {
    sqlx::query_scalar(
        "UPDATE pictures SET state = 'deleting', expires = $2 WHERE key IN \
         (SELECT key FROM pictures WHERE expires <= $1 AND state <> 'stored' ORDER BY expires LIMIT $3) \
         AND expires <= $1 RETURNING key",
    )
    .bind(now)
    .bind(again)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Forgets an object that is gone.
pub async fn delete_row<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM pictures WHERE key = $1 AND state = 'deleting'").bind(key).execute(db).await.map(|_| ())
}
