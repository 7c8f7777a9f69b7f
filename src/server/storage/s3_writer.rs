//! Writing an object of unknown length to a bucket: whole if it fits one buffer, in parts if not.
//! Bodies are always in memory and of known length, which is what every store takes.

use super::budget::{BUFFER_BYTES, Buffer};
use super::error::Error;
use super::object::ObjectMeta;
use super::s3::{Address, S3};
use super::s3_parts::Parts;
use bytes::Bytes;
use std::sync::Arc;

/// An object being written; dropped before `finish`, its parts are removed in the background.
pub struct S3Writer {
    target: Arc<Target>,
    filling: Option<Buffer>,
    parts: Option<Parts>,
    written: u64,
}

/// What is being written where.
pub struct Target {
    /// The store.
    pub s3: Arc<S3>,
    /// Where the object will lie.
    pub address: Address,
    /// What the store is told about it.
    pub meta: ObjectMeta,
}

impl S3Writer {
    /// Prepares to write; the store first hears of it when a buffer is full, or at the end.
    pub fn new(s3: Arc<S3>, address: Address, meta: ObjectMeta) -> Self {
        let target = Arc::new(Target { s3, address, meta });
        Self { target, filling: None, parts: None, written: 0 }
    }

    /// Takes the next bytes; waits for a buffer, and while enough parts are under way.
    pub async fn write(&mut self, mut chunk: Bytes) -> Result<(), Error> {
        self.written += chunk.len() as u64;
        while !chunk.is_empty() {
            // Sent only when there is more to come: a last buffer, even a full one, is `finish`'s.
            if let Some(full) = self.filling.take_if(|buffer| buffer.is_full()) {
                self.parts.get_or_insert_with(|| Parts::open(Arc::clone(&self.target))).send(full.freeze()).await?;
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
    pub async fn finish(mut self) -> Result<u64, Error> {
        let last = self.filling.take().map(Buffer::freeze).unwrap_or_default();
        match self.parts {
            None => self.target.s3.put(self.target.address.clone(), last, &self.target.meta).await?,
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
    pub async fn abort(self) -> Result<(), Error> {
        match self.parts {
            Some(mut parts) => parts.abort().await,
            None => Ok(()),
        }
    }
}

const _: () = assert!(BUFFER_BYTES >= 5 * 1024 * 1024, "S3 takes no smaller part but the last");
