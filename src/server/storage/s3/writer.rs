//! Writing an object of unknown length to a bucket: whole if it fits one buffer, in parts if not.
//! Bodies are always in memory and of known length, which is what every store takes.

use std::sync::Arc;

use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use crate::server::storage::error::StorageError;
use crate::server::storage::location::Place;
use crate::server::storage::object::ObjectMeta;
use crate::server::storage::s3::budget::{BUFFER_BYTES, Buffer};
use crate::server::storage::s3::client::{part_timeout, stream_timeout};
use crate::server::storage::s3::error::translate;
use crate::server::storage::s3::headers::Headers;
use crate::server::storage::s3::parts::{PartSender, TOKEN};
use crate::server::storage::s3::{Address, S3};

/// An object being written; dropped before `finish`, its parts are removed in the background.
pub struct S3Writer {
    target: Arc<Target>,
    filling: Option<Buffer>,
    parts: Option<PartSender>,
    written: u64,
}

/// What is being written where.
pub struct Target {
    /// The store.
    pub s3: Arc<S3>,
    /// Where the object will lie.
    pub address: Address,
    /// What the store is told about it by whoever writes it.
    pub meta: ObjectMeta,
    /// What the settings say of it.
    pub headers: Headers,
}

impl Target {
    /// An object of this name in this location.
    pub fn new(s3: &Arc<S3>, place: Place, key: &str, meta: &ObjectMeta) -> Self {
        let (address, headers) = (s3.address(place, key), s3.headers(place));
        Self { s3: Arc::clone(s3), address, meta: meta.clone(), headers }
    }

    /// Puts the whole object in one request.
    pub async fn put(&self, body: Bytes) -> Result<(), StorageError> {
        let request = self.put_request(ByteStream::from(body)).customize().config_override(part_timeout());
        request.send().await.map(drop).map_err(|error| self.headers.explain(translate("put", error)))
    }

    /// Puts the whole object of `size` bytes in one request, as its bytes come.
    pub async fn put_stream(&self, size: i64, body: ByteStream) -> Result<(), StorageError> {
        let request = self.put_request(body).content_length(size).customize().config_override(stream_timeout());
        request.send().await.map(drop).map_err(|error| self.headers.explain(translate("put", error)))
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

impl S3Writer {
    /// Prepares to write; the store first hears of it when a buffer is full, or at the end.
    pub fn new(target: Target) -> Self {
        Self { target: Arc::new(target), filling: None, parts: None, written: 0 }
    }

    /// Takes the next bytes; waits for a buffer, and while enough parts are under way.
    pub async fn write(&mut self, mut chunk: Bytes) -> Result<(), StorageError> {
        self.written += chunk.len() as u64;
        while !chunk.is_empty() {
            // Sent only when there is more to come: a last buffer, even a full one, is `finish`'s.
            if let Some(full) = self.filling.take_if(|buffer| buffer.is_full()) {
                self.parts
                    .get_or_insert_with(|| PartSender::open(Arc::clone(&self.target)))
                    .send(full.freeze())
                    .await?;
            }
            let buffer = match &mut self.filling {
                Some(buffer) => buffer,
                // Nothing is held here but parts under way, as `take` demands.
                None => self.filling.insert(self.target.s3.budget.take().await),
            };
            buffer.fill(&mut chunk);
        }
        Ok(())
    }

    /// Sends what is left and makes the object; its length in bytes.
    pub async fn finish(mut self) -> Result<u64, StorageError> {
        let last = self.filling.take().map(Buffer::freeze).unwrap_or_default();
        match self.parts {
            None => self.target.put(last).await?,
            Some(mut parts) => {
                let sent = match parts.send(last).await {
                    Ok(()) => parts.complete(self.written).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = sent {
                    // The first error is the one to tell.
                    if let Err(second) = parts.abort().await {
                        tracing::warn!(error = %second, key = self.target.address.key, "an upload stays unfinished");
                    }
                    return Err(error);
                }
            }
        }
        Ok(self.written)
    }

    /// Removes what was sent so far.
    pub async fn abort(self) -> Result<(), StorageError> {
        match self.parts {
            Some(mut parts) => parts.abort().await,
            None => Ok(()),
        }
    }
}

const _: () = assert!(BUFFER_BYTES >= 5 * 1024 * 1024, "S3 takes no smaller part but the last");
