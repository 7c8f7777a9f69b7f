//! What a sweep compares with the store, and the table `strays`.

use sqlx::FromRow;

use crate::server::db::Executes;
use crate::server::storage::Place;

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

impl KnownObject {
    /// Whether the object is in use, and must be there whole.
    pub fn is_stored(&self) -> bool {
        self.state == "stored"
    }
}

/// Names after `after`, up to and with `until`.
#[derive(Clone, Copy, Debug)]
pub struct KeyRange<'a> {
    pub after: &'a str,
    pub until: &'a str,
}

/// At most `limit` rows that name objects of a location in this range, in the byte order of keys, as a store lists
/// them: a person's language may order `ch` after `d`, and PostgreSQL's indexes with it.
pub async fn known_objects<'c>(
    db: impl Executes<'c>,
    place: Place,
    range: KeyRange<'_>,
    limit: i64,
) -> Result<Vec<KnownObject>, sqlx::Error> {
    let rows = match place {
        Place::Private => sqlx::query_as(
            r#"SELECT id, key, state, size, damage FROM blobs
            WHERE key COLLATE "binary" > $1 AND key COLLATE "binary" <= $2 ORDER BY key COLLATE "binary" LIMIT $3"#,
        ),
        Place::Media => sqlx::query_as(
            r#"SELECT key AS id, key, state, CAST(NULL AS BIGINT) AS size, CAST(NULL AS TEXT) AS damage FROM pictures
            WHERE key COLLATE "binary" > $1 AND key COLLATE "binary" <= $2 ORDER BY key COLLATE "binary" LIMIT $3"#,
        ),
        // Releases are known by what lies there.
        Place::Static => return Ok(Vec::new()),
    };
    rows.bind(range.after).bind(range.until).bind(limit).fetch_all(db).await
}

/// The row that names this object.
pub async fn known_object<'c>(
    db: impl Executes<'c>,
    place: Place,
    key: &str,
) -> Result<Option<KnownObject>, sqlx::Error> {
    let row = match place {
        Place::Private => sqlx::query_as("SELECT id, key, state, size, damage FROM blobs WHERE key = $1"),
        Place::Media => sqlx::query_as(
            "SELECT key AS id, key, state, CAST(NULL AS BIGINT) AS size, CAST(NULL AS TEXT) AS damage FROM pictures \
             WHERE key = $1",
        ),
        Place::Static => return Ok(None),
    };
    row.bind(key).fetch_optional(db).await
}

/// An object that was seen without a row, and when that was first.
#[derive(Clone, Debug, FromRow)]
pub struct RecordedOrphan {
    pub key: String,
    pub seen: i64,
}

/// At most `limit` objects of a place in this range that were once seen without a row, in the byte order of keys.
pub async fn recorded_orphans<'c>(
    db: impl Executes<'c>,
    place: &str,
    range: KeyRange<'_>,
    limit: i64,
) -> Result<Vec<RecordedOrphan>, sqlx::Error> {
    sqlx::query_as(
        r#"SELECT key, seen FROM strays WHERE place = $1
        AND key COLLATE "binary" > $2 AND key COLLATE "binary" <= $3 ORDER BY key COLLATE "binary" LIMIT $4"#,
    )
    .bind(place)
    .bind(range.after)
    .bind(range.until)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Notes an object that no row knows; nothing is changed where somebody has noted it before.
pub async fn record_orphan<'c>(db: impl Executes<'c>, place: &str, key: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO strays (place, key, seen) VALUES ($1, $2, $3) ON CONFLICT (place, key) DO NOTHING")
        .bind(place)
        .bind(key)
        .bind(now)
        .execute(db)
        .await
        .map(|_| ())
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
