//! The columns of `blobs` that record whether a stored file was verified, and when.

use sqlx::{AnyPool, FromRow};

use crate::model::id::BlobId;
use crate::model::upload::Sha256Hex;
use crate::server::db::types::{Crc32, JobKind};
use crate::server::db::{Executes, downloads};
use crate::server::storage::{Key, Private};

/// A file to be verified.
#[derive(Clone, Debug, FromRow)]
pub struct ToCheck {
    pub id: BlobId,
    pub key: Key<Private>,
    pub size: i64,
    /// `None` if the whole file was never read by Holdall.
    pub sha256: Option<Sha256Hex>,
}

/// A stored file that was not verified yet; `None` for any other.
pub async fn unverified<'c>(db: impl Executes<'c>, id: &BlobId) -> Result<Option<ToCheck>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, key, size, sha256 FROM blobs \
         WHERE id = $1 AND state = 'stored' AND verified IS NULL AND damage IS NULL",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// A stored file, whatever is known of its bytes; `None` for any other.
pub async fn stored_one<'c>(db: impl Executes<'c>, id: &BlobId) -> Result<Option<ToCheck>, sqlx::Error> {
    let stored = "SELECT id, key, size, sha256 FROM blobs WHERE id = $1 AND state = 'stored'";
    sqlx::query_as(stored).bind(id).fetch_optional(db).await
}

/// Inserts jobs for at most `limit` stored files that were last checked before `before` and have none yet, those first
/// that were not checked for longest.
pub async fn insert_scrubs<'c>(db: impl Executes<'c>, before: i64, limit: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO jobs (kind, subject, due) SELECT 'scrub_blob', id, checked FROM blobs \
         WHERE state = 'stored' AND checked < $1 \
         AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.kind = 'scrub_blob' AND jobs.subject = blobs.id) \
         ORDER BY checked LIMIT $2 ON CONFLICT (kind, subject) DO NOTHING",
    )
    .bind(before)
    .bind(limit)
    .execute(db)
    .await
    .map(|_| ())
}

/// The number of files that are lined up to be read again and due.
pub async fn count_due_scrubs<'c>(db: impl Executes<'c>, now: i64) -> Result<i64, sqlx::Error> {
    let due = "SELECT COUNT(*) FROM jobs WHERE kind = $1 AND due <= $2";
    sqlx::query_scalar(due).bind(JobKind::ScrubBlob).bind(now).fetch_one(db).await
}

/// The number of files that are damaged in the store.
pub async fn count_damaged<'c>(db: impl Executes<'c>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM blobs WHERE damage IS NOT NULL AND mismatched IS NULL").fetch_one(db).await
}

/// A file that is damaged in the store.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DamagedRecord {
    /// The object's key.
    pub key: Key<Private>,
    /// What is wrong, as a sentence for the operator.
    pub damage: String,
}

/// At most `limit` files that are damaged in the store, in the order of their ids.
pub async fn damaged<'c>(db: impl Executes<'c>, limit: i64) -> Result<Vec<DamagedRecord>, sqlx::Error> {
    let damaged = "SELECT key, damage FROM blobs WHERE damage IS NOT NULL AND mismatched IS NULL ORDER BY id LIMIT $1";
    sqlx::query_as(damaged).bind(limit).fetch_all(db).await
}

/// At most `limit` stored files after this id, in the order of ids.
pub async fn stored<'c>(db: impl Executes<'c>, after: &str, limit: i64) -> Result<Vec<ToCheck>, sqlx::Error> {
    sqlx::query_as("SELECT id, key, size, sha256 FROM blobs WHERE state = 'stored' AND id > $1 ORDER BY id LIMIT $2")
        .bind(after)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// Records that a file was verified, with its media type and checksums; false if it is no longer stored.
pub async fn mark_verified<'c>(
    db: impl Executes<'c>,
    id: &BlobId,
    media_type: &str,
    (sha256, crc32): (&Sha256Hex, Crc32),
    now: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "UPDATE blobs SET verified = $5, checked = $5, media_type = $2, sha256 = $3, crc32 = $4, damage = NULL, \
         mismatched = NULL \
         WHERE id = $1 AND state = 'stored'",
    )
    .bind(id)
    .bind(media_type)
    .bind(sha256)
    .bind(crc32)
    .bind(now)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Has a file count as not verified that was verified at this time; false if that is no longer its state.
pub async fn unverify<'c>(db: impl Executes<'c>, id: &BlobId, verified: i64) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE blobs SET verified = NULL WHERE id = $1 AND verified = $2 AND state = 'stored'")
        .bind(id)
        .bind(verified)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Records how the stored bytes differ from those that were sent, and marks the archives that contain the file.
pub async fn mark_damaged(pool: &AnyPool, id: &BlobId, damage: &str, now: i64) -> Result<(), sqlx::Error> {
    mark(pool, id, damage, None, now).await
}

/// Records how the stored bytes differ from those that were announced, of a file that nobody has ever seen to be right.
pub async fn mark_mismatched(pool: &AnyPool, id: &BlobId, mismatch: &str, now: i64) -> Result<(), sqlx::Error> {
    mark(pool, id, mismatch, Some(now), now).await
}

async fn mark(pool: &AnyPool, id: &BlobId, damage: &str, mismatched: Option<i64>, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE blobs SET damage = $2, mismatched = $3, checked = $4, verified = NULL WHERE id = $1 AND state = 'stored'",
    )
    .bind(id)
    .bind(damage)
    .bind(mismatched)
    .bind(now)
    .execute(pool)
    .await?;
    // This needs no transaction: an archive looks for damaged files after it has inserted its members, so that either it
    // sees the damage or this statement sees the member.
    downloads::mark_gone(pool, id, now).await
}
