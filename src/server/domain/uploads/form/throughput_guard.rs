//! How quickly an upload must come.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{Stream, StreamExt as _};

use crate::model::problem::FieldProblem;
use crate::server::storage::Storage;

/// Watches how quickly an upload comes. Who holds one of the few buffers and hardly sends, while others wait for one,
/// is ended.
pub(super) struct ThroughputGuard {
    since: Instant,
    bytes: usize,
}

impl ThroughputGuard {
    /// How long an upload is watched at a time.
    const WINDOW: Duration = Duration::from_secs(10);
    /// How many bytes must come in that time, while others wait: 16 KiB a second.
    const LEAST: usize = 160 << 10;

    pub(super) fn new() -> Self {
        Self { since: Instant::now(), bytes: 0 }
    }

    /// The next chunk, or the end of an upload that is too slow.
    pub(super) async fn next<S>(&mut self, storage: &Storage, body: &mut S) -> Option<Result<Bytes, FieldProblem>>
    where
        S: Stream<Item = Result<Bytes, FieldProblem>> + Unpin + Send,
    {
        loop {
            let next = tokio::time::timeout_at((self.since + Self::WINDOW).into(), body.next()).await;
            if let Ok(Some(Ok(chunk))) = &next {
                self.bytes += chunk.len();
            }
            if self.since.elapsed() >= Self::WINDOW {
                if self.bytes < Self::LEAST && storage.uploads_wait() {
                    return Some(Err(FieldProblem::Interrupted));
                }
                *self = Self::new();
            }
            if let Ok(next) = next {
                return next;
            }
        }
    }
}
