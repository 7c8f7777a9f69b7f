//! Limits for subjects (accounts, or client addresses where nobody is signed in) that answer [`Error::Busy`]: places, shared
//! out fairly, and a queue for heavy work, in which accounts take turns.

use std::hash::Hash;
use std::time::Duration;

use crate::model::id::AccountId;
use crate::server::domain::Error;
use crate::server::fair_limiter::{FairLimiter, FairPermit};
use crate::server::subject_queue::{FairQueue, FairQueuePermit};

/// A bounded number of places, of which a subject is refused more than its share; cheap to clone.
#[derive(Clone, Debug)]
pub struct SubjectLimiter<S: Clone + Eq + Hash = AccountId>(FairLimiter<S>);

/// A place, which is free again when it is dropped.
pub type SubjectPermit<S = AccountId> = FairPermit<S>;

impl<S: Clone + Eq + Hash> SubjectLimiter<S> {
    /// `all` places in total, and `each` at most for one subject.
    #[must_use]
    pub fn new(all: usize, each: usize) -> Self {
        Self(FairLimiter::new(all, each))
    }

    /// Takes a place without waiting.
    ///
    /// # Errors
    /// [`Error::Busy`] if the subject has all that it may have, or no place is left.
    pub fn take(&self, subject: &S) -> Result<SubjectPermit<S>, Error> {
        self.0.take(subject).ok_or(Error::Busy)
    }

    /// How many places have to become free before the subject gets another one; `None` if it has all that it may have.
    pub fn missing(&self, subject: &S) -> Option<usize> {
        self.0.missing(subject)
    }

    /// Takes a place, after waiting for it as long as `timeout`.
    ///
    /// # Errors
    /// As of [`SubjectLimiter::take`].
    pub async fn take_within(&self, subject: &S, timeout: Duration) -> Result<SubjectPermit<S>, Error> {
        tokio::time::timeout(timeout, self.0.wait(subject)).await.map_err(|_| Error::Busy)
    }
}

/// Limits heavy work to one job at a time for each account, and to a few in all. A job first waits for its own account's
/// earlier one, then queues once behind other accounts: how long it waits depends on how many accounts wait, not on how
/// much they want.
#[derive(Clone, Debug)]
pub struct AccountQueue {
    waiting: SubjectLimiter,
    turns: FairQueue<AccountId>,
    timeout: Duration,
}

/// A turn, which is over when it is dropped.
#[derive(Debug)]
pub struct AccountQueuePermit {
    _turn: FairQueuePermit,
    _waiting: SubjectPermit,
}

impl AccountQueue {
    /// `all` turns at once, for which at most `waiting` requests of one account wait, and each no longer than `timeout`.
    #[must_use]
    pub fn new(all: usize, waiting: usize, timeout: Duration) -> Self {
        let limiter = SubjectLimiter::new(usize::MAX, waiting + 1);
        Self { waiting: limiter, turns: FairQueue::new(all, 1), timeout }
    }

    /// Waits for a turn. Requests of one account come to it in their order, and so do accounts.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many requests of the account wait already, or its turn does not come in time.
    pub async fn take(&self, account: &AccountId) -> Result<AccountQueuePermit, Error> {
        let waiting = self.waiting.take(account)?;
        let turn = self.turns.take(account, self.timeout).await.ok_or(Error::Busy)?;
        Ok(AccountQueuePermit { _turn: turn, _waiting: waiting })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::server::domain::new_id;

    #[tokio::test]
    async fn a_place_is_waited_for_as_long_as_one_likes() {
        let (limiter, ada, grace) = (SubjectLimiter::<AccountId>::new(8, 1), new_id(), new_id());
        let first = limiter.take(&ada).expect("a place");
        let mut second = std::pin::pin!(limiter.take_within(&ada, Duration::from_secs(3600)));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(limiter.take_within(&grace, Duration::ZERO).await.is_ok(), "another account does not wait");
        assert!(matches!(limiter.take_within(&ada, Duration::ZERO).await, Err(Error::Busy)));
        drop(first);
        assert!(second.await.is_ok());
    }

    #[tokio::test]
    async fn an_account_with_much_to_do_keeps_no_other_waiting() {
        let (turns, ada, grace) = (AccountQueue::new(2, 2, Duration::from_secs(3600)), new_id(), new_id());
        let first = turns.take(&ada).await.expect("a turn");
        let mut second = std::pin::pin!(turns.take(&ada));
        let mut third = std::pin::pin!(turns.take(&ada));
        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        assert!(matches!(turns.take(&ada).await, Err(Error::Busy)), "no more than two wait");
        drop(turns.take(&grace).now_or_never().expect("at once"));
        drop(first);
        let second = second.now_or_never().expect("its turn").expect("a turn");
        assert!(third.as_mut().now_or_never().is_none(), "one at a time");
        drop(second);
        drop(third.now_or_never().expect("its turn").expect("a turn"));
    }

    #[tokio::test]
    async fn accounts_come_to_their_turn_in_their_order_and_do_not_wait_for_ever() {
        let [ada, grace, edsger] = [(); 3].map(|()| new_id());
        let turns = AccountQueue::new(1, 3, Duration::from_secs(3600));
        let first = turns.take(&ada).await.expect("a turn");
        let mut again = std::pin::pin!(turns.take(&ada));
        assert!(again.as_mut().now_or_never().is_none());
        let mut other = std::pin::pin!(turns.take(&grace));
        assert!(other.as_mut().now_or_never().is_none());
        drop(first);
        assert!(again.as_mut().now_or_never().is_none(), "an account that had its turn comes after the others");
        let other = other.now_or_never().expect("its turn").expect("a turn");
        assert!(again.as_mut().now_or_never().is_none());
        let without_waiting = AccountQueue { timeout: Duration::ZERO, ..turns.clone() };
        assert!(matches!(without_waiting.take(&edsger).await, Err(Error::Busy)));
        drop(other);
        assert!(again.now_or_never().expect("its turn").is_ok());
    }
}
