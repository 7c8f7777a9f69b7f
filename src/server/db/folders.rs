//! The table `entries` as a tree of folders. A transaction that adds or deletes entries locks the account's row first
//! (`accounts::lock_row`, `accounts::reserve`), so that nothing is added to a folder while it is being deleted.

use sqlx::FromRow;

use crate::model::entry::EntryKind;
use crate::model::id::{AccountId, EntryId};
use crate::server::db::Executes;
use crate::server::db::types::NameForms;
use crate::server::db::within::{Within, lies_within, root_of};

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
    pub name: &'a NameForms,
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
    .bind(&new.name.name)
    .bind(&new.name.folded)
    .bind(&new.name.sort)
    .bind(new.now)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// An account's root folder.
pub async fn root<'c>(db: impl Executes<'c>, account: &AccountId) -> Result<Option<EntryId>, sqlx::Error> {
    sqlx::query_scalar(root_of!("$1")).bind(account).fetch_optional(db).await
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
/// account's tree has no such folder. They are no more than folders may be nested.
pub async fn path<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    id: &EntryId,
) -> Result<Vec<(EntryId, String)>, sqlx::Error> {
    sqlx::query_as(
        "WITH RECURSIVE up (id, parent, name, steps) AS ( \
         SELECT id, parent, name, CAST(0 AS BIGINT) FROM entries \
         WHERE id = $1 AND account = $2 AND kind = 'folder' AND trashed IS NULL \
         UNION ALL SELECT e.id, e.parent, e.name, up.steps + 1 FROM entries e JOIN up ON e.id = up.parent \
         WHERE e.trashed IS NULL) \
         SELECT id, name FROM up WHERE EXISTS (SELECT 1 FROM up WHERE parent IS NULL) ORDER BY steps DESC",
    )
    .bind(id)
    .bind(account)
    .fetch_all(db)
    .await
}

/// The sort key of a folder or file, if it is in this parent.
pub async fn sort_of<'c>(db: impl Executes<'c>, parent: &EntryId, id: &EntryId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT sort FROM entries WHERE id = $1 AND parent = $2 AND trashed IS NULL")
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
