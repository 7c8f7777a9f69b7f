//! Limits how many uploads and folders an account may create in a minute, and how many parts it may have signed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::id::AccountId;

/// The most of each in a minute. A small file is one upload of one part, and a browser seldom creates more than a
/// hundred a second.
const A_MINUTE: u32 = 12_000;

/// Counts the signatures, and the created uploads and folders, of each account in the current minute.
#[derive(Clone, Default)]
pub(super) struct UploadRateLimiter {
    signed: MinuteCounts,
    created: MinuteCounts,
    folders: MinuteCounts,
}

type MinuteCounts = Arc<Mutex<(i64, HashMap<AccountId, u32>)>>;

impl UploadRateLimiter {
    /// Counts one more signature; false if the account has used up those of this minute. `now` is in milliseconds.
    pub(super) fn try_sign(&self, account: &AccountId, now: i64) -> bool {
        count(&self.signed, account, 1, now / 60_000)
    }

    /// Counts one more created upload; false if the account has used up those of this minute. Creation is limited
    /// because each upload leaves a row for hours, even if it is given up at once. `now` is in milliseconds.
    pub(super) fn try_start(&self, account: &AccountId, now: i64) -> bool {
        count(&self.created, account, 1, now / 60_000)
    }

    /// Counts the folders of one more path; false if the account has used up those of this minute. Folders that exist
    /// already count, too, since looking for them costs almost as much. `now` is in milliseconds.
    pub(super) fn try_make_folders(&self, account: &AccountId, folders: usize, now: i64) -> bool {
        count(&self.folders, account, u32::try_from(folders).unwrap_or(u32::MAX), now / 60_000)
    }
}

fn count(counted: &MinuteCounts, account: &AccountId, more: u32, minute: i64) -> bool {
    let (current, counts) = &mut *counted.lock().unwrap_or_else(PoisonError::into_inner);
    if *current != minute {
        *current = minute;
        counts.clear();
    }
    let count = counts.entry(account.clone()).or_default();
    *count = count.saturating_add(more);
    *count <= A_MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_often_waits_for_the_next_minute_and_nobody_else_does() {
        let counts = MinuteCounts::default();
        let [ada, grace] = ["0", "1"].map(|digit| AccountId::parse(&digit.repeat(26)).expect("an id"));
        assert!((0..A_MINUTE).all(|_| count(&counts, &ada, 1, 7)));
        assert!(!count(&counts, &ada, 1, 7));
        assert!(count(&counts, &grace, 1, 7));
        assert!(count(&counts, &ada, 1, 8));
    }
}
