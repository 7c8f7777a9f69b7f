//! Every table that names objects of the store, listed once: whoever compares rows and objects asks here, so that a new
//! table cannot be forgotten.

use sqlx::{AnyPool, FromRow};

use crate::model::id::BlobId;
use crate::server::db::types::BlobState;
use crate::server::storage::Place;

/// A table whose rows name objects of a location.
struct ObjectTable {
    place: Place,
    /// Reads at most `$2` rows whose keys come after `$1`, in the order of keys.
    page: &'static str,
    /// Reads the state of the row with the key `$1`.
    state: &'static str,
}

const TABLES: [ObjectTable; 3] = [
    ObjectTable {
        place: Place::Private,
        page: "SELECT key, state, id AS blob, size, damage FROM blobs WHERE key > $1 ORDER BY key LIMIT $2",
        state: "SELECT state FROM blobs WHERE key = $1",
    },
    ObjectTable {
        place: Place::Private,
        page: "SELECT key, state, CAST(NULL AS TEXT) AS blob, CAST(NULL AS BIGINT) AS size, CAST(NULL AS TEXT) AS damage \
               FROM renditions WHERE location = 'private' AND key > $1 ORDER BY key LIMIT $2",
        state: "SELECT state FROM renditions WHERE location = 'private' AND key = $1",
    },
    ObjectTable {
        place: Place::Media,
        page: "SELECT key, state, CAST(NULL AS TEXT) AS blob, CAST(NULL AS BIGINT) AS size, CAST(NULL AS TEXT) AS damage \
               FROM renditions WHERE location = 'media' AND key > $1 ORDER BY key LIMIT $2",
        state: "SELECT state FROM renditions WHERE location = 'media' AND key = $1",
    },
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

/// At most `limit` rows of all tables that name objects of this location, those whose keys come after this one, in the
/// order of keys.
pub async fn page(pool: &AnyPool, place: Place, after: &str, limit: i64) -> Result<Vec<KnownObject>, sqlx::Error> {
    let mut rows: Vec<KnownObject> = Vec::new();
    for table in TABLES.iter().filter(|table| table.place == place) {
        rows.extend(sqlx::query_as::<_, KnownObject>(table.page).bind(after).bind(limit).fetch_all(pool).await?);
    }
    // Each table has given its first ones, so the first of all of them are here.
    rows.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(rows)
}

/// The state of the row that names this object of a location, whichever table has it.
pub async fn state_of(pool: &AnyPool, place: Place, key: &str) -> Result<Option<BlobState>, sqlx::Error> {
    for table in TABLES.iter().filter(|table| table.place == place) {
        if let Some(state) = sqlx::query_scalar(table.state).bind(key).fetch_optional(pool).await? {
            return Ok(Some(state));
        }
    }
    Ok(None)
}
