//! What a sweep compares with the store, and the table `strays`.

use sqlx::FromRow;

use crate::server::db::Executes;

/// How many rows wait for the sweep that a running server makes.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Waiting {
    /// Uploads that have had their time.
    pub expired: i64,
    /// Uploads whose completion broke off.
    pub half_completed: i64,
    /// Deletions that are due.
    pub due: i64,
    /// Deletions that are done and wait for what may still arrive.
    pub lingering: i64,
    /// Files that were not checked yet.
    pub unchecked: i64,
    /// Files that were found damaged.
    pub damaged: i64,
}

/// Counts them.
pub async fn waiting<'c>(db: impl Executes<'c>, now: i64) -> Result<Waiting, sqlx::Error> {
    sqlx::query_as(
        "SELECT \
         COUNT(CASE WHEN state IN ('pending', 'uploading') AND expires <= $1 THEN 1 END) AS expired, \
         COUNT(CASE WHEN state = 'completing' AND claimed <= $1 THEN 1 END) AS half_completed, \
         COUNT(CASE WHEN state = 'deleting' AND expires <= $1 THEN 1 END) AS due, \
         COUNT(CASE WHEN state = 'deleting' AND expires > $1 THEN 1 END) AS lingering, \
         COUNT(CASE WHEN state = 'stored' AND verified IS NULL AND damage IS NULL THEN 1 END) AS unchecked, \
         COUNT(CASE WHEN damage IS NOT NULL THEN 1 END) AS damaged FROM blobs",
    )
    .bind(now)
    .fetch_one(db)
    .await
}

/// An object's name as a row has it.
#[derive(Clone, Debug, FromRow)]
pub struct KnownObject {
    pub id: String,
    pub key: String,
    pub state: String,
    pub size: Option<i64>,
    pub damage: Option<String>,
}

/// Rows of files whose keys come after this one, in the order of keys.
pub async fn blob_objects<'c>(db: impl Executes<'c>, after: &str, limit: i64) -> Result<Vec<KnownObject>, sqlx::Error> {
    sqlx::query_as("SELECT id, key, state, size, damage FROM blobs WHERE key > $1 ORDER BY key LIMIT $2")
        .bind(after)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// The same of avatars.
pub async fn picture_objects<'c>(
    db: impl Executes<'c>,
    after: &str,
    limit: i64,
) -> Result<Vec<KnownObject>, sqlx::Error> {
    sqlx::query_as(
        "SELECT key AS id, key, state, CAST(NULL AS BIGINT) AS size, CAST(NULL AS TEXT) AS damage FROM pictures \
         WHERE key > $1 ORDER BY key LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// The state of the file with this key.
pub async fn state_of<'c>(db: impl Executes<'c>, key: &str) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT state FROM blobs WHERE key = $1").bind(key).fetch_optional(db).await
}

/// Notes an object that no row knows; gives when it was first seen.
pub async fn record_orphan<'c>(db: impl Executes<'c>, place: &str, key: &str, now: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO strays (place, key, seen) VALUES ($1, $2, $3) \
         ON CONFLICT (place, key) DO UPDATE SET seen = strays.seen RETURNING seen",
    )
    .bind(place)
    .bind(key)
    .bind(now)
    .fetch_one(db)
    .await
}

/// Every object of a place that was once seen without a row.
pub async fn orphans<'c>(db: impl Executes<'c>, place: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT key FROM strays WHERE place = $1").bind(place).fetch_all(db).await
}

/// Forgets one that is gone, or has a row after all.
pub async fn delete_orphan<'c>(db: impl Executes<'c>, place: &str, key: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM strays WHERE place = $1 AND key = $2").bind(place).bind(key).execute(db).await.map(|_| ())
}

/// An account whose count of bytes is not that of its files.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Miscounted {
    pub id: String,
    pub email: String,
    pub used: i64,
    pub counted: i64,
}

/// All of them.
pub async fn miscounted<'c>(db: impl Executes<'c>) -> Result<Vec<Miscounted>, sqlx::Error> {
    sqlx::query_as(
        "SELECT a.id, a.email, a.used, CAST(COALESCE(s.counted, 0) AS BIGINT) AS counted FROM accounts a LEFT JOIN \
         (SELECT account, SUM(COALESCE(size, 0)) AS counted FROM blobs WHERE state <> 'deleting' GROUP BY account) s \
         ON s.account = a.id WHERE a.used <> COALESCE(s.counted, 0) ORDER BY a.id",
    )
    .fetch_all(db)
    .await
}

/// Counts an account's bytes again, unless they have changed since.
pub async fn recount<'c>(db: impl Executes<'c>, account: &Miscounted) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE accounts SET used = (SELECT CAST(COALESCE(SUM(COALESCE(size, 0)), 0) AS BIGINT) FROM blobs \
         WHERE account = $1 AND state <> 'deleting') WHERE id = $1 AND used = $2",
    )
    .bind(&account.id)
    .bind(account.used)
    .execute(db)
    .await
    .map(|_| ())
}
