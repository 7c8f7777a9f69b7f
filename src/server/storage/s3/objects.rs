//! Reading, listing and presigning objects in a bucket. Deleting is in `delete.rs`, writing in `writer.rs`.

use std::ops::Range;
use std::time::Duration;

use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;

use crate::server::storage::delivery::DeliverAs;
use crate::server::storage::error::StorageError;
use crate::server::storage::location::Place;
use crate::server::storage::object::{Body, Head, Listed, Object, ObjectPage};
use crate::server::storage::s3::error::translate;
use crate::server::storage::s3::target::TOKEN;
use crate::server::storage::s3::{Address, S3};

impl S3 {
    /// Reads the object, or `range` of its bytes.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Broken`] for a range that does not lie within the object.
    pub async fn read(&self, place: Place, key: &str, range: Option<Range<u64>>) -> Result<Object, StorageError> {
        let Address { bucket, key: name } = self.address(place, key);
        if let Some(empty) = range.clone().filter(Range::is_empty) {
            // An empty range cannot be requested, yet the object must exist.
            let Head { size, content_type, etag, .. } = self.head(place, key).await?;
            return match empty.end <= size && empty.start == empty.end {
                true => {
                    Ok(Object { size: 0, whole: size, content_type, etag, body: Box::pin(futures::stream::empty()) })
                }
                false => Err(StorageError::broken("read", format!("{empty:?} of an object of {size} bytes"))),
            };
        }
        let header = range.as_ref().map(|range| format!("bytes={}-{}", range.start, range.end - 1));
        let answer = self
            .client
            .get_object()
            .bucket(bucket)
            .key(name)
            .set_range(header)
            .send()
            .await
            .map_err(|error| translate("read", error))?;
        let size = answer.content_length.and_then(|length| u64::try_from(length).ok());
        let Some(size) = size else { return Err(StorageError::broken("read", "an answer without a length")) };
        let mut whole = size;
        if let Some(range) = range {
            let requested = format!("bytes {}-{}/", range.start, range.end - 1);
            let is_whole = range.start == 0 && answer.content_range.is_none();
            let fits = is_whole || answer.content_range.as_deref().is_some_and(|got| got.starts_with(&requested));
            if !fits || size != range.end - range.start {
                let got = answer.content_range.unwrap_or_default();
                return Err(StorageError::broken("read", format!("asked for {requested}, got {size} bytes, {got:?}")));
            }
            // RFC 9110, section 14.4: `bytes 0-9/1000`. A store that does not know the length says `*`.
            let length = answer.content_range.as_deref().and_then(|got| got.rsplit_once('/')?.1.parse().ok());
            whole = length.unwrap_or(whole);
        }
        let body = stream(answer.body, size);
        Ok(Object { size, whole, content_type: answer.content_type, etag: answer.e_tag, body })
    }

    /// What the store knows about the object. A missing bucket is reported like a missing object.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn head(&self, place: Place, key: &str) -> Result<Head, StorageError> {
        let Address { bucket, key } = self.address(place, key);
        let answer = self.client.head_object().bucket(bucket).key(key).send().await;
        let answer = answer.map_err(|error| translate("head", error))?;
        let size = answer.content_length.and_then(|length| u64::try_from(length).ok());
        let size = size.ok_or_else(|| StorageError::broken("head", "an answer without a length"))?;
        let token = answer.metadata.and_then(|mut said| said.remove(TOKEN));
        Ok(Head { size, content_type: answer.content_type, etag: answer.e_tag, token })
    }

    /// Lists at most `limit` objects of the location whose names begin with `prefix` and come after `after`.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn list_after(
        &self,
        place: Place,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<ObjectPage, StorageError> {
        let Address { bucket, key: location } = self.address(place, "");
        if after > prefix && !after.starts_with(prefix) {
            return Ok(ObjectPage { objects: Vec::new(), odd: Vec::new(), is_last: true });
        }
        // Garage returns an empty listing if `start-after` sorts before the prefix.
        let start = (after >= prefix && !after.is_empty()).then(|| format!("{location}{after}"));
        let most = i32::try_from(limit).unwrap_or(i32::MAX);
        let request = self.client.list_objects_v2().bucket(bucket).prefix(format!("{location}{prefix}"));
        let request = request.set_start_after(start).max_keys(most);
        let mut token = None;
        loop {
            let page = request.clone().set_continuation_token(token).send().await;
            let page = page.map_err(|error| translate("list", error))?;
            let listed = page.contents.unwrap_or_default().into_iter().map(|object| listed(object, &location));
            let mut objects = listed.collect::<Result<Vec<_>, _>>()?;
            // Web consoles create an object with the location's own name to display a folder.
            objects.retain(|object| !object.key.is_empty());
            let is_last = page.is_truncated != Some(true);
            token = page.next_continuation_token;
            // Stores may return an empty page and say that there are more.
            if is_last || !objects.is_empty() {
                return Ok(ObjectPage { objects, odd: Vec::new(), is_last });
            }
            if token.is_none() {
                return Err(StorageError::broken("list", "an empty page that is not the last and has no token"));
            }
        }
    }

    /// Presigns an address at which anyone who has it may read the object until it expires.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if there are no credentials to sign with.
    pub async fn sign(&self, place: Place, key: &str, how: &DeliverAs, age: Duration) -> Result<String, StorageError> {
        let Address { bucket, key } = self.address(place, key);
        let expiry = PresigningConfig::expires_in(age).map_err(|error| StorageError::broken("sign", error))?;
        let request = self
            .signer
            .get_object()
            .bucket(bucket)
            .key(key)
            .response_content_type(&how.content_type)
            .response_content_disposition(&how.content_disposition);
        match request.presigned(expiry).await {
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

/// The bytes of a response, which must be exactly as many as announced.
fn stream(body: ByteStream, size: u64) -> Body {
    Box::pin(futures::stream::try_unfold((body, size), |(mut body, left)| async move {
        let Some(chunk) = body.next().await else {
            return if left == 0 {
                Ok(None)
            } else {
                Err(StorageError::broken("read", format!("{left} bytes never came")))
            };
        };
        let chunk = chunk.map_err(|error| StorageError::unavailable("read", DisplayErrorContext(error)))?;
        let left = left.checked_sub(chunk.len() as u64);
        let left = left.ok_or_else(|| StorageError::broken("read", "more bytes than promised"))?;
        Ok(Some((chunk, (body, left))))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;

    #[tokio::test]
    async fn too_few_bytes_and_too_many_are_errors() {
        for promised in [2, 4] {
            let body = stream(ByteStream::from_static(b"abc"), promised);
            assert!(matches!(body.try_collect::<Vec<_>>().await, Err(StorageError::Broken { .. })), "{promised}");
        }
        assert_eq!(stream(ByteStream::from_static(b"abc"), 3).try_collect::<Vec<_>>().await.unwrap(), ["abc"]);
    }
}
