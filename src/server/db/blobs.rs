//! The table `blobs`.

use crate::model::id::{AccountId, BlobId};
use crate::model::upload::Sha256Hex;
use crate::server::db::types::{BlobState, Crc32, JobKind};
use crate::server::db::{Executes, Transaction, accounts, jobs};
use crate::server::storage::{Key, Private};

/// The values of a new blob.
pub struct NewBlob<'a> {
    pub id: &'a BlobId,
    pub account: &'a AccountId,
    pub key: &'a Key<Private>,
    /// Bytes of quota that are reserved for it.
    pub size: i64,
    pub state: BlobState,
    pub now: i64,
}

/// What is known of a file once all its bytes were received.
pub struct ReceivedContent<'a> {
    pub size: i64,
    pub media_type: &'a str,
    pub sha256: &'a Sha256Hex,
    pub crc32: Crc32,
}

/// Inserts a blob, which must happen before the first byte of its object is written.
pub async fn insert<'c>(db: impl Executes<'c>, new: &NewBlob<'_>) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO blobs (id, account, key, size, state, created) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(new.id)
        .bind(new.account)
        .bind(new.key)
        .bind(new.size)
        .bind(new.state)
        .bind(new.now)
        .execute(db)
        .await
        .map(|_| ())
}

/// Moves a blob from one state to another (compare-and-set); false if it is not in the first one.
pub async fn change_state<'c>(
    db: impl Executes<'c>,
    id: &BlobId,
    from: BlobState,
    to: BlobState,
) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE blobs SET state = $3 WHERE id = $1 AND state = $2")
        .bind(id)
        .bind(from)
        .bind(to)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Marks a blob `stored` after its bytes were received as one stream; false if the maintenance gave it up meanwhile.
pub async fn mark_stored(
    transaction: &mut Transaction,
    id: &BlobId,
    sums: &ReceivedContent<'_>,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let marked = sqlx::query(
        "UPDATE blobs SET state = 'stored', size = $2, media_type = $3, sha256 = $4, crc32 = $5 \
         WHERE id = $1 AND state = 'uploading'",
    )
    .bind(id)
    .bind(sums.size)
    .bind(sums.media_type)
    .bind(sums.sha256)
    .bind(sums.crc32)
    .execute(&mut **transaction)
    .await?;
    if marked.rows_affected() == 0 {
        return Ok(false);
    }
    jobs::cancel(&mut **transaction, JobKind::ExpireUpload, id).await?;
    jobs::insert(&mut **transaction, JobKind::VerifyBlob, id, now).await?;
    Ok(true)
}

/// The owner of a blob whose upload is unfinished; `None` for any other.
pub async fn account_of_unfinished<'c>(db: impl Executes<'c>, id: &BlobId) -> Result<Option<AccountId>, sqlx::Error> {
    let account = sqlx::query_scalar(
        "SELECT account FROM blobs WHERE id = $1 AND state IN ('pending', 'uploading', 'completing')",
    );
    account.bind(id).fetch_optional(db).await
}

/// The key of a blob in state `deleting`, and the account whose used bytes still count it, if any; `None` for any other.
pub async fn deleting<'c>(
    db: impl Executes<'c>,
    id: &BlobId,
) -> Result<Option<(Key<Private>, Option<AccountId>)>, sqlx::Error> {
    let deleting = sqlx::query_as("SELECT key, account FROM blobs WHERE id = $1 AND state = 'deleting'");
    deleting.bind(id).fetch_optional(db).await
}

/// Releases the bytes of a blob in state `deleting`, if they still count to this account.
pub async fn release(transaction: &mut Transaction, id: &BlobId, account: &AccountId) -> Result<(), sqlx::Error> {
    accounts::lock_row(&mut **transaction, account).await?;
    let released =
        "UPDATE blobs SET account = NULL WHERE id = $1 AND account = $2 AND state = 'deleting' RETURNING size";
    let released: Option<i64> =
        sqlx::query_scalar(released).bind(id).bind(account).fetch_optional(&mut **transaction).await?;
    accounts::release(&mut **transaction, account, released.unwrap_or_default()).await
}

/// Deletes the row of a blob whose object was deleted. If presigned addresses may still bring bytes, the row stays,
/// and its deletion job runs again when they have expired.
pub async fn delete_row(transaction: &mut Transaction, id: &BlobId, now: i64) -> Result<(), sqlx::Error> {
    let gone = "DELETE FROM blobs WHERE id = $1 AND state = 'deleting' AND COALESCE(writable_until, 0) <= $2";
    sqlx::query(gone).bind(id).bind(now).execute(&mut **transaction).await?;
    let left: Option<Option<i64>> =
        sqlx::query_scalar("SELECT writable_until FROM blobs WHERE id = $1 AND state = 'deleting'")
            .bind(id)
            .fetch_optional(&mut **transaction)
            .await?;
    match left.flatten() {
        Some(until) => jobs::insert(&mut **transaction, JobKind::DeleteBlob, id, until).await,
        None => jobs::cancel(&mut **transaction, JobKind::DeleteBlob, id).await,
    }
}

/// Whether a blob exists and is not being deleted.
pub async fn is_in_use<'c>(db: impl Executes<'c>, id: &BlobId) -> Result<bool, sqlx::Error> {
    let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM blobs WHERE id = $1 AND state <> 'deleting'");
    count.bind(id).fetch_one(db).await.map(|count| count == 1)
}

/// Whether a blob is in state `stored`.
pub async fn is_stored<'c>(db: impl Executes<'c>, id: &BlobId) -> Result<bool, sqlx::Error> {
    let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM blobs WHERE id = $1 AND state = 'stored'");
    count.bind(id).fetch_one(db).await.map(|count| count == 1)
}

/// The keys of at most `limit` stored blobs, which is an arbitrary choice, since keys are random.
pub async fn some_stored<'c>(db: impl Executes<'c>, limit: i64) -> Result<Vec<Key<Private>>, sqlx::Error> {
    let keys = sqlx::query_scalar("SELECT key FROM blobs WHERE state = 'stored' ORDER BY key LIMIT $1");
    keys.bind(limit).fetch_all(db).await
}

/// Records the number of bytes of quota that an upload has reserved; false if the maintenance gave it up meanwhile.
pub async fn grow_reservation<'c>(db: impl Executes<'c>, id: &BlobId, size: i64) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE blobs SET size = $2 WHERE id = $1 AND state = 'uploading'")
        .bind(id)
        .bind(size)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}
