//! What can go wrong in storage, the same for every backend. The messages are for the log; the sentences that people
//! see are chosen elsewhere.

use std::io;

use crate::server::storage::volume::is_full;

/// The code with which a store refuses to join parts that it does not have, or has otherwise
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>).
pub(super) const INVALID_PART: &str = "InvalidPart";
/// The code for an object that is larger than the file system takes.
const FILE_TOO_LARGE: &str = "FileTooLarge";

/// Why a storage operation failed; few enough variants to be matched exhaustively.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The object does not exist.
    #[error("no such object")]
    NotFound,
    /// What lies at the object's name in a local folder is not a file: a symbolic link, a pipe, a socket or a device.
    /// Holdall makes none, and follows or opens none.
    #[error("{operation}: {detail}")]
    NotAFile {
        /// The operation that failed.
        operation: &'static str,
        /// What it is, with its path.
        detail: String,
    },
    /// The object already exists, and objects are never overwritten. Only the local folder reports this.
    #[error("an object of this name exists")]
    Exists,
    /// The volume or the bucket has no room left.
    #[error("{operation}: no space left: {detail}")]
    Full {
        /// The operation that failed.
        operation: &'static str,
        /// The store's message, for the log only.
        detail: String,
    },
    /// The store does not respond, is failing, or rejects Holdall's credentials: trying again later may succeed.
    #[error("{operation}: {detail}")]
    Unavailable {
        /// The operation that failed.
        operation: &'static str,
        /// The code with which a request that writes was refused, as in [`StorageError::Refused`]; `None` for the other
        /// ways to fail, which are about no request in particular.
        code: Option<String>,
        /// The store's message, for the log only.
        detail: String,
    },
    /// The store refuses the request for good: sending it again would be refused again. Only requests that write are
    /// reported like this.
    #[error("{operation}: refused: {detail}")]
    Refused {
        /// The operation that failed.
        operation: &'static str,
        /// The store's code for the reason, such as `InvalidArgument`: at most 64 letters, digits, `-`, `_` and `.`.
        code: String,
        /// The store's message, for the log only.
        detail: String,
    },
    /// The store's response violates its protocol (a truncated body, for example), or the request can never succeed.
    #[error("{operation}: {detail}")]
    Broken {
        /// The operation that failed.
        operation: &'static str,
        /// What was wrong, for the log only.
        detail: String,
    },
}

impl StorageError {
    /// The store refuses to join parts because it has others than it had listed.
    pub(super) fn parts_differ(detail: impl ToString) -> Self {
        Self::Unavailable { operation: "complete", code: Some(INVALID_PART.to_owned()), detail: detail.to_string() }
    }

    /// Whether the store refuses to join parts because it has others than it had listed: they must be sent again.
    #[must_use]
    pub fn says_parts_differ(&self) -> bool {
        matches!(self, Self::Unavailable { code: Some(code), .. } if code == INVALID_PART)
    }

    /// Makes a [`StorageError::Unavailable`] from the operation's name and the reason.
    pub(in crate::server) fn unavailable(operation: &'static str, detail: impl ToString) -> Self {
        Self::Unavailable { operation, code: None, detail: detail.to_string() }
    }

    /// Makes a [`StorageError::Broken`] from the operation's name and the reason.
    pub(super) fn broken(operation: &'static str, detail: impl ToString) -> Self {
        Self::Broken { operation, detail: detail.to_string() }
    }

    /// Translates an error of the file system that concerns one object.
    pub(super) fn from_io(operation: &'static str, error: &io::Error) -> Self {
        match error.kind() {
            // `NotADirectory`: part of the path is a file, so the object cannot exist.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NotFound,
            // Only `open_file` and `named` make errors of this kind.
            io::ErrorKind::InvalidData => Self::NotAFile { operation, detail: error.to_string() },
            io::ErrorKind::AlreadyExists => Self::Exists,
            _ if is_full(error) => Self::Full { operation, detail: error.to_string() },
            // FAT has none beyond 4 GiB.
            io::ErrorKind::FileTooLarge => {
                Self::Refused { operation, code: FILE_TOO_LARGE.to_owned(), detail: error.to_string() }
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
    fn what_is_too_large_for_the_file_system_is_refused_for_good() {
        let error = io::Error::from_raw_os_error(Errno::FBIG.raw_os_error());
        let refused = StorageError::from_io("write", &error);
        assert!(matches!(refused, StorageError::Refused { code, .. } if code == FILE_TOO_LARGE));
    }

    #[test]
    fn a_failing_disk_is_unavailable() {
        let error = io::Error::from_raw_os_error(Errno::IO.raw_os_error());
        assert!(matches!(StorageError::from_io("read", &error), StorageError::Unavailable { operation: "read", .. }));
    }
}
