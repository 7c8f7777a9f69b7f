//! The table `entries`: in which folder each file and folder lies, and under which name. A transaction that changes that locks
//! the account's row first (`accounts::lock_row`).

use sqlx::FromRow;

use crate::model::entry::EntryKind;
use crate::model::id::EntryId;
use crate::model::moving::MOVED_LIMIT;
use crate::server::db::Executes;
use crate::server::db::id_list::{bound_to, over_ids};
use crate::server::db::types::NameForms;
use crate::server::db::within::{Within, lies_within};

/// A file or folder, and the folder that it is in.
#[derive(Clone, Debug, FromRow)]
pub struct PlaceRecord {
    pub id: EntryId,
    pub name: String,
    pub kind: EntryKind,
    pub parent: EntryId,
    /// In milliseconds since 1970.
    pub created: i64,
    /// In bytes; `None` for a folder.
    pub size: Option<i64>,
}

macro_rules! select {
    ($entry:literal, $account:literal, $root:literal) => {
        concat!(
            "SELECT e.id, e.name, e.kind, e.parent, e.created, b.size FROM entries e LEFT JOIN blobs b ON b.id = e.blob WHERE e.id ",
            $entry,
            " AND e.account = ",
            $account,
            " AND e.parent IS NOT NULL AND e.trashed IS NULL AND e.id <> COALESCE(CAST(",
            $root,
            " AS TEXT), '') AND ",
            lies_within!("e.id", $root)
        )
    };
}

/// A file or folder in scope, and where it lies; `None` for the root of the scope, too.
pub async fn place<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    id: &EntryId,
) -> Result<Option<PlaceRecord>, sqlx::Error> {
    sqlx::query_as(select!("= $1", "$2", "$3"))
        .bind(id)
        .bind(within.account)
        .bind(within.root())
        .fetch_optional(db)
        .await
}

/// The same of several, which are at most [`MOVED_LIMIT`], in any order.
pub async fn places<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    ids: &[EntryId],
) -> Result<Vec<PlaceRecord>, sqlx::Error> {
    let statement = over_ids!(select!("IN (...)", "$1", "$2"), 2, MOVED_LIMIT);
    let query = sqlx::query_as(statement).bind(within.account).bind(within.root());
    bound_to!(query, ids, MOVED_LIMIT).fetch_all(db).await
}

/// The folders in which these entries, which are at most [`MOVED_LIMIT`], lie, and all that those lie in.
pub async fn above<'c>(db: impl Executes<'c>, ids: &[EntryId]) -> Result<Vec<EntryId>, sqlx::Error> {
    let statement = over_ids!(
        "WITH RECURSIVE up (id) AS (SELECT parent FROM entries WHERE id IN (...) AND parent IS NOT NULL \
         UNION SELECT e.parent FROM entries e JOIN up ON e.id = up.id WHERE e.parent IS NOT NULL) SELECT id FROM up",
        0,
        MOVED_LIMIT
    );
    bound_to!(sqlx::query_scalar(statement), ids, MOVED_LIMIT).fetch_all(db).await
}

/// The entries of a folder that have one of these folded names, which are at most [`MOVED_LIMIT`]: the name and the id of
/// each.
pub async fn all_named<'c>(
    db: impl Executes<'c>,
    parent: &EntryId,
    folded: &[String],
) -> Result<Vec<(String, EntryId)>, sqlx::Error> {
    let statement = over_ids!(
        "SELECT folded, id FROM entries WHERE parent = $1 AND trashed IS NULL AND folded IN (...)",
        1,
        MOVED_LIMIT
    );
    bound_to!(sqlx::query_as(statement).bind(parent), folded, MOVED_LIMIT).fetch_all(db).await
}

/// Lets an entry lie in this folder under this name, out of the trash if it was there. No other entry of the folder may have that name.
pub async fn put<'c>(
    db: impl Executes<'c>,
    id: &EntryId,
    parent: &EntryId,
    name: &NameForms,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE entries SET parent = $2, name = $3, folded = $4, sort = $5, trashed = NULL WHERE id = $1")
        .bind(id)
        .bind(parent)
        .bind(&name.name)
        .bind(&name.folded)
        .bind(&name.sort)
        .execute(db)
        .await
        .map(drop)
}
