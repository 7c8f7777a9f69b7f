//! The downloads that are under way in this process, so that one can be ended before its client has read all of it: where
//! another finds no place, the one that has not been read for longest, and where a file is deleted, all of it.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::Stream;
use futures::stream::BoxStream;

use crate::model::id::{AccountId, BlobId};
use crate::server::domain::account_limiter::AccountPermit;
use crate::server::storage::StorageError;

/// All downloads that are under way; cheap to clone.
#[derive(Clone)]
pub struct RunningReads {
    running: Arc<Mutex<Running>>,
    /// How long one must not have been read before it is ended for another one.
    unread: Duration,
}

#[derive(Default)]
struct Running {
    begun: u64,
    reads: HashMap<u64, Arc<dyn Endable>>,
}

/// A download without the type of its errors.
trait Endable: Send + Sync {
    fn account(&self) -> &AccountId;
    fn blob(&self) -> Option<&BlobId>;
    /// Since when its client has taken nothing, if it has a place that another could have.
    fn unread_since(&self) -> Option<Instant>;
    fn end(&self);
}

impl RunningReads {
    /// None at first. One may be ended for another once it has not been read for this long.
    pub fn new(unread: Duration) -> Self {
        Self { running: Arc::default(), unread }
    }

    /// Adds a download of this account, which holds its place for as long as it goes on: of one file, of several, or of one
    /// within an archive, which has no place of its own.
    pub fn add<E: From<StorageError> + Send + 'static>(
        &self,
        permit: Option<AccountPermit>,
        account: AccountId,
        blob: Option<BlobId>,
        chunks: BoxStream<'static, Result<Bytes, E>>,
    ) -> RunningRead<E> {
        let state = Mutex::new(State { stage: Stage::Reads(chunks, permit), unread_since: None, reader: None });
        let read = Arc::new(Read { account, blob, state });
        let mut running = self.lock();
        running.begun += 1;
        let number = running.begun;
        running.reads.insert(number, read.clone());
        drop(running);
        RunningRead { read, number, all: self.clone() }
    }

    /// Ends the download that has not been read for longest: one of this account, or else, if `of_any`, of any.
    pub fn end_longest_unread(&self, account: &AccountId, of_any: bool) {
        // This lock is let go before that of any read is taken: an archive adds and removes its members here while it is
        // polled, under its own.
        let running: Vec<_> = self.lock().reads.values().cloned().collect();
        let unread = running.into_iter().filter_map(|read| {
            let since = read.unread_since().filter(|since| since.elapsed() >= self.unread)?;
            Some((read.account() != account, since, read))
        });
        let longest = unread.min_by_key(|(is_others, since, _)| (*is_others, *since));
        if let Some((.., read)) = longest.filter(|(is_others, ..)| of_any || !is_others) {
            read.end();
        }
    }

    /// Ends all downloads of a file. Until then a folder's file system would keep the bytes of a file that was deleted.
    pub fn end_of(&self, blob: &BlobId) {
        let of_it: Vec<_> = self.lock().reads.values().filter(|read| read.blob() == Some(blob)).cloned().collect();
        of_it.iter().for_each(|read| read.end());
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Read<E> {
    account: AccountId,
    blob: Option<BlobId>,
    state: Mutex<State<E>>,
}

struct State<E> {
    stage: Stage<E>,
    /// When the last chunk was handed over, if the next has not been asked for yet.
    unread_since: Option<Instant>,
    /// Who waits for the next chunk.
    reader: Option<Waker>,
}

enum Stage<E> {
    Reads(BoxStream<'static, Result<Bytes, E>>, Option<AccountPermit>),
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

    fn unread_since(&self) -> Option<Instant> {
        let state = self.lock();
        state.unread_since.filter(|_| matches!(state.stage, Stage::Reads(_, Some(_))))
    }

    fn end(&self) {
        let mut state = self.lock();
        if let Stage::Reads(..) = state.stage {
            let read = std::mem::replace(&mut state.stage, Stage::Ended);
            let reader = state.reader.take();
            drop(state);
            drop(read);
            reader.into_iter().for_each(Waker::wake);
        }
    }
}

/// The chunks of a download. If it is ended before the last one, an error follows, so that it does not look whole.
pub struct RunningRead<E: From<StorageError> + Send + 'static> {
    read: Arc<Read<E>>,
    number: u64,
    all: RunningReads,
}

impl<E: From<StorageError> + Send + 'static> Stream for RunningRead<E> {
    type Item = Result<Bytes, E>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = self.read.lock();
        state.unread_since = None;
        let next = match &mut state.stage {
            Stage::Reads(chunks, _) => chunks.as_mut().poll_next(context),
            Stage::Ended => {
                state.stage = Stage::Over;
                let error = StorageError::unavailable("read", "the download was ended");
                return Poll::Ready(Some(Err(error.into())));
            }
            Stage::Over => return Poll::Ready(None),
        };
        match &next {
            Poll::Ready(Some(_)) => state.unread_since = Some(Instant::now()),
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
