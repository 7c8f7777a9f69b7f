//! How many uploads an account may begin in a minute, and how many parts it may have signed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::id::AccountId;
use crate::server::clock;

/// The most of each in a minute: small files go one part each, and a browser has seldom more than a hundred a second.
const A_MINUTE: u32 = 12_000;

/// Counts signatures and incomplete_uploads, by account, in the minute that is.
#[derive(Clone, Default)]
pub(super) struct Signing {
    signed: Minute,
    begun: Minute,
}

type Minute = Arc<Mutex<(i64, HashMap<AccountId, u32>)>>;

impl Signing {
    /// Whether one more part may be signed now.
    pub(super) fn take(&self, account: &AccountId) -> bool {
        take_at(&self.signed, account, clock::now() / 60_000)
    }

    /// Whether one more upload may begin now: each leaves a row for hours, even if it is given up at once.
    pub(super) fn try_start(&self, account: &AccountId) -> bool {
        take_at(&self.begun, account, clock::now() / 60_000)
    }
}

fn take_at(counted: &Minute, account: &AccountId, minute: i64) -> bool {
    let (current, counts) = &mut *counted.lock().unwrap_or_else(PoisonError::into_inner);
    if *current != minute {
        *current = minute;
        counts.clear();
    }
    let count = counts.entry(account.clone()).or_default();
    *count = count.saturating_add(1);
    *count <= A_MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_often_waits_for_the_next_minute_and_nobody_else_does() {
        let signing = Minute::default();
        let [ada, grace] = ["0", "1"].map(|digit| AccountId::parse(&digit.repeat(26)).expect("an id"));
        assert!((0..A_MINUTE).all(|_| take_at(&signing, &ada, 7)));
        assert!(!take_at(&signing, &ada, 7));
        assert!(take_at(&signing, &grace, 7));
        assert!(take_at(&signing, &ada, 8));
    }
}
