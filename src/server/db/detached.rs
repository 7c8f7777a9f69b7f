//! The table `entries`: files and folders that are being deleted for ever. They have left the tree (the migration says
//! how), and their rows are deleted in batches. A transaction that does so locks the account's row first
//! (`accounts::lock_row`).

use sqlx::FromRow;

use crate::model::entry::EntryKind;
use crate::model::id::{AccountId, BlobId, EntryId};
use crate::server::db::id_list::{bound_to, over_ids};
use crate::server::db::within::root_of;
use crate::server::db::{Executes, Transaction};

/// The most rows that one statement touches.
pub const BATCH: usize = 512;

/// A detached entry, or one that lies directly in a detached folder.
#[derive(Clone, Debug, FromRow)]
pub struct LeavingEntry {
    pub id: EntryId,
    pub kind: EntryKind,
    pub blob: Option<BlobId>,
}

/// The first account after this id that has detached entries.
pub async fn next_account<'c>(db: impl Executes<'c>, after: &str) -> Result<Option<AccountId>, sqlx::Error> {
    // Ordered as its index is. Otherwise SQLite reads all detached entries and sorts them.
    sqlx::query_scalar(
        "SELECT account FROM entries WHERE parent IS NULL AND trashed IS NOT NULL AND account > $1 \
         ORDER BY account, id LIMIT 1",
    )
    .bind(after)
    .fetch_optional(db)
    .await
}

/// At most `limit` detached entries of an account.
pub async fn entries<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    limit: usize,
) -> Result<Vec<LeavingEntry>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, kind, blob FROM entries WHERE account = $1 AND parent IS NULL AND trashed IS NOT NULL \
         ORDER BY id LIMIT $2",
    )
    .bind(account)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// At most `limit` files and folders that lie directly in these folders, which are at most [`BATCH`]. What was put into the
/// trash out of them is not among these.
pub async fn children<'c>(
    db: impl Executes<'c>,
    folders: &[EntryId],
    limit: usize,
) -> Result<Vec<LeavingEntry>, sqlx::Error> {
    let statement =
        over_ids!("SELECT id, kind, blob FROM entries WHERE parent IN (...) AND trashed IS NULL LIMIT $1", 1, BATCH);
    let query = sqlx::query_as(statement).bind(i64::try_from(limit).unwrap_or(i64::MAX));
    bound_to!(query, folders, BATCH).fetch_all(db).await
}

/// Gives at most `limit` entries that were put into the trash out of these folders, which are at most [`BATCH`], the
/// account's root as their parent. Returns how many.
pub async fn keep_trashed<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    folders: &[EntryId],
    limit: usize,
) -> Result<usize, sqlx::Error> {
    let statement = over_ids!(
        concat!(
            "UPDATE entries SET parent = (",
            root_of!("$1"),
            ") WHERE id IN (SELECT id FROM entries WHERE parent IN (...) AND trashed IS NOT NULL LIMIT $2)"
        ),
        2,
        BATCH
    );
    let query = sqlx::query(statement).bind(account).bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let done = bound_to!(query, folders, BATCH).execute(db).await?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}

/// Detaches these entries, which are at most [`BATCH`], from the tree. `now` is in milliseconds since 1970.
pub async fn detach<'c>(db: impl Executes<'c>, entries: &[EntryId], now: i64) -> Result<(), sqlx::Error> {
    let statement = over_ids!("UPDATE entries SET parent = NULL, trashed = $1 WHERE id IN (...)", 1, BATCH);
    bound_to!(sqlx::query(statement).bind(now), entries, BATCH).execute(db).await.map(|_| ())
}

/// Deletes the rows of these entries, which are at most [`BATCH`] and have nothing in them.
pub async fn delete<'c>(db: impl Executes<'c>, entries: &[EntryId]) -> Result<(), sqlx::Error> {
    let statement = over_ids!("DELETE FROM entries WHERE id IN (...)", 0, BATCH);
    bound_to!(sqlx::query(statement), entries, BATCH).execute(db).await.map(|_| ())
}

/// Marks the archives that contain these files, which are at most [`BATCH`].
pub async fn mark_archives_gone<'c>(db: impl Executes<'c>, files: &[EntryId], now: i64) -> Result<(), sqlx::Error> {
    let without_archive = over_ids!(
        "UPDATE downloads SET gone = $1 WHERE gone IS NULL AND expires > $1 \
         AND id IN (SELECT download FROM download_entries WHERE entry IN (...))",
        1,
        BATCH
    );
    bound_to!(sqlx::query(without_archive).bind(now), files, BATCH).execute(db).await.map(drop)
}

/// Marks those of these blobs, which are at most [`BATCH`], for deletion that no file has any more, with jobs that are due
/// from `now` on. They count to the account's used bytes until their objects are deleted.
pub async fn mark_blobs_deleting(transaction: &mut Transaction, blobs: &[BlobId], now: i64) -> Result<(), sqlx::Error> {
    let marked = over_ids!(
        "UPDATE blobs SET state = 'deleting' WHERE id IN (...) AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.blob = blobs.id)",
        0,
        BATCH
    );
    bound_to!(sqlx::query(marked), blobs, BATCH).execute(&mut **transaction).await?;
    let due = over_ids!(
        "INSERT INTO jobs (kind, subject, owner, due) SELECT 'delete_blob', id, account, CAST($1 AS BIGINT) FROM blobs \
         WHERE state = 'deleting' AND id IN (...) ON CONFLICT (kind, subject) DO NOTHING",
        1,
        BATCH
    );
    bound_to!(sqlx::query(due).bind(now), blobs, BATCH).execute(&mut **transaction).await?;
    let nothing_to_verify = over_ids!(
        "DELETE FROM jobs WHERE kind = 'verify_blob' \
         AND subject IN (SELECT id FROM blobs WHERE state = 'deleting' AND id IN (...))",
        0,
        BATCH
    );
    bound_to!(sqlx::query(nothing_to_verify), blobs, BATCH).execute(&mut **transaction).await.map(drop)
}
