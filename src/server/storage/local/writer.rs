//! Writing a file of the local folder: under a temporary name, and given the object's name only when it is complete and
//! on the disk. An incomplete file is never visible under an object's name.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::server::storage::error::StorageError;
use crate::server::storage::local::naming::Namer;
use crate::server::storage::local::{Local, is_missing, named, sync_file, sync_folder};
use crate::server::storage::location::LocationKind;

/// Bytes that are collected before each write to the disk; a writer holds at most two such batches.
const BATCH: usize = 512 * 1024;

/// The result of a write: the file, and the emptied buffer for reuse.
type Written = io::Result<(File, Vec<u8>)>;

/// A file that is being written; dropped before `finish`, it is deleted.
pub struct LocalWriter {
    temporary: Arc<Temporary>,
    namer: Namer,
    location: PathBuf,
    path: PathBuf,
    file: Option<File>,
    filling: Vec<u8>,
    writing: Option<JoinHandle<Written>>,
    written: u64,
}

impl LocalWriter {
    /// Prepares to write, at first to the path `temporary`; the file is created only with the first batch of bytes.
    pub fn new(local: &Local, kind: LocationKind, key: &str, temporary: PathBuf) -> Self {
        Self {
            temporary: Arc::new(Temporary(temporary)),
            namer: local.namer.clone(),
            location: local.location(kind),
            path: local.path(kind, key),
            file: None,
            filling: Vec::new(),
            writing: None,
            written: 0,
        }
    }

    /// Writes the next bytes; waits while the disk is slower than the client.
    ///
    /// # Errors
    /// Any error of the file system, possibly about earlier bytes.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        self.written += chunk.len() as u64;
        if self.filling.len() + chunk.len() <= BATCH {
            self.filling.extend_from_slice(&chunk);
            return Ok(());
        }
        self.send(chunk).await
    }

    /// Moves the file to the object's name once it is on the disk; returns its length in bytes.
    ///
    /// # Errors
    /// [`StorageError::Exists`] if the name is taken; any error of the file system.
    pub async fn finish(mut self) -> Result<u64, StorageError> {
        self.send(Bytes::new()).await?;
        self.wait().await?;
        let (file, temporary) = (self.file.take(), Arc::clone(&self.temporary));
        let (namer, location, path) = (self.namer, self.location, self.path);
        let named = tokio::task::spawn_blocking(move || {
            let file = file.map_or_else(|| temporary.create(), Ok)?;
            sync_file(&file)?;
            give_name(&namer, &temporary.0, &location, &path)
        });
        flatten(named.await)?;
        Ok(self.written)
    }

    /// Deletes what was written so far.
    ///
    /// # Errors
    /// Any error of the file system while deleting.
    pub async fn abort(mut self) -> Result<(), StorageError> {
        // The file is deleted anyway, so a failed write does not matter.
        let _ = self.wait().await;
        let temporary = Arc::clone(&self.temporary);
        flatten(tokio::task::spawn_blocking(move || remove(&temporary.0)).await)
    }

    /// Starts writing the collected bytes, followed by `last`.
    async fn send(&mut self, last: Bytes) -> Result<(), StorageError> {
        let reused = self.wait().await?;
        let mut batch = std::mem::replace(&mut self.filling, reused);
        let (file, temporary) = (self.file.take(), Arc::clone(&self.temporary));
        self.writing = Some(tokio::task::spawn_blocking(move || {
            let mut file = file.map_or_else(|| temporary.create(), Ok)?;
            file.write_all(&batch)?;
            file.write_all(&last)?;
            batch.clear();
            Ok((file, batch))
        }));
        Ok(())
    }

    /// Waits for the write in progress, and returns its buffer for reuse.
    async fn wait(&mut self) -> Result<Vec<u8>, StorageError> {
        let Some(writing) = &mut self.writing else { return Ok(Vec::new()) };
        let done = writing.await;
        self.writing = None;
        let (file, batch) = flatten(done)?;
        self.file = Some(file);
        Ok(batch)
    }
}

/// The result of work on a blocking thread.
///
/// # Errors
/// The work's error, translated; [`StorageError::Broken`] if it panicked.
pub fn flatten<T>(done: Result<io::Result<T>, tokio::task::JoinError>) -> Result<T, StorageError> {
    match done {
        Ok(Ok(value)) => Ok(value),
        // This creates an object, so what is missing is a folder, and with it the store.
        Ok(Err(error)) if is_missing(&error) => Err(StorageError::unavailable("write", error)),
        Ok(Err(error)) => Err(StorageError::from_io("write", &error)),
        Err(error) => Err(StorageError::broken("write", error)),
    }
}

/// A path below `tmp`; the file is deleted when the last reference to this value is dropped.
struct Temporary(PathBuf);

impl Temporary {
    fn create(&self) -> io::Result<File> {
        named(&self.0, OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.0))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let path = std::mem::take(&mut self.0);
        let cleared = move || {
            if let Err(error) = remove(&path) {
                tracing::warn!(%error, path = %path.display(), "a temporary file is left for a later start to remove");
            }
        };
        // Deleting a large file takes time, so it happens on a blocking thread.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(cleared)),
            Err(_) => cleared(),
        }
    }
}

/// Deletes a file; a missing one is not an error.
///
/// # Errors
/// Any other error of the file system.
pub fn remove(temporary: &Path) -> io::Result<()> {
    match std::fs::remove_file(temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Gives a complete file its final name, which must not be taken, and makes that durable.
///
/// # Errors
/// `AlreadyExists` if the name is taken; any error of the file system.
pub fn give_name(namer: &Namer, temporary: &Path, location: &Path, path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(location);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    namer.give(temporary, path)?;
    // Every folder up to the location is synced: another process may have created one and not have synced it yet.
    for folder in folder.ancestors().take_while(|folder| folder.starts_with(location)) {
        sync_folder(folder)?;
    }
    Ok(())
}
