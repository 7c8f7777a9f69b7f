//! Who is taking which part. Two must never write to one place: of two requests for a part the later one is the one that
//! somebody waits for, so it sends the earlier one away and begins when that one has ended.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, OwnedMutexGuard};

use crate::model::id::UploadId;

type Part = (UploadId, u32);

/// The parts that are being taken in this process.
#[derive(Clone, Default)]
pub(super) struct PartLocks(Arc<Mutex<HashMap<Part, Arc<Slot>>>>);

#[derive(Default)]
struct Slot {
    turn: Arc<tokio::sync::Mutex<()>>,
    waiting: AtomicUsize,
    go: Notify,
}

/// One that is being taken; another may take it when this is dropped.
pub(super) struct PartLock {
    takes: PartLocks,
    part: Part,
    slot: Arc<Slot>,
    turn: Option<OwnedMutexGuard<()>>,
}

impl PartLocks {
    /// Takes up a part, after whoever has it was sent away and has ended.
    pub(super) async fn take(&self, upload: &UploadId, number: u32) -> PartLock {
        let part = (upload.clone(), number);
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(part.clone()).or_default().clone();
        let mut take = PartLock { takes: self.clone(), part, slot: slot.clone(), turn: None };
        slot.waiting.fetch_add(1, Ordering::SeqCst);
        slot.go.notify_waiters();
        take.turn = Some(slot.turn.clone().lock_owned().await);
        slot.waiting.fetch_sub(1, Ordering::SeqCst);
        take
    }
}

impl PartLock {
    /// Ends when another request wants the part.
    pub(super) async fn is_wanted_by_another(&self) {
        let mut told = std::pin::pin!(self.slot.go.notified());
        // From here on no word is missed; who came before that is counted.
        told.as_mut().enable();
        if self.slot.waiting.load(Ordering::SeqCst) == 0 {
            told.await;
        }
    }
}

impl Drop for PartLock {
    fn drop(&mut self) {
        self.turn = None;
        let mut slots = self.takes.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One in the map and one here: nobody else waits.
        if Arc::strong_count(&self.slot) == 2 {
            slots.remove(&self.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_later_of_two_sends_the_earlier_one_away() {
        let takes = PartLocks::default();
        let upload = UploadId::parse(&"0".repeat(26)).expect("an id");
        let first = takes.take(&upload, 1).await;
        let other = takes.take(&upload, 2).await;
        let earlier = tokio::spawn(async move {
            first.is_wanted_by_another().await;
            drop(first);
        });
        let second = takes.take(&upload, 1).await;
        earlier.await.expect("the first went");
        drop((second, other));
        assert!(takes.0.lock().expect("no panic").is_empty());
    }
}
