//! Writing an object of unknown length, the same for both backends.

use bytes::Bytes;

use crate::server::storage::error::StorageError;
use crate::server::storage::local::writer::LocalWriter;
use crate::server::storage::s3::writer::S3Writer;

/// An object that is being written. It appears under its name only after [`Writer::finish`], complete.
///
/// If dropped before that, what was written is removed in the background.
#[must_use = "nothing is kept before `finish`"]
pub struct Writer {
    kind: Kind,
    spoilt: bool,
}

enum Kind {
    Local(LocalWriter),
    S3(S3Writer),
}

impl Writer {
    pub(super) fn local(writer: LocalWriter) -> Self {
        Self { kind: Kind::Local(writer), spoilt: false }
    }

    pub(super) fn s3(writer: S3Writer) -> Self {
        Self { kind: Kind::S3(writer), spoilt: false }
    }

    /// Writes the next bytes; waits while the store, or the memory shared by all uploads, is in use.
    ///
    /// # Errors
    /// Any error of the store, possibly about earlier bytes. After an error, or if this future was dropped before it
    /// completed, the writer can no longer be finished.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        self.check()?;
        // If this is cancelled, it is unknown which bytes were written: the flag is cleared only when all of them were.
        self.spoilt = true;
        match &mut self.kind {
            Kind::Local(writer) => writer.write(chunk).await?,
            Kind::S3(writer) => writer.write(chunk).await?,
        }
        self.spoilt = false;
        Ok(())
    }

    /// Completes the object, which is durable when this returns, and returns its length in bytes.
    ///
    /// Once started, this runs to completion even if its future is dropped. A caller that stops waiting must check the
    /// outcome with [`crate::server::storage::Storage::head`] or clean up with
    /// [`crate::server::storage::Storage::discard`].
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Exists`] if a local folder already has an object of this name. Nothing
    /// remains after an error, unless the store stopped responding: then call `discard` again later.
    pub async fn finish(self) -> Result<u64, StorageError> {
        self.check()?;
        let end = match self.kind {
            Kind::Local(writer) => tokio::spawn(writer.finish()),
            Kind::S3(writer) => tokio::spawn(writer.finish()),
        };
        end.await.unwrap_or_else(|error| Err(StorageError::broken("finish", error)))
    }

    /// Removes what was written so far; this has been done when the call returns.
    ///
    /// # Errors
    /// Any error of the store; call `discard` for the key later.
    pub async fn abort(self) -> Result<(), StorageError> {
        match self.kind {
            Kind::Local(writer) => writer.abort().await,
            Kind::S3(writer) => writer.abort().await,
        }
    }

    fn check(&self) -> Result<(), StorageError> {
        if self.spoilt {
            Err(StorageError::broken("write", "the writer failed before, or was cancelled"))
        } else {
            Ok(())
        }
    }
}
