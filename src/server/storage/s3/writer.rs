//! Writing an object of unknown length to a bucket: whole if it fits one buffer, in parts if not.
//! Bodies are always in memory and of known length, which is what every store takes.

use std::sync::Arc;

use bytes::Bytes;

use crate::server::storage::error::StorageError;
use crate::server::storage::s3::budget::{BUFFER_BYTES, Buffer};
use crate::server::storage::s3::parts::PartSender;
use crate::server::storage::s3::target::Target;

/// An object being written; dropped before `finish`, its parts are removed in the background.
pub struct S3Writer {
    target: Arc<Target>,
    filling: Option<Buffer>,
    parts: Option<PartSender>,
    written: u64,
}

impl S3Writer {
    /// Prepares to write; the store first hears of it when a buffer is full, or at the end.
    pub fn new(target: Target) -> Self {
        Self { target: Arc::new(target), filling: None, parts: None, written: 0 }
    }

    /// Takes the next bytes; waits for a buffer, and while enough parts are under way.
    pub async fn write(&mut self, mut chunk: Bytes) -> Result<(), StorageError> {
        self.written += chunk.len() as u64;
        while !chunk.is_empty() {
            // Sent only when there is more to come: a last buffer, even a full one, is `finish`'s.
            if let Some(full) = self.filling.take_if(|buffer| buffer.is_full()) {
                self.parts
                    .get_or_insert_with(|| PartSender::open(Arc::clone(&self.target)))
                    .send(full.freeze())
                    .await?;
            }
            let buffer = match &mut self.filling {
                Some(buffer) => buffer,
                // Nothing is held here but parts under way, as `take` demands.
                None => self.filling.insert(self.target.s3.budget.take().await),
            };
            buffer.fill(&mut chunk);
        }
        Ok(())
    }

    /// Sends what is left and makes the object; its length in bytes.
    pub async fn finish(mut self) -> Result<u64, StorageError> {
        let last = self.filling.take().map(Buffer::freeze).unwrap_or_default();
        match self.parts {
            None => self.target.put(last).await?,
            Some(mut parts) => {
                let sent = match parts.send(last).await {
                    Ok(()) => parts.complete(self.written).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = sent {
                    // The first error is the one to tell.
                    if let Err(second) = parts.abort().await {
                        tracing::warn!(error = %second, key = self.target.address.key, "an upload stays unfinished");
                    }
                    return Err(error);
                }
            }
        }
        Ok(self.written)
    }

    /// Removes what was sent so far.
    pub async fn abort(self) -> Result<(), StorageError> {
        match self.parts {
            Some(mut parts) => parts.abort().await,
            None => Ok(()),
        }
    }
}

const _: () = assert!(BUFFER_BYTES >= 5 * 1024 * 1024, "S3 takes no smaller part but the last");
