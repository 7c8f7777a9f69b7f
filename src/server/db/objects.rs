//! The list of all tables whose rows refer to objects of the store. Comparisons of rows with objects go through it, so
//! that a new table cannot be forgotten.

use sqlx::{AnyPool, FromRow};

use crate::model::id::BlobId;
use crate::server::db::types::BlobState;
use crate::server::storage::LocationKind;

/// A table whose rows refer to objects of a location.
struct ObjectTable {
    location: LocationKind,
    /// A statement for at most `$3` rows with keys after `$1`, up to and including `$2`, in the byte order of keys.
    page: &'static str,
    /// A statement for the row with the key `$1`.
    find: &'static str,
}

/// Builds the statements of a table. They sort by bytes, as stores do; PostgreSQL's default collation may sort by a
/// language's rules instead.
macro_rules! table {
    ($location:expr, $select:literal) => {
        ObjectTable {
            location: $location,
            page: concat!(
                "SELECT key, state, ",
                $select,
                " AND key COLLATE \"binary\" > $1 AND key COLLATE \"binary\" <= $2 ORDER BY key COLLATE \"binary\" LIMIT $3"
            ),
            find: concat!("SELECT key, state, ", $select, " AND key = $1"),
        }
    };
}

const TABLES: [ObjectTable; 3] = [
    table!(LocationKind::Private, "id AS blob, size, damage FROM blobs WHERE TRUE"),
    table!(
        LocationKind::Private,
        "CAST(NULL AS TEXT) AS blob, CAST(NULL AS BIGINT) AS size, CAST(NULL AS TEXT) AS damage \
         FROM renditions WHERE location = 'private'"
    ),
    table!(
        LocationKind::Media,
        "CAST(NULL AS TEXT) AS blob, CAST(NULL AS BIGINT) AS size, CAST(NULL AS TEXT) AS damage \
         FROM renditions WHERE location = 'media'"
    ),
];

/// An object that a row refers to.
#[derive(Clone, Debug, FromRow)]
pub struct KnownObject {
    pub key: String,
    pub state: BlobState,
    /// The blob whose content it is; `None` for a rendition, which can be made again.
    pub blob: Option<BlobId>,
    /// Its size in bytes, if known.
    pub size: Option<i64>,
    pub damage: Option<String>,
}

impl KnownObject {
    /// Whether the object is in use, and so must exist in full.
    pub fn is_stored(&self) -> bool {
        self.state == BlobState::Stored
    }
}

/// Keys after `after`, up to and including `until`.
#[derive(Clone, Copy, Debug)]
pub struct KeyRange<'a> {
    pub after: &'a str,
    pub until: &'a str,
}

/// At most `limit` rows, over all tables, that refer to objects of this location with keys in this range, in the byte
/// order of keys.
pub async fn page(
    pool: &AnyPool,
    location: LocationKind,
    range: KeyRange<'_>,
    limit: i64,
) -> Result<Vec<KnownObject>, sqlx::Error> {
    let mut rows: Vec<KnownObject> = Vec::new();
    for table in TABLES.iter().filter(|table| table.location == location) {
        let page = sqlx::query_as::<_, KnownObject>(table.page).bind(range.after).bind(range.until).bind(limit);
        rows.extend(page.fetch_all(pool).await?);
    }
    // Each table has returned its first `limit` rows, so the first `limit` of all are among them.
    rows.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(rows)
}

/// The row that refers to this object of a location, from any table.
pub async fn find(pool: &AnyPool, location: LocationKind, key: &str) -> Result<Option<KnownObject>, sqlx::Error> {
    for table in TABLES.iter().filter(|table| table.location == location) {
        if let Some(row) = sqlx::query_as(table.find).bind(key).fetch_optional(pool).await? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}
