//! The entries that were chosen for a download, with everything below them: rows of `entries` with what an archive
//! needs of `blobs`.

use futures::TryStreamExt as _;
use futures::stream::BoxStream;
use sqlx::FromRow;

use crate::model::entry::EntryKind;
use crate::model::id::{BlobId, EntryId};
use crate::server::db::Executes;
use crate::server::db::id_list::{bound_to, over_ids};
use crate::server::db::types::{BlobState, Crc32};
use crate::server::db::within::{Within, lies_within, root_of};

/// How many ids one statement looks for.
pub const BATCH: usize = 64;
/// What a row takes in memory beside its texts, in bytes.
const ROW: usize = 256;

/// An entry that was chosen for a download, or is below one that was.
#[derive(Clone, Debug, FromRow)]
pub struct WantedRecord {
    pub id: EntryId,
    pub parent: Option<EntryId>,
    pub kind: EntryKind,
    pub name: String,
    pub sort: String,
    pub changed: i64,
    pub blob: Option<BlobId>,
    pub size: Option<i64>,
    pub crc32: Option<Crc32>,
    pub state: Option<BlobState>,
    pub damage: Option<String>,
    pub mismatched: Option<i64>,
}

impl WantedRecord {
    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        ROW + self.name.len() + self.sort.len()
    }
}

/// How much of a selection is read.
#[derive(Clone, Copy, Debug)]
pub struct ReadLimit {
    pub rows: i64,
    /// In bytes of memory. One row more is read, which shows that there are more.
    pub bytes: usize,
}

/// Selects the chosen entries and everything below them, each once. The argument is the start of the recursion.
macro_rules! below {
    ($first:expr) => {
        concat!(
            "WITH RECURSIVE below (id) AS (SELECT w.id FROM entries w WHERE w.trashed IS NULL AND ",
            $first,
            " UNION SELECT e.id FROM entries e JOIN below ON e.parent = below.id WHERE e.trashed IS NULL) ",
            "SELECT e.id, e.parent, e.kind, e.name, e.sort, e.changed, e.blob, b.size, b.crc32, b.state, b.damage, b.mismatched ",
            "FROM below JOIN entries e ON e.id = below.id LEFT JOIN blobs b ON b.id = e.blob LIMIT $2"
        )
    };
}

/// The entries of the whole scope, its root included.
pub async fn whole_tree<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    most: ReadLimit,
) -> Result<Vec<WantedRecord>, sqlx::Error> {
    let query = sqlx::query_as(below!(concat!(
        "w.id = COALESCE(CAST($3 AS TEXT), (",
        root_of!("$1"),
        ")) AND w.account = $1 AND ",
        lies_within!("w.id", "$3")
    )));
    read(query.bind(within.account).bind(most.rows).bind(within.root()).fetch(db), most.bytes).await
}

/// Those of `ids`, which are at most [`BATCH`], that are in scope, and everything below them.
pub async fn selected_tree<'c>(
    db: impl Executes<'c>,
    within: Within<'_>,
    ids: &[EntryId],
    most: ReadLimit,
) -> Result<Vec<WantedRecord>, sqlx::Error> {
    let selected =
        over_ids!(below!(concat!("w.id IN (...) AND w.account = $1 AND ", lies_within!("w.id", "$3"))), 3, BATCH);
    let query = sqlx::query_as(selected).bind(within.account).bind(most.rows).bind(within.root());
    read(bound_to!(query, ids, BATCH).fetch(db), most.bytes).await
}

/// Reads rows until they take more than so many bytes.
async fn read(
    mut rows: BoxStream<'_, Result<WantedRecord, sqlx::Error>>,
    bytes: usize,
) -> Result<Vec<WantedRecord>, sqlx::Error> {
    let (mut read, mut taken) = (Vec::new(), 0);
    while taken <= bytes
        && let Some(row) = rows.try_next().await?
    {
        taken += row.bytes();
        read.push(row);
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_read_of_a_selection_is_bounded_in_bytes() {
        let endless = futures::stream::repeat_with(|| {
            Ok(WantedRecord {
                id: EntryId::parse(&"0".repeat(26)).expect("an id"),
                parent: None,
                kind: EntryKind::Folder,
                name: "n".repeat(200),
                sort: "s".repeat(400),
                changed: 0,
                blob: None,
                size: None,
                crc32: None,
                state: None,
                damage: None,
                mismatched: None,
            })
        });
        let rows = read(endless.boxed(), 10_000).await.expect("rows");
        let taken = |rows: &[WantedRecord]| rows.iter().map(WantedRecord::bytes).sum::<usize>();
        assert!(taken(&rows) > 10_000 && taken(&rows[1..]) <= 10_000, "{} rows", rows.len());
    }
}
