//! The table `downloads`. Its members are in `download_entries`.

use sqlx::FromRow;

use crate::model::id::{AccountId, BlobId, DownloadId};
use crate::server::db::Executes;
use crate::server::db::within::Within;

/// A row of `downloads`.
#[derive(Clone, Debug, FromRow)]
pub struct DownloadRecord {
    pub name: String,
    /// Empty until all members have been inserted.
    pub tag: String,
    /// About how many bytes its rows take in the database.
    pub bytes: i64,
    /// When the first of its files went or was found damaged. As all times, in milliseconds since 1970.
    pub gone: Option<i64>,
    pub members: i64,
    /// Where in the archive its directory begins, in bytes.
    pub directory: i64,
    /// How many bytes the records of its members take in the directory.
    pub records: i64,
    pub created: i64,
    pub expires: i64,
}

/// Inserts a download without its members.
pub async fn insert<'c>(
    db: impl Executes<'c>,
    id: &DownloadId,
    within: Within<'_>,
    row: &DownloadRecord,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO downloads (id, account, root, name, tag, bytes, members, directory, records, created, expires) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .bind(&row.name)
    .bind(&row.tag)
    .bind(row.bytes)
    .bind(row.members)
    .bind(row.directory)
    .bind(row.records)
    .bind(row.created)
    .bind(row.expires)
    .execute(db)
    .await
    .map(|_| ())
}

/// Gives a download whose members were all inserted its tag, and lets its time begin `now`; false if it has expired or
/// was deleted meanwhile.
pub async fn finish<'c>(
    db: impl Executes<'c>,
    id: &DownloadId,
    tag: &str,
    now: i64,
    expires: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE downloads SET tag = $2, created = $3, expires = $4 WHERE id = $1 AND expires > $3")
        .bind(id)
        .bind(tag)
        .bind(now)
        .bind(expires)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Extends the expiry of an unexpired download of this name, content and scope whose files are all there, and returns its
/// id; `None` if there is none.
pub async fn extend_expiry<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    (name, tag): (&str, &str),
    now: i64,
    expires: i64,
) -> Result<Option<DownloadId>, sqlx::Error> {
    sqlx::query_scalar(
        "UPDATE downloads SET expires = $5 WHERE account = $1 AND tag = $2 AND name = $3 AND expires > $4 AND gone IS NULL \
         AND COALESCE(root, '') = COALESCE(CAST($6 AS TEXT), '') RETURNING id",
    )
    .bind(within.account)
    .bind(tag)
    .bind(name)
    .bind(now)
    .bind(expires)
    .bind(within.root())
    .fetch_optional(db)
    .await
}

/// Forgets the oldest downloads of an account until the rows of the rest take at most `most` bytes. Their rows are deleted
/// with those of expired ones.
pub async fn forget_all_but_newest<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    most: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE downloads SET tag = '', expires = 0 WHERE id IN (SELECT id FROM \
         (SELECT id, SUM(bytes) OVER (ORDER BY id DESC) AS together FROM downloads WHERE account = $1 AND expires > 0) \
         AS summed WHERE together > $2)",
    )
    .bind(account)
    .bind(most)
    .execute(db)
    .await
    .map(|_| ())
}

/// A download by its id, if it was made in this scope.
pub async fn by_id<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    id: &DownloadId,
) -> Result<Option<DownloadRecord>, sqlx::Error> {
    sqlx::query_as(
        "SELECT name, tag, bytes, gone, members, directory, records, created, expires FROM downloads \
         WHERE id = $1 AND account = $2 AND tag <> '' \
         AND COALESCE(root, '') = COALESCE(CAST($3 AS TEXT), '')",
    )
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .fetch_optional(db)
    .await
}

/// Marks the downloads that contain a file of this content, which was found damaged at `now` (milliseconds since 1970).
pub async fn mark_gone<'c>(db: impl Executes<'c>, blob: &BlobId, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE downloads SET gone = $2 WHERE gone IS NULL AND expires > $2 \
         AND id IN (SELECT m.download FROM entries e JOIN download_entries m ON m.entry = e.id WHERE e.blob = $1)",
    )
    .bind(blob)
    .bind(now)
    .execute(db)
    .await
    .map(|_| ())
}

/// Whether a file of this download is being deleted, or lies below a folder that is.
pub async fn has_detached<'c>(db: impl Executes<'c>, id: &DownloadId) -> Result<bool, sqlx::Error> {
    let detached: i64 = sqlx::query_scalar(
        "WITH RECURSIVE up (id, parent, trashed) AS (SELECT e.id, e.parent, e.trashed FROM download_entries m \
         JOIN entries e ON e.id = m.entry WHERE m.download = $1 \
         UNION SELECT a.id, a.parent, a.trashed FROM entries a JOIN up ON a.id = up.parent) \
         SELECT COUNT(*) FROM up WHERE parent IS NULL AND trashed IS NOT NULL",
    )
    .bind(id)
    .fetch_one(db)
    .await?;
    Ok(detached > 0)
}

/// Deletes at most `limit` members of downloads that expired before `now` (milliseconds since 1970), and returns how many
/// there were.
pub async fn delete_expired_members<'c>(db: impl Executes<'c>, now: i64, limit: i64) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "DELETE FROM download_entries WHERE (download, header) IN (SELECT m.download, m.header FROM downloads d \
         JOIN download_entries m ON m.download = d.id WHERE d.expires <= $1 LIMIT $2)",
    )
    .bind(now)
    .bind(limit)
    .execute(db)
    .await
    .map(|done| done.rows_affected())
}

/// Deletes at most `limit` downloads that expired before `forgotten` (milliseconds since 1970) and have no members any
/// more, and returns how many there were.
pub async fn delete_expired<'c>(db: impl Executes<'c>, forgotten: i64, limit: i64) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "DELETE FROM downloads WHERE id IN (SELECT d.id FROM downloads d WHERE d.expires <= $1 \
         AND NOT EXISTS (SELECT 1 FROM download_entries m WHERE m.download = d.id) LIMIT $2)",
    )
    .bind(forgotten)
    .bind(limit)
    .execute(db)
    .await
    .map(|done| done.rows_affected())
}
