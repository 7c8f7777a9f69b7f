//! Reading, listing and presigning objects in a bucket. Deleting is in `delete.rs`, writing in `writer.rs`.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::error::DisplayErrorContext;
use tokio::time::Instant;

use crate::server::storage::delivery::DeliverAs;
use crate::server::storage::error::StorageError;
use crate::server::storage::location::LocationKind;
use crate::server::storage::object::{Head, Listed, Object, ObjectPage};
use crate::server::storage::s3::error::{has_request_id, translate};
use crate::server::storage::s3::lifetime::Terms;
use crate::server::storage::s3::range_request::{RangeAnswer, get};
use crate::server::storage::s3::resume::{ObjectReader, OpenAnswer, stream, take_turn};
use crate::server::storage::s3::target::TOKEN;
use crate::server::storage::s3::{ObjectAddress, S3};

impl S3 {
    /// Reads the object, or `range` of its bytes. The bytes keep coming where the store stalls or breaks off for a while.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Broken`] for a range that does not lie within the object.
    pub async fn read(&self, kind: LocationKind, key: &str, range: Option<Range<u64>>) -> Result<Object, StorageError> {
        let ObjectAddress { bucket, key: name } = self.address(kind, key);
        if let Some(empty) = range.clone().filter(Range::is_empty) {
            // An empty range cannot be requested, yet the object must exist.
            let Head { size, content_type, etag, .. } = self.head(kind, key).await?;
            return match empty.end <= size && empty.start == empty.end {
                true => {
                    let body = Box::pin(futures::stream::empty());
                    Ok(Object { size: 0, whole: size, content_type, etag, written: None, body })
                }
                false => Err(StorageError::broken("read", format!("{empty:?} of an object of {size} bytes"))),
            };
        }
        let turn = take_turn(&self.reads).await?;
        let address = ObjectAddress { bucket, key: name };
        let RangeAnswer { output, skip, size, whole } = get(&self.client, &address, range.as_ref(), None).await?;
        let at = range.as_ref().map_or(0, |range| range.start);
        let (client, reads, timeouts) = (self.client.clone(), Arc::clone(&self.reads), self.timeouts);
        let etag = output.e_tag.clone();
        let reader = ObjectReader { client, reads, address, timeouts, etag, at, end: at + size };
        let ignores_range = range.is_some() && output.content_range.is_none();
        let since = Instant::now();
        let first = OpenAnswer { body: output.body, skip, left: size, ignores_range, _turn: turn, since };
        let body = stream(reader, first);
        let (content_type, etag) = (output.content_type, output.e_tag);
        Ok(Object { size, whole, content_type, etag, written: None, body })
    }

    /// What the store knows about the object. A store may report a missing bucket like a missing object.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn head(&self, kind: LocationKind, key: &str) -> Result<Head, StorageError> {
        let ObjectAddress { bucket, key } = self.address(kind, key);
        let answer = match self.client.head_object().bucket(&bucket).key(&key).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let is_marked = has_request_id(&error);
                return Err(match translate("head", error) {
                    StorageError::NotFound if !is_marked => self.confirm_missing(&bucket, &key).await,
                    error => error,
                });
            }
        };
        let size = answer.content_length.and_then(|length| u64::try_from(length).ok());
        let size = size.ok_or_else(|| StorageError::broken("head", "an answer without a length"))?;
        let token = answer.metadata.and_then(|mut said| said.remove(TOKEN));
        Ok(Head { size, content_type: answer.content_type, etag: answer.e_tag, token })
    }

    /// The error for an object of which something answered that it is missing. An answer to HEAD has no body, so a
    /// gateway's 404 looks like the store's; the answer to GET has a code.
    async fn confirm_missing(&self, bucket: &str, key: &str) -> StorageError {
        let first = self.client.get_object().bucket(bucket).key(key).range("bytes=0-0").send().await;
        match first.map_err(|error| translate("read", error)) {
            Err(StorageError::NotFound) => StorageError::NotFound,
            Err(error) => StorageError::unavailable("head", error),
            Ok(_) => StorageError::unavailable("head", "404 for an object that is there"),
        }
    }

    /// Lists at most `limit` objects of the location whose names begin with `prefix` and come after `after`.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn list_after(
        &self,
        kind: LocationKind,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<ObjectPage, StorageError> {
        let ObjectAddress { bucket, key: location } = self.address(kind, "");
        if after > prefix && !after.starts_with(prefix) {
            return Ok(ObjectPage { objects: Vec::new(), odd: Vec::new(), is_last: true });
        }
        // Garage returns an empty listing if `start-after` sorts before the prefix.
        let start = (after >= prefix && !after.is_empty()).then(|| format!("{location}{after}"));
        let most = i32::try_from(limit).unwrap_or(i32::MAX);
        let request = self.client.list_objects_v2().bucket(bucket).prefix(format!("{location}{prefix}"));
        let request = request.set_start_after(start).max_keys(most);
        let mut token: Option<String> = None;
        loop {
            let page = request.clone().set_continuation_token(token.clone()).send().await;
            let page = page.map_err(|error| translate("list", error))?;
            let listed = page.contents.unwrap_or_default().into_iter().map(|object| listed(object, &location));
            let mut objects = listed.collect::<Result<Vec<_>, _>>()?;
            // Web consoles create an object with the location's own name to display a folder.
            objects.retain(|object| !object.key.is_empty());
            let is_last = page.is_truncated != Some(true);
            let before = std::mem::replace(&mut token, page.next_continuation_token);
            // Stores may return an empty page and say that there are more.
            if is_last || !objects.is_empty() {
                return Ok(ObjectPage { objects, odd: Vec::new(), is_last });
            }
            if token.is_none() || token == before {
                return Err(StorageError::broken(
                    "list",
                    "an empty page that is not the last, and none that follows it",
                ));
            }
        }
    }

    /// Presigns an address at which anyone who has it may read the object until it expires: after `age`, or when the
    /// credentials end, if that is sooner. `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if there are no credentials to sign with.
    pub async fn sign(
        &self,
        kind: LocationKind,
        key: &str,
        how: &DeliverAs,
        age: Duration,
        now: i64,
    ) -> Result<String, StorageError> {
        let ObjectAddress { bucket, key } = self.address(kind, key);
        let Terms { expiry, credentials } = self.lifetime.terms(age, now).await?;
        let request = self
            .signer
            .get_object()
            .bucket(bucket)
            .key(key)
            .response_content_type(&how.content_type)
            .response_content_disposition(&how.content_disposition);
        match request.customize().config_override(credentials).presigned(expiry).await {
            Ok(signed) => Ok(signed.uri().to_owned()),
            Err(error) => Err(StorageError::unavailable("sign", DisplayErrorContext(error))),
        }
    }
}

/// An entry of a listing, without the location's name.
fn listed(object: aws_sdk_s3::types::Object, location: &str) -> Result<Listed, StorageError> {
    let size = object.size.and_then(|size| u64::try_from(size).ok());
    let key = object.key.as_deref().and_then(|key| key.strip_prefix(location));
    let written = object.last_modified.and_then(|moment| moment.to_millis().ok());
    let (Some(key), Some(size), Some(written)) = (key, size, written) else {
        return Err(StorageError::broken("list", "a line without name, size or time"));
    };
    Ok(Listed { key: key.to_owned(), size, written })
}
