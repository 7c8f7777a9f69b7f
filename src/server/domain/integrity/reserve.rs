//! A file that holds room on the disk of the database, to be given up when the disk is full. SQLite needs room even to
//! delete a row, so on a full disk nobody could sign in and nothing could be deleted that would make room. While the
//! reserve is in use, nothing is uploaded and no folder is made, not even for what has arrived; once there is room again, the file is filled again.
//!
//! The free space that the system reports cannot be relied on: a user may have a quota, and file systems may share one
//! pool. So room is tested by allocating it. As that costs a write, it is tested only if little is free, a write has
//! failed since the last test, the reserve is incomplete, or a minute has passed.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::fs::FallocateFlags;
use tokio::time::Instant;

use crate::model::form::Field;
use crate::model::problem::FieldProblem;
use crate::server::domain::Error;
use crate::server::storage::{Volume, is_full};

/// The size of the reserve in bytes: 64 MiB, the log of a transaction that deletes some ten thousand files.
const SIZE: u64 = 64 << 20;
/// How much of it is given up at once, so that what fills the disk does not get all of it: 16 MiB.
const SLICE: u64 = 16 << 20;
/// The free bytes below which a slice is given up: 8 MiB.
const FLOOR: u64 = 8 << 20;
/// The free bytes below which it is tried at every look whether there is room: 1 GiB, more than is written between two.
const FEW: u64 = 1 << 30;
/// The time after which it is tried in any case.
const TRY: Duration = Duration::from_secs(60);
/// The free files (inodes) below which nothing more is uploaded. Nothing can be given up for them, but deletions make room.
const FILES: u64 = 64;
/// The bytes that must be free beside the reserve before it is filled again: 64 MiB.
const AGAIN: u64 = 64 << 20;
/// What is written and deleted to try it where nothing can be set aside: few bytes, as they reach the disk.
const WRITTEN: u64 = 64 << 10;
/// After so many seconds whatever waits for room is tried again.
pub(in crate::server::domain) const RETRY_AFTER: u32 = 30;
/// How often a running server looks at its disk.
pub const PERIOD: Duration = Duration::from_secs(2);

/// The reserve of one site; cheap to clone. Several processes share its file.
#[derive(Clone, Debug)]
pub struct DiskReserve(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The folder whose disk is looked after, if any.
    folder: Option<PathBuf>,
    /// How it is tried whether there is room: [`has_room`], except in tests.
    tries: Tries,
    is_in_use: AtomicBool,
    /// Whether something failed since it was last tried, perhaps for want of room.
    is_doubtful: AtomicBool,
    tried: Mutex<Option<Instant>>,
}

type Tries = fn(&Path, u64, u64) -> io::Result<bool>;

impl DiskReserve {
    /// A reserve in this folder; none, if everything is elsewhere.
    pub(in crate::server) fn new(folder: Option<PathBuf>) -> Self {
        Self::trying(folder, has_room)
    }

    fn trying(folder: Option<PathBuf>, tries: Tries) -> Self {
        let (is_in_use, is_doubtful) = (AtomicBool::new(false), AtomicBool::new(false));
        Self(Arc::new(Inner { folder, tries, is_in_use, is_doubtful, tried: Mutex::default() }))
    }

    /// Whether the disk is so full that part of the reserve had to be given up, or would have to be, or can hold hardly any
    /// more files.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        self.0.is_in_use.load(Ordering::Relaxed)
    }

    /// Lets nothing pass that takes more room while it is in use: what is left is for deletions and sign-ins.
    ///
    /// # Errors
    /// [`FieldProblem::NoSpace`] at this field.
    pub fn check(&self, field: Field) -> Result<(), Error> {
        if self.is_in_use() { Err(Error::at(field, FieldProblem::NoSpace)) } else { Ok(()) }
    }

    /// Notes that something failed, perhaps for want of room, so that the next look tries whether there is some.
    pub fn doubt(&self) {
        self.0.is_doubtful.store(true, Ordering::Relaxed);
    }

    /// Looks at the disk: gives a slice of the reserve up if the disk is full, and fills it if there is room. Blocks
    /// while it writes.
    pub fn poll(&self) {
        self.poll_at(true, Instant::now());
    }

    /// Gives a slice up if the disk is full, and never takes room. To be called before the database is opened.
    pub fn relieve(&self) {
        self.poll_at(false, Instant::now());
    }

    /// Whether it is to be tried now, whatever the free bytes are.
    fn is_due(&self, now: Instant) -> bool {
        let mut tried = self.0.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let is_doubtful = self.0.is_doubtful.swap(false, Ordering::Relaxed);
        let is_old = tried.is_none_or(|tried| now.saturating_duration_since(tried) >= TRY);
        let is_due = is_old || is_doubtful || self.is_in_use();
        if is_due {
            *tried = Some(now);
        }
        is_due
    }

    fn poll_at(&self, may_fill: bool, now: Instant) {
        let Some(folder) = &self.0.folder else { return };
        // A look that may not fill it is no reason to leave the next one out.
        let is_due = !may_fill || self.is_due(now);
        match look(folder, (may_fill, is_due), self.0.tries) {
            Ok(is_in_use) => {
                let was = self.0.is_in_use.swap(is_in_use, Ordering::Relaxed);
                match (was, is_in_use) {
                    (false, true) => tracing::error!(
                        folder = %folder.display(),
                        "the disk is full, or has no inodes left: nothing more is uploaded, and the reserve is used for deletions and \
                         sign-ins. Make room"
                    ),
                    (true, false) => tracing::info!(folder = %folder.display(), "there is room on the disk again"),
                    _ => {}
                }
            }
            Err(error) => tracing::debug!(%error, folder = %folder.display(), "the reserve could not be looked at"),
        }
    }
}

/// Looks at the disk of a folder, and returns whether its reserve is in use. Without a reason of its own, it does not try
/// whether there is room unless that `is_due`.
fn look(folder: &Path, (may_fill, is_due): (bool, bool), has_room: Tries) -> io::Result<bool> {
    let path = folder.join("reserve");
    let volume = Volume::of(folder)?;
    if !volume.has(0, FILES) {
        return Ok(true);
    }
    let free = volume.bytes;
    let held = match path.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => Some(metadata.blocks() * 512),
        Ok(_) => return Err(io::Error::other(format!("{} is not a file", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let is_whole = held.is_none_or(|held| held >= SIZE);
    if is_whole && free >= FEW && !is_due {
        return Ok(false);
    }
    if free < FLOOR || !has_room(folder, FLOOR, WRITTEN)? {
        if let Some(held) = held.filter(|held| *held > 0) {
            let left = held.min(SIZE).saturating_sub(SLICE);
            OpenOptions::new().write(true).open(&path)?.set_len(left)?;
        }
        return Ok(true);
    }
    let missing = SIZE.saturating_sub(held.unwrap_or_default());
    if missing == 0 {
        return Ok(false);
    }
    if may_fill && free >= missing + AGAIN && has_room(folder, missing + AGAIN, missing + AGAIN)? {
        return match fill(&path) {
            Ok(()) => Ok(false),
            Err(error) if is_full(&error) => {
                // Another writer has filled the disk first. Back to the old size, so that these bytes are free for it.
                match held {
                    Some(held) => OpenOptions::new().write(true).open(&path)?.set_len(held)?,
                    None => std::fs::remove_file(&path)?,
                }
                Ok(held.is_some())
            }
            Err(error) => Err(error),
        };
    }
    // A disk that never had room for a reserve has none that could be in use.
    Ok(held.is_some())
}

/// Whether so many bytes can be set aside in this folder or, on a file system that sets nothing aside, `written` bytes can
/// be written.
fn has_room(folder: &Path, bytes: u64, written: u64) -> io::Result<bool> {
    let probe = folder.join(format!("reserve.probe-{}", std::process::id()));
    let tried = allocate(&probe, bytes, written);
    drop(std::fs::remove_file(&probe));
    match tried {
        Err(error) if is_full(&error) => Ok(false),
        other => other.map(|()| true),
    }
}

/// Makes the file as large as the reserve is, with blocks of its own.
fn fill(path: &Path) -> io::Result<()> {
    allocate(path, SIZE, SIZE)
}

/// Gives the file so many bytes with blocks of their own, or writes `written` bytes where that is not possible.
fn allocate(path: &Path, bytes: u64, written: u64) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    match rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, bytes) {
        Ok(()) => Ok(()),
        // Some file systems cannot set room aside; they take it when something is written.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => write_through(&file, written),
        Err(error) => Err(error.into()),
    }
}

/// Writes bytes to the disk itself: what was only promised may be refused then.
fn write_through(file: &File, bytes: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt as _;
    // Bytes that do not compress: a file system that compresses would set nothing aside for zeros.
    let mut block = vec![0; usize::try_from(bytes.min(1 << 20)).unwrap_or(1 << 20)];
    for at in (0..bytes).step_by(block.len().max(1)) {
        getrandom::fill(&mut block).map_err(io::Error::other)?;
        file.write_all_at(&block, at)?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests;
