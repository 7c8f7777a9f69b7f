//! Writing an object whose length is not known beforehand, whichever backend takes it.

use bytes::Bytes;

use crate::server::storage::error::StorageError;
use crate::server::storage::local::writer::LocalWriter;
use crate::server::storage::s3::writer::S3Writer;

/// An object on its way in: it has its name only after [`Writer::finish`], and whole.
///
/// Dropped before that, it leaves nothing behind but work for a background task.
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

    /// Takes the next bytes; waits while the store, or the memory all uploads share, is behind.
    ///
    /// # Errors
    /// What the store says, possibly about earlier bytes. After an error, or when this was cancelled,
    /// the writer can no longer be finished.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        self.check()?;
        // Cancelled half way, nobody knows which bytes were taken: cleared only when all were.
        self.spoilt = true;
        match &mut self.kind {
            Kind::Local(writer) => writer.write(chunk).await?,
            Kind::S3(writer) => writer.write(chunk).await?,
        }
        self.spoilt = false;
        Ok(())
    }

    /// Makes the object, durable before this returns; its length in bytes.
    ///
    /// Once begun it comes to its end even if nobody waits for it: a caller that goes away must ask
    /// with [`crate::server::storage::Storage::head`] or clear up with [`crate::server::storage::Storage::discard`].
    ///
    /// # Errors
    /// What the store says; [`StorageError::Exists`] in a local folder that has the name already. Nothing is
    /// left then, except where the store stopped answering: `discard` again later.
    pub async fn finish(self) -> Result<u64, StorageError> {
        self.check()?;
        let end = match self.kind {
            Kind::Local(writer) => tokio::spawn(writer.finish()),
            Kind::S3(writer) => tokio::spawn(writer.finish()),
        };
        end.await.unwrap_or_else(|error| Err(StorageError::broken("finish", error)))
    }

    /// Removes what was written so far; done when this returns.
    ///
    /// # Errors
    /// The store could not be told: `discard` the key later.
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
