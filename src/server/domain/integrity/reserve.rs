//! A file that holds room on the disk of the database, to be given up when the disk is full. SQLite needs room even to
//! delete a row, so on a full disk nobody could sign in and nothing could be deleted that would make room. While the
//! reserve is in use, nothing is uploaded; once there is room again, the file is filled again.
//!
//! Whether there is room is tried, by setting it aside: with quotas of users, and on file systems that share one pool, the
//! free bytes that the system names are not those that can be written.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::fs::FallocateFlags;

use crate::server::storage::{Volume, is_full};

/// The size of the reserve in bytes: 64 MiB, the log of a transaction that deletes some ten thousand files.
const SIZE: u64 = 64 << 20;
/// How much of it is given up at once, so that what fills the disk does not get all of it: 16 MiB.
const SLICE: u64 = 16 << 20;
/// The free bytes below which a slice is given up: 8 MiB.
const FLOOR: u64 = 8 << 20;
/// The free files (inodes) below which nothing more is uploaded. Nothing can be given up for them, but deletions make room.
const FILES: u64 = 64;
/// The bytes that must be free beside the reserve before it is filled again: 64 MiB.
const AGAIN: u64 = 64 << 20;
/// What is written and deleted every time where nothing can be set aside: few bytes, as they reach the disk.
const WRITTEN: u64 = 64 << 10;
/// How often a running server looks at its disk.
pub const PERIOD: Duration = Duration::from_secs(2);

/// The reserve of one site; cheap to clone. Several processes share its file.
#[derive(Clone, Debug)]
pub struct Reserve(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The folder whose disk is looked after, if any.
    folder: Option<PathBuf>,
    /// How it is tried whether there is room: [`has_room`], except in tests.
    tries: Tries,
    is_in_use: AtomicBool,
}

type Tries = fn(&Path, u64, u64) -> io::Result<bool>;

impl Reserve {
    /// A reserve in this folder; none, if everything is elsewhere.
    pub(in crate::server) fn new(folder: Option<PathBuf>) -> Self {
        Self::trying(folder, has_room)
    }

    fn trying(folder: Option<PathBuf>, tries: Tries) -> Self {
        Self(Arc::new(Inner { folder, tries, is_in_use: AtomicBool::new(false) }))
    }

    /// Whether the disk is so full that part of the reserve had to be given up, or would have to be, or can hold hardly any
    /// more files.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        self.0.is_in_use.load(Ordering::Relaxed)
    }

    /// Looks at the disk: gives a slice of the reserve up if the disk is full, and fills it if there is room. Blocks
    /// while it writes.
    pub fn keep(&self) {
        self.look(true);
    }

    /// Gives a slice up if the disk is full, and never takes room. To be called before the database is opened.
    pub fn relieve(&self) {
        self.look(false);
    }

    fn look(&self, may_fill: bool) {
        let Some(folder) = &self.0.folder else { return };
        match look(folder, may_fill, self.0.tries) {
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

/// Looks at the disk of a folder, and returns whether its reserve is in use.
fn look(folder: &Path, may_fill: bool, has_room: Tries) -> io::Result<bool> {
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
    if free < FLOOR || !has_room(folder, FLOOR, WRITTEN)? {
        if let Some(held) = held.filter(|held| *held > 0) {
            let left = held.min(SIZE).saturating_sub(SLICE);
            OpenOptions::new().write(true).open(&path)?.set_len(left)?;
        }
        return Ok(true);
    }
    let lacking = SIZE.saturating_sub(held.unwrap_or_default());
    if lacking == 0 {
        return Ok(false);
    }
    if may_fill && free >= lacking + AGAIN && has_room(folder, lacking + AGAIN, lacking + AGAIN)? {
        return match fill(&path) {
            Ok(()) => Ok(false),
            Err(error) if is_full(&error) => {
                // Somebody else was faster. What was set aside so far must not be what is missing.
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
    let tried = set_aside(&probe, bytes, written);
    drop(std::fs::remove_file(&probe));
    match tried {
        Err(error) if is_full(&error) => Ok(false),
        other => other.map(|()| true),
    }
}

/// Makes the file as large as the reserve is, with blocks of its own.
fn fill(path: &Path) -> io::Result<()> {
    set_aside(path, SIZE, SIZE)
}

/// Gives the file so many bytes with blocks of their own, or writes `written` bytes where that is not possible.
fn set_aside(path: &Path, bytes: u64, written: u64) -> io::Result<()> {
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
mod tests {
    use super::*;

    #[test]
    fn a_reserve_is_filled_once_and_counted_by_its_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::new(Some(folder.path().to_owned()));
        reserve.relieve();
        assert!(!folder.path().join("reserve").exists(), "opening takes no room");
        reserve.keep();
        reserve.keep();
        let metadata = folder.path().join("reserve").metadata().unwrap();
        assert!(metadata.blocks() * 512 >= SIZE && !reserve.is_in_use());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the probe is gone");
    }

    #[test]
    fn a_reserve_that_was_given_up_is_in_use_until_it_is_filled_again() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::new(Some(folder.path().to_owned()));
        reserve.keep();
        OpenOptions::new().write(true).open(folder.path().join("reserve")).unwrap().set_len(SIZE - SLICE).unwrap();
        reserve.relieve();
        assert!(reserve.is_in_use());
        reserve.keep();
        assert!(!reserve.is_in_use());
    }

    #[test]
    fn a_quota_that_the_free_bytes_do_not_show_counts() {
        let folder = tempfile::tempdir().unwrap();
        Reserve::new(Some(folder.path().to_owned())).keep();
        let held = || folder.path().join("reserve").metadata().unwrap().blocks() * 512;
        let before = held();
        // Less can be written than a transaction needs: the reserve is given up before nothing can be.
        let nearly_full = Reserve::trying(Some(folder.path().to_owned()), |_, bytes, _| Ok(bytes < FLOOR));
        nearly_full.keep();
        assert!(nearly_full.is_in_use());
        assert_eq!(held(), before.min(SIZE) - SLICE);
        // There is some room again, but not so much that the reserve could be filled and leave any.
        let some_room = Reserve::trying(Some(folder.path().to_owned()), |_, bytes, _| Ok(bytes <= AGAIN));
        some_room.keep();
        assert!(some_room.is_in_use());
        assert_eq!(held(), before.min(SIZE) - SLICE, "what came back is left to people");
        let much = Reserve::new(Some(folder.path().to_owned()));
        much.keep();
        assert!(!much.is_in_use() && held() >= SIZE);
    }

    #[test]
    fn without_a_folder_there_is_nothing_to_look_after() {
        let reserve = Reserve::new(None);
        reserve.keep();
        assert!(!reserve.is_in_use());
    }

    #[test]
    fn whether_there_is_room_is_tried_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert!(has_room(folder.path(), 1 << 20, 1 << 20).unwrap());
        // The most that a file can have is more than any disk has free, whatever the system says.
        let more = i64::MAX.unsigned_abs();
        let answer = has_room(folder.path(), more, 0);
        assert!(!matches!(answer, Ok(true)), "{answer:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_used_up_quota_is_a_full_disk() {
        use rustix::io::Errno;
        assert!([Errno::NOSPC, Errno::DQUOT].iter().all(|errno| is_full(&io::Error::from(*errno))));
        assert!(!is_full(&io::Error::from(Errno::IO)));
    }

    #[test]
    fn what_is_written_through_takes_its_room() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reserve");
        write_through(&File::create(&path).unwrap(), 3 << 20).unwrap();
        let metadata = path.metadata().unwrap();
        assert_eq!((metadata.len(), metadata.blocks() * 512 >= 3 << 20), (3 << 20, true));
    }
}
