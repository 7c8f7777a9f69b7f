//! The counts that an audit reports, and the table `orphans`. The tables whose rows refer to objects are listed in
//! `objects`.

use sqlx::FromRow;

use crate::model::id::AccountId;
use crate::server::db::Executes;
use crate::server::db::objects::KeyRange;

/// How many rows wait for the maintenance.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Waiting {
    /// Expired uploads.
    pub expired: i64,
    /// Uploads whose completion was interrupted.
    pub half_completed: i64,
    /// Deletions of files and pictures that are due, or have failed.
    pub due: i64,
    /// Deletions whose rows wait until presigned addresses have expired, as bytes may still arrive.
    pub lingering: i64,
    /// Files that were not verified yet.
    pub unchecked: i64,
    /// Files that were found damaged in the store.
    pub damaged: i64,
    /// Files that did not arrive as they were announced.
    pub mismatched: i64,
    /// When the file that was not checked for longest was checked; `None` if none was yet.
    pub oldest_check: Option<i64>,
}

/// Counts the rows that wait for the maintenance at `now` (milliseconds since 1970).
pub async fn waiting<'c>(db: impl Executes<'c>, now: i64) -> Result<Waiting, sqlx::Error> {
    sqlx::query_as(
        "SELECT \
         (SELECT COUNT(*) FROM jobs j JOIN blobs b ON b.id = j.subject WHERE j.kind = 'expire_upload' AND j.due <= $1 \
          AND b.state IN ('pending', 'uploading')) AS expired, \
         (SELECT COUNT(*) FROM jobs WHERE kind = 'complete_upload' AND COALESCE(lease_until, 0) <= $1) AS half_completed, \
         (SELECT COUNT(*) FROM jobs WHERE kind IN ('delete_blob', 'delete_avatar') \
          AND (due <= $1 OR last_error IS NOT NULL)) AS due, \
         (SELECT COUNT(*) FROM jobs WHERE kind = 'delete_blob' AND due > $1 AND last_error IS NULL) AS lingering, \
         (SELECT COUNT(*) FROM jobs j JOIN blobs b ON b.id = j.subject WHERE j.kind = 'verify_blob' \
          AND b.verified IS NULL AND b.damage IS NULL) AS unchecked, \
         (SELECT COUNT(*) FROM blobs WHERE damage IS NOT NULL AND mismatched IS NULL) AS damaged, \
         (SELECT COUNT(*) FROM blobs WHERE mismatched IS NOT NULL) AS mismatched, \
         (SELECT MIN(checked) FROM blobs WHERE state = 'stored') AS oldest_check",
    )
    .bind(now)
    .fetch_one(db)
    .await
}

/// A deletion that is due, or has failed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OverdueDeletion {
    /// `private` or `media`.
    pub location: String,
    /// The key in that location.
    pub key: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it failed the last time; `None` if it was not tried yet.
    pub last_error: Option<String>,
}

/// The first `limit` deletions that are due at `now` (milliseconds since 1970) or have failed, in the order in which
/// they became due.
pub async fn overdue_deletions<'c>(
    db: impl Executes<'c>,
    now: i64,
    limit: i64,
) -> Result<Vec<OverdueDeletion>, sqlx::Error> {
    sqlx::query_as(
        "SELECT o.location, o.key, j.attempts, j.last_error FROM jobs j JOIN \
         (SELECT 'delete_blob' AS kind, id AS subject, 'private' AS location, key FROM blobs \
          UNION ALL SELECT 'delete_avatar', key, location, key FROM renditions) o \
         ON o.kind = j.kind AND o.subject = j.subject \
         WHERE j.due <= $1 OR j.last_error IS NOT NULL ORDER BY j.due, j.subject LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// An orphan: the key of an object without a row, and when an audit first saw it.
#[derive(Clone, Debug, FromRow)]
pub struct RecordedOrphan {
    pub key: String,
    pub first_seen: i64,
}

/// At most `limit` recorded orphans of a location whose keys are in this range, in the byte order of keys.
pub async fn recorded_orphans<'c>(
    db: impl Executes<'c>,
    location: &str,
    range: KeyRange<'_>,
    limit: i64,
) -> Result<Vec<RecordedOrphan>, sqlx::Error> {
    sqlx::query_as(
        r#"SELECT key, first_seen FROM orphans WHERE location = $1
        AND key COLLATE "binary" > $2 AND key COLLATE "binary" <= $3 ORDER BY key COLLATE "binary" LIMIT $4"#,
    )
    .bind(location)
    .bind(range.after)
    .bind(range.until)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Records an orphan. One that is recorded already keeps its earlier time.
pub async fn record_orphan<'c>(db: impl Executes<'c>, location: &str, key: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO orphans (location, key, first_seen) VALUES ($1, $2, $3) ON CONFLICT (location, key) DO NOTHING",
    )
    .bind(location)
    .bind(key)
    .bind(now)
    .execute(db)
    .await
    .map(|_| ())
}

/// Deletes the record of an object that no longer exists, or turned out to have a row.
pub async fn delete_orphan<'c>(db: impl Executes<'c>, location: &str, key: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM orphans WHERE location = $1 AND key = $2")
        .bind(location)
        .bind(key)
        .execute(db)
        .await
        .map(|_| ())
}

/// An account whose counters differ from what it has.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Miscounted {
    pub id: AccountId,
    pub email: String,
    /// Used bytes, as the account's row says.
    pub used: i64,
    /// The total size of its blobs in bytes.
    pub counted: i64,
    /// The number of files and folders, as the account's row says.
    pub entries: i64,
    /// The number of its entries, without the root folder.
    pub counted_entries: i64,
}

/// At most `limit` accounts after this id whose counters are wrong, in the order of their ids.
pub async fn miscounted<'c>(db: impl Executes<'c>, after: &str, limit: i64) -> Result<Vec<Miscounted>, sqlx::Error> {
    sqlx::query_as(
        "SELECT a.id, a.email, a.used, CAST(COALESCE(s.counted, 0) AS BIGINT) AS counted, a.entries, \
         COALESCE(e.counted, 0) AS counted_entries FROM accounts a LEFT JOIN \
         (SELECT account, SUM(size) AS counted FROM blobs WHERE account IS NOT NULL GROUP BY account) s ON s.account = a.id \
         LEFT JOIN (SELECT account, COUNT(*) AS counted FROM entries WHERE parent IS NOT NULL GROUP BY account) e \
         ON e.account = a.id \
         WHERE a.id > $1 AND (a.used <> COALESCE(s.counted, 0) OR a.entries <> COALESCE(e.counted, 0)) \
         ORDER BY a.id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Corrects an account's counters, unless they have changed since they were read.
pub async fn recount<'c>(db: impl Executes<'c>, account: &Miscounted) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE accounts SET used = (SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM blobs \
         WHERE account = $1), \
         entries = $4 WHERE id = $1 AND used = $2 AND entries = $3",
    )
    .bind(&account.id)
    .bind(account.used)
    .bind(account.entries)
    .bind(account.counted_entries)
    .execute(db)
    .await
    .map(|_| ())
}
