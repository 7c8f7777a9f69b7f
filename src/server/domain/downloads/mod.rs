//! Downloads of several files, of folders, of everything: archives that are fixed when they are asked for and made
//! while they are sent. How an archive is laid out is the business of `zip`.

mod freeze;
mod stream;
pub(super) mod zip;

use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyPool;
use tokio::sync::Semaphore;

use crate::model::download::{MOST_ENTRIES, address, archive_name};
use crate::model::form::Field;
use crate::model::id::{DownloadId, EntryId};
use crate::model::problem::FieldProblem;
use crate::server::clock::{self, milliseconds};
use crate::server::db::downloads::{self, BATCH, DownloadRow};
use crate::server::domain::access::scope::Scope;
use crate::server::domain::downloads::freeze::Frozen;
use crate::server::domain::downloads::zip::Layout;
use crate::server::domain::integrity::privacy_guard::PrivacyGuard;
use crate::server::domain::{Error, new_id};
use crate::server::storage::Storage;

/// How long a download can be taken up again.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// How much longer Holdall knows that there was one, to say so.
const MEMORY: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The most members that all downloads of one account have together; the oldest go first.
const KEPT: i64 = 5 * MOST_ENTRIES as i64;
/// How many selections are held in memory at once.
const AT_ONCE: usize = 2;

/// What somebody wants to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All that the scope has.
    Everything,
    /// These files, and these folders with all that is in them.
    These(Vec<EntryId>),
}

/// A download that its owner has asked for.
#[derive(Clone, Debug)]
pub struct Download {
    /// The archive's name, with its extension.
    pub name: String,
    /// Names these bytes and no others, for ever.
    pub version: String,
    /// The archive's length in bytes.
    pub length: u64,
    /// When it was asked for: milliseconds.
    pub created: i64,
    id: DownloadId,
    layout: Layout,
}

/// The downloads of this site.
#[derive(Clone)]
pub struct Downloads {
    pool: AnyPool,
    storage: Storage,
    guard: PrivacyGuard,
    turns: Arc<Semaphore>,
}

impl Downloads {
    /// Over this database and store; the guard says whether private bytes may be handed out.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, guard: PrivacyGuard) -> Self {
        Self { pool, storage, guard, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Fixes what is in a download; gives the path at which it lies for 24 hours. The same selection again, while nothing
    /// in it has changed, is the same download.
    pub async fn make(&self, scope: &Scope, selection: Selection) -> Result<String, Error> {
        scope.may_see(clock::now())?;
        let _turn = self.turns.acquire().await.map_err(|error| Error::Internal(error.to_string()))?;
        let now = clock::now();
        let (rows, wanted) = self.select(scope, selection).await?;
        let Frozen { only, members, layout, tag } = freeze::freeze(rows, &wanted)?;
        let (name, expires) = (archive_name(only.as_deref(), now), now + milliseconds(AGE));

        let mut transaction = self.pool.begin().await?;
        let kept = downloads::extend_expiry(&mut *transaction, scope.within(), (&name, &tag), now, expires).await?;
        let id = if let Some(id) = kept {
            id
        } else {
            let id = new_id();
            let row = DownloadRow {
                name: name.clone(),
                tag,
                members: signed(layout.members())?,
                directory: signed(layout.directory())?,
                records: signed(layout.records())?,
                created: now,
                expires,
            };
            downloads::insert(&mut *transaction, &id, scope.within(), &row).await?;
            downloads::insert_members(&mut transaction, &id, &members).await?;
            downloads::delete_all_but_newest(&mut *transaction, scope.owner(), KEPT).await?;
            id
        };
        transaction.commit().await?;
        Ok(address(&id, &name))
    }

    /// The rows of a selection with all that lies below, and the ids that were asked for.
    async fn select(
        &self,
        scope: &Scope,
        selection: Selection,
    ) -> Result<(Vec<downloads::WantedRow>, Vec<EntryId>), Error> {
        // The root folder of an account comes with everything, and is no entry of the archive.
        let limit = MOST_ENTRIES as i64 + 2;
        let (rows, ids) = match selection {
            Selection::Everything => (downloads::whole_tree(&self.pool, scope.within(), limit).await?, Vec::new()),
            Selection::These(ids) => {
                let mut rows = Vec::new();
                for batch in ids.chunks(BATCH) {
                    rows.extend(downloads::selected_tree(&self.pool, scope.within(), batch, limit).await?);
                    refuse_too_many(rows.len())?;
                }
                (rows, ids)
            }
        };
        refuse_too_many(rows.iter().filter(|row| row.parent.is_some()).count())?;
        Ok((rows, ids))
    }

    /// A download that was made in this scope; any other is not there. One that has expired, or of which bytes were deleted
    /// since, is [`Error::Gone`].
    pub async fn open(&self, scope: &Scope, id: &DownloadId) -> Result<Download, Error> {
        scope.may_see(clock::now())?;
        self.guard.allows()?;
        let row = downloads::by_id(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        if row.expires <= clock::now() || !downloads::is_whole(&self.pool, id).await? {
            return Err(Error::Gone);
        }
        let [members, directory, records] = [row.members, row.directory, row.records].map(i64::unsigned_abs);
        let layout = Layout::of(members, directory, records);
        Ok(Download {
            name: row.name,
            version: row.tag,
            length: layout.length(),
            created: row.created,
            id: id.clone(),
            layout,
        })
    }
}

/// Takes away what has expired. What was deleted is known as a download that is over for a month more.
pub(super) async fn sweep(pool: &AnyPool, now: i64) -> Result<(), Error> {
    let mut transaction = pool.begin().await?;
    downloads::delete_expired(&mut transaction, now, now - milliseconds(MEMORY)).await?;
    Ok(transaction.commit().await?)
}

fn refuse_too_many(entries: usize) -> Result<(), Error> {
    if entries <= MOST_ENTRIES {
        return Ok(());
    }
    Err(Error::at(Field::Entries, FieldProblem::TooManyEntries { limit: MOST_ENTRIES as u64 }))
}

/// A number of bytes as columns hold it.
fn signed(bytes: u64) -> Result<i64, Error> {
    i64::try_from(bytes).map_err(|_| Error::Internal(format!("an archive of {bytes} bytes")))
}
