//! Reading a file of the local folder as a stream, on blocking threads, one chunk ahead of the client.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use rustix::buffer::spare_capacity;
use tokio::task::JoinHandle;

use crate::server::storage::error::StorageError;
use crate::server::storage::local::{Local, blocking, named, open_file, within};
use crate::server::storage::location::LocationKind;
use crate::server::storage::object::{Body, FileStat, Object};

/// The size of a chunk in bytes: large enough that handing work to another thread costs little, and small enough for
/// many readers, of which each holds at most two.
const CHUNK: usize = 512 * 1024;

impl Local {
    /// Reads the object, or `range` of its bytes.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if it does not exist; [`StorageError::Broken`] for a range that does not lie within
    /// it.
    pub async fn read(&self, kind: LocationKind, key: &str, range: Option<Range<u64>>) -> Result<Object, StorageError> {
        let (location, path) = (self.location(kind), self.path(kind, key));
        let (file, FileStat { size: whole, written }) =
            blocking("read", move || within(&location, named(&path, open_file(&path)))).await?;
        let range = range.unwrap_or(0..whole);
        if range.end > whole || range.start > range.end {
            return Err(StorageError::broken("read", format!("{range:?} of a file of {whole} bytes")));
        }
        let size = range.end - range.start;
        let body = stream(Arc::new(file), range);
        Ok(Object { size, whole, content_type: None, etag: None, written: Some(written), body })
    }
}

fn stream(file: Arc<File>, range: Range<u64>) -> Body {
    let first = read_ahead(&file, range);
    Box::pin(futures::stream::try_unfold((file, first), |(file, ahead)| async move {
        let Some((task, rest)) = ahead else { return Ok(None) };
        let chunk =
            task.await.map_err(|error| StorageError::broken("read", error))?.map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => StorageError::broken("read", "the file became shorter"),
                _ => StorageError::from_io("read", &error),
            })?;
        let next = read_ahead(&file, rest);
        Ok(Some((chunk, (file, next))))
    }))
}

type Ahead = Option<(JoinHandle<io::Result<Bytes>>, Range<u64>)>;

/// Starts reading the first chunk of `range`, and keeps the rest of the range.
fn read_ahead(file: &Arc<File>, range: Range<u64>) -> Ahead {
    if range.is_empty() {
        return None;
    }
    let length = usize::try_from(range.end - range.start).map_or(CHUNK, |left| left.min(CHUNK));
    let rest = range.start + length as u64..range.end;
    let file = Arc::clone(file);
    Some((tokio::task::spawn_blocking(move || read_chunk(&file, range.start, length)), rest))
}

fn read_chunk(file: &File, mut offset: u64, length: usize) -> io::Result<Bytes> {
    let mut chunk = Vec::with_capacity(length);
    while chunk.len() < length {
        match rustix::io::pread(file, spare_capacity(&mut chunk), offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => offset += read as u64,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // The allocator may have reserved more than was requested.
    chunk.truncate(length);
    Ok(chunk.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;

    #[tokio::test]
    async fn a_file_that_shrinks_under_the_reader_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, vec![7; CHUNK * 3]).unwrap();
        let (file, FileStat { size, .. }) = open_file(&path).unwrap();
        let body = stream(Arc::new(file), 0..size);
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(CHUNK as u64 * 2 + 1).unwrap();
        assert!(matches!(body.try_collect::<Vec<_>>().await, Err(StorageError::Broken { .. })));
    }
}
