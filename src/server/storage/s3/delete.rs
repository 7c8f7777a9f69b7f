//! Deleting objects from a bucket, and aborting incomplete uploads.

use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::server::storage::error::StorageError;
use crate::server::storage::location::Place;
use crate::server::storage::s3::error::{may_pass, translate, was_missing};
use crate::server::storage::s3::{Address, S3};

/// The number of keys in one request: the most that S3 accepts.
const BATCH: usize = 1000;
/// How often the deletion of a failed key is attempted, in addition to the SDK's retries of whole requests.
const TRIES: u32 = 4;
/// How often an upload is aborted until the store no longer knows it: parts that are still arriving can revive it.
const ABORTS: u32 = 3;

impl S3 {
    /// Deletes an object; a missing one is not an error.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn delete(&self, place: Place, key: &str) -> Result<(), StorageError> {
        let Address { bucket, key } = self.address(place, key);
        match self.client.delete_object().bucket(bucket).key(key).send().await {
            Ok(_) => Ok(()),
            Err(error) => match translate("delete", error) {
                StorageError::NotFound => Ok(()),
                other => Err(other),
            },
        }
    }

    /// Deletes many objects, a thousand in a request; missing ones are not an error.
    ///
    /// # Errors
    /// Any error of the store, for the first object that could not be deleted.
    pub async fn delete_many(&self, place: Place, keys: Vec<String>) -> Result<(), StorageError> {
        let Address { bucket, key: location } = self.address(place, "");
        let names: Vec<String> = keys.iter().map(|key| format!("{location}{key}")).collect();
        for batch in names.chunks(BATCH) {
            let mut left = batch.to_vec();
            for attempt in 0.. {
                left = self.delete_batch(&bucket, left, attempt + 1 < TRIES).await?;
                if left.is_empty() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(200 << attempt)).await;
            }
        }
        Ok(())
    }

    /// Sends one request and returns the keys that failed for a passing reason, if `again` allows another attempt. Any
    /// other failed key is an error.
    async fn delete_batch(&self, bucket: &str, names: Vec<String>, again: bool) -> Result<Vec<String>, StorageError> {
        let objects = names.into_iter().map(|name| ObjectIdentifier::builder().key(name).build());
        let delete = objects
            .collect::<Result<Vec<_>, _>>()
            .and_then(|objects| Delete::builder().set_objects(Some(objects)).quiet(true).build())
            .map_err(|error| StorageError::broken("delete_many", error))?;
        let answer = self.client.delete_objects().bucket(bucket).delete(delete).send().await;
        let errors = answer.map_err(|error| translate("delete_many", error))?.errors.unwrap_or_default();
        // A bulk deletion returns 200 even if keys failed, so the SDK sees nothing to retry.
        let mut left = Vec::new();
        for error in errors {
            if was_missing(error.code()) {
                continue;
            }
            match error.key {
                Some(key) if again && may_pass(error.code.as_deref()) => left.push(key),
                key => {
                    let (key, code) = (key.unwrap_or_default(), error.code.unwrap_or_default());
                    return Err(StorageError::unavailable("delete_many", format!("{key}: {code}")));
                }
            }
        }
        Ok(left)
    }

    /// Deletes an object and every incomplete upload of it.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn discard(&self, place: Place, key: &str) -> Result<(), StorageError> {
        let address = self.address(place, key);
        for upload in self.unfinished(&address).await? {
            self.abort(&address, &upload).await?;
        }
        self.delete(place, key).await
    }

    /// The ids of the incomplete uploads of exactly this object.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn unfinished(&self, address: &Address) -> Result<Vec<String>, StorageError> {
        let mut found = Vec::new();
        let (mut key_marker, mut id_marker) = (None, None);
        loop {
            let page = self
                .client
                .list_multipart_uploads()
                .bucket(&address.bucket)
                .prefix(&address.key)
                .set_key_marker(key_marker)
                .set_upload_id_marker(id_marker)
                .send()
                .await
                .map_err(|error| translate("discard", error))?;
            let uploads = page.uploads.unwrap_or_default().into_iter();
            let own = uploads.filter(|upload| upload.key.as_deref() == Some(&address.key));
            found.extend(own.filter_map(|upload| upload.upload_id));
            if page.is_truncated != Some(true) || page.next_key_marker.is_none() {
                return Ok(found);
            }
            (key_marker, id_marker) = (page.next_key_marker, page.next_upload_id_marker);
        }
    }

    /// Aborts an upload, and makes sure that no part still arriving has kept it alive.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn abort(&self, address: &Address, upload: &str) -> Result<(), StorageError> {
        let Address { bucket, key } = address;
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
}
