//! The states of an upload, and the jobs that belong to them. Each function changes the blob's row first, which locks
//! it, and then checks the job's lease, so that no other process can take the lease in between. If a function returns
//! false or `None`, it may have changed something already, and the caller must roll its transaction back.

use crate::model::id::{BlobId, UploadId};
use crate::model::upload::Sha256Hex;
use crate::server::db::types::{BlobState, Crc32, JobKind};
use crate::server::db::{Transaction, blobs, jobs};

/// Records the id of the bucket's multipart upload; false if the upload has one already, or no longer accepts parts.
pub async fn record_store_upload(
    transaction: &mut Transaction,
    id: &UploadId,
    store_upload: &str,
    writable_until: Option<i64>,
) -> Result<bool, sqlx::Error> {
    let started = "UPDATE blobs SET state = 'uploading', writable_until = $2 WHERE id = $1 AND state = 'pending'";
    let started = sqlx::query(started).bind(id).bind(writable_until).execute(&mut **transaction).await?;
    if started.rows_affected() == 0 {
        return Ok(false);
    }
    let named = sqlx::query("UPDATE uploads SET store_upload = $2 WHERE id = $1").bind(id).bind(store_upload);
    named.execute(&mut **transaction).await.map(|done| done.rows_affected() == 1)
}

/// Extends the expiry of an upload, and the time until which late bytes may arrive, both in milliseconds since 1970;
/// false if it no longer accepts bytes.
pub async fn extend_expiry(
    transaction: &mut Transaction,
    id: &BlobId,
    expires: i64,
    writable_until: Option<i64>,
) -> Result<bool, sqlx::Error> {
    let alive = "UPDATE blobs SET writable_until = COALESCE($2, writable_until) WHERE id = $1 AND state = 'uploading'";
    let alive = sqlx::query(alive).bind(id).bind(writable_until).execute(&mut **transaction).await?;
    if alive.rows_affected() == 0 {
        return Ok(false);
    }
    jobs::insert(&mut **transaction, JobKind::ExpireUpload, id, expires).await?;
    Ok(true)
}

/// Takes the lease to complete an upload, until `until`; false if another holder has it, or the upload cannot be
/// completed.
pub async fn lease(
    transaction: &mut Transaction,
    id: &BlobId,
    token: &str,
    now: i64,
    until: i64,
) -> Result<bool, sqlx::Error> {
    let marked = sqlx::query(
        "UPDATE blobs SET state = 'completing' WHERE id = $1 AND state IN ('pending', 'uploading', 'completing')",
    );
    let marked = marked.bind(id).execute(&mut **transaction).await?;
    Ok(marked.rows_affected() == 1
        && jobs::lease(&mut **transaction, JobKind::CompleteUpload, id, token, (now, until)).await?)
}

/// Ends the lease and lets an upload accept parts again; false if the token no longer holds the lease.
pub async fn return_to_uploading(
    transaction: &mut Transaction,
    id: &BlobId,
    token: &str,
    expires: i64,
) -> Result<bool, sqlx::Error> {
    if !blobs::change_state(&mut **transaction, id, BlobState::Completing, BlobState::Uploading).await?
        || !jobs::finish(&mut **transaction, JobKind::CompleteUpload, id, token).await?
    {
        return Ok(false);
    }
    jobs::insert(&mut **transaction, JobKind::ExpireUpload, id, expires).await?;
    Ok(true)
}

/// Marks an upload `stored`, with its SHA-256 and CRC-32 if they are known; false if the token no longer holds the
/// lease, or the upload was given up.
pub async fn mark_stored(
    transaction: &mut Transaction,
    id: &BlobId,
    token: &str,
    sums: Option<(Sha256Hex, Crc32)>,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let (sha256, crc32) = sums.unzip();
    let marked = sqlx::query(
        "UPDATE blobs SET state = 'stored', media_type = COALESCE(media_type, 'application/octet-stream'), sha256 = $2, \
         crc32 = $3, verified = NULL WHERE id = $1 AND state = 'completing'",
    );
    let marked = marked.bind(id).bind(sha256).bind(crc32).execute(&mut **transaction).await?;
    if marked.rows_affected() == 0 || !jobs::finish(&mut **transaction, JobKind::CompleteUpload, id, token).await? {
        return Ok(false);
    }
    jobs::cancel(&mut **transaction, JobKind::ExpireUpload, id).await?;
    jobs::insert(&mut **transaction, JobKind::VerifyBlob, id, now).await?;
    Ok(true)
}

/// Why an upload is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GiveUp {
    /// It was requested, or the upload failed.
    Requested,
    /// Its expiry has passed. An upload whose expiry was extended since is kept.
    Expired,
}

/// Marks an upload of any kind for deletion from `due` on, and returns the bytes of quota that it had reserved, which the
/// caller releases; `None` if it is being completed, or is not an unfinished upload.
pub async fn mark_deleting(
    transaction: &mut Transaction,
    id: &BlobId,
    why: GiveUp,
    (now, due): (i64, i64),
) -> Result<Option<i64>, sqlx::Error> {
    let size: Option<i64> = sqlx::query_scalar(
        "UPDATE blobs SET state = 'deleting', account = NULL \
         WHERE id = $1 AND state IN ('pending', 'uploading', 'completing') RETURNING size",
    )
    .bind(id)
    .fetch_optional(&mut **transaction)
    .await?;
    if size.is_none() || !jobs::delete_idle(transaction, JobKind::CompleteUpload, id, now).await? {
        return Ok(None);
    }
    match why {
        GiveUp::Requested => jobs::cancel(&mut **transaction, JobKind::ExpireUpload, id).await?,
        GiveUp::Expired if jobs::delete_due(&mut **transaction, JobKind::ExpireUpload, id, now).await? => {}
        GiveUp::Expired => return Ok(None),
    }
    jobs::insert(&mut **transaction, JobKind::DeleteBlob, id, due).await?;
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::db;
    use crate::server::db::Database;

    /// Runs one step in a transaction of its own, which is committed only if the step succeeds.
    macro_rules! step {
        ($pool:ident, $transaction:ident => $step:expr) => {{
            let mut $transaction = db::begin(&$pool).await.expect("a transaction");
            let done = $step.await.expect("an answer");
            if done {
                $transaction.commit().await.expect("committed")
            } else {
                drop($transaction)
            }
            done
        }};
    }

    /// A database with one unfinished upload.
    async fn upload_of_seven_bytes() -> (tempfile::TempDir, sqlx::AnyPool, BlobId) {
        let folder = tempfile::tempdir().expect("a folder");
        let rows = db::open(&Database::Sqlite(folder.path().join("holdall.db"))).await.expect("a database");
        db::migrate(&rows).await.expect("a schema");
        let b = BlobId::parse("0000000000000000000000000b").expect("an id");
        for statement in [
            "INSERT INTO accounts (id, name, email, password, session_key, role, created) \
             VALUES ('0000000000000000000000000a', 'a', 'a', 'a', 'a', 'member', 0)",
            "INSERT INTO blobs (id, account, key, size, state, created) \
             VALUES ('0000000000000000000000000b', '0000000000000000000000000a', 'k', 7, 'uploading', 0)",
        ] {
            sqlx::query(statement).execute(&rows).await.expect("a row");
        }
        (folder, rows, b)
    }

    #[tokio::test]
    async fn whoever_is_overtaken_changes_nothing() {
        let (_folder, rows, b) = upload_of_seven_bytes().await;
        assert!(step!(rows, t => lease(&mut t, &b, "first", 1000, 2000)));
        assert!(!step!(rows, t => lease(&mut t, &b, "second", 1999, 3000)), "too early");
        assert!(step!(rows, t => lease(&mut t, &b, "second", 2000, 3000)));
        assert!(!jobs::renew(&rows, JobKind::CompleteUpload, &b, "first", 9000).await.expect("an answer"));
        assert!(!step!(rows, t => return_to_uploading(&mut t, &b, "first", 9000)));
        assert!(!step!(rows, t => mark_stored(&mut t, &b, "first", None, 2500)));
        let give_up = async |now| {
            let mut transaction = db::begin(&rows).await.expect("a transaction");
            mark_deleting(&mut transaction, &b, GiveUp::Requested, (now, now)).await.expect("an answer")
        };
        assert_eq!(give_up(2999).await, None, "the second holds it");
        assert!(step!(rows, t => mark_stored(&mut t, &b, "second", None, 2999)));
        assert_eq!(give_up(9000).await, None, "it is a file");
    }

    #[tokio::test]
    async fn an_upload_that_has_come_to_life_does_not_expire() {
        let (_folder, rows, b) = upload_of_seven_bytes().await;
        jobs::insert(&rows, JobKind::ExpireUpload, &b, 1000).await.expect("a job");
        assert!(step!(rows, t => extend_expiry(&mut t, &b, 2000, None)));
        let expire = async |now| {
            let mut transaction = db::begin(&rows).await.expect("a transaction");
            let size = mark_deleting(&mut transaction, &b, GiveUp::Expired, (now, now)).await.expect("an answer");
            if size.is_some() {
                transaction.commit().await.expect("committed");
            }
            size
        };
        assert_eq!(expire(1999).await, None);
        assert_eq!(expire(2000).await, Some(7));
        assert!(!step!(rows, t => extend_expiry(&mut t, &b, 9000, None)), "it is on its way out");
    }
}
