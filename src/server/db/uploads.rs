//! The table `uploads`. The states of an upload are in `upload_states`.

use sqlx::FromRow;

use crate::model::file_name::FileName;
use crate::model::id::{AccountId, BlobId, EntryId, UploadId};
use crate::server::db::blobs::{self, NewBlob};
use crate::server::db::types::{BlobState, Crc32, FolderPath, JobKind};
use crate::server::db::within::{Within, lies_within};
use crate::server::db::{Executes, Transaction, jobs};
use crate::server::storage::{Key, Private};

/// An upload with its blob.
#[derive(Clone, Debug, FromRow)]
pub struct UploadRecord {
    pub id: UploadId,
    pub account: AccountId,
    pub folder: Option<EntryId>,
    pub path: FolderPath,
    pub name: FileName,
    pub size: i64,
    pub modified: i64,
    pub key: Key<Private>,
    /// The id of the bucket's multipart upload, if there is one.
    pub store_upload: Option<String>,
    pub part_size: i64,
    pub state: BlobState,
    /// When it may be given up, in milliseconds since 1970.
    pub expires: i64,
    pub writable_until: Option<i64>,
    /// Known before verification only if all bytes came in one part through Holdall.
    pub crc32: Option<Crc32>,
    /// The total size of the parts that are known to have arrived, in bytes.
    pub arrived: i64,
}

/// Inserts an upload and its blob. The fields of `new` that say what the store knows and what has arrived are not written.
pub async fn insert(transaction: &mut Transaction, new: &UploadRecord, now: i64) -> Result<(), sqlx::Error> {
    let id = new.id.blob();
    let blob = NewBlob { id: &id, account: &new.account, key: &new.key, size: new.size, state: new.state, now };
    blobs::insert(&mut **transaction, &blob).await?;
    jobs::insert(&mut **transaction, JobKind::ExpireUpload, &id, new.expires).await?;
    sqlx::query(
        "INSERT INTO uploads (id, account, folder, path, name, size, modified, part_size, created) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&new.id)
    .bind(&new.account)
    .bind(&new.folder)
    .bind(&new.path)
    .bind(&new.name)
    .bind(new.size)
    .bind(new.modified)
    .bind(new.part_size)
    .bind(now)
    .execute(&mut **transaction)
    .await
    .map(|_| ())
}

/// The number of unfinished uploads of an account.
pub async fn count<'c>(db: impl Executes<'c>, account: &AccountId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM uploads WHERE account = $1").bind(account).fetch_one(db).await
}

/// The folders and paths that unfinished uploads of an account go to, each once, where a path names folders: at most
/// `limit`.
pub async fn targets<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    limit: i64,
) -> Result<Vec<(Option<EntryId>, FolderPath)>, sqlx::Error> {
    sqlx::query_as("SELECT DISTINCT folder, path FROM uploads WHERE account = $1 AND path <> '[]' LIMIT $2")
        .bind(account)
        .bind(limit)
        .fetch_all(db)
        .await
}

macro_rules! select {
    ($tail:expr) => {
        concat!(
            "SELECT u.id, u.account, u.folder, u.path, u.name, u.size, u.modified, b.key, u.store_upload, u.part_size, b.state, ",
            "COALESCE((SELECT j.due FROM jobs j WHERE j.kind = 'expire_upload' AND j.subject = u.id), 0) AS expires, ",
            "b.writable_until, b.crc32, CAST(COALESCE((SELECT SUM(p.size) FROM parts p ",
            "WHERE p.blob = u.id AND p.arrived IS NOT NULL), 0) AS BIGINT) AS arrived ",
            "FROM uploads u JOIN blobs b ON b.id = u.id ",
            $tail
        )
    };
}

/// An upload by its id, if its target folder is in scope. One of a whole account is, wherever that folder is by now.
pub async fn find<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    id: &UploadId,
) -> Result<Option<UploadRecord>, sqlx::Error> {
    sqlx::query_as(select!(concat!(
        "WHERE u.id = $1 AND u.account = $2 AND (CAST($3 AS TEXT) IS NULL OR ",
        lies_within!("u.folder", "$3"),
        ")"
    )))
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .fetch_optional(db)
    .await
}

/// An upload by its blob, whatever its account: for background jobs.
pub async fn by_blob<'c>(db: impl Executes<'c>, id: &BlobId) -> Result<Option<UploadRecord>, sqlx::Error> {
    sqlx::query_as(select!("WHERE u.id = $1")).bind(id).fetch_optional(db).await
}

/// At most `limit` uploads whose target folders are in scope, oldest first, beginning after `after`.
pub async fn page<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    after: Option<&UploadId>,
    limit: i64,
) -> Result<Vec<UploadRecord>, sqlx::Error> {
    sqlx::query_as(select!(concat!(
        "WHERE u.account = $1 AND u.id > $3 AND (CAST($2 AS TEXT) IS NULL OR ",
        lies_within!("u.folder", "$2"),
        ") ORDER BY u.id LIMIT $4"
    )))
    .bind(within.account)
    .bind(within.root())
    .bind(after.map_or("", UploadId::as_str))
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Records what the first part has shown: the media type, and the CRC-32 if it was the only part.
pub async fn set_media_type<'c>(
    db: impl Executes<'c>,
    id: &UploadId,
    media_type: &str,
    crc32: Option<Crc32>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE blobs SET media_type = $2, crc32 = $3 WHERE id = $1 AND state = 'uploading'")
        .bind(id)
        .bind(media_type)
        .bind(crc32)
        .execute(db)
        .await
        .map(|_| ())
}

/// Deletes an upload's row; its blob stays.
pub async fn delete_row<'c>(db: impl Executes<'c>, id: &UploadId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM uploads WHERE id = $1").bind(id).execute(db).await.map(|_| ())
}
