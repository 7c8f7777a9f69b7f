//! The table `entries`: copies of files and folders. A transaction that makes some locks the account's row first
//! (`accounts::lock_row`).

use std::sync::LazyLock;

use crate::model::id::EntryId;
use crate::server::db::batch_insert::BatchInsert;
use crate::server::db::types::NameForms;
use crate::server::db::{Executes, Query, Transaction};

/// A copy that is to be made.
pub struct NewCopy {
    /// What is copied.
    pub of: EntryId,
    pub id: EntryId,
    pub parent: EntryId,
}

/// Inserts a copy of an entry into this folder under this name. No other entry of the folder may have it. `now` is in
/// milliseconds since 1970.
pub async fn insert_top<'c>(
    db: impl Executes<'c>,
    (of, id): (&EntryId, &EntryId),
    parent: &EntryId,
    name: &NameForms,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO entries (id, account, parent, kind, name, folded, sort, blob, created, changed) \
         SELECT $2, account, $3, kind, $4, $5, $6, blob, $7, changed FROM entries WHERE id = $1",
    )
    .bind(of)
    .bind(id)
    .bind(parent)
    .bind(&name.name)
    .bind(&name.folded)
    .bind(&name.sort)
    .bind(now)
    .execute(db)
    .await
    .map(drop)
}

/// Inserts these copies under the names that they are copies of. The folder of each is there, or comes before it. `now` is in
/// milliseconds since 1970.
pub async fn insert(transaction: &mut Transaction, new: &[NewCopy], now: i64) -> Result<(), sqlx::Error> {
    static INSERTION: LazyLock<BatchInsert> = LazyLock::new(|| {
        let row = |values: &[String]| {
            let values: Vec<_> = values.iter().map(|value| format!("CAST({value} AS TEXT)")).collect();
            format!("({})", values.join(", "))
        };
        // Both databases name the columns of such a list like this.
        BatchInsert::new(3, row, |rows| {
            format!(
                "INSERT INTO entries (id, account, parent, kind, name, folded, sort, blob, created, changed) \
                 SELECT c.column2, e.account, c.column3, e.kind, e.name, e.folded, e.sort, e.blob, $1, e.changed \
                 FROM (VALUES {rows}) AS c JOIN entries e ON e.id = c.column1"
            )
        })
    });
    INSERTION.insert(transaction, new, |query| query.bind(now), bind).await
}

fn bind<'q>(query: Query<'q>, NewCopy { of, id, parent }: &'q NewCopy) -> Query<'q> {
    query.bind(of).bind(id).bind(parent)
}
