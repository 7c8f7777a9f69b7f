//! How many uploads of one account may be under way at a time, so that nobody takes every buffer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::id::AccountId;
use crate::server::domain::uploads::form::Error;

/// The most at a time; half of the buffers of a bucket.
const AT_ONCE: usize = 8;

/// Counts the uploads under way, by account.
#[derive(Clone, Default)]
pub(in crate::server::domain) struct UploadLimiter(Arc<Mutex<HashMap<AccountId, usize>>>);

/// A place that is held until it is dropped.
pub(in crate::server::domain) struct UploadPermit {
    turns: UploadLimiter,
    account: AccountId,
}

impl UploadLimiter {
    /// A place for one more upload of this account, or busy.
    pub(in crate::server::domain) fn take(&self, account: &AccountId) -> Result<UploadPermit, Error> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(account.clone()).or_default();
        if *count == AT_ONCE {
            return Err(Error::Busy);
        }
        *count += 1;
        Ok(UploadPermit { turns: self.clone(), account: account.clone() })
    }
}

impl Drop for UploadPermit {
    fn drop(&mut self) {
        let mut counts = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_upload_is_over() {
        let (turns, ada) = (UploadLimiter::default(), AccountId::parse(&"0".repeat(26)).expect("an id"));
        let grace = AccountId::parse(&"1".repeat(26)).expect("an id");
        let mut held: Vec<_> = (0..AT_ONCE).map(|_| turns.take(&ada).expect("a place")).collect();
        assert!(matches!(turns.take(&ada), Err(Error::Busy)));
        assert!(turns.take(&grace).is_ok(), "another account has places of its own");
        held.pop();
        assert!(turns.take(&ada).is_ok());
        held.clear();
        assert!(turns.0.lock().expect("no panic").is_empty());
    }
}
