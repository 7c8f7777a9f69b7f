//! Places for work that is done for people, of which no account can take all, and a few accounts cannot either: who has
//! some gets no more than are left for all others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::id::AccountId;
use crate::server::domain::Error;

/// A bounded number of places, with a bound for each account; cheap to clone.
#[derive(Clone, Debug)]
pub struct AccountLimiter {
    taken: Arc<Mutex<HashMap<AccountId, usize>>>,
    all: usize,
    each: usize,
}

/// A place, which is free again when it is dropped.
#[derive(Debug)]
pub struct AccountPermit {
    limiter: AccountLimiter,
    account: AccountId,
}

impl AccountLimiter {
    /// `all` places in total, and `each` at most for one account.
    #[must_use]
    pub fn new(all: usize, each: usize) -> Self {
        Self { taken: Arc::default(), all, each }
    }

    /// Takes a place without waiting.
    ///
    /// # Errors
    /// [`Error::Busy`] if the account has all that it may have, or no place is left.
    pub fn take(&self, account: &AccountId) -> Result<AccountPermit, Error> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(account).copied().unwrap_or_default();
        let left = self.all.saturating_sub(taken.values().sum());
        // One who has no place yet gets the last one.
        if own >= self.each || own >= left {
            return Err(Error::Busy);
        }
        taken.insert(account.clone(), own + 1);
        Ok(AccountPermit { limiter: self.clone(), account: account.clone() })
    }
}

impl Drop for AccountPermit {
    fn drop(&mut self) {
        let mut taken = self.limiter.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.account) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::domain::new_id;

    #[test]
    fn an_account_cannot_take_all_places() {
        let (limiter, ada, grace, edsger) = (AccountLimiter::new(3, 2), new_id(), new_id(), new_id());
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
        let limiter = AccountLimiter::new(8, 4);
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
        let (limiter, ada, grace) = (AccountLimiter::new(usize::MAX, 8), new_id(), new_id());
        let mut held: Vec<_> = (0..8).map(|_| limiter.take(&ada).expect("a place")).collect();
        assert!(matches!(limiter.take(&ada), Err(Error::Busy)));
        assert!(limiter.take(&grace).is_ok(), "another account has places of its own");
        held.pop();
        assert!(limiter.take(&ada).is_ok());
        held.clear();
        assert!(limiter.taken.lock().expect("no panic").is_empty());
    }
}
