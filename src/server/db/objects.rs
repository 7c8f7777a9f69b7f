//! Every table that names objects of the store, listed once: whoever compares rows and objects asks here, so that a new
//! table cannot be forgotten.

use sqlx::{AnyPool, FromRow};

use crate::model::id::BlobId;
use crate::server::db::types::BlobState;
use crate::server::storage::Place;

/// A table whose rows name objects of a location.
struct ObjectTable {
    place: Place,
    /// Reads at most `$3` rows whose keys come after `$1`, up to and with `$2`, in the byte order of keys.
    page: &'static str,
    /// Reads the row with the key `$1`.
    find: &'static str,
}

/// Reads rows in the byte order of keys, as a store lists them: a person's language may order `ch` after `d`, and
/// PostgreSQL's own indexes with it.
macro_rules! table {
    ($place:expr, $select:literal) => {
        ObjectTable {
            place: $place,
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
    table!(Place::Private, "id AS blob, size, damage FROM blobs WHERE TRUE"),
    table!(
        Place::Private,
        "CAST(NULL AS TEXT) AS blob, CAST(NULL AS BIGINT) AS size, CAST(NULL AS TEXT) AS damage \
         FROM renditions WHERE location = 'private'"
    ),
    table!(
        Place::Media,
        "CAST(NULL AS TEXT) AS blob, CAST(NULL AS BIGINT) AS size, CAST(NULL AS TEXT) AS damage \
         FROM renditions WHERE location = 'media'"
    ),
];

/// An object's name as a row has it.
#[derive(Clone, Debug, FromRow)]
pub struct KnownObject {
    pub key: String,
    pub state: BlobState,
    /// The blob whose content it is; none of a rendition, which can be made again.
    pub blob: Option<BlobId>,
    /// How many bytes it has, where that is known.
    pub size: Option<i64>,
    pub damage: Option<String>,
}

impl KnownObject {
    /// Whether the object is in use, and must be there whole.
    pub fn is_stored(&self) -> bool {
        self.state == BlobState::Stored
    }
}

/// Names after `after`, up to and with `until`.
#[derive(Clone, Copy, Debug)]
pub struct KeyRange<'a> {
    pub after: &'a str,
    pub until: &'a str,
}

/// At most `limit` rows of all tables that name objects of this location in this range, in the byte order of keys.
pub async fn page(
    pool: &AnyPool,
    place: Place,
    range: KeyRange<'_>,
    limit: i64,
) -> Result<Vec<KnownObject>, sqlx::Error> {
    let mut rows: Vec<KnownObject> = Vec::new();
    for table in TABLES.iter().filter(|table| table.place == place) {
        let page = sqlx::query_as::<_, KnownObject>(table.page).bind(range.after).bind(range.until).bind(limit);
        rows.extend(page.fetch_all(pool).await?);
    }
    // Each table has given its first ones, so the first of all of them are here.
    rows.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(rows)
}

/// The row that names this object of a location, whichever table has it.
pub async fn find(pool: &AnyPool, place: Place, key: &str) -> Result<Option<KnownObject>, sqlx::Error> {
    for table in TABLES.iter().filter(|table| table.place == place) {
        if let Some(row) = sqlx::query_as(table.find).bind(key).fetch_optional(pool).await? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}
