//! The tables `uploads` and, for the states of an upload, `blobs`.

use sqlx::FromRow;

use crate::model::id::AccountId;
use crate::server::db::Executes;
use crate::server::db::within::{Within, lies_within};
use crate::server::storage::{Key, Private};

/// An upload with its blob.
#[derive(Clone, Debug, FromRow)]
pub struct UploadRow {
    pub id: String,
    pub account: String,
    pub folder: Option<String>,
    pub path: String,
    pub name: String,
    pub size: i64,
    pub modified: i64,
    pub key: Key<Private>,
    /// The bucket's name for it.
    pub upload: Option<String>,
    pub part_size: i64,
    pub state: String,
    pub expires: i64,
    pub late: Option<i64>,
    /// Known before the whole is checked only where all bytes came in one part through Holdall.
    pub crc32: Option<String>,
    /// Bytes of the parts that are known to have arrived.
    pub arrived: i64,
}

/// What an upload begins with.
pub struct NewUploadRecord<'a> {
    pub id: &'a str,
    pub account: &'a AccountId,
    pub folder: Option<&'a str>,
    pub path: &'a str,
    pub name: &'a str,
    pub size: i64,
    pub modified: i64,
    pub key: &'a Key<Private>,
    pub part_size: i64,
    /// `pending` until the store has begun it too, where it must.
    pub state: &'a str,
    pub now: i64,
    pub expires: i64,
}

/// Adds an upload and its blob.
pub async fn insert(
    transaction: &mut crate::server::db::Transaction,
    new: &NewUploadRecord<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO blobs (id, account, key, size, state, part_size, created, expires) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(new.id)
    .bind(new.account.as_str())
    .bind(new.key)
    .bind(new.size)
    .bind(new.state)
    .bind(new.part_size)
    .bind(new.now)
    .bind(new.expires)
    .execute(&mut **transaction)
    .await?;
    sqlx::query(
        "INSERT INTO uploads (id, account, folder, path, name, size, modified, created) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(new.id)
    .bind(new.account.as_str())
    .bind(new.folder)
    .bind(new.path)
    .bind(new.name)
    .bind(new.size)
    .bind(new.modified)
    .bind(new.now)
    .execute(&mut **transaction)
    .await
    .map(|_| ())
}

/// How many uploads an account has open.
pub async fn count<'c>(db: impl Executes<'c>, account: &AccountId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM uploads WHERE account = $1").bind(account.as_str()).fetch_one(db).await
}

macro_rules! select {
    ($tail:expr) => {
        concat!(
            "SELECT u.id, u.account, u.folder, u.path, u.name, u.size, u.modified, b.key, b.upload, b.part_size, b.state, ",
            "b.expires, b.late, b.crc32, CAST(COALESCE((SELECT SUM(p.size) FROM parts p ",
            "WHERE p.blob = u.id AND p.arrived IS NOT NULL), 0) AS BIGINT) AS arrived ",
            "FROM uploads u JOIN blobs b ON b.id = u.id ",
            $tail
        )
    };
}

/// One upload that goes to one of these folders; any other is not there.
pub async fn find<'c>(db: impl Executes<'c>, within: Within<'_>, id: &str) -> Result<Option<UploadRow>, sqlx::Error> {
    sqlx::query_as(select!(concat!("WHERE u.id = $1 AND u.account = $2 AND ", lies_within!("u.folder", "$3"))))
        .bind(id)
        .bind(within.account.as_str())
        .bind(within.root())
        .fetch_optional(db)
        .await
}

/// All uploads that go to these folders, oldest first.
pub async fn all<'c>(db: impl Executes<'c>, within: Within<'_>) -> Result<Vec<UploadRow>, sqlx::Error> {
    sqlx::query_as(select!(concat!("WHERE u.account = $1 AND ", lies_within!("u.folder", "$2"), " ORDER BY u.id")))
        .bind(within.account.as_str())
        .bind(within.root())
        .fetch_all(db)
        .await
}

/// Uploads whose completion broke off: nobody has them taken up any more. Those that were tried last come last.
pub async fn stalled_completions<'c>(
    db: impl Executes<'c>,
    now: i64,
    limit: i64,
) -> Result<Vec<UploadRow>, sqlx::Error> {
    sqlx::query_as(select!("WHERE b.state = 'completing' AND b.claimed <= $1 ORDER BY b.claimed, u.id LIMIT $2"))
        .bind(now)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// Notes the bucket's name for an upload, once; false where it has one.
pub async fn record_store_upload<'c>(
    db: impl Executes<'c>,
    id: &str,
    upload: &str,
    late: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE blobs SET state = 'uploading', upload = $2, late = $3 WHERE id = $1 AND state = 'pending'")
        .bind(id)
        .bind(upload)
        .bind(late)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Puts off the day on which a sweep may take up an upload, and the one until when bytes of it may arrive; false where
/// it takes no parts any more.
pub async fn extend_expiry<'c>(
    db: impl Executes<'c>,
    id: &str,
    expires: i64,
    late: Option<i64>,
) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE blobs SET expires = $2, late = COALESCE($3, late) WHERE id = $1 AND state = 'uploading'")
        .bind(id)
        .bind(expires)
        .bind(late)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Takes an upload up to complete it, until then, under a name that is used once; false where somebody else has, or it
/// takes no completion.
pub async fn lease<'c>(db: impl Executes<'c>, id: &str, mine: &str, now: i64, until: i64) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "UPDATE blobs SET state = 'completing', claimed = $3, claimant = $4 \
         WHERE id = $1 AND (state IN ('pending', 'uploading') OR (state = 'completing' AND claimed <= $2))",
    )
    .bind(id)
    .bind(now)
    .bind(until)
    .bind(mine)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Says until when whoever took it up still completes it; nothing where somebody else did since.
pub async fn renew_lease<'c>(db: impl Executes<'c>, id: &str, mine: &str, until: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE blobs SET claimed = $2 WHERE id = $1 AND state = 'completing' AND claimant = $3")
        .bind(id)
        .bind(until)
        .bind(mine)
        .execute(db)
        .await
        .map(|_| ())
}

/// Lets an upload take parts again; false where somebody else has taken it up.
pub async fn return_to_uploading<'c>(
    db: impl Executes<'c>,
    id: &str,
    mine: &str,
    expires: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "UPDATE blobs SET state = 'uploading', claimed = NULL, claimant = NULL, expires = $2 \
         WHERE id = $1 AND state = 'completing' AND claimant = $3",
    )
    .bind(id)
    .bind(expires)
    .bind(mine)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Keeps what the first part showed: the type, and the sum where it was the only part.
pub async fn set_media_type<'c>(
    db: impl Executes<'c>,
    id: &str,
    media_type: &str,
    crc32: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE blobs SET media_type = $2, crc32 = $3 WHERE id = $1 AND state = 'uploading'")
        .bind(id)
        .bind(media_type)
        .bind(crc32)
        .execute(db)
        .await
        .map(|_| ())
}

/// Marks an upload as whole, with its SHA-256 and CRC-32 where they are known and else two empty texts; false where
/// somebody else has taken it up, or it has gone.
pub async fn mark_stored<'c>(
    db: impl Executes<'c>,
    id: &str,
    mine: &str,
    (sha256, crc32): (&str, &str),
) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "UPDATE blobs SET state = 'stored', media_type = COALESCE(media_type, 'application/octet-stream'), sha256 = $2, \
         crc32 = $3, verified = NULL, expires = NULL, claimed = NULL, claimant = NULL \
         WHERE id = $1 AND state = 'completing' AND claimant = $4",
    )
    .bind(id)
    .bind(sha256)
    .bind(crc32)
    .bind(mine)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Forgets an upload; its blob stays.
pub async fn delete_row<'c>(db: impl Executes<'c>, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM uploads WHERE id = $1").bind(id).execute(db).await.map(|_| ())
}

/// A blob that has had its time, and whose it is.
#[derive(Clone, Debug, FromRow)]
pub struct Expired {
    pub id: String,
    pub account: String,
}

/// Uploads of any kind that have had their time.
pub async fn expired<'c>(db: impl Executes<'c>, now: i64, limit: i64) -> Result<Vec<Expired>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, account FROM blobs WHERE expires <= $1 AND (state IN ('pending', 'uploading') \
         OR (state = 'completing' AND claimed <= $1)) ORDER BY expires LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Marks an upload as going, due for removal at once, unless it has come to life again or somebody completes it; gives the
/// bytes it had set aside.
pub async fn mark_deleting<'c>(
    db: impl Executes<'c>,
    id: &str,
    now: i64,
    given_up: bool,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "UPDATE blobs SET state = 'deleting', expires = $2, claimed = NULL, claimant = NULL WHERE id = $1 \
         AND (state IN ('pending', 'uploading') OR (state = 'completing' AND claimed <= $2)) \
         AND ($3 = 1 OR expires <= $2) RETURNING COALESCE(size, 0)",
    )
    .bind(id)
    .bind(now)
    .bind(i64::from(given_up))
    .fetch_optional(db)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::clock;
    use crate::server::db;
    use crate::server::db::Database;

    #[tokio::test]
    async fn whoever_is_overtaken_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let rows = db::open(&Database::Sqlite(folder.path().join("holdall.db"))).await.expect("a database");
        db::migrate(&rows).await.expect("a schema");
        for statement in [
            "INSERT INTO accounts (id, name, email, password, role, created) VALUES ('a', 'a', 'a', 'a', 'member', 0)",
            "INSERT INTO blobs (id, account, key, size, state, created) VALUES ('b', 'a', 'k', 1, 'uploading', 0)",
        ] {
            sqlx::query(statement).execute(&rows).await.expect("a row");
        }
        assert!(lease(&rows, "b", "first", 1000, 2000).await.expect("a claim"));
        assert!(!lease(&rows, "b", "second", 1999, 3000).await.expect("an answer"), "too early");
        assert!(lease(&rows, "b", "second", 2000, 3000).await.expect("a claim"));
        renew_lease(&rows, "b", "first", 9000).await.expect("an answer");
        assert!(!return_to_uploading(&rows, "b", "first", 9000).await.expect("an answer"));
        assert!(!mark_stored(&rows, "b", "first", ("", "")).await.expect("an answer"));
        assert_eq!(mark_deleting(&rows, "b", 2999, true).await.expect("an answer"), None, "the second holds it");
        assert!(mark_stored(&rows, "b", "second", ("", "")).await.expect("an answer"));
        assert_eq!(mark_deleting(&rows, "b", clock::now(), true).await.expect("an answer"), None, "it is a file");
    }
}
