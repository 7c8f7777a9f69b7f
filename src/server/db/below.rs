//! What lies in folders, asked for some folders at a time and with a limit, so that a count may end early.

use sqlx::FromRow;

use crate::model::id::{BlobId, EntryId};
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

/// How many files there are, and what deleting them would free.
#[derive(Clone, Copy, Debug, Default, FromRow)]
pub struct FileCount {
    pub files: i64,
    /// The bytes of those whose content no other file has.
    pub alone: i64,
    /// How many have content that another file has, too.
    pub shared: i64,
}

/// Content that several files have.
#[derive(Clone, Debug, FromRow)]
pub struct SharedContent {
    pub blob: BlobId,
    /// In bytes.
    pub size: i64,
    /// How many of the counted files have it.
    pub files: i64,
}

/// Whether another file has the content of the file `e`, in the trash or not.
macro_rules! is_shared {
    () => {
        "EXISTS (SELECT 1 FROM entries o WHERE o.blob = e.blob AND o.id <> e.id)"
    };
}

/// Counts the files of which this condition holds, at most `$1`.
macro_rules! file_count {
    ($which:literal) => {
        concat!(
            "SELECT COUNT(*) AS files, CAST(COALESCE(SUM(alone), 0) AS BIGINT) AS alone, ",
            "COUNT(CASE WHEN alone IS NULL THEN 1 END) AS shared FROM (SELECT CASE WHEN NOT ",
            $crate::server::db::below::is_shared!(),
            " THEN CASE WHEN b.state <> 'deleting' THEN b.size ELSE 0 END END AS alone ",
            "FROM entries e JOIN blobs b ON b.id = e.blob WHERE ",
            $which,
            " LIMIT $1) AS counted"
        )
    };
}

/// The content of the files of which this condition holds that others have, too.
macro_rules! shared_content {
    ($which:literal) => {
        concat!(
            "SELECT e.blob, b.size, COUNT(*) AS files FROM entries e JOIN blobs b ON b.id = e.blob WHERE ",
            $which,
            " AND ",
            $crate::server::db::below::is_shared!(),
            " GROUP BY e.blob, b.size LIMIT $1"
        )
    };
}
pub(super) use {file_count, is_shared, shared_content};

/// Counts the files that lie directly in these folders, which are at most [`BATCH`]. At most `limit` are counted.
pub async fn files<'c>(db: impl Executes<'c>, parents: &[EntryId], limit: i64) -> Result<FileCount, sqlx::Error> {
    let files = over_ids!(file_count!("e.parent IN (...) AND e.kind = 'file' AND e.trashed IS NULL"), 1, BATCH);
    bound_to!(sqlx::query_as(files).bind(limit), parents, BATCH).fetch_one(db).await
}

/// The content of the same files that others have, too; at most `limit`.
pub async fn shared<'c>(
    db: impl Executes<'c>,
    parents: &[EntryId],
    limit: i64,
) -> Result<Vec<SharedContent>, sqlx::Error> {
    let shared = over_ids!(shared_content!("e.parent IN (...) AND e.kind = 'file' AND e.trashed IS NULL"), 1, BATCH);
    bound_to!(sqlx::query_as(shared).bind(limit), parents, BATCH).fetch_all(db).await
}

/// How many files, those in the trash included, have each of these blobs, which are at most [`BATCH`].
pub async fn references<'c>(db: impl Executes<'c>, blobs: &[BlobId]) -> Result<Vec<(BlobId, i64)>, sqlx::Error> {
    let references = over_ids!("SELECT blob, COUNT(*) FROM entries WHERE blob IN (...) GROUP BY blob", 0, BATCH);
    bound_to!(sqlx::query_as(references), blobs, BATCH).fetch_all(db).await
}

/// The rows `down`: the folder `$1` and all that is below it.
macro_rules! down {
    () => {
        "WITH RECURSIVE down (id, parent, bytes, levels, depth) AS (SELECT id, parent, CAST(0 AS BIGINT), CAST(0 AS BIGINT), \
         CAST(0 AS BIGINT) FROM entries WHERE id = $1 \
         UNION ALL SELECT e.id, e.parent, down.bytes + OCTET_LENGTH(e.name) + 1, \
         down.levels + CASE WHEN e.kind = 'folder' THEN 1 ELSE 0 END, down.depth + 1 \
         FROM entries e JOIN down ON e.parent = down.id WHERE e.trashed IS NULL) "
    };
}

/// How far what is below a folder reaches.
#[derive(Clone, Copy, Debug, Default, FromRow)]
pub struct ReachRecord {
    /// The bytes of the longest path, with a separator before each name; 0 if the folder is empty.
    pub bytes: i64,
    /// How many folders the deepest path below it has.
    pub levels: i64,
}

/// How far what is below a folder reaches.
pub async fn reach<'c>(db: impl Executes<'c>, folder: &EntryId) -> Result<ReachRecord, sqlx::Error> {
    sqlx::query_as(concat!(
        down!(),
        "SELECT CAST(COALESCE(MAX(bytes), 0) AS BIGINT) AS bytes, CAST(COALESCE(MAX(levels), 0) AS BIGINT) AS levels FROM down"
    ))
    .bind(folder)
    .fetch_one(db)
    .await
}

/// An entry below a folder.
#[derive(Clone, Debug, FromRow)]
pub struct BelowRecord {
    pub id: EntryId,
    pub parent: EntryId,
    /// The bytes of its path from that folder on, with a separator before each name.
    pub bytes: i64,
    /// How many folders that path has, itself included.
    pub levels: i64,
}

/// At most `limit` entries below a folder, each after the folder that it is in.
pub async fn entries<'c>(db: impl Executes<'c>, folder: &EntryId, limit: i64) -> Result<Vec<BelowRecord>, sqlx::Error> {
    sqlx::query_as(concat!(
        down!(),
        "SELECT id, parent, bytes, levels FROM (SELECT * FROM down WHERE depth > 0 LIMIT $2) AS found ORDER BY depth, id"
    ))
    .bind(folder)
    .bind(limit)
    .fetch_all(db)
    .await
}
