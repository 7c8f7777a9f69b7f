//! The parts of one upload to a bucket: a few are sent at a time, and in the end combined or deleted.

use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use tokio::task::{JoinHandle, JoinSet};

use crate::server::storage::error::StorageError;
use crate::server::storage::s3::ObjectAddress;
use crate::server::storage::s3::client::{complete_timeout, part_timeout};
use crate::server::storage::s3::error::translate_final;
use crate::server::storage::s3::target::{TOKEN, Target, tag_of_store};

/// Parts in flight at the same time. Together with the one being filled, an upload uses 32 MiB.
const UNDER_WAY: usize = 3;

/// A multipart upload; if dropped before it is completed, it is aborted in the background.
pub struct PartSender {
    target: Arc<Target>,
    upload: Upload,
    under_way: JoinSet<Result<CompletedPart, StorageError>>,
    sent: Vec<CompletedPart>,
    count: u32,
}

/// The state of the upload's id. It is requested in a separate task, because cancelling the request would leave an
/// upload whose id is not known.
enum Upload {
    Opening(JoinHandle<Result<String, StorageError>>),
    Open(String),
    Ended,
}

impl PartSender {
    /// Requests an upload from the store, without waiting for the response.
    pub fn open(target: Arc<Target>) -> Self {
        let opening = tokio::spawn(create(Arc::clone(&target)));
        let upload = Upload::Opening(opening);
        Self { target, upload, under_way: JoinSet::new(), sent: Vec::new(), count: 0 }
    }

    /// Starts sending a part, after waiting until fewer than the maximum are in flight.
    ///
    /// # Errors
    /// Any error of the store, possibly about an earlier part.
    pub async fn send(&mut self, body: Bytes) -> Result<(), StorageError> {
        let most = self.target.s3.most_parts();
        if self.count == most {
            let detail = format!("longer than {most} parts of 8 MiB");
            return Err(StorageError::Refused { operation: "write", code: "TooManyParts".to_owned(), detail });
        }
        let upload = self.upload.id().await?.to_owned();
        while self.under_way.len() >= UNDER_WAY {
            self.join().await?;
        }
        self.count += 1;
        let number = i32::try_from(self.count).unwrap_or(i32::MAX);
        self.under_way.spawn(send(Arc::clone(&self.target), upload, number, body));
        Ok(())
    }

    /// Combines the parts into an object of `size` bytes.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn complete(&mut self, size: u64) -> Result<(), StorageError> {
        while !self.under_way.is_empty() {
            self.join().await?;
        }
        self.sent.sort_unstable_by_key(|part| part.part_number);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(std::mem::take(&mut self.sent))).build();
        let Target { s3, address, .. } = &*self.target;
        let upload = self.upload.id().await?;
        let request = s3.client.complete_multipart_upload().bucket(&address.bucket).key(&address.key);
        let request = request.upload_id(upload).multipart_upload(parts).customize();
        let answer = request.config_override(complete_timeout()).send();
        if let Some(Err(error)) = s3.answer_or_object(address, size, answer).await {
            let error = translate_final("complete", error);
            // The answer may have been lost, and a store that forgets completed uploads answers the SDK's next attempt with
            // `NoSuchUpload`.
            if !s3.is_whole(address, size).await {
                return Err(error);
            }
            tracing::warn!(%error, key = address.key, "an upload was completed although the store reported an error");
        }
        self.upload = Upload::Ended;
        Ok(())
    }

    /// Deletes every part, including those in flight.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn abort(&mut self) -> Result<(), StorageError> {
        self.under_way.shutdown().await;
        match self.upload.id().await {
            // The store never started an upload.
            Err(_) => {}
            Ok(upload) => self.target.s3.abort(&self.target.address, upload).await?,
        }
        self.upload = Upload::Ended;
        Ok(())
    }

    async fn join(&mut self) -> Result<(), StorageError> {
        match self.under_way.join_next().await {
            None => Ok(()),
            Some(Ok(part)) => part.map(|part| self.sent.push(part)),
            Some(Err(error)) => Err(StorageError::broken("write", error)),
        }
    }
}

impl Upload {
    async fn id(&mut self) -> Result<&str, StorageError> {
        if let Self::Opening(opening) = self {
            let opened = opening.await.unwrap_or_else(|error| Err(StorageError::broken("write", error)));
            *self = Self::Ended;
            *self = Self::Open(opened?);
        }
        match self {
            Self::Open(id) => Ok(id),
            _ => Err(StorageError::unavailable("write", "the store gave no upload")),
        }
    }
}

impl Drop for PartSender {
    fn drop(&mut self) {
        let mut upload = std::mem::replace(&mut self.upload, Upload::Ended);
        let mut under_way = std::mem::take(&mut self.under_way);
        let target = Arc::clone(&self.target);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if matches!(upload, Upload::Ended) {
            return;
        }
        runtime.spawn(async move {
            under_way.shutdown().await;
            let Ok(id) = upload.id().await else { return };
            if let Err(error) = target.s3.abort(&target.address, id).await {
                tracing::warn!(%error, key = target.address.key, "an abandoned upload stays unfinished");
            }
        });
    }
}

/// Starts an upload at the store; returns its id.
///
/// # Errors
/// Any error of the store.
pub async fn create(target: Arc<Target>) -> Result<String, StorageError> {
    let Target { s3, address: ObjectAddress { bucket, key }, meta, headers } = &*target;
    let request = s3
        .client
        .create_multipart_upload()
        .bucket(bucket)
        .key(key)
        .content_type(&meta.content_type)
        .set_content_encoding(meta.content_encoding.map(str::to_owned))
        .set_cache_control(meta.cache_control.map(str::to_owned))
        .set_content_disposition(meta.content_disposition.clone());
    let mut request = headers.create(request);
    if let Some(token) = &meta.token {
        request = request.metadata(TOKEN, token);
    }
    let answer = request.send().await.map_err(|error| headers.explain(translate_final("write", error)))?;
    answer.upload_id.ok_or_else(|| StorageError::broken("write", "an upload without an id"))
}

async fn send(target: Arc<Target>, upload: String, number: i32, body: Bytes) -> Result<CompletedPart, StorageError> {
    let ObjectAddress { bucket, key } = &target.address;
    let request = target.s3.client.upload_part().bucket(bucket).key(key).upload_id(upload).part_number(number);
    let request = request.body(ByteStream::from(body)).customize().config_override(part_timeout());
    let answer = request.send().await.map_err(|error| translate_final("write", error))?;
    Ok(CompletedPart::builder().part_number(number).e_tag(tag_of_store("write", answer.e_tag)?).build())
}
