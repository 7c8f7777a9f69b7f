//! What is free on a disk, in bytes and in files.

use std::io;
use std::path::Path;

use rustix::io::Errno;

/// The free room of a file system, without what is kept for the superuser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Free bytes.
    pub bytes: u64,
    /// How many files can still be made (inodes); `None` where their number is not fixed, as on btrfs.
    pub files: Option<u64>,
}

impl Volume {
    /// Where it is not known what is free: what does not fit fails when it is written.
    const UNKNOWN: Self = Self { bytes: u64::MAX, files: None };

    /// The file system that a folder is on, which must exist. Some in user space cannot say what is free, or say that
    /// they have no blocks at all; it is taken to be enough then.
    ///
    /// # Errors
    /// What the operating system says, if it cannot be asked for another reason.
    pub fn of(folder: &Path) -> io::Result<Self> {
        match rustix::fs::statvfs(folder) {
            Ok(volume) if volume.f_blocks > 0 => {
                let bytes = volume.f_bavail.saturating_mul(volume.f_frsize);
                Ok(Self { bytes, files: files(volume.f_files, volume.f_favail) })
            }
            Ok(_) | Err(Errno::NOSYS | Errno::OPNOTSUPP | Errno::INVAL | Errno::ACCESS | Errno::PERM) => {
                Ok(Self::UNKNOWN)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether this many bytes and this many files are free.
    #[must_use]
    pub fn has(&self, bytes: u64, files: u64) -> bool {
        self.bytes >= bytes && self.files.is_none_or(|free| free >= files)
    }
}

/// Whether the error says that a disk is full or a quota used up.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// The free files of a file system that says how many it can have in all, and how many more it takes from anybody. One
/// that makes room for inodes as they are needed has none in all (statvfs(3)).
fn files(all: u64, free: u64) -> Option<u64> {
    (all > 0).then_some(free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_free_inodes_is_full_however_many_bytes_it_has() {
        let volume = |files| Volume { bytes: 1 << 40, files };
        assert!(volume(files(1000, 10)).has(1 << 30, 10));
        assert!(!volume(files(1000, 9)).has(1 << 30, 10));
        assert!(volume(files(0, 0)).has(1 << 30, 10), "btrfs has no fixed number");
        assert!(!volume(files(0, 0)).has((1 << 40) + 1, 0));
    }

    #[test]
    fn a_folder_is_asked_for_its_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Volume::of(folder.path()).expect("an answer").bytes > 0);
        assert!(Volume::of(&folder.path().join("missing")).is_err());
    }
}
