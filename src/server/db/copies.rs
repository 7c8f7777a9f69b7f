//! The table `entries`: copies of files and folders. A transaction that makes some locks the account's row first
//! (`accounts::lock_row`).

use std::fmt::Write as _;
use std::sync::LazyLock;

use sqlx::{AssertSqlSafe, FromRow};

use crate::model::id::EntryId;
use crate::server::db::{Executes, Transaction};

/// How many rows one statement inserts.
const BATCH: usize = 64;

/// An entry below a folder that is copied.
#[derive(Clone, Debug, FromRow)]
pub struct BelowRecord {
    pub id: EntryId,
    pub parent: EntryId,
    /// The bytes of its path from that folder on, with a separator before each name.
    pub bytes: i64,
    /// How many folders of that path lie in one another, itself included.
    pub levels: i64,
}

/// A copy that is to be made.
pub struct NewCopy {
    /// What is copied.
    pub of: EntryId,
    pub id: EntryId,
    pub parent: EntryId,
}

/// At most `limit` entries below a folder, each after the folder that it is in.
pub async fn below<'c>(db: impl Executes<'c>, folder: &EntryId, limit: i64) -> Result<Vec<BelowRecord>, sqlx::Error> {
    sqlx::query_as(
        "WITH RECURSIVE down (id, parent, bytes, levels, depth) AS (SELECT id, parent, CAST(0 AS BIGINT), CAST(0 AS BIGINT), \
         CAST(0 AS BIGINT) FROM entries WHERE id = $1 \
         UNION ALL SELECT e.id, e.parent, down.bytes + OCTET_LENGTH(e.name) + 1, \
         down.levels + CASE WHEN e.kind = 'folder' THEN 1 ELSE 0 END, down.depth + 1 \
         FROM entries e JOIN down ON e.parent = down.id WHERE e.trashed IS NULL) \
         SELECT id, parent, bytes, levels FROM (SELECT * FROM down WHERE depth > 0 LIMIT $2) AS found ORDER BY depth, id",
    )
    .bind(folder)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Inserts a copy of an entry into this folder under this name, with the forms of it by which it is found and sorted. No other
/// entry of the folder may have it. `now` is in milliseconds since 1970.
pub async fn insert_top<'c>(
    db: impl Executes<'c>,
    (of, id): (&EntryId, &EntryId),
    parent: &EntryId,
    (name, folded, sort): (&str, &str, &str),
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO entries (id, account, parent, kind, name, folded, sort, blob, created, changed) \
         SELECT $2, account, $3, kind, $4, $5, $6, blob, $7, changed FROM entries WHERE id = $1",
    )
    .bind(of)
    .bind(id)
    .bind(parent)
    .bind(name)
    .bind(folded)
    .bind(sort)
    .bind(now)
    .execute(db)
    .await
    .map(drop)
}

/// Inserts these copies under the names that they are copies of. The folder of each is there, or comes before it.
pub async fn insert(transaction: &mut Transaction, new: &[NewCopy], now: i64) -> Result<(), sqlx::Error> {
    // Built from constants alone: one statement inserts a whole batch, the other a single row.
    static STATEMENTS: LazyLock<[String; 2]> = LazyLock::new(|| [insertion(BATCH), insertion(1)]);
    let (batches, rest) = new.as_chunks::<BATCH>();
    let batches = batches.iter().map(|batch| (&STATEMENTS[0], batch.as_slice()));
    for (statement, batch) in batches.chain(rest.iter().map(|copy| (&STATEMENTS[1], std::slice::from_ref(copy)))) {
        let mut query = sqlx::query(AssertSqlSafe(statement.clone())).bind(now);
        for NewCopy { of, id, parent } in batch {
            query = query.bind(of).bind(id).bind(parent);
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

fn insertion(rows: usize) -> String {
    let mut values = String::new();
    for row in 0..rows {
        let (comma, first) = (if row == 0 { "" } else { ", " }, 2 + row * 3);
        let _ = write!(
            values,
            "{comma}(CAST(${first} AS TEXT), CAST(${} AS TEXT), CAST(${} AS TEXT))",
            first + 1,
            first + 2
        );
    }
    // Both databases name the columns of such a list like this.
    format!(
        "INSERT INTO entries (id, account, parent, kind, name, folded, sort, blob, created, changed) \
         SELECT c.column2, e.account, c.column3, e.kind, e.name, e.folded, e.sort, e.blob, $1, e.changed \
         FROM (VALUES {values}) AS c JOIN entries e ON e.id = c.column1"
    )
}
