//! The table `entries`, as a tree of folders. Whoever adds to an account's tree or takes from it holds the account's row
//! first (`accounts::lock_row`, `accounts::reserve`): so nobody adds to a folder while it is being deleted.

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

/// A folder to be added.
pub struct NewFolderRecord<'a> {
    pub id: &'a EntryId,
    pub account: &'a AccountId,
    pub parent: &'a EntryId,
    pub name: &'a str,
    pub folded: &'a str,
    pub sort: &'a str,
    pub now: i64,
}

/// Adds a folder; false where the folder that it goes into has an entry of that name.
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

/// Whether this is one of these folders, be it the root.
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

/// The entry of this name in a folder, and what it is.
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

/// The folders from the account's root, which is the first row, down to this one, which is the last; nothing where it is
/// none of the account's folders.
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

/// Where a folder stands among its folder's folders: its sort key.
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

/// At most `limit` folders of a folder after the one of this sort key and id, by name.
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

/// At most `limit` folders of a folder before the one of this sort key and id, by name from the last.
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

/// A folder with the sums over everything below it. The folder itself is counted.
#[derive(Clone, Debug, FromRow)]
pub struct TreeRow {
    pub name: String,
    pub parent: EntryId,
    pub folders: i64,
    pub files: i64,
    pub size: i64,
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

/// One of these folders with what is below it; where they begin is none of those.
pub async fn tree<'c>(db: impl Executes<'c>, within: Within<'_>, id: &EntryId) -> Result<Option<TreeRow>, sqlx::Error> {
    sqlx::query_as(tree!(
        "SELECT top.name, top.parent, (SELECT COUNT(*) FROM tree) AS folders, below.files, below.size FROM entries top, \
         (SELECT COUNT(*) AS files, CAST(COALESCE(SUM(CASE WHEN b.state <> 'deleting' THEN b.size END), 0) AS BIGINT) AS size FROM tree \
         JOIN entries e ON e.parent = tree.id JOIN blobs b ON b.id = e.blob) below \
         WHERE top.id = $1 AND top.id IN (SELECT id FROM tree)"
    ))
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .fetch_optional(db)
    .await
}

/// Marks the blobs of all files below a folder as going; a sweep may take them up from `now` on.
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
    nothing_to_verify.bind(id).bind(within.account).bind(within.root()).execute(&mut **transaction).await.map(|_| ())
}

/// Takes a folder and everything below it out of the table; gives how many files and folders those were.
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
