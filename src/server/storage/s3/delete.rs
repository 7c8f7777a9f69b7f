//! Deleting objects from a bucket: one by one, and many in a request where the store knows that.

use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures::StreamExt as _;

use crate::server::storage::error::StorageError;
use crate::server::storage::location::LocationKind;
use crate::server::storage::s3::error::{asks_to_wait, may_pass, translate, translate_final, was_missing};
use crate::server::storage::s3::{ObjectAddress, S3};

/// The number of keys in one request: the most that S3 accepts.
const BATCH: usize = 1000;
/// How often the deletion of a failed key is attempted, in addition to the SDK's retries of whole requests.
const TRIES: u32 = 5;
/// How many single deletions run at the same time.
const AT_ONCE: usize = 8;

/// Why a bulk deletion failed.
enum BulkError {
    /// An answer that says nothing of single keys: the store may lack the request, or something in between may not let it
    /// pass.
    Refused {
        error: StorageError,
        /// Whether it would come again each time.
        for_good: bool,
    },
    /// The store asks to wait, or there is no answer.
    Other(StorageError),
}

/// What a bulk deletion left.
#[derive(Default)]
struct BulkLeft {
    /// The keys that failed for a passing reason.
    again: Vec<String>,
    /// The keys that failed for any other reason: deleting each by itself may be allowed all the same.
    refused: Vec<String>,
}

impl S3 {
    /// Deletes an object; a missing one is not an error.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn delete(&self, kind: LocationKind, key: &str) -> Result<(), StorageError> {
        let ObjectAddress { bucket, key } = self.address(kind, key);
        self.delete_one(&bucket, &key).await
    }

    /// Deletes many objects, a thousand in a request; missing ones are not an error. Where the store refuses that, they
    /// are deleted one by one, and so are all that follow in this process.
    ///
    /// # Errors
    /// Any error of the store, for the first object that could not be deleted. The others are deleted all the same.
    pub async fn delete_many(&self, kind: LocationKind, keys: Vec<String>) -> Result<(), StorageError> {
        let ObjectAddress { bucket, key: location } = self.address(kind, "");
        let names: Vec<String> = keys.iter().map(|key| format!("{location}{key}")).collect();
        let mut deleted = Ok(());
        for batch in names.chunks(BATCH) {
            let batch = self.delete_batch(&bucket, batch.to_vec()).await;
            deleted = deleted.and(batch);
        }
        deleted
    }

    /// Deletes an object by a request for many; false if it had to be deleted by itself.
    ///
    /// # Errors
    /// Any error of the store.
    pub(super) async fn delete_as_one_of_many(&self, kind: LocationKind, key: &str) -> Result<bool, StorageError> {
        let ObjectAddress { bucket, key } = self.address(kind, key);
        match self.delete_in_bulk(&bucket, std::slice::from_ref(&key)).await {
            Ok(BulkLeft { again, refused }) if again.is_empty() && refused.is_empty() => Ok(true),
            _ => self.delete_one(&bucket, &key).await.map(|()| false),
        }
    }

    async fn delete_batch(&self, bucket: &str, names: Vec<String>) -> Result<(), StorageError> {
        if self.deletes_singly.load(Ordering::Relaxed) {
            return self.delete_singly(bucket, &names).await;
        }
        let (mut left, mut refused, mut lacks_request) = (names, Vec::new(), None);
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(300 << (attempt - 1))).await;
            }
            match self.delete_in_bulk(bucket, &left).await {
                Ok(found) => {
                    left = found.again;
                    refused.extend(found.refused);
                }
                Err(BulkError::Other(error)) => return Err(error),
                Err(BulkError::Refused { error, for_good }) => {
                    if for_good {
                        refused.append(&mut left);
                        lacks_request = Some(error);
                    }
                    break;
                }
            }
            if left.is_empty() {
                break;
            }
        }
        let deleted = self.delete_singly(bucket, &refused).await;
        let deleted = deleted.and(self.delete_cautiously(bucket, left).await);
        if let Some(error) = lacks_request.filter(|_| deleted.is_ok())
            && !self.deletes_singly.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%error, "the store deletes objects one by one alone");
        }
        deleted
    }

    /// Deletes these objects with a request each, if one can be deleted: a store that is away, or asks to wait, is not asked
    /// for each of a thousand.
    async fn delete_cautiously(&self, bucket: &str, mut names: Vec<String>) -> Result<(), StorageError> {
        let Some(first) = names.pop() else { return Ok(()) };
        self.delete_one(bucket, &first).await?;
        self.delete_singly(bucket, &names).await
    }

    /// Sends one request.
    async fn delete_in_bulk(&self, bucket: &str, names: &[String]) -> Result<BulkLeft, BulkError> {
        let objects = names.iter().map(|name| ObjectIdentifier::builder().key(name).build());
        let delete = objects
            .collect::<Result<Vec<_>, _>>()
            .and_then(|objects| Delete::builder().set_objects(Some(objects)).quiet(true).build())
            .map_err(|error| BulkError::Other(StorageError::broken("delete_many", error)))?;
        let answer = match self.client.delete_objects().bucket(bucket).delete(delete).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let status = error.raw_response().map(|response| response.status().as_u16());
                // A status without a store's code may be that of something in between which does not know the request.
                let asks_to_wait = asks_to_wait(&error) && error.code().is_some_and(|code| !code.is_empty());
                let error = translate_final("delete_many", error);
                // Those that demand a `Content-MD5` say so with different codes.
                let for_good = matches!(error, StorageError::Refused { .. }) || matches!(status, Some(400 | 411));
                return Err(match status {
                    Some(_) if !asks_to_wait => BulkError::Refused { error, for_good },
                    _ => BulkError::Other(error),
                });
            }
        };
        // A bulk deletion returns 200 even if keys failed, so the SDK sees nothing to retry.
        let mut left = BulkLeft::default();
        for error in answer.errors.unwrap_or_default() {
            if was_missing(error.code()) {
                continue;
            }
            let (key, code) = (error.key, error.code);
            match key {
                Some(key) if may_pass(code.as_deref()) => left.again.push(key),
                Some(key) => left.refused.push(key),
                // Of an error without a key nobody knows what it is about.
                None => left.refused = names.to_vec(),
            }
        }
        Ok(left)
    }

    /// Deletes these objects with a request each; returns the first error, after all were tried.
    async fn delete_singly(&self, bucket: &str, names: &[String]) -> Result<(), StorageError> {
        let deletions = names.iter().cloned().map(|name| async move { self.delete_one(bucket, &name).await });
        let results: Vec<_> = futures::stream::iter(deletions).buffer_unordered(AT_ONCE).collect().await;
        results.into_iter().collect()
    }

    async fn delete_one(&self, bucket: &str, name: &str) -> Result<(), StorageError> {
        match self.client.delete_object().bucket(bucket).key(name).send().await {
            Ok(_) => Ok(()),
            Err(error) => match translate("delete", error) {
                StorageError::NotFound => Ok(()),
                other => Err(other),
            },
        }
    }
}
