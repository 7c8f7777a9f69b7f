//! Queues for work that must not crowd out others: each account, or each client where nobody is signed in, does so much at
//! a time, and the rest of its requests wait in their order. Where all of them share few places, each stands in line for
//! these no more often than that.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The queues, one for each subject that has something to do; cheap to clone.
#[derive(Clone, Debug)]
pub struct SubjectQueue<S: Clone + Eq + Hash> {
    each: usize,
    queues: Arc<Mutex<HashMap<S, Weak<Semaphore>>>>,
}

/// What lets one piece of work run, until it is dropped.
#[derive(Debug)]
pub struct QueuePermit {
    _one: OwnedSemaphorePermit,
}

impl<S: Clone + Eq + Hash> SubjectQueue<S> {
    /// Queues from which so many pieces of work of `each` subject run at a time.
    #[must_use]
    pub fn new(each: usize) -> Self {
        Self { each, queues: Arc::default() }
    }

    /// Waits until the subject's earlier work is done, as far as it has to. Who gives up waiting leaves the queue.
    pub async fn enter(&self, subject: &S) -> QueuePermit {
        let queue = self.of(subject);
        QueuePermit { _one: queue.acquire_owned().await.expect("no queue is ever closed") }
    }

    fn of(&self, subject: &S) -> Arc<Semaphore> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(subject).and_then(Weak::upgrade) {
            return queue;
        }
        queues.retain(|_, others| others.strong_count() > 0);
        let new = Arc::new(Semaphore::new(self.each));
        queues.insert(subject.clone(), Arc::downgrade(&new));
        new
    }
}

/// Places that all subjects share. Work first waits for the subject's own, then once behind that of others: how long it
/// waits depends on how many subjects wait, not on how much they want. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FairQueue<S: Clone + Eq + Hash> {
    own: SubjectQueue<S>,
    all: Arc<Semaphore>,
}

/// A place, which is free again when it is dropped.
#[derive(Debug)]
pub struct FairQueuePermit {
    _all: OwnedSemaphorePermit,
    _own: QueuePermit,
}

impl<S: Clone + Eq + Hash> FairQueue<S> {
    /// `all` places, for which `each` subject stands in line so often at most.
    #[must_use]
    pub fn new(all: usize, each: usize) -> Self {
        Self { own: SubjectQueue::new(each), all: Arc::new(Semaphore::new(all)) }
    }

    /// Waits for a place; `None` if it takes longer than `timeout`.
    pub async fn take(&self, subject: &S, timeout: Duration) -> Option<FairQueuePermit> {
        let turn = async {
            let own = self.own.enter(subject).await;
            let all = self.all.clone().acquire_owned().await.expect("places are never closed");
            FairQueuePermit { _all: all, _own: own }
        };
        tokio::time::timeout(timeout, turn).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_subject_does_so_much_at_a_time_in_order_and_keeps_no_other_waiting() {
        let queue = SubjectQueue::new(2);
        let (first, _second) = (queue.enter(&"ada").await, queue.enter(&"ada").await);
        let (mut third, mut fourth) = (pin!(queue.enter(&"ada")), pin!(queue.enter(&"ada")));
        assert!(third.as_mut().now_or_never().is_none() && fourth.as_mut().now_or_never().is_none());
        drop(queue.enter(&"grace").now_or_never().expect("at once"));
        drop(first);
        assert!(fourth.as_mut().now_or_never().is_none(), "the one that came earlier is next");
        let third = third.now_or_never().expect("its turn");
        drop(third);
        assert!(fourth.now_or_never().is_some());
    }

    #[tokio::test]
    async fn whoever_has_nothing_to_do_is_forgotten() {
        let queue = SubjectQueue::new(1);
        for subject in 0..1000 {
            drop(queue.enter(&subject).await);
        }
        assert!(queue.queues.lock().expect("no panic").len() <= 1);
    }
}
