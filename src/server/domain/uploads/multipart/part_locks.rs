//! Locks on single parts, since two requests must never write the same one at once. The later request wins, as it is
//! the one that the client waits for: it interrupts the earlier one and starts when that has ended. A lock also says how
//! far the request that holds it is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, OwnedMutexGuard};

use crate::model::id::UploadId;
use crate::model::upload::PartProgress;

type Part = (UploadId, u32);

/// The locks on parts that are being received, in this process.
#[derive(Clone, Default)]
pub(super) struct PartLocks(Arc<Mutex<HashMap<Part, Arc<Slot>>>>);

#[derive(Default)]
struct Slot {
    mutex: Arc<tokio::sync::Mutex<()>>,
    waiting: AtomicUsize,
    go: Notify,
    /// The bytes that have come.
    bytes: AtomicU64,
    /// Whether the client is waited for, and not the store.
    wants_more: AtomicBool,
}

/// The lock on one part, released when this is dropped.
pub(super) struct PartLock {
    locks: PartLocks,
    part: Part,
    slot: Arc<Slot>,
    guard: Option<OwnedMutexGuard<()>>,
}

impl PartLocks {
    /// Locks a part. If another request holds it, that one is interrupted first, and this waits until it has ended.
    pub(super) async fn take(&self, upload: &UploadId, number: u32) -> PartLock {
        let part = (upload.clone(), number);
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(part.clone()).or_default().clone();
        let mut lock = PartLock { locks: self.clone(), part, slot: slot.clone(), guard: None };
        slot.waiting.fetch_add(1, Ordering::SeqCst);
        slot.go.notify_waiters();
        lock.guard = Some(slot.mutex.clone().lock_owned().await);
        slot.waiting.fetch_sub(1, Ordering::SeqCst);
        slot.bytes.store(0, Ordering::SeqCst);
        slot.wants_more.store(false, Ordering::SeqCst);
        lock
    }

    /// How far the request for a part is; [`PartProgress::Absent`] if none is running in this process.
    pub(super) fn progress(&self, upload: &UploadId, number: u32) -> PartProgress {
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(slot) = slots.get(&(upload.clone(), number)) else { return PartProgress::Absent };
        let bytes = slot.bytes.load(Ordering::SeqCst);
        if slot.wants_more.load(Ordering::SeqCst) {
            PartProgress::Coming { bytes }
        } else {
            PartProgress::PassedOn { bytes }
        }
    }
}

impl PartLock {
    /// Notes that more bytes are waited for.
    pub(super) fn wants_more(&self) {
        self.slot.wants_more.store(true, Ordering::SeqCst);
    }

    /// Notes that this many bytes have come in all, and that the store is waited for.
    pub(super) fn passes_on(&self, bytes: u64) {
        self.slot.bytes.store(bytes, Ordering::SeqCst);
        self.slot.wants_more.store(false, Ordering::SeqCst);
    }

    /// Resolves when another request waits for this lock.
    pub(super) async fn is_wanted_by_another(&self) {
        let mut notified = std::pin::pin!(self.slot.go.notified());
        // Registered before `waiting` is read: a request that comes later notifies, and an earlier one is counted.
        notified.as_mut().enable();
        if self.slot.waiting.load(Ordering::SeqCst) == 0 {
            notified.await;
        }
    }
}

impl Drop for PartLock {
    fn drop(&mut self) {
        self.guard = None;
        let mut slots = self.locks.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Two references, one in the map and one here: no other request waits.
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
        let locks = PartLocks::default();
        let upload = UploadId::parse(&"0".repeat(26)).expect("an id");
        let first = locks.take(&upload, 1).await;
        let other = locks.take(&upload, 2).await;
        let earlier = tokio::spawn(async move {
            first.is_wanted_by_another().await;
            drop(first);
        });
        let second = locks.take(&upload, 1).await;
        earlier.await.expect("the first went");
        assert_eq!(locks.progress(&upload, 1), PartProgress::PassedOn { bytes: 0 });
        second.wants_more();
        assert_eq!(locks.progress(&upload, 1), PartProgress::Coming { bytes: 0 });
        second.passes_on(7);
        assert_eq!(locks.progress(&upload, 1), PartProgress::PassedOn { bytes: 7 });
        drop((second, other));
        assert_eq!(locks.progress(&upload, 1), PartProgress::Absent);
        assert!(locks.0.lock().expect("no panic").is_empty());
    }
}
