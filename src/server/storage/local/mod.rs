//! The backend that stores objects as files in a folder: reading and deleting. Listing and writing have files of their
//! own. Only `Key`s become paths; the only other files in the folder are those below `tmp`.

mod files;
pub(super) mod inspect;
pub(super) mod list;
pub(super) mod naming;
pub(super) mod parts;
pub(super) mod reader;
pub(super) mod writer;

pub use files::{
    found_or_gone, is_missing, named, oddity, open_file, stat_of, sync_content, sync_file, sync_folder, within,
};

use std::fs::{DirBuilder, File, Metadata};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use data_encoding::BASE32HEX_NOPAD;

use crate::server::storage::error::StorageError;
use crate::server::storage::is_full;
use crate::server::storage::local::naming::Namer;
use crate::server::storage::location::LocationKind;
use crate::server::storage::object::{FileStat, Head};
use crate::server::storage::settings::LocationNames;
use crate::server::storage::volume::Volume;

/// The age after which no process can still be writing to a temporary file.
const LEFTOVER_AGE: Duration = Duration::from_secs(48 * 60 * 60);

/// The name of the folder of temporary files.
const TMP: &str = "tmp";

/// A folder that contains the three locations and `tmp`.
#[derive(Debug)]
pub struct Local {
    root: PathBuf,
    names: LocationNames,
    pub(in crate::server::storage) namer: Namer,
}

/// Runs file operations on a thread where waiting for the disk blocks no other task.
///
/// # Errors
/// The operation's error, translated.
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
    /// Creates the folders, accessible to Holdall's user only, deletes what an earlier crash left behind, and finds out
    /// how files can be given their names there.
    ///
    /// # Errors
    /// [`StorageError`] if the folders cannot be created or read, or if their file system has no way to give names.
    pub async fn open(root: PathBuf, names: LocationNames) -> Result<Self, StorageError> {
        let folders =
            [LocationKind::Static, LocationKind::Media, LocationKind::Private].map(|kind| root.join(names.of(kind)));
        let tmp = root.join(TMP);
        let namer = blocking("open", move || {
            for folder in folders.iter().chain([&tmp]) {
                named(folder, DirBuilder::new().recursive(true).mode(0o700).create(folder))?;
            }
            clear_leftovers(&tmp)?;
            Namer::find(&tmp, &folders)
        })
        .await?;
        Ok(Self { root, names, namer })
    }

    /// Deletes temporary files that crashes left behind, once no process can still be writing to them.
    ///
    /// # Errors
    /// [`StorageError`] if `tmp` cannot be read or a file cannot be deleted.
    pub async fn clear_leftovers(&self) -> Result<(), StorageError> {
        let tmp = self.tmp();
        blocking("clear leftovers", move || clear_leftovers(&tmp)).await
    }

    /// The folder that contains everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of temporary files, on the same file system as finished ones.
    pub fn tmp(&self) -> PathBuf {
        self.root.join(TMP)
    }

    /// A unique path for a temporary file.
    pub fn temporary(&self) -> PathBuf {
        temporary(&self.tmp())
    }

    /// The path of an object that is being written as one stream: where keys are random, known from the key, so that
    /// whoever discards the object also finds what a killed process left of it.
    pub fn half_written(&self, kind: LocationKind, key: &str) -> PathBuf {
        match kind {
            LocationKind::Static => self.temporary(),
            LocationKind::Media | LocationKind::Private => self.tmp().join(key.rsplit('/').next().unwrap_or(key)),
        }
    }

    /// The folder of a location.
    pub fn location(&self, kind: LocationKind) -> PathBuf {
        self.root.join(self.names.of(kind))
    }

    /// The path of an object's file.
    pub fn path(&self, kind: LocationKind, key: &str) -> PathBuf {
        self.location(kind).join(key)
    }

    /// The size of an object.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if it does not exist; [`StorageError::Unavailable`] if its location does not.
    pub async fn head(&self, kind: LocationKind, key: &str) -> Result<Head, StorageError> {
        let (location, path) = (self.location(kind), self.path(kind, key));
        let (_, stat) = blocking("head", move || within(&location, named(&path, open_file(&path)))).await?;
        Ok(Head { size: stat.size, content_type: None, etag: None, token: None })
    }

    /// What is known of each object without opening it; `None` for one that is missing or cannot be looked at.
    ///
    /// # Errors
    /// [`StorageError::Broken`] if the operating system gives no thread for it.
    pub async fn stats(&self, kind: LocationKind, keys: Vec<String>) -> Result<Vec<Option<FileStat>>, StorageError> {
        let location = self.location(kind);
        blocking("stat", move || {
            let stat = |key: String| {
                let metadata = location.join(key).symlink_metadata().ok().filter(Metadata::is_file)?;
                stat_of(&metadata).ok()
            };
            Ok(keys.into_iter().map(stat).collect())
        })
        .await
    }

    /// Deletes files permanently; missing ones are skipped.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if a file cannot be deleted or the location does not exist.
    pub async fn delete(&self, kind: LocationKind, keys: Vec<String>) -> Result<(), StorageError> {
        let location = self.location(kind);
        blocking("delete", move || {
            for key in keys {
                let path = location.join(key);
                match named(&path, std::fs::remove_file(&path)) {
                    // Otherwise a power failure might undo the deletion and leave a file without a row.
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

    /// Checks that a file can be written here and that the locations' folders exist.
    ///
    /// # Errors
    /// [`StorageError`] with the reason.
    pub async fn check(&self) -> Result<(), StorageError> {
        let probe = self.temporary();
        let locations =
            [LocationKind::Static, LocationKind::Media, LocationKind::Private].map(|kind| self.location(kind));
        let written = blocking("check", move || {
            for location in &locations {
                within(location, named(location, std::fs::read_dir(location)))?;
            }
            // An empty file would need no room, and could be made on a disk that is full.
            let written = named(&probe, std::fs::write(&probe, b"written"));
            let removed = named(&probe, std::fs::remove_file(&probe));
            written.and(removed)
        })
        .await;
        written.map_err(|error| match error {
            StorageError::NotFound => StorageError::unavailable("check", "the folder is gone"),
            other => other,
        })
    }

    /// What is free on the volume of the folder.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if the volume does not respond.
    pub fn volume(&self) -> Result<Volume, StorageError> {
        Volume::of(&self.root).map_err(|error| StorageError::unavailable("volume", error))
    }
}

fn temporary(tmp: &Path) -> PathBuf {
    let mut name = [0; 16];
    getrandom::fill(&mut name).expect("the operating systems Holdall runs on always have random numbers");
    tmp.join(BASE32HEX_NOPAD.encode(&name))
}

fn clear_leftovers(tmp: &Path) -> io::Result<()> {
    // Ages are measured by the file system's own clock, which also dated the files.
    let probe = temporary(tmp);
    let probed = match named(&probe, File::create(&probe)) {
        // Not one more file: what is old is not known, and people have to be able to delete all the same.
        Err(error) if is_full(&error) => return Ok(()),
        probed => probed?,
    };
    let now = probed.metadata()?.modified()?;
    std::fs::remove_file(&probe)?;
    for entry in std::fs::read_dir(tmp)? {
        let entry = entry?;
        let Some(metadata) = found_or_gone(entry.metadata())? else { continue };
        let age = now.duration_since(metadata.modified()?).unwrap_or_default();
        if metadata.is_file() && age > LEFTOVER_AGE {
            // One that cannot be removed keeps no other from being removed.
            if let Err(error) = found_or_gone(std::fs::remove_file(entry.path())) {
                tracing::warn!(%error, path = %entry.path().display(), "a temporary file cannot be removed");
            }
        }
    }
    Ok(())
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
        assert!(matches!(local.head(LocationKind::Private, &key()).await, Err(StorageError::NotFound)));
        local.delete(LocationKind::Private, vec![key()]).await.unwrap();
        std::fs::remove_dir(local.location(LocationKind::Private)).unwrap();
        assert!(matches!(local.head(LocationKind::Private, &key()).await, Err(StorageError::Unavailable { .. })));
        assert!(matches!(local.read(LocationKind::Private, &key(), None).await, Err(StorageError::Unavailable { .. })));
        assert!(matches!(
            local.delete(LocationKind::Private, vec![key()]).await,
            Err(StorageError::Unavailable { .. })
        ));
        assert!(matches!(
            local.list_after(LocationKind::Private, "", "", 9).await,
            Err(StorageError::Unavailable { .. })
        ));
        assert!(matches!(local.check().await, Err(StorageError::Unavailable { .. })));
    }
}
