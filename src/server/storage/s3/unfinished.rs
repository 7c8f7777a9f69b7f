//! Finding uploads in parts that were never completed, and aborting them. Stores differ in what they list: MinIO and
//! RustFS find none by a prefix that is not the exact name of the object (minio/minio#20989, rustfs/rustfs#779), others
//! list none at all. So it is tried once which way shows an upload that is there, and where that is not the usual one,
//! the answer is "unknown" and never "none".

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::types::MultipartUpload;

use crate::server::storage::error::StorageError;
use crate::server::storage::key::Key;
use crate::server::storage::location::{Location as _, LocationKind, Private};
use crate::server::storage::part_types::{IncompleteUpload, IncompleteUploadPage, UploadMarker};
use crate::server::storage::s3::error::{translate, translate_final};
use crate::server::storage::s3::{ObjectAddress, S3};

/// How often an upload is aborted until the store no longer knows it: parts that are still arriving can revive it.
const ABORTS: u32 = 3;

/// Which listing of incomplete uploads shows one that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadListing {
    /// The one for the prefix of a location.
    ByPrefix,
    /// The one of the whole bucket. As the store hides by prefix what is there, this one may lack uploads too: MinIO
    /// lists those that it has in memory.
    OfBucket,
    /// Only those for the exact name of an object.
    ByName,
    /// None.
    Unavailable,
}

impl UploadListing {
    /// Why uploads may be there that no listing shows; `None` if all are listed.
    pub fn gap(self) -> Option<&'static str> {
        match self {
            Self::ByPrefix => None,
            Self::OfBucket => {
                Some("the store lists unfinished uploads for the whole bucket alone, and perhaps not all")
            }
            Self::ByName => Some("the store lists unfinished uploads by their exact names alone"),
            Self::Unavailable => Some("the store does not list unfinished uploads"),
        }
    }
}

impl S3 {
    /// Deletes an object and every incomplete upload of it that the store lists. The object is deleted also where the
    /// uploads cannot be.
    ///
    /// # Errors
    /// Any error of the store, but not that it refuses to list uploads: what it has is not known then.
    pub async fn discard(&self, kind: LocationKind, key: &str) -> Result<(), StorageError> {
        let address = self.address(kind, key);
        let aborted = match self.unfinished(&address).await {
            Ok(uploads) => self.abort_all(&address, &uploads).await,
            Err(StorageError::Refused { code, .. }) => {
                tracing::debug!(
                    key = address.key,
                    code,
                    "whether uploads of a deleted object are unfinished is not known"
                );
                Ok(())
            }
            Err(error) => Err(error),
        };
        self.delete(kind, key).await.and(aborted)
    }

    async fn abort_all(&self, address: &ObjectAddress, uploads: &[String]) -> Result<(), StorageError> {
        for upload in uploads {
            self.abort(address, upload).await?;
        }
        Ok(())
    }

    /// The ids of the incomplete uploads of exactly this object.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Refused`] if it lists none.
    pub async fn unfinished(&self, address: &ObjectAddress) -> Result<Vec<String>, StorageError> {
        let ObjectAddress { bucket, key } = address;
        let mut found = Vec::new();
        let (mut key_marker, mut id_marker): (Option<String>, Option<String>) = (None, None);
        loop {
            let request = self.client.list_multipart_uploads().bucket(bucket).prefix(key);
            let request = request.set_key_marker(key_marker.clone()).set_upload_id_marker(id_marker.clone());
            let page = request.send().await.map_err(|error| translate_final("discard", error))?;
            let uploads = page.uploads.unwrap_or_default().into_iter();
            let own = uploads.filter(|upload| upload.key.as_deref() == Some(key));
            found.extend(own.filter_map(|upload| upload.upload_id));
            if page.is_truncated != Some(true) || page.next_key_marker.is_none() {
                return Ok(found);
            }
            if (&key_marker, &id_marker) == (&page.next_key_marker, &page.next_upload_id_marker) {
                return Err(StorageError::unavailable("discard", "a list of uploads that never ends"));
            }
            (key_marker, id_marker) = (page.next_key_marker, page.next_upload_id_marker);
        }
    }

    /// Aborts an upload, and makes sure that no part still arriving has kept it alive.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn abort(&self, address: &ObjectAddress, upload: &str) -> Result<(), StorageError> {
        let ObjectAddress { bucket, key } = address;
        for _ in 0..ABORTS {
            let request = self.client.abort_multipart_upload().bucket(bucket).key(key).upload_id(upload);
            match request.send().await {
                Err(error) if error.code() != Some("NoSuchUpload") => match translate("abort", error) {
                    StorageError::NotFound => return Ok(()),
                    other => return Err(other),
                },
                _ => {}
            }
            let request = self.client.list_parts().bucket(bucket).key(key).upload_id(upload).max_parts(1);
            match request.send().await {
                // SeaweedFS lists no parts of an upload that it does not know (seaweedfs/seaweedfs#11081).
                Ok(page) if page.parts().is_empty() => return Ok(()),
                Ok(_) => {}
                Err(error) if error.code() == Some("NoSuchUpload") => return Ok(()),
                Err(error) => match translate("abort", error) {
                    StorageError::NotFound => return Ok(()),
                    other => return Err(other),
                },
            }
        }
        Err(StorageError::unavailable("abort", "the store still knows the upload"))
    }

    /// Lists a page of a location's uploads that were neither completed nor aborted. Each page says so if the store may
    /// have some that it does not list.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn incomplete_uploads(
        &self,
        kind: LocationKind,
        from: Option<UploadMarker>,
        limit: usize,
    ) -> Result<IncompleteUploadPage, StorageError> {
        let ObjectAddress { bucket, key: location } = self.address(kind, "");
        let listing = match self.upload_listing().await {
            Err(StorageError::Refused { code, .. }) => {
                let unknown = Some(format!("the store refuses to say which uploads are unfinished ({code})"));
                return Ok(IncompleteUploadPage { unknown, ..IncompleteUploadPage::default() });
            }
            listing => listing?,
        };
        let mut unknown = listing.gap().map(str::to_owned);
        if matches!(listing, UploadListing::ByName | UploadListing::Unavailable) {
            return Ok(IncompleteUploadPage { unknown, ..IncompleteUploadPage::default() });
        }
        let prefix = (listing == UploadListing::ByPrefix).then(|| location.clone());
        let (key_marker, id_marker) = from.clone().map(|marker| (marker.key, marker.upload)).unzip();
        let max_uploads = i32::try_from(limit).unwrap_or(i32::MAX);
        let request = self.client.list_multipart_uploads().bucket(bucket).set_prefix(prefix).max_uploads(max_uploads);
        let request = request.set_key_marker(key_marker).set_upload_id_marker(id_marker.flatten());
        let page = request.send().await.map_err(|error| translate("list uploads", error))?;
        let uploads = page.uploads.unwrap_or_default().into_iter();
        let uploads = uploads.filter_map(|upload| incomplete(upload, &location)).collect();
        let marker = page.next_key_marker.map(|key| UploadMarker { key, upload: page.next_upload_id_marker });
        let is_truncated = page.is_truncated == Some(true);
        let next = marker.filter(|marker| is_truncated && from.as_ref() != Some(marker));
        if is_truncated && next.is_none() {
            unknown = Some("the store lists unfinished uploads only up to a point".to_owned());
        }
        Ok(IncompleteUploadPage { uploads, next, unknown })
    }

    /// Which listing shows an upload that is there. It is tried once in a process, with an upload that is aborted again.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn upload_listing(&self) -> Result<UploadListing, StorageError> {
        self.upload_listing.get_or_try_init(|| self.try_listings()).await.copied()
    }

    async fn try_listings(&self) -> Result<UploadListing, StorageError> {
        // A canary: what a process that is killed meanwhile leaves of it is cleared away with the others.
        let address = self.address(Private::KIND, Key::<Private>::canary().as_str());
        let ObjectAddress { bucket, key } = &address;
        let created = self.client.create_multipart_upload().bucket(bucket).key(key).send().await;
        let created = created.map_err(|error| translate_final("list uploads", error))?;
        let Some(upload) = created.upload_id else {
            return Err(StorageError::broken("list uploads", "an upload without an id"));
        };
        let found = self.shown_by(&address, &upload).await;
        if let Err(error) = self.abort(&address, &upload).await {
            // A later search aborts it, as one that no row refers to.
            tracing::warn!(%error, key = address.key, "an upload that was begun to look for it stays unfinished");
        }
        found
    }

    async fn shown_by(&self, address: &ObjectAddress, upload: &str) -> Result<UploadListing, StorageError> {
        let ObjectAddress { bucket, key } = address;
        let shows = |page: &ListMultipartUploadsOutput| {
            page.uploads().iter().any(|one| one.upload_id.as_deref() == Some(upload))
        };
        // Close to the name, so that one page suffices.
        let folder = key.rfind('/').map_or(key.as_str(), |slash| &key[..=slash]);
        let request = || self.client.list_multipart_uploads().bucket(bucket);
        let ways = [
            (UploadListing::ByPrefix, request().prefix(folder)),
            (UploadListing::OfBucket, request().key_marker(folder)),
            (UploadListing::ByName, request().prefix(key)),
        ];
        for (way, request) in ways {
            match request.send().await.map_err(|error| translate_final("list uploads", error)) {
                Ok(page) if shows(&page) => return Ok(way),
                Ok(_) => {}
                Err(StorageError::Refused { code, .. }) if code != "AccessDenied" => {}
                Err(error) => return Err(error),
            }
        }
        Ok(UploadListing::Unavailable)
    }
}

/// An upload of a listing; `None` if it belongs to another location.
fn incomplete(upload: MultipartUpload, location: &str) -> Option<IncompleteUpload> {
    let key = upload.key.as_deref()?.strip_prefix(location)?.to_owned();
    // If the store does not report a start, the upload counts as new, so that it is never removed as too old.
    let started = upload.initiated.and_then(|moment| moment.to_millis().ok()).unwrap_or(i64::MAX);
    Some(IncompleteUpload { key, upload: Some(upload.upload_id?), started })
}
