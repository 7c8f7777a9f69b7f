//! Ends uploads that hold a scarce buffer and send too slowly.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{Stream, StreamExt as _};

use crate::model::problem::FieldProblem;
use crate::server::storage::Storage;

/// Measures the throughput of one upload, and ends it if it is too slow while other uploads wait for a buffer.
pub(super) struct ThroughputGuard {
    since: Instant,
    bytes: usize,
}

impl ThroughputGuard {
    /// The period over which throughput is measured.
    const WINDOW: Duration = Duration::from_secs(10);
    /// The fewest bytes that must come in one period while others wait: 16 KiB a second.
    const LEAST: usize = 160 << 10;

    /// A guard whose first period starts now.
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), bytes: 0 }
    }

    /// The next chunk of the body, or [`FieldProblem::Interrupted`] if the upload is too slow.
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
