//! Reads an object as one stream of bytes, over as many connections to the store as that takes. A store that stalls or
//! breaks off is asked again from the offset reached, with `If-Match`, so that the bytes are always those of one object
//! (RFC 9110, section 13.1.1). A client that reads slowly holds no connection meanwhile.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Buf as _, Bytes, BytesMut};
use futures::{Stream, StreamExt as _};
use tokio::sync::mpsc::error::SendError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use crate::server::storage::error::StorageError;
use crate::server::storage::object::Body;
use crate::server::storage::s3::ObjectAddress;
use crate::server::storage::s3::error::chain;
use crate::server::storage::s3::range_request::{RangeAnswer, get};

/// How many objects are read from the store at the same time; others wait for their turn.
pub const READS: usize = 128;
/// How long a request waits for its turn.
const QUEUE: Duration = Duration::from_secs(30);
/// The usual timeouts.
pub const TIMEOUTS: Timeouts =
    Timeouts { stall: Duration::from_secs(20), idle: Duration::from_secs(10), turn: Duration::from_secs(2) };
/// How many bytes are requested at a time once the client has kept a connection waiting longer than [`Timeouts`] allows:
/// they are taken from the store at once, so that the connection is free again.
const PIECE: u64 = 256 * 1024;
/// How often in a row the store is asked again without sending a byte. With the pauses this takes at least 40 seconds.
const TRIES: u32 = 8;
/// How many chunks are read before the client has taken them.
const AHEAD: usize = 2;

type Chunk = Result<Bytes, StorageError>;
type Room<'a> = Result<mpsc::Permit<'a, Chunk>, SendError<()>>;

/// How long a connection is kept that carries nothing.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// How long the store may send nothing before it is asked again.
    pub stall: Duration,
    /// How long a client may take nothing before the connection to the store is closed.
    pub idle: Duration,
    /// After this time a connection is given up if others wait for one, also while its client takes nothing.
    pub turn: Duration,
}

/// A range of an object, and how far it has been read.
pub struct ObjectReader {
    /// Sends the requests.
    pub client: Client,
    /// The turns to read from the store.
    pub reads: Arc<Semaphore>,
    /// The object.
    pub address: ObjectAddress,
    /// How long a connection is kept that carries nothing.
    pub timeouts: Timeouts,
    /// The entity tag of the first answer. Without one the object cannot be recognized, and nothing is asked again.
    pub etag: Option<String>,
    /// The offset of the next byte.
    pub at: u64,
    /// The offset after the last byte.
    pub end: u64,
}

/// A response whose body is being read.
pub struct OpenAnswer {
    /// The bytes.
    pub body: ByteStream,
    /// How many of them come before those that are wanted.
    pub skip: u64,
    /// How many wanted ones are still to come.
    pub left: u64,
    /// Whether the store has answered a range with all of the object. Each further request would cost all that comes
    /// before its range, so this answer is kept however slow the client is.
    pub ignores_range: bool,
    /// The turn that it holds.
    pub _turn: OwnedSemaphorePermit,
    /// When it took its turn.
    pub since: Instant,
}

/// Waits for a turn to read from the store.
///
/// # Errors
/// [`StorageError::Unavailable`] after half a minute.
pub async fn take_turn(reads: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StorageError> {
    match timeout(QUEUE, Arc::clone(reads).acquire_owned()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err(StorageError::unavailable("read", "too many objects are being read")),
    }
}

/// The bytes of the range, beginning with those of `first`. They are read in a task that ends with the stream.
pub fn stream(reader: ObjectReader, first: OpenAnswer) -> Body {
    let size = reader.end - reader.at;
    let (sender, receiver) = mpsc::channel(AHEAD);
    let task = AbortOnDropHandle::new(tokio::spawn(reader.run(first, sender)));
    let chunks = futures::stream::unfold((receiver, task), |(mut receiver, task)| async move {
        receiver.recv().await.map(|chunk| (chunk, (receiver, task)))
    });
    exactly(size, chunks.boxed())
}

impl ObjectReader {
    async fn run(mut self, first: OpenAnswer, chunks: mpsc::Sender<Chunk>) {
        let (mut answer, mut failures, mut is_slow) = (Some(first), 0, false);
        while self.at < self.end {
            let chunk = match self.next(&mut answer, is_slow).await {
                Ok(chunk) => chunk,
                Err(error) => {
                    answer = None;
                    failures += 1;
                    let may_pass = matches!(error, StorageError::Unavailable { .. }) && self.etag.is_some();
                    if failures > TRIES || !may_pass {
                        // If nobody reads any more, nobody needs the error.
                        drop(chunks.send(Err(error)).await);
                        return;
                    }
                    tracing::debug!(%error, key = self.address.key, at = self.at, "reading goes on with a new request");
                    sleep(pause(failures)).await;
                    continue;
                }
            };
            failures = 0;
            self.at += chunk.len() as u64;
            let room = match self.reserve(&chunks, answer.as_ref()).await {
                Some(room) => {
                    is_slow = false;
                    room
                }
                None => {
                    if !answer.as_ref().is_some_and(|answer| answer.ignores_range) {
                        (answer, is_slow) = (None, true);
                    }
                    chunks.reserve().await
                }
            };
            let Ok(room) = room else { return };
            room.send(Ok(chunk));
            if answer.as_ref().is_some_and(|answer| self.is_over(answer)) {
                (answer, is_slow) = (None, true);
            }
        }
    }

    /// Waits for the client to take more; `None` if it takes too long for a connection to be kept meanwhile.
    async fn reserve<'a>(&self, chunks: &'a mpsc::Sender<Chunk>, answer: Option<&OpenAnswer>) -> Option<Room<'a>> {
        let mut reserved = pin!(chunks.reserve());
        let until = Instant::now() + self.timeouts.idle;
        loop {
            let look = until.min(Instant::now() + self.timeouts.turn);
            match timeout_at(look, reserved.as_mut()).await {
                Ok(room) => return Some(room),
                Err(_) if look == until || answer.is_some_and(|answer| self.is_over(answer)) => return None,
                Err(_) => {}
            }
        }
    }

    /// Whether this answer has had its turn, and others wait.
    fn is_over(&self, answer: &OpenAnswer) -> bool {
        !answer.ignores_range && answer.since.elapsed() >= self.timeouts.turn && self.reads.available_permits() == 0
    }

    /// The next bytes, from a new request if there is no open answer. For a slow client they are all those of a small
    /// request, so that its connection is free again when this returns.
    async fn next(&self, answer: &mut Option<OpenAnswer>, is_slow: bool) -> Result<Bytes, StorageError> {
        let open = match answer {
            Some(open) => open,
            None => answer.insert(self.open(if is_slow { self.end.min(self.at + PIECE) } else { self.end }).await?),
        };
        let mut chunk = open.chunk(self.timeouts.stall).await?;
        if is_slow && !open.ignores_range && open.left > 0 {
            let mut piece = BytesMut::from(chunk);
            while open.left > 0 && (piece.len() as u64) < PIECE {
                // What has arrived counts; the next request begins after it.
                let Ok(more) = open.chunk(self.timeouts.stall).await else { break };
                piece.extend_from_slice(&more);
            }
            chunk = piece.freeze();
            *answer = None;
        } else if open.left == 0 {
            *answer = None;
        }
        Ok(chunk)
    }

    async fn open(&self, until: u64) -> Result<OpenAnswer, StorageError> {
        let turn = take_turn(&self.reads).await?;
        let range = self.at..until;
        let answer = get(&self.client, &self.address, Some(&range), self.etag.as_deref()).await?;
        let RangeAnswer { output, skip, size, .. } = answer;
        let ignores_range = output.content_range.is_none();
        let left = if ignores_range { self.end - self.at } else { size };
        Ok(OpenAnswer { body: output.body, skip, left, ignores_range, _turn: turn, since: Instant::now() })
    }
}

impl OpenAnswer {
    /// The next bytes, unless the store sends nothing for so long.
    async fn chunk(&mut self, stall: Duration) -> Result<Bytes, StorageError> {
        loop {
            let mut chunk = match timeout(stall, self.body.next()).await {
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(error))) => return Err(StorageError::unavailable("read", chain(&error))),
                Ok(None) => return Err(StorageError::unavailable("read", format!("{} bytes never came", self.left))),
                Err(_) => return Err(StorageError::unavailable("read", "the store sends nothing")),
            };
            let skipped = self.skip.min(chunk.len() as u64);
            self.skip -= skipped;
            chunk.advance(skipped as usize);
            // What comes after the wanted bytes is left unread.
            chunk.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= chunk.len() as u64;
            if !chunk.is_empty() || self.left == 0 {
                return Ok(chunk);
            }
        }
    }
}

/// The pause before the store is asked again after this many failures.
fn pause(failures: u32) -> Duration {
    Duration::from_millis(250 << failures.clamp(1, 6)).min(Duration::from_secs(10))
}

/// The chunks, which must be exactly this many bytes.
fn exactly(size: u64, chunks: impl Stream<Item = Result<Bytes, StorageError>> + Send + Unpin + 'static) -> Body {
    Box::pin(futures::stream::try_unfold((chunks, size), |(mut chunks, left)| async move {
        let Some(chunk) = chunks.next().await else {
            return if left == 0 {
                Ok(None)
            } else {
                Err(StorageError::broken("read", format!("{left} bytes never came")))
            };
        };
        let chunk = chunk?;
        let left = left.checked_sub(chunk.len() as u64);
        let left = left.ok_or_else(|| StorageError::broken("read", "more bytes than promised"))?;
        Ok(Some((chunk, (chunks, left))))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt as _;

    fn abc() -> impl Stream<Item = Result<Bytes, StorageError>> + Send + Unpin + 'static {
        futures::stream::iter([Ok(Bytes::from_static(b"abc"))])
    }

    #[tokio::test]
    async fn too_few_bytes_and_too_many_are_errors() {
        for promised in [2, 4] {
            let body = exactly(promised, abc());
            assert!(matches!(body.try_collect::<Vec<_>>().await, Err(StorageError::Broken { .. })), "{promised}");
        }
        assert_eq!(exactly(3, abc()).try_collect::<Vec<_>>().await.unwrap(), ["abc"]);
    }

    #[test]
    fn a_store_is_asked_again_for_a_while() {
        let all: Duration = (1..=TRIES).map(pause).sum();
        assert!(all >= Duration::from_secs(40) && all < Duration::from_secs(60), "{all:?}");
    }
}
