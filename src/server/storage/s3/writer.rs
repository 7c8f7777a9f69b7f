//! Writing an object of unknown length to a bucket: in one request if it fits into a buffer, or is so small that it needs
//! none, in parts otherwise.
//! Request bodies are always in memory and of known length, which every store accepts.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::server::storage::error::StorageError;
use crate::server::storage::s3::budget::{BUFFER_BYTES, Buffer};
use crate::server::storage::s3::parts::PartSender;
use crate::server::storage::s3::target::Target;

/// An object of at most so many bytes needs no buffer, so that what is small never waits for what is large: 256 KiB, which
/// is 64 MiB for all forms that may be under way.
pub const SMALL: usize = 256 << 10;

/// An object that is being written; if dropped before `finish`, its parts are deleted in the background.
pub struct S3Writer {
    target: Arc<Target>,
    account: String,
    /// All bytes, as long as they are few.
    head: BytesMut,
    filling: Option<Buffer>,
    parts: Option<PartSender>,
    written: u64,
}

impl S3Writer {
    /// Prepares to write for this account; the first request is made when a buffer is full, or in `finish`.
    pub fn new(target: Target, account: &str) -> Self {
        Self {
            target: Arc::new(target),
            account: account.to_owned(),
            head: BytesMut::new(),
            filling: None,
            parts: None,
            written: 0,
        }
    }

    /// Writes the next bytes; waits for a free buffer, and while the maximum number of parts is in flight.
    ///
    /// # Errors
    /// Any error of the store, possibly about earlier bytes.
    pub async fn write(&mut self, mut chunk: Bytes) -> Result<(), StorageError> {
        self.written += chunk.len() as u64;
        if self.written <= SMALL as u64 {
            self.head.extend_from_slice(&chunk);
            return Ok(());
        }
        let mut head = self.head.split().freeze();
        while !chunk.is_empty() {
            // A full buffer is sent only when more bytes follow, so that `finish` always has the last part.
            if let Some(full) = self.filling.take_if(|buffer| buffer.is_full()) {
                self.parts
                    .get_or_insert_with(|| PartSender::open(Arc::clone(&self.target)))
                    .send(full.freeze())
                    .await?;
            }
            let buffer = match &mut self.filling {
                Some(buffer) => buffer,
                // Only buffers that are being sent are held here, as `Budget::take` requires.
                None => self.filling.insert(self.target.s3.budget.take(&self.account).await),
            };
            // Only the first buffer finds any of it, and has room for all of it.
            buffer.fill(&mut head);
            buffer.fill(&mut chunk);
        }
        Ok(())
    }

    /// Sends the remaining bytes and completes the object; returns its length in bytes.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn finish(mut self) -> Result<u64, StorageError> {
        let last = self.filling.take().map_or_else(|| self.head.split().freeze(), Buffer::freeze);
        match self.parts {
            None => self.target.put(last).await?,
            Some(mut parts) => {
                let sent = match parts.send(last).await {
                    Ok(()) => parts.complete(self.written).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = sent {
                    // The first error is the one to report.
                    if let Err(second) = parts.abort().await {
                        tracing::warn!(error = %second, key = self.target.address.key, "an upload stays unfinished");
                    }
                    return Err(error);
                }
            }
        }
        Ok(self.written)
    }

    /// Deletes what was sent so far.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn abort(self) -> Result<(), StorageError> {
        match self.parts {
            Some(mut parts) => parts.abort().await,
            None => Ok(()),
        }
    }
}

const _: () = assert!(BUFFER_BYTES >= 5 * 1024 * 1024, "S3 takes no smaller part but the last");
