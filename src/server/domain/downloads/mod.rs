//! Downloads of several files or folders as one archive. Its contents are fixed when it is requested, and its bytes
//! are generated while they are sent. The archive format is in `zip`.

mod freeze;
mod stream;
pub(super) mod zip;

use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyPool;
use tokio::sync::Semaphore;

use crate::model::download::{MOST_ENTRIES, archive_name};
use crate::model::form::Field;
use crate::model::id::{DownloadId, EntryId};
use crate::model::paths;
use crate::model::problem::FieldProblem;
use crate::server::clock::{Clock, milliseconds};
use crate::server::db;
use crate::server::db::downloads::{self, BATCH, DownloadRow};
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::damage::DamageWatch;
use crate::server::domain::downloads::freeze::Frozen;
use crate::server::domain::downloads::zip::Layout;
use crate::server::domain::integrity::privacy_guard::PrivacyGuard;
use crate::server::domain::{Error, new_id};

/// How long a download can be resumed.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an expired download is still answered with “gone” rather than “not found”.
const MEMORY: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The most members that all downloads of one account have in total; the oldest downloads are deleted first.
const KEPT: i64 = 5 * MOST_ENTRIES as i64;
/// How many selections are prepared, and so held in memory, at once.
const AT_ONCE: usize = 2;

/// Which entries to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Everything in the scope.
    Everything,
    /// These files, and these folders with everything in them.
    These(Vec<EntryId>),
}

/// A download that was prepared in the caller's scope.
#[derive(Clone, Debug)]
pub struct Download {
    /// The archive's name, with its extension.
    pub name: String,
    /// A name for exactly these bytes that is never reused, fit for an entity tag.
    pub version: String,
    /// The archive's length in bytes.
    pub length: u64,
    /// When it was requested, in milliseconds since 1970.
    pub created: i64,
    id: DownloadId,
    layout: Layout,
}

/// The verbs over downloads.
#[derive(Clone)]
pub struct Downloads {
    pool: AnyPool,
    damage: DamageWatch,
    guard: PrivacyGuard,
    preparing: Arc<Semaphore>,
    clock: Clock,
}

impl Downloads {
    /// Reads from this database, and from the store by way of `damage`. The guard says whether private bytes may be handed out.
    pub(in crate::server) fn new(pool: AnyPool, damage: DamageWatch, guard: PrivacyGuard, clock: Clock) -> Self {
        Self { pool, damage, guard, preparing: Arc::new(Semaphore::new(AT_ONCE)), clock }
    }

    /// Prepares a download, and returns the path at which it can be fetched for 24 hours. The same selection gives the
    /// same download as long as nothing in it has changed.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] if the scope may not see entries (or [`Error::NotFound`] if it has ended);
    /// [`Error::NotFound`] if a chosen entry is not in it; a refusal if the selection is empty or too large, a path is
    /// too long, or a file is damaged or not verified yet.
    pub async fn make(&self, scope: &Scope, selection: Selection) -> Result<String, Error> {
        scope.may_see(self.clock.now())?;
        let _permit = self.preparing.acquire().await.map_err(|error| Error::Internal(error.to_string()))?;
        let now = self.clock.now();
        let (rows, wanted) = self.select(scope, selection).await?;
        let Frozen { only, members, layout, tag } = freeze::freeze(rows, &wanted)?;
        let (name, expires) = (archive_name(only.as_deref(), now), now + milliseconds(AGE));

        let mut transaction = db::begin(&self.pool).await?;
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
        Ok(paths::download(&id))
    }

    /// The rows of a selection with everything below, and the ids that were chosen.
    async fn select(
        &self,
        scope: &Scope,
        selection: Selection,
    ) -> Result<(Vec<downloads::WantedRow>, Vec<EntryId>), Error> {
        // One more than allowed, to notice an excess, and one for the account's root, which is no member.
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

    /// Finds a download that was prepared in this scope.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none in this scope; [`Error::Gone`] if it has expired or one of its files was
    /// deleted; [`Error::Storage`] until a probe has shown that anonymous clients cannot read private files.
    pub async fn open(&self, scope: &Scope, id: &DownloadId) -> Result<Download, Error> {
        scope.may_see(self.clock.now())?;
        self.guard.allows()?;
        let row = downloads::by_id(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        if row.expires <= self.clock.now() || !downloads::is_whole(&self.pool, id).await? {
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

/// Deletes expired downloads. Their ids are remembered for a month more.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn delete_expired(pool: &AnyPool, now: i64) -> Result<(), Error> {
    let mut transaction = db::begin(pool).await?;
    downloads::delete_expired(&mut transaction, now, now - milliseconds(MEMORY)).await?;
    Ok(transaction.commit().await?)
}

fn refuse_too_many(entries: usize) -> Result<(), Error> {
    if entries <= MOST_ENTRIES {
        return Ok(());
    }
    Err(Error::at(Field::Entries, FieldProblem::TooManyEntries { limit: MOST_ENTRIES as u64 }))
}

/// A number of bytes as a column value.
fn signed(bytes: u64) -> Result<i64, Error> {
    i64::try_from(bytes).map_err(|_| Error::Internal(format!("an archive of {bytes} bytes")))
}
