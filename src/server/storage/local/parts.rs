//! Parts in the folder: one file for each unfinished object, as long as the object from the start, into which parts are
//! written where they belong. It is sparse: whoever only announces a large file takes no room.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::server::clock;
use crate::server::storage::error::StorageError;
use crate::server::storage::key::Key;
use crate::server::storage::local::writer::{flatten, link, remove};
use crate::server::storage::local::{Local, blocking, found_or_gone, is_missing, open_file, sync_folder};
use crate::server::storage::location::{Location as _, Private};
use crate::server::storage::part::{IncompleteUpload, IncompleteUploadPage, PartPlace, UploadMarker};

/// What is collected before the disk is bothered; a writer holds at most two of them.
const BATCH: usize = 256 * 1024;

/// A part being written to its place. Dropped, it may still be writing for a moment; `abort` waits for that.
pub struct LocalPartWriter {
    file: Arc<File>,
    offset: u64,
    filling: Vec<u8>,
    writing: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl LocalPartWriter {
    /// Opens the object's file, or makes it.
    pub async fn open(local: &Local, part: &PartPlace<'_>) -> Result<Self, StorageError> {
        let (folder, path) = (local.unfinished_folder(), local.unfinished(part.key.as_str()));
        let (whole, is_first) = (part.whole, part.is_first);
        // Only a file that is surely not there is lost: a disk that cannot say is asked again.
        if !is_first && !tokio::fs::try_exists(&path).await.map_err(|error| StorageError::from_io("write", &error))? {
            return Err(StorageError::NotFound);
        }
        let opened = tokio::task::spawn_blocking(move || open(&folder, &path, whole));
        let file = Arc::new(flatten(opened.await)?);
        Ok(Self { file, offset: part.offset, filling: Vec::new(), writing: None })
    }

    /// Takes the next bytes; waits while the disk is behind.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        self.filling.extend_from_slice(&chunk);
        if self.filling.len() >= BATCH { self.send().await } else { Ok(()) }
    }

    /// Ends when every byte is on the disk.
    pub async fn finish(&mut self) -> Result<(), StorageError> {
        self.send().await?;
        self.wait().await?;
        let file = Arc::clone(&self.file);
        flatten(tokio::task::spawn_blocking(move || file.sync_data()).await)
    }

    /// Ends when nothing is written any more.
    pub async fn abort(mut self) {
        // Whether the last bytes could be written no longer matters.
        let _ = self.wait().await;
    }

    async fn send(&mut self) -> Result<(), StorageError> {
        let reused = self.wait().await?;
        let mut batch = std::mem::replace(&mut self.filling, reused);
        let (file, offset) = (Arc::clone(&self.file), self.offset);
        self.offset += batch.len() as u64;
        self.writing = Some(tokio::task::spawn_blocking(move || {
            file.write_all_at(&batch, offset)?;
            batch.clear();
            Ok(batch)
        }));
        Ok(())
    }

    async fn wait(&mut self) -> Result<Vec<u8>, StorageError> {
        let Some(writing) = &mut self.writing else { return Ok(Vec::new()) };
        let done = writing.await;
        self.writing = None;
        flatten(done)
    }
}

fn open(folder: &Path, path: &Path, whole: u64) -> io::Result<File> {
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600).custom_flags(no_follow);
    let file = match options.open(path) {
        Err(error) if is_missing(&error) => {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            options.open(path)?
        }
        opened => opened?,
    };
    if file.metadata()?.len() != whole {
        file.set_len(whole)?;
        file.sync_all()?;
        // Parts that count must be found again after a power cut, and so must their file.
        for folder in folder.ancestors().take(2) {
            sync_folder(folder)?;
        }
    }
    Ok(file)
}

impl Local {
    /// Where objects are that still want parts; what is swept from `tmp` by its age is not.
    pub fn unfinished_folder(&self) -> PathBuf {
        self.tmp().join("parts")
    }

    /// The file of an object that still wants parts.
    pub fn unfinished(&self, key: &str) -> PathBuf {
        self.unfinished_folder().join(key.rsplit('/').next().unwrap_or(key))
    }

    /// Gives the file its name once it is on the disk.
    pub async fn join_parts(&self, key: &Key<Private>, size: u64) -> Result<(), StorageError> {
        let (unfinished, location) = (self.unfinished(key.as_str()), self.location(Private::PLACE));
        let path = self.path(Private::PLACE, key.as_str());
        blocking("join", move || {
            let file = match open_file(&unfinished) {
                Err(error) if is_missing(&error) => {
                    // Joined before, by somebody whose answer got lost.
                    let (_, found) = open_file(&path)?;
                    return if found == size { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) };
                }
                opened => opened?,
            };
            if file.1 != size {
                return Err(io::Error::other(format!("{} bytes are there of {size}", file.1)));
            }
            file.0.sync_all()?;
            match link(&unfinished, &location, &path) {
                // Named, but cut off before the other name went.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && same(&unfinished, &path)? => {
                    remove(&unfinished)?;
                    path.parent().map_or(Ok(()), sync_folder)
                }
                linked => linked,
            }
        })
        .await
    }

    /// At most `limit` files that still want parts, in the order of their names.
    pub async fn incomplete_uploads(
        &self,
        from: Option<UploadMarker>,
        limit: usize,
    ) -> Result<IncompleteUploadPage, StorageError> {
        let (folder, after) = (self.unfinished_folder(), from.map(|marker| marker.key).unwrap_or_default());
        blocking("list", move || {
            let (names, is_last) = first_names(&folder, &after, limit)?;
            let next = names.last().filter(|_| !is_last).map(|name| UploadMarker { key: name.clone(), upload: None });
            let mut uploads = Vec::new();
            for name in names {
                let Some(metadata) = found_or_gone(folder.join(&name).symlink_metadata())? else { continue };
                let key = format!("{}/{name}", name.get(..2).unwrap_or_default());
                uploads.push(IncompleteUpload { key, upload: None, begun: clock::of(metadata.modified()?) });
            }
            Ok(IncompleteUploadPage { uploads, next })
        })
        .await
    }

    /// Removes a file that still wants parts; one that is not there is as good as removed.
    pub async fn abort_incomplete_upload(&self, key: &str) -> Result<(), StorageError> {
        let path = self.unfinished(key);
        blocking("discard", move || remove(&path)).await
    }
}

/// The first `limit` names in a folder after this one, and whether there are no more. All of them are read and no more
/// than these kept: nobody says how many there are.
fn first_names(folder: &Path, after: &str, limit: usize) -> io::Result<(BTreeSet<String>, bool)> {
    let (mut names, mut is_last) = (BTreeSet::new(), true);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if is_missing(&error) => return Ok((names, is_last)),
        entries => entries?,
    };
    for entry in entries {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        if name.as_str() > after {
            names.insert(name);
        }
        if names.len() > limit {
            names.pop_last();
            is_last = false;
        }
    }
    Ok((names, is_last))
}

/// Whether two names are of one file.
fn same(one: &Path, other: &Path) -> io::Result<bool> {
    let (one, other) = (std::fs::metadata(one)?, std::fs::metadata(other)?);
    Ok((one.dev(), one.ino()) == (other.dev(), other.ino()))
}
