//! The tables `downloads` and `download_entries`.

use std::fmt::Write as _;
use std::sync::LazyLock;

use sqlx::{AssertSqlSafe, FromRow};

use crate::model::entry::EntryKind;
use crate::model::id::{AccountId, BlobId, DownloadId, EntryId};
use crate::server::db::types::{BlobState, Crc32};
use crate::server::db::within::{Within, lies_within};
use crate::server::db::{Executes, Transaction};
use crate::server::storage::{Key, Private};

/// How many rows one statement inserts, or how many ids it looks for.
pub const BATCH: usize = 64;

/// An entry that was chosen for a download, or is below one that was.
#[derive(Clone, Debug, FromRow)]
pub struct WantedRow {
    pub id: EntryId,
    pub parent: Option<EntryId>,
    pub kind: EntryKind,
    pub name: String,
    pub sort: String,
    pub changed: i64,
    pub blob: Option<BlobId>,
    pub size: Option<i64>,
    pub crc32: Option<Crc32>,
    pub state: Option<BlobState>,
    pub damage: Option<String>,
}

/// Selects the chosen entries and everything below them, each once. The argument is the start of the recursion.
macro_rules! below {
    ($first:expr) => {
        concat!(
            "WITH RECURSIVE below (id) AS (SELECT w.id FROM entries w WHERE w.account = $1 AND w.trashed IS NULL AND ",
            $first,
            " UNION SELECT e.id FROM entries e JOIN below ON e.parent = below.id WHERE e.trashed IS NULL) ",
            "SELECT e.id, e.parent, e.kind, e.name, e.sort, e.changed, e.blob, b.size, b.crc32, b.state, b.damage ",
            "FROM below JOIN entries e ON e.id = below.id LEFT JOIN blobs b ON b.id = e.blob LIMIT $2"
        )
    };
}

/// At most `limit` entries of the whole scope, its root included.
pub async fn whole_tree<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    limit: i64,
) -> Result<Vec<WantedRow>, sqlx::Error> {
    sqlx::query_as(below!("((CAST($3 AS TEXT) IS NULL AND w.parent IS NULL) OR w.id = CAST($3 AS TEXT))"))
        .bind(within.account)
        .bind(limit)
        .bind(within.root())
        .fetch_all(db)
        .await
}

/// At most `limit` entries: those of `ids` that are in scope, and everything below them.
pub async fn selected_tree<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    ids: &[EntryId],
    limit: i64,
) -> Result<Vec<WantedRow>, sqlx::Error> {
    // Built from constants alone: `$4, $5 …`, one per id of a batch. If there are fewer, the last id is repeated.
    static STATEMENT: LazyLock<String> = LazyLock::new(|| {
        let places: Vec<_> = (0..BATCH).map(|at| format!("${}", at + 4)).collect();
        below!(concat!("w.id IN (...) AND ", lies_within!("w.id", "$3"))).replace("...", &places.join(", "))
    });
    let mut query = sqlx::query_as(AssertSqlSafe(STATEMENT.clone()));
    query = query.bind(within.account).bind(limit).bind(within.root());
    for at in 0..BATCH {
        query = query.bind(ids.get(at).or(ids.last()).map_or("", EntryId::as_str));
    }
    query.fetch_all(db).await
}

/// A row of `downloads`.
#[derive(Clone, Debug, FromRow)]
pub struct DownloadRow {
    pub name: String,
    pub tag: String,
    pub members: i64,
    pub directory: i64,
    pub records: i64,
    pub created: i64,
    pub expires: i64,
}

/// A member of an archive, with the key of its content if it is a file that still exists.
#[derive(Clone, Debug, FromRow)]
pub struct MemberRow {
    pub header: i64,
    pub record: i64,
    pub path: String,
    pub blob: Option<BlobId>,
    pub size: i64,
    pub crc32: Crc32,
    pub modified: i64,
    pub key: Option<Key<Private>>,
}

/// Inserts a download.
pub async fn insert<'c>(
    db: impl Executes<'c>,
    id: &DownloadId,
    within: Within<'_>,
    row: &DownloadRow,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO downloads (id, account, root, name, tag, members, directory, records, created, expires) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .bind(&row.name)
    .bind(&row.tag)
    .bind(row.members)
    .bind(row.directory)
    .bind(row.records)
    .bind(row.created)
    .bind(row.expires)
    .execute(db)
    .await
    .map(|_| ())
}

/// Inserts a download's members.
pub async fn insert_members(db: &mut Transaction, id: &DownloadId, members: &[MemberRow]) -> Result<(), sqlx::Error> {
    // Built from constants alone: one statement inserts a whole batch, the other a single row.
    static STATEMENTS: LazyLock<[String; 2]> = LazyLock::new(|| [insertion(BATCH), insertion(1)]);
    let (batches, rest) = members.as_chunks::<BATCH>();
    let batches = batches.iter().map(|batch| (&STATEMENTS[0], batch.as_slice()));
    for (statement, batch) in batches.chain(rest.iter().map(|member| (&STATEMENTS[1], std::slice::from_ref(member)))) {
        let mut query = sqlx::query(AssertSqlSafe(statement.clone())).bind(id);
        for member in batch {
            query = query
                .bind(member.header)
                .bind(member.record)
                .bind(&member.path)
                .bind(&member.blob)
                .bind(member.size)
                .bind(member.crc32)
                .bind(member.modified);
        }
        query.execute(&mut **db).await?;
    }
    Ok(())
}

fn insertion(rows: usize) -> String {
    let columns = "download, header, record, path, blob, size, crc32, modified";
    let mut statement = format!("INSERT INTO download_entries ({columns}) VALUES ");
    for row in 0..rows {
        let comma = if row == 0 { "" } else { ", " };
        let _ = write!(statement, "{comma}($1");
        (0..7).for_each(|column| {
            let _ = write!(statement, ", ${}", 2 + row * 7 + column);
        });
        statement.push(')');
    }
    statement
}

/// Extends the expiry of an unexpired download of this name, content and scope, and returns its id; `None` if there is
/// none.
pub async fn extend_expiry<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    (name, tag): (&str, &str),
    now: i64,
    expires: i64,
) -> Result<Option<DownloadId>, sqlx::Error> {
    sqlx::query_scalar(
        "UPDATE downloads SET expires = $5 WHERE account = $1 AND tag = $2 AND name = $3 AND expires > $4 \
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

/// Deletes the oldest downloads of an account until the rest have at most `most` members in total.
pub async fn delete_all_but_newest<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    most: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM downloads WHERE id IN (SELECT id FROM \
         (SELECT id, SUM(members + 1) OVER (ORDER BY id DESC) AS together FROM downloads WHERE account = $1) AS summed \
         WHERE together > $2)",
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
) -> Result<Option<DownloadRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT name, tag, members, directory, records, created, expires FROM downloads WHERE id = $1 AND account = $2 \
         AND COALESCE(root, '') = COALESCE(CAST($3 AS TEXT), '')",
    )
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .fetch_optional(db)
    .await
}

/// Whether all files of a download still exist and are undamaged.
pub async fn is_whole<'c>(db: impl Executes<'c>, id: &DownloadId) -> Result<bool, sqlx::Error> {
    let missing: Option<i64> = sqlx::query_scalar(
        "SELECT m.header FROM download_entries m LEFT JOIN blobs b ON b.id = m.blob AND b.state = 'stored' AND b.damage IS NULL \
         WHERE m.download = $1 AND m.blob IS NOT NULL AND b.id IS NULL LIMIT 1",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(missing.is_none())
}

macro_rules! members {
    ($tail:literal) => {
        concat!(
            "SELECT m.header, m.record, m.path, m.blob, m.size, m.crc32, m.modified, b.key FROM download_entries m ",
            "LEFT JOIN blobs b ON b.id = m.blob AND b.state = 'stored' AND b.damage IS NULL WHERE m.download = $1 AND ",
            $tail
        )
    };
}

/// At most `limit` members in the order of the archive, from the one that contains byte `at`.
pub async fn members_from<'c>(
    db: impl Executes<'c>,
    id: &DownloadId,
    at: i64,
    limit: i64,
) -> Result<Vec<MemberRow>, sqlx::Error> {
    sqlx::query_as(members!(
        "m.header >= (SELECT COALESCE(MAX(header), 0) FROM download_entries WHERE download = $1 AND header <= $2) \
         ORDER BY m.header LIMIT $3"
    ))
    .bind(id)
    .bind(at)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// At most `limit` members in the order of the archive's central directory, from the one whose record contains byte
/// `at` of it.
pub async fn records_from<'c>(
    db: impl Executes<'c>,
    id: &DownloadId,
    at: i64,
    limit: i64,
) -> Result<Vec<MemberRow>, sqlx::Error> {
    sqlx::query_as(members!(
        "m.record >= (SELECT COALESCE(MAX(record), 0) FROM download_entries WHERE download = $1 AND record <= $2) \
         ORDER BY m.record LIMIT $3"
    ))
    .bind(id)
    .bind(at)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Deletes the members of downloads that expired before `now`, and the rows of those that expired before `forgotten`.
/// Both are in milliseconds since 1970.
pub async fn delete_expired(db: &mut Transaction, now: i64, forgotten: i64) -> Result<(), sqlx::Error> {
    let inside = "DELETE FROM download_entries WHERE download IN (SELECT id FROM downloads WHERE expires <= $1)";
    sqlx::query(inside).bind(now).execute(&mut **db).await?;
    sqlx::query("DELETE FROM downloads WHERE expires <= $1").bind(forgotten).execute(&mut **db).await?;
    Ok(())
}
