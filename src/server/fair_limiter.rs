//! A concurrency limit that is fair between subjects (accounts, or client addresses where nobody is signed in): whoever
//! holds places gets no more than are still free, so that neither one subject nor a few can take all. Who waits stands in
//! line, and a subject that has just given a place back stands at its end again.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// A bounded number of places, with a bound for each subject; cheap to clone.
#[derive(Clone, Debug)]
pub struct FairLimiter<S: Clone + Eq + Hash> {
    places: Arc<Mutex<Places<S>>>,
    all: usize,
    each: usize,
}

#[derive(Debug)]
struct Places<S: Clone + Eq + Hash> {
    /// How many each subject holds, if any.
    taken: HashMap<S, usize>,
    /// None of these can have a place now: whoever can is given one as soon as it is free.
    waiting: VecDeque<(S, oneshot::Sender<FairPermit<S>>)>,
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
        let places = Places { taken: HashMap::new(), waiting: VecDeque::new() };
        Self { places: Arc::new(Mutex::new(places)), all, each }
    }

    /// Takes a place without waiting; `None` if the subject has all that it may have, or no place is left.
    pub fn take(&self, subject: &S) -> Option<FairPermit<S>> {
        self.take_of(&mut self.places(), subject)
    }

    /// Takes a place, after waiting for it without end.
    pub async fn wait(&self, subject: &S) -> FairPermit<S> {
        let granted = {
            let mut places = self.places();
            if let Some(permit) = self.take_of(&mut places, subject) {
                return permit;
            }
            let (grant, granted) = oneshot::channel();
            places.waiting.push_back((subject.clone(), grant));
            granted
        };
        granted.await.expect("the line is kept as long as the limiter, which this one holds")
    }

    /// How many places have to become free before the subject gets another one; `None` if it has all that it may have.
    pub fn missing(&self, subject: &S) -> Option<usize> {
        self.lacks(&self.places(), subject)
    }

    /// Whether every place is taken.
    pub fn is_exhausted(&self) -> bool {
        self.left(&self.places()) == 0
    }

    fn take_of(&self, places: &mut Places<S>, subject: &S) -> Option<FairPermit<S>> {
        if self.lacks(places, subject) != Some(0) {
            return None;
        }
        *places.taken.entry(subject.clone()).or_default() += 1;
        Some(FairPermit { limiter: self.clone(), subject: subject.clone() })
    }

    fn lacks(&self, places: &Places<S>, subject: &S) -> Option<usize> {
        let own = places.taken.get(subject).copied().unwrap_or_default();
        // One who has no place yet gets the last one.
        (own < self.each).then(|| (own + 1).saturating_sub(self.left(places)))
    }

    fn left(&self, places: &Places<S>) -> usize {
        self.all.saturating_sub(places.taken.values().sum())
    }

    fn places(&self) -> MutexGuard<'_, Places<S>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a subject's place back, and gives what is free now to those in line. These are to be told once the lock is
    /// free, since one that has left the line meanwhile gives its place back at once.
    fn give_back(&self, subject: &S) -> Vec<(oneshot::Sender<FairPermit<S>>, FairPermit<S>)> {
        let mut places = self.places();
        if let Some(own) = places.taken.get_mut(subject) {
            *own -= 1;
            if *own == 0 {
                places.taken.remove(subject);
            }
        }
        let (its, mut waiting): (VecDeque<_>, VecDeque<_>) =
            places.waiting.drain(..).filter(|(_, grant)| !grant.is_closed()).partition(|(of, _)| of == subject);
        waiting.extend(its);
        let mut granted = Vec::new();
        for (subject, grant) in waiting {
            match self.take_of(&mut places, &subject) {
                Some(permit) => granted.push((grant, permit)),
                None => places.waiting.push_back((subject, grant)),
            }
        }
        granted
    }
}

impl<S: Clone + Eq + Hash> Drop for FairPermit<S> {
    fn drop(&mut self) {
        for (grant, permit) in self.limiter.give_back(&self.subject) {
            // Whoever has left the line does not take it, and it is dropped here.
            drop(grant.send(permit));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

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
        assert!(limiter.places().taken.is_empty());
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

    #[tokio::test]
    async fn whoever_has_just_had_a_place_stands_behind_all_others() {
        let limiter = FairLimiter::new(1, 1);
        let first = limiter.take(&"ada").expect("a place");
        let (mut again, mut other) = (pin!(limiter.wait(&"ada")), pin!(limiter.wait(&"grace")));
        assert!(again.as_mut().now_or_never().is_none() && other.as_mut().now_or_never().is_none());
        drop(first);
        assert!(again.as_mut().now_or_never().is_none(), "she had one until now, although she came first");
        let second = other.now_or_never().expect("a place");
        drop(second);
        drop(again.now_or_never().expect("a place"));
        assert!(!limiter.is_exhausted());
    }

    #[tokio::test]
    async fn whoever_leaves_the_line_keeps_nothing() {
        let limiter = FairLimiter::new(1, 1);
        let first = limiter.take(&"ada").expect("a place");
        let mut left = Box::pin(limiter.wait(&"grace"));
        let mut granted = Box::pin(limiter.wait(&"edsger"));
        assert!(left.as_mut().now_or_never().is_none() && granted.as_mut().now_or_never().is_none());
        drop(left);
        drop(first);
        assert!(limiter.take(&"ada").is_none(), "it is edsger's");
        drop(granted);
        assert!(limiter.take(&"ada").is_some(), "who has gone without taking it");
    }
}
