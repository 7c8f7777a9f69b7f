//! Objects uploaded in parts, in any order and over days: a multipart upload in a bucket, one temporary file in the
//! local folder. Which parts are expected, and for which account, is not known here.

use std::time::Duration;

use bytes::Bytes;

use crate::server::storage::error::StorageError;
use crate::server::storage::key::Key;
use crate::server::storage::local::parts::LocalPartWriter;
use crate::server::storage::location::{Location, Private};
use crate::server::storage::object::ObjectMeta;
use crate::server::storage::part_types::{IncompleteUpload, PartSpec, SignedAddress, StoredPart};
use crate::server::storage::s3::part_writer::S3PartWriter;
use crate::server::storage::s3::target::Target;
use crate::server::storage::settings::UploadMode;
use crate::server::storage::{Backend, Storage};

/// A part that is being written. It counts only after [`PartWriter::finish`].
#[must_use = "the part does not count before `finish`"]
pub struct PartWriter(Kind);

enum Kind {
    Local(LocalPartWriter),
    S3(S3PartWriter),
}

impl PartWriter {
    /// Writes the next bytes; waits while the store is slower than the client.
    ///
    /// # Errors
    /// Any error of the store, possibly about earlier bytes.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        match &mut self.0 {
            Kind::Local(writer) => writer.write(chunk).await,
            Kind::S3(writer) => writer.write(chunk).await,
        }
    }

    /// Completes the part. It is durable when this returns; the last bytes are sent to the store only now. A caller
    /// that stops waiting for the result must call [`PartWriter::abort`].
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::NotFound`] if the upload no longer exists.
    pub async fn finish(&mut self) -> Result<(), StorageError> {
        match &mut self.0 {
            Kind::Local(writer) => writer.finish().await,
            Kind::S3(writer) => writer.finish().await,
        }
    }

    /// Abandons the part; nothing is being written any more when this returns.
    pub async fn abort(self) {
        match self.0 {
            Kind::Local(writer) => writer.abort().await,
            Kind::S3(writer) => writer.abort().await,
        }
    }
}

impl Storage {
    /// Whether browsers send parts directly to the bucket.
    pub fn takes_parts_directly(&self) -> bool {
        matches!(self.inner.backend, Backend::S3(_)) && self.inner.uploads == UploadMode::Direct
    }

    /// The origin to which browsers send parts, as they write it in `Origin`; `None` if that is Holdall itself.
    pub fn parts_origin(&self) -> Option<&str> {
        match &self.inner.backend {
            Backend::S3(s3) if self.takes_parts_directly() => Some(s3.parts_origin()),
            _ => None,
        }
    }

    /// Starts an upload in parts and returns the store's upload id. The local folder needs no such step: `None`.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn start_parts(&self, key: &Key<Private>, meta: &ObjectMeta) -> Result<Option<String>, StorageError> {
        match &self.inner.backend {
            Backend::Local(_) => Ok(None),
            Backend::S3(s3) => {
                let target = Target::new(s3, Private::KIND, key.as_str(), meta);
                crate::server::storage::s3::parts::create(target.into()).await.map(Some)
            }
        }
    }

    /// Presigns an address to which a browser may send this part, of exactly this size, for the duration `age`.
    ///
    /// # Errors
    /// [`StorageError::Broken`] for the local folder, which receives parts only through Holdall.
    pub async fn sign_part(&self, part: &PartSpec<'_>, age: Duration) -> Result<SignedAddress, StorageError> {
        match &self.inner.backend {
            Backend::S3(s3) => s3.sign_part(part, age, self.inner.clock.now()).await,
            Backend::Local(_) => Err(StorageError::broken("sign", "a folder signs no addresses")),
        }
    }

    /// Starts writing one part. The caller must hold the part's lock, so that no other writer writes the same part.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::NotFound`] if the local folder has lost the parts that arrived earlier.
    pub async fn part_writer(&self, part: &PartSpec<'_>, meta: &ObjectMeta) -> Result<PartWriter, StorageError> {
        match &self.inner.backend {
            Backend::Local(local) => {
                LocalPartWriter::open(local, part).await.map(|writer| PartWriter(Kind::Local(writer)))
            }
            Backend::S3(s3) => {
                let target = Target::new(s3, Private::KIND, part.key.as_str(), meta);
                Ok(PartWriter(Kind::S3(S3PartWriter::open(target, part)?)))
            }
        }
    }

    /// Lists every part of an upload that the bucket has received, sorted by number.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if the bucket does not know the upload: it was completed or aborted.
    pub async fn parts_of(&self, key: &Key<Private>, upload: &str) -> Result<Vec<StoredPart>, StorageError> {
        match &self.inner.backend {
            Backend::S3(s3) => s3.parts_of(key, upload).await,
            Backend::Local(_) => Err(StorageError::NotFound),
        }
    }

    /// Combines the parts into an object of `size` bytes: in a bucket the given `parts`, in the local folder whatever
    /// was written. Repeating this succeeds in the local folder; a bucket may no longer know the upload.
    ///
    /// # Errors
    /// Any error of the store. If the response was lost, the object may exist nevertheless: check with
    /// [`Storage::head`].
    pub async fn join_parts(
        &self,
        key: &Key<Private>,
        upload: Option<&str>,
        size: u64,
        parts: Vec<StoredPart>,
    ) -> Result<(), StorageError> {
        match (&self.inner.backend, upload) {
            (Backend::Local(local), _) => local.join_parts(key, size).await,
            (Backend::S3(s3), Some(upload)) => s3.join_parts(key, upload, size, parts).await,
            // An object with a single part was sent in one request and is complete.
            (Backend::S3(_), None) => Ok(()),
        }
    }

    /// Deletes an incomplete upload and its parts. Deleting one that does not exist is not an error.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn abort_incomplete_upload<L: Location>(
        &self,
        incomplete: &IncompleteUpload,
    ) -> Result<(), StorageError> {
        match (&self.inner.backend, &incomplete.upload) {
            (Backend::Local(local), _) => local.abort_incomplete_upload(&incomplete.key).await,
            (Backend::S3(s3), Some(upload)) => s3.abort(&s3.address(L::KIND, &incomplete.key), upload).await,
            (Backend::S3(_), None) => Ok(()),
        }
    }
}
