//! What all kinds of writing to a bucket have in common: the object's address, and its headers.

use std::sync::Arc;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::operation::put_object::{PutObjectError, PutObjectOutput};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use crate::server::storage::error::StorageError;
use crate::server::storage::location::LocationKind;
use crate::server::storage::object::ObjectMeta;
use crate::server::storage::s3::client::{part_timeout, stream_timeout};
use crate::server::storage::s3::error::translate_final;
use crate::server::storage::s3::headers::Headers;
use crate::server::storage::s3::{ObjectAddress, S3};

/// The metadata name of the token in [`crate::server::storage::ObjectMeta`] (`x-amz-meta-…`).
pub const TOKEN: &str = "holdall-upload";

/// The entity tag of what was written, which each store sends
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>, API_UploadPart).
///
/// # Errors
/// [`StorageError::Unavailable`] without one: something on the way has answered instead of the store, and nothing is kept.
pub fn tag_of_store(operation: &'static str, tag: Option<String>) -> Result<String, StorageError> {
    let missing = || StorageError::Unavailable {
        operation,
        code: None,
        detail: "success without an ETag: something has answered in the place of the store".to_owned(),
    };
    tag.filter(|tag| !tag.is_empty()).ok_or_else(missing)
}

/// The object that is being written.
pub struct Target {
    /// The store.
    pub s3: Arc<S3>,
    /// Where the object will be.
    pub address: ObjectAddress,
    /// The object's metadata, chosen by the caller.
    pub meta: ObjectMeta,
    /// The headers that follow from the settings.
    pub headers: Headers,
}

impl Target {
    /// The target for an object of this name in this location.
    pub fn new(s3: &Arc<S3>, kind: LocationKind, key: &str, meta: &ObjectMeta) -> Self {
        let (address, headers) = (s3.address(kind, key), s3.headers(kind));
        Self { s3: Arc::clone(s3), address, meta: meta.clone(), headers }
    }

    /// Writes the whole object in one request.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn put(&self, body: Bytes) -> Result<(), StorageError> {
        let request = self.put_request(ByteStream::from(body)).customize().config_override(part_timeout());
        self.written(request.send().await)
    }

    /// Writes the whole object of `size` bytes in one request, as its bytes arrive.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn put_stream(&self, size: i64, body: ByteStream) -> Result<(), StorageError> {
        let request = self.put_request(body).content_length(size).customize().config_override(stream_timeout());
        self.written(request.send().await)
    }

    fn written(&self, answer: Result<PutObjectOutput, SdkError<PutObjectError>>) -> Result<(), StorageError> {
        let answer = answer.map_err(|error| self.headers.explain(translate_final("put", error)))?;
        tag_of_store("put", answer.e_tag).map(drop)
    }

    fn put_request(&self, body: ByteStream) -> PutObjectFluentBuilder {
        let request = self
            .s3
            .client
            .put_object()
            .bucket(&self.address.bucket)
            .key(&self.address.key)
            .content_type(&self.meta.content_type)
            .set_content_encoding(self.meta.content_encoding.map(str::to_owned))
            .set_cache_control(self.meta.cache_control.map(str::to_owned))
            .set_content_disposition(self.meta.content_disposition.clone())
            .body(body);
        let request = match &self.meta.token {
            Some(token) => request.metadata(TOKEN, token),
            None => request,
        };
        self.headers.put(request)
    }
}
