//! The downloads that are under way in this process, so that one can be ended before its client has read all of it: where
//! another finds no place, one that is hardly read, and where a file is deleted, all of it.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::Stream;
use futures::stream::BoxStream;
use tokio_util::sync::CancellationToken;

use crate::model::id::{AccountId, BlobId};
use crate::server::domain::subject_limiter::SubjectPermit;
use crate::server::storage::StorageError;

/// All downloads that are under way; cheap to clone.
#[derive(Clone)]
pub struct RunningReads {
    running: Arc<Mutex<Running>>,
    /// How long one must not have been read before it is ended for another one.
    unread: Duration,
    /// How long one must be under way before its speed is judged.
    judged: Duration,
}

#[derive(Default)]
struct Running {
    started: u64,
    reads: HashMap<u64, Arc<dyn Endable>>,
}

/// A download without the type of its errors.
trait Endable: Send + Sync {
    fn account(&self) -> &AccountId;
    fn blob(&self) -> Option<&BlobId>;
    /// How its client reads it, if it has a place that another could have.
    fn progress(&self) -> Option<ReadProgress>;
    fn end(&self);
}

/// How a client reads a download.
#[derive(Clone, Copy)]
struct ReadProgress {
    since: Instant,
    /// The bytes that it was handed.
    taken: u64,
    /// When it was handed the last of them, if it has not asked for more yet.
    unread_since: Option<Instant>,
}

impl ReadProgress {
    /// Bytes a second, if it has been under way for this long.
    fn speed(&self, judged: Duration) -> Option<u64> {
        let elapsed = self.since.elapsed();
        (elapsed >= judged).then(|| self.taken / elapsed.as_secs().max(1))
    }
}

impl RunningReads {
    /// None at first. One may be ended for another once it has not been read for as long as `unread`, or is slow after
    /// having been under way for as long as `judged`.
    pub fn new(unread: Duration, judged: Duration) -> Self {
        Self { running: Arc::default(), unread, judged }
    }

    /// Adds a download of this account, which holds its place for as long as it goes on: of one file, of several, or of one
    /// within an archive, which has no place of its own. It is added before its file is opened, so that one that is
    /// deleted meanwhile ends it too.
    ///
    /// `ended` is cancelled if it is ended. Its connection has to be closed then: a client that reads nothing would not
    /// notice, and keep what it was handed.
    pub fn add<E: From<StorageError> + Send + 'static>(
        &self,
        permit: Option<SubjectPermit>,
        account: AccountId,
        blob: Option<BlobId>,
        ended: CancellationToken,
    ) -> RunningRead<E> {
        let progress = ReadProgress { since: Instant::now(), taken: 0, unread_since: None };
        let state = Mutex::new(State { stage: Stage::Opens(permit), progress, reader: None });
        let read = Arc::new(Read { account, blob, ended, state });
        let mut running = self.lock();
        running.started += 1;
        let number = running.started;
        running.reads.insert(number, read.clone());
        drop(running);
        RunningRead { read, number, all: self.clone() }
    }

    /// Ends one download so that this account has its place: the one that has not been read for longest, one of its own
    /// first; or else, of whoever has most and more than this account would have then, the slowest. If not `of_any`, one
    /// of its own that is not read, or none.
    pub fn make_room(&self, account: &AccountId, of_any: bool) {
        let mut reading = self.all().into_iter().filter_map(|read| Some((read.progress()?, read))).collect::<Vec<_>>();
        reading.retain(|(_, read)| of_any || read.account() == account);
        let unread = reading.iter().filter_map(|(progress, read)| {
            let since = progress.unread_since.filter(|since| since.elapsed() >= self.unread)?;
            Some((read.account() != account, since, read))
        });
        let longest = unread.min_by_key(|(is_others, since, _)| (*is_others, *since)).map(|(.., read)| read);
        if let Some(read) = longest.or_else(|| self.slowest_of_most(&reading, account)) {
            read.end();
        }
    }

    /// Ends all downloads of a file. Until then a folder's file system would keep the bytes of a file that was deleted.
    pub fn end_of(&self, blob: &BlobId) {
        self.all().iter().filter(|read| read.blob() == Some(blob)).for_each(|read| read.end());
    }

    /// The slowest download of the accounts that have most, if this account would not have more after its end.
    fn slowest_of_most<'a>(
        &self,
        reading: &'a [(ReadProgress, Arc<dyn Endable>)],
        account: &AccountId,
    ) -> Option<&'a Arc<dyn Endable>> {
        let mut counts = HashMap::<_, usize>::new();
        for (_, read) in reading {
            *counts.entry(read.account()).or_default() += 1;
        }
        let own = counts.get(account).copied().unwrap_or_default();
        let most = counts.values().max().copied().filter(|most| *most > own + 1)?;
        let theirs = reading.iter().filter(|(_, read)| counts.get(read.account()) == Some(&most));
        let judged = theirs.filter_map(|(progress, read)| Some((progress.speed(self.judged)?, read)));
        judged.min_by_key(|(speed, _)| *speed).map(|(_, read)| read)
    }

    /// All of them. The lock is let go before that of any read is taken: an archive adds and removes its members here
    /// while it is polled, under its own.
    fn all(&self) -> Vec<Arc<dyn Endable>> {
        self.lock().reads.values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Read<E> {
    account: AccountId,
    blob: Option<BlobId>,
    ended: CancellationToken,
    state: Mutex<State<E>>,
}

struct State<E> {
    stage: Stage<E>,
    progress: ReadProgress,
    /// Who waits for the next chunk.
    reader: Option<Waker>,
}

enum Stage<E> {
    Opens(Option<SubjectPermit>),
    Reads(BoxStream<'static, Result<Bytes, E>>, Option<SubjectPermit>),
    Ended,
    Over,
}

impl<E> Read<E> {
    fn lock(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Send> Endable for Read<E> {
    fn account(&self) -> &AccountId {
        &self.account
    }

    fn blob(&self) -> Option<&BlobId> {
        self.blob.as_ref()
    }

    fn progress(&self) -> Option<ReadProgress> {
        let state = self.lock();
        Some(state.progress).filter(|_| matches!(state.stage, Stage::Reads(_, Some(_))))
    }

    fn end(&self) {
        let mut state = self.lock();
        if let Stage::Opens(_) | Stage::Reads(..) = state.stage {
            let read = std::mem::replace(&mut state.stage, Stage::Ended);
            let reader = state.reader.take();
            drop(state);
            drop(read);
            reader.into_iter().for_each(Waker::wake);
            self.ended.cancel();
        }
    }
}

/// The chunks of a download. If it is ended before the last one, an error follows, so that it does not look whole.
pub struct RunningRead<E: From<StorageError> + Send + 'static> {
    read: Arc<Read<E>>,
    number: u64,
    all: RunningReads,
}

impl<E: From<StorageError> + Send + 'static> RunningRead<E> {
    /// Begins to read these chunks, unless it was ended while they were opened.
    #[must_use]
    pub fn of(self, chunks: BoxStream<'static, Result<Bytes, E>>) -> Self {
        let mut state = self.read.lock();
        if let Stage::Opens(permit) = &mut state.stage {
            state.stage = Stage::Reads(chunks, permit.take());
        }
        drop(state);
        self
    }
}

impl<E: From<StorageError> + Send + 'static> Stream for RunningRead<E> {
    type Item = Result<Bytes, E>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = self.read.lock();
        state.progress.unread_since = None;
        let next = match &mut state.stage {
            Stage::Reads(chunks, _) => chunks.as_mut().poll_next(context),
            Stage::Ended => {
                state.stage = Stage::Over;
                let error = StorageError::unavailable("read", "the download was ended");
                return Poll::Ready(Some(Err(error.into())));
            }
            Stage::Opens(_) | Stage::Over => return Poll::Ready(None),
        };
        match &next {
            Poll::Ready(Some(chunk)) => {
                state.progress.taken += chunk.as_ref().map_or(0, Bytes::len) as u64;
                state.progress.unread_since = Some(Instant::now());
            }
            Poll::Ready(None) => state.stage = Stage::Over,
            Poll::Pending => state.reader = Some(context.waker().clone()),
        }
        next
    }
}

impl<E: From<StorageError> + Send + 'static> Drop for RunningRead<E> {
    fn drop(&mut self) {
        let read = self.all.lock().reads.remove(&self.number);
        drop(read);
    }
}
