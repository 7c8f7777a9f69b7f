//! Writing a file of the local folder: under a temporary name, linked to its own only when it is
//! whole and on the disk. No half file is ever to be found under an object's name.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::server::storage::error::StorageError;
use crate::server::storage::local::{Local, is_missing, sync_folder};
use crate::server::storage::location::Place;

/// What is collected before the disk is bothered; a writer holds at most two of them.
const BATCH: usize = 512 * 1024;

/// What comes back from writing: the file, and the memory of what was written.
type Written = io::Result<(File, Vec<u8>)>;

/// A file being written; dropped before `finish`, it is gone.
pub struct LocalWriter {
    temporary: Arc<Temporary>,
    location: PathBuf,
    path: PathBuf,
    file: Option<File>,
    filling: Vec<u8>,
    writing: Option<JoinHandle<Written>>,
    written: u64,
}

impl LocalWriter {
    /// Prepares to write; the disk is first touched when there is something to write.
    pub fn new(local: &Local, place: Place, key: &str) -> Self {
        Self {
            temporary: Arc::new(Temporary(local.temporary())),
            location: local.location(place),
            path: local.path(place, key),
            file: None,
            filling: Vec::new(),
            writing: None,
            written: 0,
        }
    }

    /// Takes the next bytes; waits while the disk is behind.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        self.written += chunk.len() as u64;
        if self.filling.len() + chunk.len() <= BATCH {
            self.filling.extend_from_slice(&chunk);
            return Ok(());
        }
        self.send(chunk).await
    }

    /// Gives the file its name once it is on the disk; its length in bytes.
    pub async fn finish(mut self) -> Result<u64, StorageError> {
        self.send(Bytes::new()).await?;
        self.wait().await?;
        let (file, temporary) = (self.file.take(), Arc::clone(&self.temporary));
        let (location, path) = (self.location, self.path);
        let linked = tokio::task::spawn_blocking(move || {
            let file = file.map_or_else(|| temporary.create(), Ok)?;
            file.sync_all()?;
            link(&temporary.0, &location, &path)
        });
        flatten(linked.await)?;
        Ok(self.written)
    }

    /// Removes what was written so far.
    pub async fn abort(mut self) -> Result<(), StorageError> {
        // Whether the last bytes could be written no longer matters.
        let _ = self.wait().await;
        let temporary = Arc::clone(&self.temporary);
        flatten(tokio::task::spawn_blocking(move || remove(&temporary.0)).await)
    }

    /// Hands the disk what was collected, and `last` after it.
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

    /// Waits for the disk, and gives back the memory of what it has written.
    async fn wait(&mut self) -> Result<Vec<u8>, StorageError> {
        let Some(writing) = &mut self.writing else { return Ok(Vec::new()) };
        let done = writing.await;
        self.writing = None;
        let (file, batch) = flatten(done)?;
        self.file = Some(file);
        Ok(batch)
    }
}

/// What came of work for the disk.
pub fn flatten<T>(done: Result<io::Result<T>, tokio::task::JoinError>) -> Result<T, StorageError> {
    match done {
        Ok(Ok(value)) => Ok(value),
        // The object is being made: what is missing is a folder, and so the store itself.
        Ok(Err(error)) if is_missing(&error) => Err(StorageError::unavailable("write", error)),
        Ok(Err(error)) => Err(StorageError::from_io("write", &error)),
        Err(error) => Err(StorageError::broken("write", error)),
    }
}

/// A name below `tmp`, removed with the last who knows it.
struct Temporary(PathBuf);

impl Temporary {
    fn create(&self) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.0)
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
        // Removing a large file takes the disk a while.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(cleared)),
            Err(_) => cleared(),
        }
    }
}

/// Removes a file; one that is not there is as good as removed.
pub fn remove(temporary: &Path) -> io::Result<()> {
    match std::fs::remove_file(temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Gives a whole file its name, which nobody may have yet, so that it outlives a power cut.
pub fn link(temporary: &Path, location: &Path, path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(location);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    std::fs::hard_link(temporary, path)?;
    std::fs::remove_file(temporary)?;
    // Every folder up to the location, made here or not: who made it a moment ago may not have synced it yet.
    for folder in folder.ancestors().take_while(|folder| folder.starts_with(location)) {
        sync_folder(folder)?;
    }
    Ok(())
}
