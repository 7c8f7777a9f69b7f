//! The table `download_entries`: the members of archives.

use std::ops::Range;
use std::sync::LazyLock;

use sqlx::FromRow;

use crate::model::id::{BlobId, DownloadId, EntryId};
use crate::server::db::batch_insert::BatchInsert;
use crate::server::db::types::Crc32;
use crate::server::db::{Executes, Query, Transaction};
use crate::server::storage::{Key, Private};

/// What a member takes in the database beside its name, in bytes, its entries in the indexes included.
const ROW: i64 = 288;

/// A member of an archive, with the key of its content if it is a file that still exists.
#[derive(Clone, Debug, FromRow)]
pub struct MemberRecord {
    pub header: i64,
    pub record: i64,
    /// The `header` of the folder that it is in.
    pub parent: Option<i64>,
    /// The last piece of its path, with a `/` at the end if it is a folder.
    pub name: String,
    /// The file in the tree; `None` for a folder.
    pub entry: Option<EntryId>,
    pub blob: Option<BlobId>,
    pub size: i64,
    pub crc32: Crc32,
    pub modified: i64,
    pub key: Option<Key<Private>>,
    /// When its content was last seen to be right.
    pub verified: Option<i64>,
}

impl MemberRecord {
    /// About how many bytes it takes in the database, its entries in the indexes included.
    pub fn bytes(&self) -> i64 {
        ROW + i64::try_from(self.name.len()).unwrap_or(i64::MAX)
    }
}

/// Inserts members of a download.
pub async fn insert(
    transaction: &mut Transaction,
    id: &DownloadId,
    members: &[MemberRecord],
) -> Result<(), sqlx::Error> {
    static INSERTION: LazyLock<BatchInsert> = LazyLock::new(|| {
        let row = |values: &[String]| format!("($1, {})", values.join(", "));
        BatchInsert::new(9, row, |rows| {
            let columns = "download, header, record, parent, name, entry, blob, size, crc32, modified";
            format!("INSERT INTO download_entries ({columns}) VALUES {rows}")
        })
    });
    INSERTION.insert(transaction, members, |query| query.bind(id.clone()), bind).await
}

fn bind<'q>(query: Query<'q>, member: &'q MemberRecord) -> Query<'q> {
    query
        .bind(member.header)
        .bind(member.record)
        .bind(member.parent)
        .bind(&member.name)
        .bind(&member.entry)
        .bind(&member.blob)
        .bind(member.size)
        .bind(member.crc32)
        .bind(member.modified)
}

/// Whether all files of a download still exist and are undamaged.
pub async fn are_whole<'c>(db: impl Executes<'c>, id: &DownloadId) -> Result<bool, sqlx::Error> {
    let missing: Option<i64> = sqlx::query_scalar(
        "SELECT m.header FROM download_entries m LEFT JOIN entries e ON e.id = m.entry \
         LEFT JOIN blobs b ON b.id = e.blob AND b.state = 'stored' AND b.damage IS NULL \
         WHERE m.download = $1 AND m.entry IS NOT NULL AND b.id IS NULL LIMIT 1",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(missing.is_none())
}

/// Selects at most `$3` members in the order of a column that holds offsets: from the one that contains `$2`, and before
/// `$4`.
macro_rules! members_by {
    ($offset:literal) => {
        concat!(
            "SELECT m.header, m.record, m.parent, m.name, m.entry, m.blob, m.size, m.crc32, m.modified, b.key, ",
            "COALESCE(b.verified, b.checked) AS verified FROM download_entries m ",
            "LEFT JOIN blobs b ON b.id = m.blob AND b.state = 'stored' AND b.damage IS NULL WHERE m.download = $1 AND m.",
            $offset,
            " >= (SELECT COALESCE(MAX(",
            $offset,
            "), 0) FROM download_entries WHERE download = $1 AND ",
            $offset,
            " <= $2) AND m.",
            $offset,
            " < $4 ORDER BY m.",
            $offset,
            " LIMIT $3"
        )
    };
}

/// At most `limit` members in the order of the archive: from the one that contains the first byte of `bytes`, and before
/// its end.
pub async fn members_from<'c>(
    db: impl Executes<'c>,
    id: &DownloadId,
    bytes: Range<i64>,
    limit: i64,
) -> Result<Vec<MemberRecord>, sqlx::Error> {
    page(db, members_by!("header"), id, bytes, limit).await
}

/// At most `limit` members in the order of the archive's central directory: from the one whose record contains the first
/// byte of `bytes`, a range of the directory, and before its end.
pub async fn records_from<'c>(
    db: impl Executes<'c>,
    id: &DownloadId,
    bytes: Range<i64>,
    limit: i64,
) -> Result<Vec<MemberRecord>, sqlx::Error> {
    page(db, members_by!("record"), id, bytes, limit).await
}

async fn page<'c>(
    db: impl Executes<'c>,
    statement: &'static str,
    id: &DownloadId,
    bytes: Range<i64>,
    limit: i64,
) -> Result<Vec<MemberRecord>, sqlx::Error> {
    sqlx::query_as(statement).bind(id).bind(bytes.start).bind(limit).bind(bytes.end).fetch_all(db).await
}

/// The `header` and the name of a folder in a download and of those around it, outermost first. They are no more than
/// folders may be nested.
pub async fn folders_down_to<'c>(
    db: impl Executes<'c>,
    id: &DownloadId,
    folder: i64,
) -> Result<Vec<(i64, String)>, sqlx::Error> {
    sqlx::query_as(
        "WITH RECURSIVE up (header, parent, name) AS ( \
         SELECT header, parent, name FROM download_entries WHERE download = $1 AND header = $2 \
         UNION ALL SELECT m.header, m.parent, m.name FROM up JOIN download_entries m ON m.download = $1 AND m.header = up.parent) \
         SELECT header, name FROM up ORDER BY header",
    )
    .bind(id)
    .bind(folder)
    .fetch_all(db)
    .await
}
