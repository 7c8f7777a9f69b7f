//! Limits how many times an account does one kind of thing in a minute: it makes folders and copies, creates uploads, or has
//! parts signed. Each process counts by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::id::AccountId;

/// The most of one kind in a minute. Each upload may need a folder of its own, so all kinds have the same.
const A_MINUTE: u32 = 12_000;
const MINUTE: i64 = 60_000;

/// Counts what each account has taken of one kind in the current minute; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct MinuteLimiter(Arc<Mutex<(i64, HashMap<AccountId, u32>)>>);

impl MinuteLimiter {
    /// Takes this many; the error is the time in seconds after which there are some again. `now` is in milliseconds.
    ///
    /// # Errors
    /// The account has used up those of this minute.
    pub fn take(&self, account: &AccountId, more: usize, now: i64) -> Result<(), u32> {
        let (current, counts) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *current != now / MINUTE {
            *current = now / MINUTE;
            counts.clear();
        }
        let count = counts.entry(account.clone()).or_default();
        *count = count.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        if *count <= A_MINUTE { Ok(()) } else { Err(u32::try_from((MINUTE - now % MINUTE) / 1000 + 1).unwrap_or(60)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_often_waits_for_the_next_minute_and_nobody_else_does() {
        let limiter = MinuteLimiter::default();
        let [ada, grace] = ["0", "1"].map(|digit| AccountId::parse(&digit.repeat(26)).expect("an id"));
        assert!((0..A_MINUTE).all(|_| limiter.take(&ada, 1, 7 * MINUTE).is_ok()));
        assert_eq!(limiter.take(&ada, 1, 7 * MINUTE + 20_000), Err(41));
        assert_eq!(limiter.take(&grace, 1, 7 * MINUTE), Ok(()));
        assert_eq!(limiter.take(&ada, 1, 8 * MINUTE), Ok(()));
        assert_eq!(limiter.take(&ada, usize::MAX, 8 * MINUTE), Err(61));
    }
}
