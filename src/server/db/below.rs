//! What lies in folders, asked for some folders at a time and with a limit, so that a count may end early.

use std::sync::LazyLock;

use sqlx::AssertSqlSafe;

use crate::model::id::EntryId;
use crate::server::db::Executes;

/// How many folders one statement looks into.
pub const BATCH: usize = 256;

/// A statement with its `...` replaced by a place for each folder of a batch: `$2, $3 …`. `$1` is the limit.
fn for_a_batch(statement: &str) -> String {
    let places: Vec<_> = (0..BATCH).map(|at| format!("${}", at + 2)).collect();
    statement.replace("...", &places.join(", "))
}

/// The folder for each place. If there are fewer than places, the last one is repeated.
fn places(folders: &[EntryId]) -> impl Iterator<Item = &str> {
    (0..BATCH).map(|at| folders.get(at).or(folders.last()).map_or("", EntryId::as_str))
}

/// At most `limit` folders that lie directly in these, which are at most [`BATCH`].
pub async fn folders<'c>(db: impl Executes<'c>, parents: &[EntryId], limit: i64) -> Result<Vec<EntryId>, sqlx::Error> {
    static STATEMENT: LazyLock<String> = LazyLock::new(|| {
        for_a_batch("SELECT id FROM entries WHERE parent IN (...) AND kind = 'folder' AND trashed IS NULL LIMIT $1")
    });
    let mut query = sqlx::query_scalar(AssertSqlSafe(STATEMENT.clone())).bind(limit);
    for parent in places(parents) {
        query = query.bind(parent);
    }
    query.fetch_all(db).await
}

/// How many files lie directly in these folders, which are at most [`BATCH`], and their total size in bytes. At most `limit`
/// are counted.
pub async fn files<'c>(db: impl Executes<'c>, parents: &[EntryId], limit: i64) -> Result<(i64, i64), sqlx::Error> {
    static STATEMENT: LazyLock<String> = LazyLock::new(|| {
        for_a_batch(
            "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM \
             (SELECT CASE WHEN b.state <> 'deleting' THEN b.size END AS size FROM entries e JOIN blobs b ON b.id = e.blob \
             WHERE e.parent IN (...) AND e.kind = 'file' AND e.trashed IS NULL LIMIT $1) AS counted",
        )
    });
    let mut query = sqlx::query_as(AssertSqlSafe(STATEMENT.clone())).bind(limit);
    for parent in places(parents) {
        query = query.bind(parent);
    }
    query.fetch_one(db).await
}
