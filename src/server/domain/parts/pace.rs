//! How many parts an account may have signed in a minute.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::id::AccountId;
use crate::server::clock;

/// The most signatures in a minute: small files go one part each, and a browser has seldom more than a hundred a second.
const A_MINUTE: u32 = 12_000;

/// Counts signatures, by account, in the minute that is.
#[derive(Clone, Default)]
pub(super) struct Signing(Arc<Mutex<(i64, HashMap<AccountId, u32>)>>);

impl Signing {
    /// Whether one more may be had now.
    pub(super) fn take(&self, account: &AccountId) -> bool {
        self.take_at(account, clock::now() / 60_000)
    }

    fn take_at(&self, account: &AccountId, minute: i64) -> bool {
        let (counted, counts) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *counted != minute {
            *counted = minute;
            counts.clear();
        }
        let count = counts.entry(account.clone()).or_default();
        *count = count.saturating_add(1);
        *count <= A_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_often_waits_for_the_next_minute_and_nobody_else_does() {
        let signing = Signing::default();
        let [ada, grace] = ["0", "1"].map(|digit| AccountId::parse(&digit.repeat(26)).expect("an id"));
        assert!((0..A_MINUTE).all(|_| signing.take_at(&ada, 7)));
        assert!(!signing.take_at(&ada, 7));
        assert!(signing.take_at(&grace, 7));
        assert!(signing.take_at(&ada, 8));
    }
}
