//! The table `entries`: what is in the trash, which is marked `trashed` and still has a parent. A transaction that changes
//! what is there locks the account's row first (`accounts::lock_row`).

use sqlx::FromRow;

use crate::model::entry::{EntryKind, ROWS_A_PAGE};
use crate::model::id::{AccountId, EntryId};
use crate::server::db::Executes;
use crate::server::db::below::{FileCount, SharedContent, file_count, is_shared, shared_content};
use crate::server::db::detached::BATCH;
use crate::server::db::id_list::{bound_to, over_ids};
use crate::server::db::within::{Within, lies_within};

/// What was put into the trash.
#[derive(Clone, Debug, FromRow)]
pub struct TrashedRecord {
    pub id: EntryId,
    pub name: String,
    pub kind: EntryKind,
    /// In bytes; `None` for a folder.
    pub size: Option<i64>,
    pub media_type: Option<String>,
    /// The folder that it was in.
    pub parent: EntryId,
    /// When it was put there, in milliseconds since 1970.
    pub trashed: i64,
}

/// One of the folders above an entry in the trash.
#[derive(Clone, Debug, FromRow)]
pub struct FormerParent {
    /// The folder that the entry was in.
    pub start: EntryId,
    /// The name of this one, which is `start` or lies above it. The account's root has none.
    pub name: String,
    /// When this one was put into the trash or deleted, if it was.
    pub trashed: Option<i64>,
}

/// Puts an entry in scope into the trash, unless it is the root of the scope. Returns the folder that contained it. `now`
/// is in milliseconds since 1970.
pub async fn put<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    id: &EntryId,
    now: i64,
) -> Result<Option<EntryId>, sqlx::Error> {
    sqlx::query_scalar(concat!(
        "UPDATE entries SET trashed = $4 WHERE id = $1 AND account = $2 AND parent IS NOT NULL AND trashed IS NULL \
         AND id <> COALESCE(CAST($3 AS TEXT), '') AND ",
        lies_within!("$1", "$3"),
        " RETURNING parent"
    ))
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .bind(now)
    .fetch_optional(db)
    .await
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT e.id, e.name, e.kind, b.size, b.media_type, e.parent, e.trashed FROM entries e LEFT JOIN blobs b ON b.id = e.blob ",
            "WHERE e.account = $1 AND e.parent IS NOT NULL AND e.trashed IS NOT NULL AND ",
            $tail
        )
    };
}

/// An entry in an account's trash.
pub async fn by_id<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    id: &EntryId,
) -> Result<Option<TrashedRecord>, sqlx::Error> {
    sqlx::query_as(select!("e.id = $2")).bind(account).bind(id).fetch_optional(db).await
}

/// At most `limit` entries of an account's trash that were put there before this one, given by its time and its id; newest
/// first.
pub async fn older<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    (trashed, id): (i64, &str),
    limit: i64,
) -> Result<Vec<TrashedRecord>, sqlx::Error> {
    sqlx::query_as(select!("(e.trashed, e.id) < ($2, $3) ORDER BY e.trashed DESC, e.id DESC LIMIT $4"))
        .bind(account)
        .bind(trashed)
        .bind(id)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// At most `limit` entries of an account's trash that were put there after this one; oldest first.
pub async fn newer<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    (trashed, id): (i64, &str),
    limit: i64,
) -> Result<Vec<TrashedRecord>, sqlx::Error> {
    sqlx::query_as(select!("(e.trashed, e.id) > ($2, $3) ORDER BY e.trashed, e.id LIMIT $4"))
        .bind(account)
        .bind(trashed)
        .bind(id)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// The folders from the outermost down to each of these, which are at most a page. They are sorted by the folder to which
/// they lead.
pub async fn former_parents<'c>(db: impl Executes<'c>, folders: &[EntryId]) -> Result<Vec<FormerParent>, sqlx::Error> {
    let statement = over_ids!(
        "WITH RECURSIVE up (start, id, parent, name, trashed, steps) AS ( \
         SELECT id, id, parent, name, trashed, CAST(0 AS BIGINT) FROM entries WHERE id IN (...) \
         UNION ALL SELECT up.start, e.id, e.parent, e.name, e.trashed, up.steps + 1 \
         FROM entries e JOIN up ON e.id = up.parent) \
         SELECT start, name, trashed FROM up ORDER BY start, steps DESC",
        0,
        ROWS_A_PAGE
    );
    bound_to!(sqlx::query_as(statement), folders, ROWS_A_PAGE).fetch_all(db).await
}

/// At most [`BATCH`] entries, as many as are detached at once, of an account's trash that were put there at `until` or
/// before, oldest first. `until` is in milliseconds since 1970.
pub async fn some_until<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    until: i64,
) -> Result<Vec<EntryId>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT id FROM entries WHERE account = $1 AND parent IS NOT NULL AND trashed IS NOT NULL AND trashed <= $2 \
         ORDER BY trashed, id LIMIT $3",
    )
    .bind(account)
    .bind(until)
    .bind(i64::try_from(BATCH).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// When something was last put into an account's trash that is still there, in milliseconds since 1970.
pub async fn newest<'c>(db: impl Executes<'c>, account: &AccountId) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT trashed FROM entries WHERE account = $1 AND parent IS NOT NULL AND trashed IS NOT NULL \
         ORDER BY trashed DESC LIMIT 1",
    )
    .bind(account)
    .fetch_optional(db)
    .await
}

/// The account of what has been in a trash longest, if that was put there at `until` or before.
pub async fn account_until<'c>(db: impl Executes<'c>, until: i64) -> Result<Option<AccountId>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT account FROM entries WHERE parent IS NOT NULL AND trashed IS NOT NULL AND trashed <= $1 \
         ORDER BY trashed LIMIT 1",
    )
    .bind(until)
    .fetch_optional(db)
    .await
}

/// Counts the files that lie directly in an account's trash. At most `limit` are counted.
pub async fn files<'c>(db: impl Executes<'c>, account: &AccountId, limit: i64) -> Result<FileCount, sqlx::Error> {
    sqlx::query_as(file_count!("e.account = $2 AND e.parent IS NOT NULL AND e.trashed IS NOT NULL"))
        .bind(limit)
        .bind(account)
        .fetch_one(db)
        .await
}

/// The content of the same files that others have, too; at most `limit`.
pub async fn shared<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    limit: i64,
) -> Result<Vec<SharedContent>, sqlx::Error> {
    sqlx::query_as(shared_content!("e.account = $2 AND e.parent IS NOT NULL AND e.trashed IS NOT NULL"))
        .bind(limit)
        .bind(account)
        .fetch_all(db)
        .await
}

/// Whether another file has the content of this one, in the trash or not.
pub async fn is_shared<'c>(db: impl Executes<'c>, id: &EntryId) -> Result<bool, sqlx::Error> {
    let others: i64 = sqlx::query_scalar(concat!("SELECT COUNT(*) FROM entries e WHERE e.id = $1 AND ", is_shared!()))
        .bind(id)
        .fetch_one(db)
        .await?;
    Ok(others > 0)
}

/// At most `limit` folders that lie directly in an account's trash.
pub async fn folders<'c>(db: impl Executes<'c>, account: &AccountId, limit: i64) -> Result<Vec<EntryId>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT id FROM entries WHERE account = $1 AND parent IS NOT NULL AND trashed IS NOT NULL AND kind = 'folder' \
         LIMIT $2",
    )
    .bind(account)
    .bind(limit)
    .fetch_all(db)
    .await
}
