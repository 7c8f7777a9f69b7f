//! Limits how many uploads an account may create in a minute, and how many parts it may have signed. A small file is one
//! upload of one part, and a browser seldom creates more than a hundred a second.

use crate::model::id::AccountId;
use crate::server::domain::minute_limiter::MinuteLimiter;

/// Counts the signatures and the created uploads of each account in the current minute.
#[derive(Clone, Default)]
pub(super) struct UploadRateLimiter {
    signed: MinuteLimiter,
    created: MinuteLimiter,
}

impl UploadRateLimiter {
    /// Counts one more signature; false if the account has used up those of this minute. `now` is in milliseconds.
    pub(super) fn try_sign(&self, account: &AccountId, now: i64) -> bool {
        self.signed.take(account, 1, now).is_ok()
    }

    /// Counts one more created upload; false if the account has used up those of this minute. Creation is limited
    /// because each upload leaves a row for hours, even if it is given up at once. `now` is in milliseconds.
    pub(super) fn try_start(&self, account: &AccountId, now: i64) -> bool {
        self.created.take(account, 1, now).is_ok()
    }
}
