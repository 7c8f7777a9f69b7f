//! Limits how many uploads of one account run at once, so that no account can take every upload buffer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::id::AccountId;
use crate::server::domain::uploads::form::Error;

/// The most uploads of one account at once: half of the buffers that uploads to a bucket share.
const AT_ONCE: usize = 8;

/// Counts the running uploads of each account, in this process.
#[derive(Clone, Default)]
pub(in crate::server::domain) struct UploadLimiter(Arc<Mutex<HashMap<AccountId, usize>>>);

/// Permission for one running upload; dropping it gives the place back.
pub(in crate::server::domain) struct UploadPermit {
    limiter: UploadLimiter,
    account: AccountId,
}

impl UploadLimiter {
    /// Takes a permit for one more upload of this account.
    ///
    /// # Errors
    /// [`Error::Busy`] if the account has as many running uploads as it may.
    pub(in crate::server::domain) fn take(&self, account: &AccountId) -> Result<UploadPermit, Error> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(account.clone()).or_default();
        if *count == AT_ONCE {
            return Err(Error::Busy);
        }
        *count += 1;
        Ok(UploadPermit { limiter: self.clone(), account: account.clone() })
    }
}

impl Drop for UploadPermit {
    fn drop(&mut self) {
        let mut counts = self.limiter.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let (limiter, ada) = (UploadLimiter::default(), AccountId::parse(&"0".repeat(26)).expect("an id"));
        let grace = AccountId::parse(&"1".repeat(26)).expect("an id");
        let mut held: Vec<_> = (0..AT_ONCE).map(|_| limiter.take(&ada).expect("a place")).collect();
        assert!(matches!(limiter.take(&ada), Err(Error::Busy)));
        assert!(limiter.take(&grace).is_ok(), "another account has places of its own");
        held.pop();
        assert!(limiter.take(&ada).is_ok());
        held.clear();
        assert!(limiter.0.lock().expect("no panic").is_empty());
    }
}
