//! Answers that are lost on their way, to requests for which a store may take minutes.

use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use crate::server::storage::s3::{ObjectAddress, S3};

/// How often it is looked whether an object is there of which there is no answer.
const LOOK: Duration = Duration::from_secs(10);

impl S3 {
    /// The answer to a request that makes an object of `size` bytes; `None` if the object is there before any answer.
    pub(super) async fn answer_or_object<T>(
        &self,
        address: &ObjectAddress,
        size: u64,
        answer: impl Future<Output = T>,
    ) -> Option<T> {
        let mut answer = pin!(answer);
        loop {
            if let Ok(answer) = timeout(LOOK, answer.as_mut()).await {
                return Some(answer);
            }
            if self.is_whole(address, size).await {
                tracing::warn!(key = address.key, "an upload was completed, and the store's answer is missing");
                return None;
            }
        }
    }

    /// Whether an object of `size` bytes is there. No other writer uses the key, so that it is the one that was sent.
    pub(super) async fn is_whole(&self, ObjectAddress { bucket, key }: &ObjectAddress, size: u64) -> bool {
        let head = self.client.head_object().bucket(bucket).key(key).send().await;
        head.is_ok_and(|head| head.content_length.and_then(|length| u64::try_from(length).ok()) == Some(size))
    }
}
