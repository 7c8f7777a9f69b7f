//! The table `renditions`: pictures that Holdall makes. All that are made today are avatars, in the media location.

use sqlx::FromRow;

use crate::model::id::AccountId;
use crate::server::db::Executes;
use crate::server::storage::{Key, Media};

/// A picture that pages show.
#[derive(Clone, Debug, FromRow)]
pub struct RenditionRow {
    pub key: Key<Media>,
    pub size: i64,
}

/// Names an object before its first byte.
pub async fn insert<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    rendition: &RenditionRow,
    media_type: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO renditions (key, location, account, size, media_type, state, created) \
         VALUES ($1, 'media', $2, $3, $4, 'pending', $5)",
    )
    .bind(&rendition.key)
    .bind(account)
    .bind(rendition.size)
    .bind(media_type)
    .bind(now)
    .execute(db)
    .await
    .map(|_| ())
}

/// Marks what an account shows now as going; gives what that is.
pub async fn mark_account_deleting<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
) -> Result<Vec<Key<Media>>, sqlx::Error> {
    sqlx::query_scalar(
        "UPDATE renditions SET state = 'deleting' WHERE account = $1 AND location = 'media' AND state = 'stored' RETURNING key",
    )
    .bind(account)
    .fetch_all(db)
    .await
}

/// Marks one that was never shown, or is on its way out already, as going; false where it is shown or has gone.
pub async fn mark_deleting<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE renditions SET state = 'deleting' WHERE key = $1 AND location = 'media' AND state <> 'stored'")
        .bind(key)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Marks a written object as shown; false where a sweep took it meanwhile.
pub async fn mark_stored<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE renditions SET state = 'stored' WHERE key = $1 AND state = 'pending'")
        .bind(key)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// The pictures an account shows, smallest first.
pub async fn stored<'c>(db: impl Executes<'c>, account: &AccountId) -> Result<Vec<RenditionRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT key, size FROM renditions WHERE account = $1 AND location = 'media' AND state = 'stored' ORDER BY size",
    )
    .bind(account)
    .fetch_all(db)
    .await
}

/// The type of an object that pages show.
pub async fn media_type<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT media_type FROM renditions WHERE key = $1 AND location = 'media' AND state = 'stored'")
        .bind(key)
        .fetch_optional(db)
        .await
}

/// Forgets an object that is gone.
pub async fn delete_row<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM renditions WHERE key = $1 AND location = 'media' AND state = 'deleting'").bind(key).execute(db).await.map(|_| ())
}
