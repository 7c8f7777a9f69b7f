//! The table `entries` as a tree of folders. A transaction that adds or deletes entries locks the account's row first
//! (`accounts::lock_row`, `accounts::reserve`), so that nothing is added to a folder while it is being deleted.

use sqlx::FromRow;

use crate::model::entry::EntryKind;
use crate::model::id::{AccountId, EntryId};
use crate::server::db::within::{Within, lies_within};
use crate::server::db::{Executes, Transaction};

/// A folder as lists show it.
#[derive(Clone, Debug, FromRow)]
pub struct FolderRecord {
    pub id: EntryId,
    pub name: String,
    pub created: i64,
}

/// The values of a new folder.
pub struct NewFolderRecord<'a> {
    pub id: &'a EntryId,
    pub account: &'a AccountId,
    pub parent: &'a EntryId,
    pub name: &'a str,
    pub folded: &'a str,
    pub sort: &'a str,
    pub now: i64,
}

/// Inserts a folder; false if its parent has an entry of that name.
pub async fn insert<'c>(db: impl Executes<'c>, new: &NewFolderRecord<'_>) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "INSERT INTO entries (id, account, parent, kind, name, folded, sort, created, changed) \
         VALUES ($1, $2, $3, 'folder', $4, $5, $6, $7, $7) \
         ON CONFLICT (parent, folded) WHERE trashed IS NULL DO NOTHING",
    )
    .bind(new.id)
    .bind(new.account)
    .bind(new.parent)
    .bind(new.name)
    .bind(new.folded)
    .bind(new.sort)
    .bind(new.now)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// An account's root folder.
pub async fn root<'c>(db: impl Executes<'c>, account: &AccountId) -> Result<Option<EntryId>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM entries WHERE account = $1 AND parent IS NULL")
        .bind(account)
        .fetch_optional(db)
        .await
}

/// Whether a folder exists and is in scope. The root counts.
pub async fn is_there<'c>(db: impl Executes<'c>, within: Within<'_>, id: &EntryId) -> Result<bool, sqlx::Error> {
    let found: Option<EntryId> = sqlx::query_scalar(concat!(
        "SELECT id FROM entries WHERE id = $1 AND account = $2 AND kind = 'folder' AND trashed IS NULL AND ",
        lies_within!("$1", "$3")
    ))
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .fetch_optional(db)
    .await?;
    Ok(found.is_some())
}

/// The id and the kind of the entry with this folded name in a folder.
pub async fn named<'c>(
    db: impl Executes<'c>,
    parent: &EntryId,
    folded: &str,
) -> Result<Option<(EntryId, EntryKind)>, sqlx::Error> {
    sqlx::query_as("SELECT id, kind FROM entries WHERE parent = $1 AND folded = $2 AND trashed IS NULL")
        .bind(parent)
        .bind(folded)
        .fetch_optional(db)
        .await
}

/// The folders from the account's root, which is the first row, down to this one, which is the last. Empty if the
/// account has no such folder. They are no more than folders may be nested.
pub async fn path<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    id: &EntryId,
) -> Result<Vec<(EntryId, String)>, sqlx::Error> {
    sqlx::query_as(
        "WITH RECURSIVE up (id, parent, name, steps) AS ( \
         SELECT id, parent, name, CAST(0 AS BIGINT) FROM entries \
         WHERE id = $1 AND account = $2 AND kind = 'folder' AND trashed IS NULL \
         UNION ALL SELECT e.id, e.parent, e.name, up.steps + 1 FROM entries e JOIN up ON e.id = up.parent) \
         SELECT id, name FROM up ORDER BY steps DESC",
    )
    .bind(id)
    .bind(account)
    .fetch_all(db)
    .await
}

/// The sort key of a folder, if it is in this parent.
pub async fn sort_of<'c>(db: impl Executes<'c>, parent: &EntryId, id: &EntryId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT sort FROM entries WHERE id = $1 AND parent = $2 AND kind = 'folder' AND trashed IS NULL")
        .bind(id)
        .bind(parent)
        .fetch_optional(db)
        .await
}

macro_rules! list {
    ($tail:literal) => {
        concat!(
            "SELECT id, name, created FROM entries WHERE parent = $1 AND kind = 'folder' AND trashed IS NULL ",
            $tail
        )
    };
}

/// At most `limit` folders of a parent that come after this sort key and id, by name.
pub async fn after<'c>(
    db: impl Executes<'c>,
    parent: &EntryId,
    (sort, id): (&str, &str),
    limit: i64,
) -> Result<Vec<FolderRecord>, sqlx::Error> {
    sqlx::query_as(list!("AND (sort, id) > ($2, $3) ORDER BY sort, id LIMIT $4"))
        .bind(parent)
        .bind(sort)
        .bind(id)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// At most `limit` folders of a parent that come before this sort key and id, by name in reverse.
pub async fn before<'c>(
    db: impl Executes<'c>,
    parent: &EntryId,
    (sort, id): (&str, &str),
    limit: i64,
) -> Result<Vec<FolderRecord>, sqlx::Error> {
    sqlx::query_as(list!("AND (sort, id) < ($2, $3) ORDER BY sort DESC, id DESC LIMIT $4"))
        .bind(parent)
        .bind(sort)
        .bind(id)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// The name of a folder in scope and the folder that it is in; `None` for the root of the scope, too.
pub async fn deletable<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    id: &EntryId,
) -> Result<Option<(String, EntryId)>, sqlx::Error> {
    sqlx::query_as(concat!(
        "SELECT name, parent FROM entries WHERE id = $1 AND account = $2 AND kind = 'folder' AND parent IS NOT NULL \
         AND trashed IS NULL AND id <> COALESCE(CAST($3 AS TEXT), '') AND ",
        lies_within!("$1", "$3")
    ))
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .fetch_optional(db)
    .await
}

macro_rules! tree {
    ($tail:literal) => {
        concat!(
            "WITH RECURSIVE tree (id) AS ( \
             SELECT id FROM entries WHERE id = $1 AND account = $2 AND kind = 'folder' AND parent IS NOT NULL \
             AND id <> COALESCE(CAST($3 AS TEXT), '') AND ",
            lies_within!("$1", "$3"),
            " UNION ALL SELECT e.id FROM entries e JOIN tree ON e.parent = tree.id WHERE e.kind = 'folder') ",
            $tail
        )
    };
}

/// The folder that a folder in scope is in, and the total size in bytes of all files below it; `None` for the root of the
/// scope, too.
pub async fn tree<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    id: &EntryId,
) -> Result<Option<(EntryId, i64)>, sqlx::Error> {
    sqlx::query_as(tree!(
        "SELECT top.parent, below.size FROM entries top, \
         (SELECT CAST(COALESCE(SUM(CASE WHEN b.state <> 'deleting' THEN b.size END), 0) AS BIGINT) AS size FROM tree \
         JOIN entries e ON e.parent = tree.id JOIN blobs b ON b.id = e.blob) below \
         WHERE top.id = $1 AND top.id IN (SELECT id FROM tree)"
    ))
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .fetch_optional(db)
    .await
}

/// Marks the blobs of all files below a folder for deletion, with jobs that are due from `now` on, and the archives that
/// contain them.
pub async fn mark_blobs_deleting(
    transaction: &mut Transaction,
    within: Within<'_>,
    id: &EntryId,
    now: i64,
) -> Result<(), sqlx::Error> {
    let marked = sqlx::query(tree!(
        "UPDATE blobs SET state = 'deleting' WHERE state <> 'deleting' \
         AND id IN (SELECT e.blob FROM tree JOIN entries e ON e.parent = tree.id WHERE e.blob IS NOT NULL)"
    ));
    marked.bind(id).bind(within.account).bind(within.root()).execute(&mut **transaction).await?;
    let due = sqlx::query(tree!(
        "INSERT INTO jobs (kind, subject, due) SELECT 'delete_blob', b.id, CAST($4 AS BIGINT) FROM tree \
         JOIN entries e ON e.parent = tree.id JOIN blobs b ON b.id = e.blob WHERE b.state = 'deleting' \
         ON CONFLICT (kind, subject) DO NOTHING"
    ));
    due.bind(id).bind(within.account).bind(within.root()).bind(now).execute(&mut **transaction).await?;
    let nothing_to_verify = sqlx::query(tree!(
        "DELETE FROM jobs WHERE kind = 'verify_blob' \
         AND subject IN (SELECT e.blob FROM tree JOIN entries e ON e.parent = tree.id WHERE e.blob IS NOT NULL)"
    ));
    nothing_to_verify.bind(id).bind(within.account).bind(within.root()).execute(&mut **transaction).await?;
    let without_archive = sqlx::query(tree!(
        "UPDATE downloads SET gone = $4 WHERE gone IS NULL AND expires > $4 AND id IN (SELECT m.download FROM tree \
         JOIN entries e ON e.parent = tree.id JOIN download_entries m ON m.blob = e.blob)"
    ));
    without_archive
        .bind(id)
        .bind(within.account)
        .bind(within.root())
        .bind(now)
        .execute(&mut **transaction)
        .await
        .map(|_| ())
}

/// Deletes the entries of a folder and everything below it, and returns how many there were.
pub async fn delete<'c>(db: impl Executes<'c>, within: Within<'_>, id: &EntryId) -> Result<u64, sqlx::Error> {
    sqlx::query(tree!(
        "DELETE FROM entries WHERE id IN \
         (SELECT id FROM tree UNION ALL SELECT e.id FROM tree JOIN entries e ON e.parent = tree.id WHERE e.kind = 'file')"
    ))
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .execute(db)
    .await
    .map(|done| done.rows_affected())
}
