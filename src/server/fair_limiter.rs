//! A concurrency limit that is fair between subjects (accounts, or client addresses where nobody is signed in): whoever
//! holds places gets no more than are still free, so that neither one subject nor a few can take all.

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// A bounded number of places, with a bound for each subject; cheap to clone.
#[derive(Clone, Debug)]
pub struct FairLimiter<S: Clone + Eq + Hash> {
    taken: Arc<Mutex<HashMap<S, usize>>>,
    freed: Arc<Notify>,
    all: usize,
    each: usize,
}

/// A place, which is free again when it is dropped.
#[derive(Debug)]
pub struct FairPermit<S: Clone + Eq + Hash> {
    limiter: FairLimiter<S>,
    subject: S,
}

impl<S: Clone + Eq + Hash> FairLimiter<S> {
    /// `all` places in total, and `each` at most for one subject.
    #[must_use]
    pub fn new(all: usize, each: usize) -> Self {
        Self { taken: Arc::default(), freed: Arc::default(), all, each }
    }

    /// Takes a place without waiting; `None` if the subject has all that it may have, or no place is left.
    pub fn take(&self, subject: &S) -> Option<FairPermit<S>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if self.lacks(&taken, subject) != Some(0) {
            return None;
        }
        *taken.entry(subject.clone()).or_default() += 1;
        Some(FairPermit { limiter: self.clone(), subject: subject.clone() })
    }

    /// Takes a place, after waiting for it without end. A place that becomes free goes to one who holds none, if one waits.
    pub async fn wait(&self, subject: &S) -> FairPermit<S> {
        loop {
            let mut freed = pin!(self.freed.notified());
            // Before it is looked, so that a place that becomes free meanwhile is noticed.
            freed.as_mut().enable();
            if let Some(taken) = self.take(subject) {
                return taken;
            }
            freed.await;
        }
    }

    /// How many places have to become free before the subject gets another one; `None` if it has all that it may have.
    pub fn missing(&self, subject: &S) -> Option<usize> {
        self.lacks(&self.taken.lock().unwrap_or_else(PoisonError::into_inner), subject)
    }

    /// Whether every place is taken.
    pub fn is_exhausted(&self) -> bool {
        self.left(&self.taken.lock().unwrap_or_else(PoisonError::into_inner)) == 0
    }

    fn lacks(&self, taken: &HashMap<S, usize>, subject: &S) -> Option<usize> {
        let own = taken.get(subject).copied().unwrap_or_default();
        // One who has no place yet gets the last one.
        (own < self.each).then(|| (own + 1).saturating_sub(self.left(taken)))
    }

    fn left(&self, taken: &HashMap<S, usize>) -> usize {
        self.all.saturating_sub(taken.values().sum())
    }
}

impl<S: Clone + Eq + Hash> Drop for FairPermit<S> {
    fn drop(&mut self) {
        let mut taken = self.limiter.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.subject) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.subject);
            }
        }
        drop(taken);
        self.limiter.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn a_subject_cannot_take_all_places() {
        let limiter = FairLimiter::new(3, 2);
        let first = limiter.take(&"ada").expect("a place");
        let _second = limiter.take(&"ada").expect("a place");
        assert!(limiter.take(&"ada").is_none(), "not a third");
        let _third = limiter.take(&"grace").expect("a place");
        assert!(limiter.is_exhausted() && limiter.take(&"edsger").is_none(), "none is left");
        drop(first);
        limiter.take(&"edsger").expect("a place");
    }

    #[test]
    fn a_few_subjects_leave_a_place_for_the_next() {
        let limiter = FairLimiter::new(8, 4);
        let mut held = Vec::new();
        for subject in 0..4 {
            let before = held.len();
            held.extend(std::iter::from_fn(|| limiter.take(&subject)));
            assert!(held.len() > before, "{subject} has none");
        }
    }

    #[test]
    fn a_place_is_free_again_when_it_is_dropped() {
        let limiter = FairLimiter::new(usize::MAX, 8);
        let mut held: Vec<_> = (0..8).map(|_| limiter.take(&"ada").expect("a place")).collect();
        assert!(limiter.take(&"ada").is_none());
        assert!(limiter.take(&"grace").is_some(), "another one has places of its own");
        held.pop();
        assert!(limiter.take(&"ada").is_some());
        held.clear();
        assert!(limiter.taken.lock().expect("no panic").is_empty());
    }

    #[tokio::test]
    async fn one_that_holds_none_goes_before_those_that_hold_some() {
        let limiter = FairLimiter::new(3, 3);
        let [first, second, _third] =
            ["ada", "grace", "edsger"].map(|subject| limiter.take(&subject).expect("a place"));
        let (mut more, mut newcomer) = (pin!(limiter.wait(&"grace")), pin!(limiter.wait(&"barbara")));
        assert!(more.as_mut().now_or_never().is_none() && newcomer.as_mut().now_or_never().is_none());
        drop(first);
        assert!(more.as_mut().now_or_never().is_none(), "grace holds one already, although she came first");
        let _newcomer = newcomer.now_or_never().expect("a place");
        drop(second);
        assert!(more.now_or_never().is_some(), "now she holds none");
    }
}
