//! Uploads in parts in the local folder: one file for each incomplete upload, of the object's final size, into which
//! parts are written at their offsets. The file is sparse: creating a large file takes up no disk space.

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
use crate::server::storage::local::naming::Naming;
use crate::server::storage::local::writer::{flatten, give_name, remove};
use crate::server::storage::local::{
    Local, blocking, found_or_gone, is_missing, named, open_file, sync_content, sync_file, sync_folder,
};
use crate::server::storage::location::{Location as _, Private};
use crate::server::storage::part_types::{IncompleteUpload, IncompleteUploadPage, PartSpec, UploadMarker};

/// Bytes that are collected before each write to the disk; a writer holds at most two such batches.
const BATCH: usize = 256 * 1024;
/// How many parts are written at the same time; the browsers of others wait. Each costs a connection and an open file, and
/// their batches 128 MiB in all.
pub const WRITTEN_PARTS: usize = 256;

/// A part that is being written at its offset. A write may still be in progress when this is dropped; `abort` waits
/// for it.
pub struct LocalPartWriter {
    file: Arc<File>,
    offset: u64,
    filling: Vec<u8>,
    writing: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl LocalPartWriter {
    /// Opens the upload's file, or creates it for the first part.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if earlier parts arrived and the file is missing; any error of the file system.
    pub async fn open(local: &Local, part: &PartSpec<'_>) -> Result<Self, StorageError> {
        let (folder, path) = (local.unfinished_folder(), local.unfinished(part.key.as_str()));
        let (total_size, is_first) = (part.object_size, part.is_first);
        // Only a file that is certainly missing counts as lost; if the disk fails to say, the caller may try again.
        if !is_first && !tokio::fs::try_exists(&path).await.map_err(|error| StorageError::from_io("write", &error))? {
            return Err(StorageError::NotFound);
        }
        let opened = tokio::task::spawn_blocking(move || open(&folder, &path, total_size));
        let file = Arc::new(flatten(opened.await)?);
        Ok(Self { file, offset: part.offset, filling: Vec::new(), writing: None })
    }

    /// Writes the next bytes; waits while the disk is slower than the client.
    ///
    /// # Errors
    /// Any error of the file system, possibly about earlier bytes.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        self.filling.extend_from_slice(&chunk);
        if self.filling.len() >= BATCH { self.send().await } else { Ok(()) }
    }

    /// Writes what is left; returns once every byte is on the disk.
    ///
    /// # Errors
    /// Any error of the file system.
    pub async fn finish(&mut self) -> Result<(), StorageError> {
        self.send().await?;
        self.wait().await?;
        let file = Arc::clone(&self.file);
        flatten(tokio::task::spawn_blocking(move || sync_content(&file)).await)
    }

    /// Abandons the part; returns once no write is in progress.
    pub async fn abort(mut self) {
        // The part is abandoned, so a failed write does not matter.
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

fn open(folder: &Path, path: &Path, total_size: u64) -> io::Result<File> {
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
    if file.metadata()?.len() != total_size {
        file.set_len(total_size)?;
        sync_file(&file)?;
        // Parts that were acknowledged must survive a power failure, and so must the file's directory entry.
        for folder in folder.ancestors().take(2) {
            sync_folder(folder)?;
        }
    }
    Ok(file)
}

impl Local {
    /// The folder of incomplete uploads. Deleting old temporary files from `tmp` does not reach into it.
    pub fn unfinished_folder(&self) -> PathBuf {
        self.tmp().join("parts")
    }

    /// The path of an incomplete upload's file.
    pub fn unfinished(&self, key: &str) -> PathBuf {
        self.unfinished_folder().join(key.rsplit('/').next().unwrap_or(key))
    }

    /// Moves the file to the object's name once it is on the disk. Repeating this is not an error.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if there is neither an incomplete upload nor an object of this size; any error of the
    /// file system.
    pub async fn join_parts(&self, key: &Key<Private>, size: u64) -> Result<(), StorageError> {
        let (unfinished, location) = (self.unfinished(key.as_str()), self.location(Private::KIND));
        let (path, namer) = (self.path(Private::KIND, key.as_str()), self.namer.clone());
        blocking("join", move || {
            let (file, stat) = match open_file(&unfinished) {
                Err(error) if is_missing(&error) => {
                    // Joined by an earlier call whose response was lost.
                    let (_, found) = open_file(&path)?;
                    return if found.size == size { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) };
                }
                opened => opened?,
            };
            if stat.size != size {
                return Err(io::Error::other(format!("{} bytes are there of {size}", stat.size)));
            }
            sync_file(&file)?;
            match give_name(&namer, &unfinished, &location, &path) {
                // An earlier call linked the object's name and was interrupted before it removed the temporary one.
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists
                        && namer.method() == Naming::Link
                        && same(&unfinished, &path)? =>
                {
                    remove(&unfinished)?;
                    path.parent().map_or(Ok(()), sync_folder)
                }
                named => named,
            }
        })
        .await
    }

    /// Lists at most `limit` incomplete uploads, ordered by file name.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if the folder cannot be read.
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
                uploads.push(IncompleteUpload { key, upload: None, started: clock::of(metadata.modified()?) });
            }
            Ok(IncompleteUploadPage { uploads, next, unknown: None })
        })
        .await
    }

    /// Deletes the file of an incomplete upload, in parts or as one stream; one that does not exist is not an error.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if the file cannot be deleted.
    pub async fn abort_incomplete_upload(&self, key: &str) -> Result<(), StorageError> {
        let paths = [self.unfinished(key), self.half_written(Private::KIND, key)];
        blocking("discard", move || paths.iter().try_for_each(|path| named(path, remove(path)))).await
    }
}

/// The first `limit` names in a folder that come after `after`, and whether there are no more. A folder may have any
/// number of entries: all are read, but only these names are in memory.
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

/// Whether two paths refer to the same file.
fn same(one: &Path, other: &Path) -> io::Result<bool> {
    let (one, other) = (std::fs::metadata(one)?, std::fs::metadata(other)?);
    Ok((one.dev(), one.ino()) == (other.dev(), other.ino()))
}
