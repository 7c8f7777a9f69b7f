//! What can go wrong with bytes, whichever backend keeps them.
//! The texts are for the log; what a person is told is decided elsewhere.

use std::io;

/// Why the storage could not do what was asked; small enough to be matched exhaustively.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// There is no such object.
    #[error("no such object")]
    NotFound,
    /// The object is there already, and objects are never overwritten (local folder only).
    #[error("an object of this name exists")]
    Exists,
    /// The volume or the bucket has no room left.
    #[error("{operation}: no space left: {detail}")]
    Full {
        /// What was being done.
        operation: &'static str,
        /// What the store said, for the log only.
        detail: String,
    },
    /// The store does not answer, is failing, or refuses Holdall's credentials: later may be better.
    #[error("{operation}: {detail}")]
    Unavailable {
        /// What was being done.
        operation: &'static str,
        /// What the store said, for the log only.
        detail: String,
    },
    /// An answer that breaks a promise (too short, say), or a request that can never succeed.
    #[error("{operation}: {detail}")]
    Broken {
        /// What was being done.
        operation: &'static str,
        /// What was wrong, for the log only.
        detail: String,
    },
}

impl StorageError {
    /// An [`StorageError::Unavailable`] that says what was being done and what came of it.
    pub(super) fn unavailable(operation: &'static str, detail: impl ToString) -> Self {
        Self::Unavailable { operation, detail: detail.to_string() }
    }

    /// An [`StorageError::Broken`] that says what was being done and which promise was broken.
    pub(super) fn broken(operation: &'static str, detail: impl ToString) -> Self {
        Self::Broken { operation, detail: detail.to_string() }
    }

    /// What an error of the file system means for the object it concerns.
    pub(super) fn from_io(operation: &'static str, error: &io::Error) -> Self {
        match error.kind() {
            // A path below a file: the object cannot exist.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NotFound,
            io::ErrorKind::AlreadyExists => Self::Exists,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { operation, detail: error.to_string() }
            }
            _ => Self::unavailable(operation, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;

    #[test]
    fn a_full_volume_and_a_used_up_quota_are_both_full() {
        for errno in [Errno::NOSPC, Errno::DQUOT] {
            let error = io::Error::from_raw_os_error(errno.raw_os_error());
            assert!(matches!(StorageError::from_io("write", &error), StorageError::Full { .. }), "{errno:?}");
        }
    }

    #[test]
    fn a_failing_disk_is_unavailable() {
        let error = io::Error::from_raw_os_error(Errno::IO.raw_os_error());
        assert!(matches!(StorageError::from_io("read", &error), StorageError::Unavailable { operation: "read", .. }));
    }
}
