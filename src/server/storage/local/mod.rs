//! The backend that keeps objects as files in a folder: reading and deleting. Listing and writing
//! have files of their own. Only `Key`s become paths, and the only other files here are those below `tmp`.

pub(super) mod inspect;
pub(super) mod list;
pub(super) mod parts;
pub(super) mod reader;
pub(super) mod writer;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use data_encoding::BASE32HEX_NOPAD;

use crate::server::storage::error::StorageError;
use crate::server::storage::location::Place;
use crate::server::storage::object::Head;
use crate::server::storage::settings::LocationNames;

/// After this long nobody is writing to a temporary file any more.
const LEFTOVER_AGE: Duration = Duration::from_secs(48 * 60 * 60);

/// A folder with the three locations and `tmp` in it.
#[derive(Debug)]
pub struct Local {
    root: PathBuf,
    names: LocationNames,
}

/// Does file work where waiting for the disk holds up nobody else.
pub async fn blocking<T: Send + 'static>(
    operation: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StorageError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| StorageError::from_io(operation, &error)),
        Err(error) => Err(StorageError::broken(operation, error)),
    }
}

impl Local {
    /// Makes the folders, readable by Holdall alone, and clears away what an earlier crash left.
    pub async fn open(root: PathBuf, names: LocationNames) -> Result<Self, StorageError> {
        let local = Self { root, names };
        let folders = [Place::Static, Place::Media, Place::Private].map(|place| local.location(place));
        let tmp = local.tmp();
        blocking("open", move || {
            for folder in folders.iter().chain([&tmp]) {
                DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            }
            clear_leftovers(&tmp)
        })
        .await?;
        Ok(local)
    }

    /// Clears away what crashes left of unfinished files, once it is old enough to be nobody's.
    pub async fn clear_leftovers(&self) -> Result<(), StorageError> {
        let tmp = self.tmp();
        blocking("clear leftovers", move || clear_leftovers(&tmp)).await
    }

    /// The folder of everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where unfinished files are: on the same file system as finished ones.
    pub fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// A name for an unfinished file that nobody else has.
    pub fn temporary(&self) -> PathBuf {
        temporary(&self.tmp())
    }

    /// The folder of a location.
    pub fn location(&self, place: Place) -> PathBuf {
        self.root.join(self.names.of(place))
    }

    /// The file of an object.
    pub fn path(&self, place: Place, key: &str) -> PathBuf {
        self.location(place).join(key)
    }

    /// The object's size.
    pub async fn head(&self, place: Place, key: &str) -> Result<Head, StorageError> {
        let (location, path) = (self.location(place), self.path(place, key));
        let (_, size) = blocking("head", move || within(&location, open_file(&path))).await?;
        Ok(Head { size, content_type: None, etag: None, token: None })
    }

    /// Removes files for good; one that is not there is as good as removed.
    pub async fn delete(&self, place: Place, keys: Vec<String>) -> Result<(), StorageError> {
        let location = self.location(place);
        blocking("delete", move || {
            for key in keys {
                let path = location.join(key);
                match std::fs::remove_file(&path) {
                    // A deletion that a power cut undoes would leave a file that no row knows.
                    Ok(()) => path.parent().map_or(Ok(()), sync_folder)?,
                    Err(error) => match within::<()>(&location, Err(error)) {
                        Err(error) if is_missing(&error) => {}
                        other => other?,
                    },
                }
            }
            Ok(())
        })
        .await
    }

    /// Whether a file can be written here, and the folders of the locations are there.
    pub async fn check(&self) -> Result<(), StorageError> {
        let probe = self.temporary();
        let locations = [Place::Static, Place::Media, Place::Private].map(|place| self.location(place));
        let written = blocking("check", move || {
            for location in &locations {
                within(location, std::fs::read_dir(location))?;
            }
            std::fs::write(&probe, b"")?;
            std::fs::remove_file(&probe)
        })
        .await;
        written.map_err(|error| match error {
            StorageError::NotFound => StorageError::unavailable("check", "the folder is gone"),
            other => other,
        })
    }

    /// Bytes left on the volume for somebody who is not the administrator.
    pub fn free_bytes(&self) -> Result<u64, StorageError> {
        let volume = rustix::fs::statvfs(&self.root).map_err(|error| StorageError::unavailable("free_bytes", error))?;
        Ok(volume.f_bavail.saturating_mul(volume.f_frsize))
    }
}

fn temporary(tmp: &Path) -> PathBuf {
    let mut name = [0; 16];
    getrandom::fill(&mut name).expect("the operating systems Holdall runs on always have random numbers");
    tmp.join(BASE32HEX_NOPAD.encode(&name))
}

/// Opens an object's file and says how long it is; links are not followed.
pub fn open_file(path: &Path) -> io::Result<(File, u64)> {
    // The flags of open(2) fit the type that the standard library asks for.
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(no_follow).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// What was done in a location. That something is missing there says nothing where the location itself is missing, as
/// on a volume that is not mounted: then the store is out of reach, and no object is taken for deleted.
pub fn within<T>(location: &Path, done: io::Result<T>) -> io::Result<T> {
    match done {
        Err(error) if is_missing(&error) && !location.is_dir() => {
            Err(io::Error::other(format!("the folder {} is gone", location.display())))
        }
        done => done,
    }
}

/// Whether there was nothing at a path.
pub fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Makes the names in a folder outlive a power cut.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn clear_leftovers(tmp: &Path) -> io::Result<()> {
    // The file system's own clock is the one the leftovers were dated with.
    let probe = temporary(tmp);
    let now = File::create(&probe)?.metadata()?.modified()?;
    std::fs::remove_file(&probe)?;
    for entry in std::fs::read_dir(tmp)? {
        let entry = entry?;
        let Some(metadata) = found_or_gone(entry.metadata())? else { continue };
        let age = now.duration_since(metadata.modified()?).unwrap_or_default();
        if metadata.is_file() && age > LEFTOVER_AGE {
            found_or_gone(std::fs::remove_file(entry.path()))?;
        }
    }
    Ok(())
}

/// Takes "not found" for an answer: another process may have been quicker.
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
    fn only_old_leftovers_are_cleared_away() {
        let tmp = tempfile::tempdir().unwrap();
        let (old, new) = (tmp.path().join("old"), tmp.path().join("new"));
        std::fs::write(&new, b"").unwrap();
        let file = File::create(&old).unwrap();
        let long_ago = file.metadata().unwrap().modified().unwrap() - LEFTOVER_AGE - Duration::from_secs(60);
        file.set_modified(long_ago).unwrap();
        clear_leftovers(tmp.path()).unwrap();
        assert!(!old.exists() && new.exists());
    }

    #[tokio::test]
    async fn nothing_is_missing_in_a_location_that_is_gone_itself() {
        let folder = tempfile::tempdir().unwrap();
        let text = str::to_owned;
        let names = LocationNames { static_: text("static"), media: text("media"), private: text("private") };
        let local = Local::open(folder.path().to_owned(), names).await.unwrap();
        let key = || "ab/abcdefghijklmnopqrstuvwxyz".to_owned();
        assert!(matches!(local.head(Place::Private, &key()).await, Err(StorageError::NotFound)));
        local.delete(Place::Private, vec![key()]).await.unwrap();
        std::fs::remove_dir(local.location(Place::Private)).unwrap();
        assert!(matches!(local.head(Place::Private, &key()).await, Err(StorageError::Unavailable { .. })));
        assert!(matches!(local.read(Place::Private, &key(), None).await, Err(StorageError::Unavailable { .. })));
        assert!(matches!(local.delete(Place::Private, vec![key()]).await, Err(StorageError::Unavailable { .. })));
        assert!(matches!(local.list_after(Place::Private, "", "", 9).await, Err(StorageError::Unavailable { .. })));
        assert!(matches!(local.check().await, Err(StorageError::Unavailable { .. })));
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
