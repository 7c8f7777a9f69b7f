//! Opening and naming files of the local folder, and what the operating system's errors mean there.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use crate::server::clock;
use crate::server::storage::object::FileStat;

/// Opens an object's file and returns it with what is known of it. Symbolic links are not followed, and a pipe that
/// nobody writes to is not waited for.
///
/// # Errors
/// `NotFound` if there is nothing or a folder at the path; `InvalidData` if it is neither a file nor a folder.
pub fn open_file(path: &Path) -> io::Result<(File, FileStat)> {
    use rustix::fs::OFlags;
    // The standard library expects these flags of open(2) as a signed number.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|error| {
        // Links and sockets cannot be opened at all, and each system has another error for that.
        let kind = path.symlink_metadata().map(|metadata| metadata.file_type());
        kind.ok().and_then(oddity).unwrap_or(error)
    })?;
    let metadata = file.metadata()?;
    if metadata.is_file() {
        let stat = stat_of(&metadata)?;
        return Ok((file, stat));
    }
    Err(oddity(metadata.file_type()).unwrap_or_else(|| io::ErrorKind::NotFound.into()))
}

/// What the metadata of an object's file say.
///
/// # Errors
/// `Unsupported` if the system does not say when files are written.
pub fn stat_of(metadata: &Metadata) -> io::Result<FileStat> {
    Ok(FileStat { size: metadata.len(), written: clock::of(metadata.modified()?) })
}

/// The error for what is neither a file nor a folder.
pub fn oddity(kind: FileType) -> Option<io::Error> {
    let what = match kind {
        kind if kind.is_file() || kind.is_dir() => return None,
        kind if kind.is_symlink() => "a symbolic link",
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    };
    Some(io::Error::new(io::ErrorKind::InvalidData, format!("it is {what} and not a file")))
}

/// The result of a file operation, with the path in front of its error.
///
/// # Errors
/// The operation's error, of the same kind.
pub fn named<T>(path: &Path, done: io::Result<T>) -> io::Result<T> {
    done.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// The result of a file operation in a location, with "missing" replaced by another error if the location's folder is
/// missing itself, as on a volume that is not mounted: the store is then unavailable, and no object counts as deleted.
///
/// # Errors
/// The operation's error, replaced as described.
pub fn within<T>(location: &Path, done: io::Result<T>) -> io::Result<T> {
    match done {
        Err(error) if is_missing(&error) && !location.is_dir() => {
            Err(io::Error::other(format!("the folder {} is gone", location.display())))
        }
        done => done,
    }
}

/// Whether the error says that nothing exists at the path.
pub fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Makes changes to a folder's entries durable, so that they survive a power failure. Some file systems of networks and in
/// user space cannot be told to and say so, with EINVAL (fsync(2)) or another error: with them, it is up to the server.
///
/// # Errors
/// The operating system's error.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if cannot_sync(&error) => Ok(()),
        synced => synced,
    }
}

/// Makes the content of a file durable, where its file system can be told to.
///
/// # Errors
/// The operating system's error, if the disk fails.
pub fn sync_file(file: &File) -> io::Result<()> {
    where_possible(file.sync_all())
}

/// The same without what only its metadata say, which is quicker. Its length must not have changed.
///
/// # Errors
/// The operating system's error, if the disk fails.
pub fn sync_content(file: &File) -> io::Result<()> {
    where_possible(file.sync_data())
}

fn where_possible(synced: io::Result<()>) -> io::Result<()> {
    match synced {
        Err(error) if has_no_sync(&error) => Ok(()),
        synced => synced,
    }
}

/// Whether a file system says that nothing can be synced there.
fn has_no_sync(error: &io::Error) -> bool {
    [io::ErrorKind::InvalidInput, io::ErrorKind::Unsupported].contains(&error.kind())
}

/// Whether a folder cannot be synced for what it is, and not because its disk fails.
fn cannot_sync(error: &io::Error) -> bool {
    has_no_sync(error)
        || error.kind() == io::ErrorKind::PermissionDenied
        || error.raw_os_error() == Some(rustix::io::Errno::BADF.raw_os_error())
}

/// Turns "not found" into `None`: another process may have deleted the file.
///
/// # Errors
/// Any other error.
pub fn found_or_gone<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_disk_that_fails_keeps_a_folder_from_being_synced() {
        use rustix::io::Errno;
        let of = |errno: Errno| cannot_sync(&io::Error::from_raw_os_error(errno.raw_os_error()));
        assert!([Errno::INVAL, Errno::OPNOTSUPP, Errno::NOSYS, Errno::BADF, Errno::ACCESS].into_iter().all(of));
        assert!(![Errno::IO, Errno::NOSPC, Errno::STALE, Errno::NOENT].into_iter().any(of));
    }

    #[test]
    fn a_file_is_written_where_the_file_system_cannot_sync_and_not_where_the_disk_fails() {
        use rustix::io::Errno;
        let of = |errno: Errno| has_no_sync(&io::Error::from_raw_os_error(errno.raw_os_error()));
        assert!([Errno::INVAL, Errno::OPNOTSUPP, Errno::NOSYS].into_iter().all(of));
        assert!(![Errno::IO, Errno::NOSPC, Errno::ACCESS, Errno::BADF].into_iter().any(of));
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, b"elsewhere").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(open_file(&file).is_ok());
        assert!(open_file(&link).is_err());
        assert_eq!(open_file(folder.path()).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
