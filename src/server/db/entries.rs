//! The table `entries`: files, with the columns of `blobs` that they need. Folders, which are in the same table, are
//! in `folders`.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use crate::model::entry::EntryKind;
use crate::model::id::{AccountId, BlobId, EntryId};
use crate::model::upload::Sha256Hex;
use crate::server::db::Executes;
use crate::server::db::folders::FolderRecord;
use crate::server::db::types::NameForms;
use crate::server::db::within::{Within, lies_within, root_of};
use crate::server::storage::{Key, Private};

/// A file as lists show it. Sizes are in bytes, times in milliseconds since 1970.
#[derive(Clone, Debug, FromRow)]
pub struct FileRecord {
    pub id: EntryId,
    pub name: String,
    pub size: i64,
    pub media_type: String,
    pub created: i64,
    pub sha256: Option<Sha256Hex>,
    pub verified: Option<i64>,
    pub damage: Option<String>,
    pub mismatched: Option<i64>,
    pub blob: BlobId,
    pub key: Key<Private>,
}

/// A folder or a file as lists show it.
pub enum EntryRecord {
    Folder(FolderRecord),
    File(FileRecord),
}

impl<'r> FromRow<'r, AnyRow> for EntryRecord {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(match row.try_get("kind")? {
            EntryKind::Folder => Self::Folder(FolderRecord::from_row(row)?),
            EntryKind::File => Self::File(FileRecord::from_row(row)?),
        })
    }
}

/// A file with everything that is needed to deliver its content. Sizes are in bytes, times in milliseconds since 1970.
#[derive(Clone, Debug, FromRow)]
pub struct ContentRecord {
    pub name: String,
    pub size: i64,
    pub media_type: String,
    pub created: i64,
    pub blob: BlobId,
    pub key: Key<Private>,
    pub sha256: Option<Sha256Hex>,
    pub verified: Option<i64>,
    pub checked: Option<i64>,
    pub damage: Option<String>,
    pub mismatched: Option<i64>,
}

/// Inserts an account's root folder.
pub async fn insert_root<'c>(
    db: impl Executes<'c>,
    id: &EntryId,
    account: &AccountId,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO entries (id, account, parent, kind, name, folded, sort, created, changed) \
         VALUES ($1, $2, NULL, 'folder', '', '', '', $3, $3)",
    )
    .bind(id)
    .bind(account)
    .bind(now)
    .execute(db)
    .await
    .map(|_| ())
}

/// The values of a new file.
pub struct NewFile<'a> {
    pub id: &'a EntryId,
    pub account: &'a AccountId,
    pub folder: &'a EntryId,
    pub name: &'a NameForms,
    pub blob: &'a BlobId,
    pub now: i64,
}

/// Inserts a file; false if the folder has an entry of that name.
pub async fn insert_file<'c>(db: impl Executes<'c>, new: &NewFile<'_>) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "INSERT INTO entries (id, account, parent, kind, name, folded, sort, blob, created, changed) \
         VALUES ($1, $2, $3, 'file', $4, $5, $6, $7, $8, $8) \
         ON CONFLICT (parent, folded) WHERE trashed IS NULL DO NOTHING",
    )
    .bind(new.id)
    .bind(new.account)
    .bind(new.folder)
    .bind(&new.name.name)
    .bind(&new.name.folded)
    .bind(&new.name.sort)
    .bind(new.blob)
    .bind(new.now)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// The files outside the trash, with what lists show of them, for which a condition holds; in its order.
macro_rules! files {
    ($condition:expr) => {
        concat!(
            "SELECT e.id, e.kind, e.name, e.created, b.size, b.media_type, b.sha256, b.verified, b.damage, b.mismatched, ",
            "b.id AS blob, b.key FROM entries e JOIN blobs b ON b.id = e.blob WHERE e.kind = 'file' AND e.trashed IS NULL AND ",
            $condition
        )
    };
}

/// The files of a folder whose pairs of parent and id lie in a range. If only the ids were compared, and the order did not
/// begin with the parent, PostgreSQL might read the primary key instead of the index of the folder, past all files of the
/// site that are newer. `'w'` comes after every id.
macro_rules! list {
    ($from:expr, $below:expr, $order:literal, $limit:literal) => {
        files!(concat!(
            "(e.parent, e.id) > ",
            $from,
            " AND (e.parent, e.id) < ",
            $below,
            " ORDER BY ",
            $order,
            " LIMIT ",
            $limit
        ))
    };
}

/// The top of a list, in one statement, since it is asked for more often than anything else: at most `limit` folders of a
/// folder by name, and at most `limit` files, newest first. The two kinds may be mixed; each is in its order. Without a
/// folder, it is the account's root.
pub async fn top<'c>(
    db: impl Executes<'c>,
    account: &AccountId,
    folder: Option<&EntryId>,
    limit: i64,
) -> Result<Vec<EntryRecord>, sqlx::Error> {
    macro_rules! parent {
        () => {
            concat!("COALESCE(CAST($1 AS TEXT), (", root_of!("$2"), "))")
        };
    }
    sqlx::query_as(concat!(
        "SELECT * FROM (SELECT id, kind, name, created, CAST(NULL AS BIGINT) AS size, CAST(NULL AS TEXT) AS media_type, \
         CAST(NULL AS TEXT) AS sha256, CAST(NULL AS BIGINT) AS verified, CAST(NULL AS TEXT) AS damage, \
         CAST(NULL AS BIGINT) AS mismatched, CAST(NULL AS TEXT) AS blob, CAST(NULL AS TEXT) AS key FROM entries \
         WHERE parent = ",
        parent!(),
        " AND kind = 'folder' AND trashed IS NULL ORDER BY sort, id LIMIT $3) AS folders UNION ALL \
         SELECT * FROM (",
        list!(concat!("(", parent!(), ", '')"), concat!("(", parent!(), ", 'w')"), "e.parent DESC, e.id DESC", "$3"),
        ") AS files"
    ))
    .bind(folder)
    .bind(account)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// At most `limit` files of a folder that are older than the file with the id `than`, or the newest if that is `None`; newest
/// first.
pub async fn older<'c>(
    db: impl Executes<'c>,
    folder: &EntryId,
    than: Option<&EntryId>,
    limit: i64,
) -> Result<Vec<FileRecord>, sqlx::Error> {
    sqlx::query_as(list!("($1, '')", "($1, COALESCE(CAST($2 AS TEXT), 'w'))", "e.parent DESC, e.id DESC", "$3"))
        .bind(folder)
        .bind(than)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// At most `limit` files of a folder that are newer than the file with the id `than`, or the oldest if that is `None`; oldest
/// first.
pub async fn newer<'c>(
    db: impl Executes<'c>,
    folder: &EntryId,
    than: Option<&EntryId>,
    limit: i64,
) -> Result<Vec<FileRecord>, sqlx::Error> {
    sqlx::query_as(list!("($1, COALESCE(CAST($2 AS TEXT), ''))", "($1, 'w')", "e.parent, e.id", "$3"))
        .bind(folder)
        .bind(than)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// At most `limit` files of a folder that come after this sort key and id, by name.
pub async fn after<'c>(
    db: impl Executes<'c>,
    folder: &EntryId,
    (sort, id): (&str, &str),
    limit: i64,
) -> Result<Vec<FileRecord>, sqlx::Error> {
    sqlx::query_as(files!("e.parent = $1 AND (e.sort, e.id) > ($2, $3) ORDER BY e.sort, e.id LIMIT $4"))
        .bind(folder)
        .bind(sort)
        .bind(id)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// At most `limit` files of a folder that come before this sort key and id, by name in reverse.
pub async fn before<'c>(
    db: impl Executes<'c>,
    folder: &EntryId,
    (sort, id): (&str, &str),
    limit: i64,
) -> Result<Vec<FileRecord>, sqlx::Error> {
    sqlx::query_as(files!("e.parent = $1 AND (e.sort, e.id) < ($2, $3) ORDER BY e.sort DESC, e.id DESC LIMIT $4"))
        .bind(folder)
        .bind(sort)
        .bind(id)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// A file by its id, if it is in scope.
pub async fn content<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    id: &EntryId,
) -> Result<Option<ContentRecord>, sqlx::Error> {
    sqlx::query_as(concat!(
        "SELECT e.name, b.size, b.media_type, e.created, b.id AS blob, b.key, b.sha256, b.verified, ",
        "b.checked, b.damage, b.mismatched FROM entries e JOIN blobs b ON b.id = e.blob ",
        "WHERE e.id = $1 AND e.account = $2 AND e.trashed IS NULL AND b.state = 'stored' AND ",
        lies_within!("$1", "$3")
    ))
    .bind(id)
    .bind(within.account)
    .bind(within.root())
    .fetch_optional(db)
    .await
}

/// The file entry of a blob, if it is in scope: its id, its name, and the id of its folder.
pub async fn by_blob<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    blob: &BlobId,
) -> Result<Option<(EntryId, String, EntryId)>, sqlx::Error> {
    sqlx::query_as(concat!(
        "SELECT e.id, e.name, e.parent FROM entries e WHERE e.blob = $1 AND e.account = $2 AND ",
        lies_within!("e.id", "$3"),
        " ORDER BY e.id LIMIT 1"
    ))
    .bind(blob)
    .bind(within.account)
    .bind(within.root())
    .fetch_optional(db)
    .await
}
