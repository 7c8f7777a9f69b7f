//! What lies in folders, asked for some folders at a time and with a limit, so that a count may end early.

use sqlx::FromRow;

use crate::model::id::EntryId;
use crate::server::db::Executes;
use crate::server::db::id_list::{bound_to, over_ids};

/// How many folders one statement looks into.
pub const BATCH: usize = 256;

/// At most `limit` folders that lie directly in these, which are at most [`BATCH`].
pub async fn folders<'c>(db: impl Executes<'c>, parents: &[EntryId], limit: i64) -> Result<Vec<EntryId>, sqlx::Error> {
    let folders = over_ids!(
        "SELECT id FROM entries WHERE parent IN (...) AND kind = 'folder' AND trashed IS NULL LIMIT $1",
        1,
        BATCH
    );
    bound_to!(sqlx::query_scalar(folders).bind(limit), parents, BATCH).fetch_all(db).await
}

/// How many files lie directly in these folders, which are at most [`BATCH`], and their total size in bytes. At most
/// `limit` are counted.
pub async fn files<'c>(db: impl Executes<'c>, parents: &[EntryId], limit: i64) -> Result<(i64, i64), sqlx::Error> {
    let files = over_ids!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM \
         (SELECT CASE WHEN b.state <> 'deleting' THEN b.size END AS size FROM entries e JOIN blobs b ON b.id = e.blob \
         WHERE e.parent IN (...) AND e.kind = 'file' AND e.trashed IS NULL LIMIT $1) AS counted",
        1,
        BATCH
    );
    bound_to!(sqlx::query_as(files).bind(limit), parents, BATCH).fetch_one(db).await
}

/// How far what is below a folder reaches.
#[derive(Clone, Copy, Debug, Default, FromRow)]
pub struct ReachRecord {
    /// The bytes of the longest path, with a separator before each name; 0 if the folder is empty.
    pub bytes: i64,
    /// How many folders lie in one another.
    pub levels: i64,
}

/// How far what is below a folder reaches.
pub async fn reach<'c>(db: impl Executes<'c>, folder: &EntryId) -> Result<ReachRecord, sqlx::Error> {
    sqlx::query_as(
        "WITH RECURSIVE down (id, bytes, levels) AS (SELECT id, CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM entries WHERE id = $1 \
         UNION ALL SELECT e.id, down.bytes + OCTET_LENGTH(e.name) + 1, \
         down.levels + CASE WHEN e.kind = 'folder' THEN 1 ELSE 0 END FROM entries e JOIN down ON e.parent = down.id \
         WHERE e.trashed IS NULL) \
         SELECT CAST(COALESCE(MAX(bytes), 0) AS BIGINT) AS bytes, CAST(COALESCE(MAX(levels), 0) AS BIGINT) AS levels FROM down",
    )
    .bind(folder)
    .fetch_one(db)
    .await
}
