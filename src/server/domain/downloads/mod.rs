//! Downloads of several files or folders as one archive. Its contents are fixed when it is requested, and its bytes
//! are generated while they are sent. The archive format is in `zip`.

mod freeze;
mod make;
mod open_folders;
mod stream;
pub(super) mod zip;

use std::path::PathBuf;
use std::time::Duration;

use sqlx::AnyPool;

use crate::model::id::{AccountId, DownloadId, EntryId};
use crate::server::clock::{Clock, milliseconds};
use crate::server::db::{detached, downloads};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::damage::DamageWatch;
use crate::server::domain::blobs::reading::Readers;
use crate::server::domain::downloads::zip::Layout;
use crate::server::domain::integrity::privacy_guard::PrivacyGuard;
use crate::server::domain::subject_limiter::AccountQueue;

/// How long a download can be resumed.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an expired download is still answered with “gone” rather than “not found”.
const MEMORY: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How many large selections are prepared, and so held in memory, at once: one of an account. As many small ones are
/// prepared beside them.
const AT_ONCE: usize = 2;
/// How many requests of an account wait until its earlier one is prepared.
const WAITING: usize = 8;
/// How long one waits.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How many rows are inserted or deleted in one transaction, and for how long it is left to others to write before the next
/// one: SQLite takes one writer at a time.
const STEP: i64 = 2048;
const PAUSE: Duration = Duration::from_millis(10);

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
    owner: AccountId,
}

/// The verbs over downloads.
#[derive(Clone)]
pub struct Downloads {
    pool: AnyPool,
    damage: DamageWatch,
    guard: PrivacyGuard,
    small_turns: AccountQueue,
    large_turns: AccountQueue,
    readers: Readers,
    /// The folder of the database's file, if it has one.
    disk: Option<PathBuf>,
    clock: Clock,
}

impl Downloads {
    /// Reads from this database, whose file is in the folder `disk` if it has one, and from the store by way of `damage`. The
    /// guard says whether private bytes may be handed out.
    pub(in crate::server) fn new(
        pool: AnyPool,
        disk: Option<PathBuf>,
        damage: DamageWatch,
        guard: PrivacyGuard,
        readers: Readers,
        clock: Clock,
    ) -> Self {
        let turns = || AccountQueue::new(AT_ONCE, WAITING, TIMEOUT);
        Self { pool, damage, guard, small_turns: turns(), large_turns: turns(), readers, disk, clock }
    }

    /// Finds a download that was prepared in this scope.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none in this scope; [`Error::Gone`] if it has expired or one of its files was
    /// deleted or found damaged; [`Error::Busy`] if the account prepares too many others; [`Error::Storage`] until a
    /// probe has shown that anonymous clients cannot read private files.
    pub async fn open(&self, scope: &Scope, id: &DownloadId) -> Result<Download, Error> {
        scope.may_see(self.clock.now())?;
        self.guard.allows()?;
        let row = downloads::by_id(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        if row.expires <= self.clock.now() || row.gone.is_some() {
            return Err(Error::Gone);
        }
        // Deleting for ever marks the downloads of the files as gone, but in batches. Until these are through, whether a
        // file of this download is among them is looked up.
        if !detached::entries(&self.pool, scope.owner(), 1).await?.is_empty() {
            let _turn = self.large_turns.take(scope.owner()).await?;
            if downloads::has_detached(&self.pool, id).await? {
                return Err(Error::Gone);
            }
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
            owner: scope.owner().clone(),
        })
    }
}

/// Deletes expired downloads, in small steps between which others write. Their ids are remembered for a month more.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn delete_expired(pool: &AnyPool, now: i64) -> Result<(), Error> {
    while downloads::delete_expired_members(pool, now, STEP).await? > 0 {
        tokio::time::sleep(PAUSE).await;
    }
    while downloads::delete_expired(pool, now - milliseconds(MEMORY), STEP).await? > 0 {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// A number of bytes as a column value.
fn signed(bytes: u64) -> Result<i64, Error> {
    i64::try_from(bytes).map_err(|_| Error::Internal(format!("an archive of {bytes} bytes")))
}
