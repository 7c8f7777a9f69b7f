//! Objects that arrive in parts, in any order and over days: in a bucket a multipart upload, in the folder one file that
//! has no name yet. Which parts are wanted and whose they are is not known here.

use std::time::Duration;

use bytes::Bytes;

use crate::server::storage::error::StorageError;
use crate::server::storage::key::Key;
use crate::server::storage::local::parts::LocalPartWriter;
use crate::server::storage::location::{Location, Private};
use crate::server::storage::object::ObjectMeta;
use crate::server::storage::part::{IncompleteUpload, PartPlace, SignedAddress, StoredPart};
use crate::server::storage::s3::part_writer::S3PartWriter;
use crate::server::storage::s3::target::Target;
use crate::server::storage::settings::UploadMode;
use crate::server::storage::{Backend, Storage};

/// A part on its way in: it counts only after [`PartWriter::finish`].
#[must_use = "the part does not count before `finish`"]
pub struct PartWriter(Kind);

enum Kind {
    Local(LocalPartWriter),
    S3(S3PartWriter),
}

impl PartWriter {
    /// Takes the next bytes; waits while the store is behind.
    ///
    /// # Errors
    /// What the store says, possibly about earlier bytes.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        match &mut self.0 {
            Kind::Local(writer) => writer.write(chunk).await,
            Kind::S3(writer) => writer.write(chunk).await,
        }
    }

    /// Makes the part count; durable before this returns. The store gets the last bytes only now. Whoever does not wait
    /// for the end calls [`PartWriter::abort`].
    ///
    /// # Errors
    /// What the store says; [`StorageError::NotFound`] where the upload is gone.
    pub async fn finish(&mut self) -> Result<(), StorageError> {
        match &mut self.0 {
            Kind::Local(writer) => writer.finish().await,
            Kind::S3(writer) => writer.finish().await,
        }
    }

    /// Ends without the part; nothing is written any more when this returns.
    pub async fn abort(self) {
        match self.0 {
            Kind::Local(writer) => writer.abort().await,
            Kind::S3(writer) => writer.abort().await,
        }
    }
}

impl Storage {
    /// Whether browsers put parts straight into the bucket.
    pub fn takes_parts_directly(&self) -> bool {
        matches!(self.inner.backend, Backend::S3(_)) && self.inner.uploads == UploadMode::Direct
    }

    /// The site that browsers send parts to, as they write it in `Origin`, where that is not Holdall itself.
    pub fn parts_origin(&self) -> Option<&str> {
        match &self.inner.backend {
            Backend::S3(s3) if self.takes_parts_directly() => Some(s3.parts_origin()),
            _ => None,
        }
    }

    /// Begins an object of several parts; gives the bucket's name for the upload. In the folder nothing is begun.
    ///
    /// # Errors
    /// What the store says.
    pub async fn begin_parts(&self, key: &Key<Private>, meta: &ObjectMeta) -> Result<Option<String>, StorageError> {
        match &self.inner.backend {
            Backend::Local(_) => Ok(None),
            Backend::S3(s3) => {
                let target = Target::new(s3, Private::PLACE, key.as_str(), meta);
                crate::server::storage::s3::parts::create(target.into()).await.map(Some)
            }
        }
    }

    /// An address at which a browser may put this part and no other size, until it expires.
    ///
    /// # Errors
    /// [`StorageError::Broken`] where there is nothing to sign: the folder takes parts through Holdall alone.
    pub async fn sign_part(&self, part: &PartPlace<'_>, age: Duration) -> Result<SignedAddress, StorageError> {
        match &self.inner.backend {
            Backend::S3(s3) => s3.sign_part(part, age).await,
            Backend::Local(_) => Err(StorageError::broken("sign", "a folder signs no addresses")),
        }
    }

    /// Begins to take one part. Nobody else may be taking the same one.
    ///
    /// # Errors
    /// What the store says; [`StorageError::NotFound`] where the folder has lost the parts that arrived before.
    pub async fn part_writer(&self, part: &PartPlace<'_>, meta: &ObjectMeta) -> Result<PartWriter, StorageError> {
        match &self.inner.backend {
            Backend::Local(local) => {
                LocalPartWriter::open(local, part).await.map(|writer| PartWriter(Kind::Local(writer)))
            }
            Backend::S3(s3) => {
                let target = Target::new(s3, Private::PLACE, part.key.as_str(), meta);
                Ok(PartWriter(Kind::S3(S3PartWriter::open(target, part)?)))
            }
        }
    }

    /// Every part of an upload that lies in the bucket, by number.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] where the bucket does not know the upload: it is complete, or was given up.
    pub async fn parts_of(&self, key: &Key<Private>, upload: &str) -> Result<Vec<StoredPart>, StorageError> {
        match &self.inner.backend {
            Backend::S3(s3) => s3.parts_of(key, upload).await,
            Backend::Local(_) => Err(StorageError::NotFound),
        }
    }

    /// Makes an object of `size` bytes out of its parts: in a bucket of these, in the folder of what was written. Again
    /// is no error in the folder; a bucket may no longer know the upload.
    ///
    /// # Errors
    /// What the store says, which may be wrong where an answer got lost: ask [`Storage::head`].
    pub async fn join_parts(
        &self,
        key: &Key<Private>,
        upload: Option<&str>,
        size: u64,
        parts: Vec<StoredPart>,
    ) -> Result<(), StorageError> {
        match (&self.inner.backend, upload) {
            (Backend::Local(local), _) => local.join_parts(key, size).await,
            (Backend::S3(s3), Some(upload)) => s3.join_parts(key, upload, parts).await,
            // An object of one part went there whole.
            (Backend::S3(_), None) => Ok(()),
        }
    }

    /// Takes away what there is of an object that was never completed; again is no error.
    ///
    /// # Errors
    /// What the store says.
    pub async fn abort_incomplete_upload<L: Location>(
        &self,
        incomplete: &IncompleteUpload,
    ) -> Result<(), StorageError> {
        match (&self.inner.backend, &incomplete.upload) {
            (Backend::Local(local), _) => local.abort_incomplete_upload(&incomplete.key).await,
            (Backend::S3(s3), Some(upload)) => s3.abort(&s3.address(L::PLACE, &incomplete.key), upload).await,
            (Backend::S3(_), None) => Ok(()),
        }
    }
}
