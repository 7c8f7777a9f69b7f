//! Concurrency limits that are fair between accounts (or client addresses, where nobody is signed in): whoever holds slots
//! gets no more than are still free, so that neither one account nor a few can take all. And a queue for heavy work, in
//! which accounts take turns.

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::model::id::AccountId;
use crate::server::domain::Error;
use crate::server::subject_queue::{SubjectTurn, SubjectTurns};

/// A bounded number of places, with a bound for each account; cheap to clone.
#[derive(Clone, Debug)]
pub struct AccountLimiter<S: Clone + Eq + Hash = AccountId> {
    taken: Arc<Mutex<HashMap<S, usize>>>,
    freed: Arc<Notify>,
    all: usize,
    each: usize,
}

/// A place, which is free again when it is dropped.
#[derive(Debug)]
pub struct AccountPermit<S: Clone + Eq + Hash = AccountId> {
    limiter: AccountLimiter<S>,
    account: S,
}

impl<S: Clone + Eq + Hash> AccountLimiter<S> {
    /// `all` places in total, and `each` at most for one account.
    #[must_use]
    pub fn new(all: usize, each: usize) -> Self {
        Self { taken: Arc::default(), freed: Arc::default(), all, each }
    }

    /// Takes a place without waiting.
    ///
    /// # Errors
    /// [`Error::Busy`] if the account has all that it may have, or no place is left.
    pub fn take(&self, account: &S) -> Result<AccountPermit<S>, Error> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if self.lacks(&taken, account) != Some(0) {
            return Err(Error::Busy);
        }
        *taken.entry(account.clone()).or_default() += 1;
        Ok(AccountPermit { limiter: self.clone(), account: account.clone() })
    }

    /// How many places have to become free before the account gets another one; `None` if it has all that it may have.
    pub fn missing(&self, account: &S) -> Option<usize> {
        self.lacks(&self.taken.lock().unwrap_or_else(PoisonError::into_inner), account)
    }

    fn lacks(&self, taken: &HashMap<S, usize>, account: &S) -> Option<usize> {
        let own = taken.get(account).copied().unwrap_or_default();
        let left = self.all.saturating_sub(taken.values().sum());
        // One who has no place yet gets the last one.
        (own < self.each).then(|| (own + 1).saturating_sub(left))
    }

    /// Takes a place, after waiting for it as long as `patience`.
    ///
    /// # Errors
    /// As of [`AccountLimiter::take`].
    pub async fn take_within(&self, account: &S, patience: Duration) -> Result<AccountPermit<S>, Error> {
        let deadline = Instant::now() + patience;
        loop {
            let mut freed = pin!(self.freed.notified());
            // Before it is looked, so that a place that becomes free meanwhile is noticed.
            freed.as_mut().enable();
            let taken = self.take(account);
            if taken.is_ok() || timeout_at(deadline, freed).await.is_err() {
                return taken;
            }
        }
    }
}

impl<S: Clone + Eq + Hash> Drop for AccountPermit<S> {
    fn drop(&mut self) {
        let mut taken = self.limiter.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.account) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.account);
            }
        }
        drop(taken);
        self.limiter.freed.notify_waiters();
    }
}

/// Limits heavy work to one job at a time for each account, and to a few in all. A job first waits for its own account's
/// earlier one, then queues once behind other accounts: how long it waits depends on how many accounts wait, not on how
/// much they want.
#[derive(Clone, Debug)]
pub struct AccountTurns {
    waiting: AccountLimiter,
    turns: SubjectTurns<AccountId>,
    patience: Duration,
}

/// A turn, which is over when it is dropped.
#[derive(Debug)]
pub struct AccountTurn {
    _turn: SubjectTurn,
    _waiting: AccountPermit,
}

impl AccountTurns {
    /// `all` turns at once, for which at most `waiting` requests of one account wait, and each no longer than `patience`.
    #[must_use]
    pub fn new(all: usize, waiting: usize, patience: Duration) -> Self {
        let limiter = AccountLimiter::new(usize::MAX, waiting + 1);
        Self { waiting: limiter, turns: SubjectTurns::new(all, 1), patience }
    }

    /// Waits for a turn. Requests of one account come to it in their order, and so do accounts.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many requests of the account wait already, or its turn does not come in time.
    pub async fn take(&self, account: &AccountId) -> Result<AccountTurn, Error> {
        let waiting = self.waiting.take(account)?;
        let turn = self.turns.take(account, self.patience).await.ok_or(Error::Busy)?;
        Ok(AccountTurn { _turn: turn, _waiting: waiting })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::server::domain::new_id;

    #[test]
    fn an_account_cannot_take_all_places() {
        let (limiter, ada, grace, edsger) = (AccountLimiter::<AccountId>::new(3, 2), new_id(), new_id(), new_id());
        let first = limiter.take(&ada).expect("a place");
        let _second = limiter.take(&ada).expect("a place");
        assert!(matches!(limiter.take(&ada), Err(Error::Busy)), "not a third");
        let _third = limiter.take(&grace).expect("a place");
        assert!(matches!(limiter.take(&edsger), Err(Error::Busy)), "none is left");
        drop(first);
        limiter.take(&edsger).expect("a place");
    }

    #[test]
    fn a_few_accounts_leave_a_place_for_the_next() {
        let limiter = AccountLimiter::<AccountId>::new(8, 4);
        let mut held = Vec::new();
        for number in 0..4 {
            let account = new_id();
            let before = held.len();
            held.extend(std::iter::from_fn(|| limiter.take(&account).ok()));
            assert!(held.len() > before, "account {number} has none");
        }
    }

    #[test]
    fn a_place_is_free_again_when_its_upload_is_over() {
        let (limiter, ada, grace) = (AccountLimiter::<AccountId>::new(usize::MAX, 8), new_id(), new_id());
        let mut held: Vec<_> = (0..8).map(|_| limiter.take(&ada).expect("a place")).collect();
        assert!(matches!(limiter.take(&ada), Err(Error::Busy)));
        assert!(limiter.take(&grace).is_ok(), "another account has places of its own");
        held.pop();
        assert!(limiter.take(&ada).is_ok());
        held.clear();
        assert!(limiter.taken.lock().expect("no panic").is_empty());
    }

    #[tokio::test]
    async fn a_place_is_waited_for_as_long_as_one_likes() {
        let (limiter, ada, grace) = (AccountLimiter::<AccountId>::new(8, 1), new_id(), new_id());
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
        let (turns, ada, grace) = (AccountTurns::new(2, 2, Duration::from_secs(3600)), new_id(), new_id());
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
        let turns = AccountTurns::new(1, 3, Duration::from_secs(3600));
        let first = turns.take(&ada).await.expect("a turn");
        let mut again = std::pin::pin!(turns.take(&ada));
        assert!(again.as_mut().now_or_never().is_none());
        let mut other = std::pin::pin!(turns.take(&grace));
        assert!(other.as_mut().now_or_never().is_none());
        drop(first);
        assert!(again.as_mut().now_or_never().is_none(), "an account that had its turn comes after the others");
        let other = other.now_or_never().expect("its turn").expect("a turn");
        assert!(again.as_mut().now_or_never().is_none());
        let impatient = AccountTurns { patience: Duration::ZERO, ..turns.clone() };
        assert!(matches!(impatient.take(&edsger).await, Err(Error::Busy)));
        drop(other);
        assert!(again.now_or_never().expect("its turn").is_ok());
    }
}
