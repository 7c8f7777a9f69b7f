//! The table `parts`: the parts of multipart uploads that were signed.

use sqlx::FromRow;

use crate::model::id::BlobId;
use crate::model::upload::Sha256Hex;
use crate::server::db::Executes;

/// A part whose SHA-256 was announced when it was signed.
#[derive(Clone, Debug, FromRow)]
pub struct PartRecord {
    pub number: i64,
    pub size: i64,
    pub sha256: Sha256Hex,
    /// 1 if an address of the store was ever handed out for it, so that its bytes may have come past Holdall; or else 0.
    pub direct: i64,
    pub arrived: Option<i64>,
}

/// One part of an upload.
pub async fn find<'c>(db: impl Executes<'c>, blob: &BlobId, number: i64) -> Result<Option<PartRecord>, sqlx::Error> {
    sqlx::query_as("SELECT number, size, sha256, direct, arrived FROM parts WHERE blob = $1 AND number = $2")
        .bind(blob)
        .bind(number)
        .fetch_optional(db)
        .await
}

/// Every announced part of an upload, by number. They are no more than a store takes, which is 10,000 at most.
pub async fn all<'c>(db: impl Executes<'c>, blob: &BlobId) -> Result<Vec<PartRecord>, sqlx::Error> {
    sqlx::query_as("SELECT number, size, sha256, direct, arrived FROM parts WHERE blob = $1 ORDER BY number")
        .bind(blob)
        .fetch_all(db)
        .await
}

/// The parts of an upload that have arrived, by number; as many as [`all`] at most.
pub async fn arrived<'c>(db: impl Executes<'c>, blob: &BlobId) -> Result<Vec<PartRecord>, sqlx::Error> {
    sqlx::query_as(
        "SELECT number, size, sha256, direct, arrived FROM parts WHERE blob = $1 AND arrived IS NOT NULL ORDER BY number",
    )
    .bind(blob)
    .fetch_all(db)
    .await
}

/// Records the announced size and SHA-256 of a part, and whether it is to go to the store `directly`. A part that has
/// arrived is left unchanged, and one that an address was handed out for stays such a one.
pub async fn upsert<'c>(
    db: impl Executes<'c>,
    blob: &BlobId,
    (number, size): (i64, i64),
    sha256: &Sha256Hex,
    directly: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO parts (blob, number, size, sha256, direct) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (blob, number) DO UPDATE SET sha256 = excluded.sha256, \
         direct = CASE WHEN parts.direct = 1 THEN 1 ELSE excluded.direct END WHERE parts.arrived IS NULL",
    )
    .bind(blob)
    .bind(number)
    .bind(size)
    .bind(sha256)
    .bind(i64::from(directly))
    .execute(db)
    .await
    .map(|_| ())
}

/// Records that a part has arrived with this SHA-256; false if another was announced since, or the upload no longer
/// accepts parts.
pub async fn mark_arrived<'c>(
    db: impl Executes<'c>,
    blob: &BlobId,
    number: i64,
    sha256: &Sha256Hex,
    now: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "UPDATE parts SET arrived = $4 WHERE blob = $1 AND number = $2 AND sha256 = $3 \
         AND EXISTS (SELECT 1 FROM blobs WHERE id = $1 AND state = 'uploading')",
    )
    .bind(blob)
    .bind(number)
    .bind(sha256)
    .bind(now)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Records that the store has all parts from `first` to `last`.
pub async fn mark_found<'c>(
    db: impl Executes<'c>,
    blob: &BlobId,
    first: i64,
    last: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE parts SET arrived = $4 WHERE blob = $1 AND number BETWEEN $2 AND $3 AND arrived IS NULL")
        .bind(blob)
        .bind(first)
        .bind(last)
        .bind(now)
        .execute(db)
        .await
        .map(|_| ())
}

/// Records that the store has none of the parts from `first` to `last`.
pub async fn mark_missing<'c>(db: impl Executes<'c>, blob: &BlobId, first: i64, last: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE parts SET arrived = NULL WHERE blob = $1 AND number BETWEEN $2 AND $3 AND arrived IS NOT NULL")
        .bind(blob)
        .bind(first)
        .bind(last)
        .execute(db)
        .await
        .map(|_| ())
}

/// Deletes all parts of an upload: once its file is verified, or where all of them are to be sent again.
pub async fn delete_all<'c>(db: impl Executes<'c>, blob: &BlobId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM parts WHERE blob = $1").bind(blob).execute(db).await.map(|_| ())
}
