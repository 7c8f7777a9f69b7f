//! The table `renditions`: pictures made by Holdall. At present all of them are avatars, in the media location.

use sqlx::FromRow;

use crate::model::id::AccountId;
use crate::server::db::Executes;
use crate::server::storage::{Key, Media};

/// A picture in one size.
#[derive(Clone, Debug, FromRow)]
pub struct RenditionRecord {
    pub key: Key<Media>,
    /// How wide and high it is, in pixels.
    pub edge: i64,
}

/// Inserts a picture, which must happen before the first byte of its object is written.
pub async fn insert<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    rendition: &RenditionRecord,
    media_type: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO renditions (key, location, account, edge, media_type, state, created) \
         VALUES ($1, 'media', $2, $3, $4, 'pending', $5)",
    )
    .bind(&rendition.key)
    .bind(account)
    .bind(rendition.edge)
    .bind(media_type)
    .bind(now)
    .execute(db)
    .await
    .map(|_| ())
}

/// Marks the current pictures of an account, which are those of one avatar, for deletion, and returns their keys.
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

/// Marks a picture for deletion that was never in use, or is being deleted already; false if it is in use or does not
/// exist.
pub async fn mark_deleting<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE renditions SET state = 'deleting' WHERE key = $1 AND location = 'media' AND state <> 'stored'")
        .bind(key)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Marks a picture `stored` after its object was written; false if the maintenance gave it up meanwhile.
pub async fn mark_stored<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE renditions SET state = 'stored' WHERE key = $1 AND state = 'pending'")
        .bind(key)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// The pictures of an account that are in use, smallest first: those of one avatar, one of each size.
pub async fn stored<'c>(db: impl Executes<'c>, account: &AccountId) -> Result<Vec<RenditionRecord>, sqlx::Error> {
    sqlx::query_as(
        "SELECT key, edge FROM renditions WHERE account = $1 AND location = 'media' AND state = 'stored' ORDER BY edge",
    )
    .bind(account)
    .fetch_all(db)
    .await
}

/// The media type of a picture that is in use.
pub async fn media_type<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT media_type FROM renditions WHERE key = $1 AND location = 'media' AND state = 'stored'")
        .bind(key)
        .fetch_optional(db)
        .await
}

/// Deletes the row of a picture whose object was deleted.
pub async fn delete_row<'c>(db: impl Executes<'c>, key: &Key<Media>) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM renditions WHERE key = $1 AND location = 'media' AND state = 'deleting'")
        .bind(key)
        .execute(db)
        .await
        .map(|_| ())
}
