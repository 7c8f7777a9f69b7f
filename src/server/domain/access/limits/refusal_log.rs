//! Decides which refused sign-ins get a line of the log: each, except that a client that is being limited for an account
//! gets one a minute, and that no client gets more than a number of lines, whatever names it tries. The rest is logged as
//! a count.

use quick_cache::sync::Cache;
use tokio::time::Instant;

use crate::server::log_limiter::{LogLimiter, LogLine, MINUTE};

/// The most lines of a client in a minute about names without an account: more than it has guesses.
const FOR_NAMES: u32 = 20;
/// The most lines of a client in a minute, of which names without an account have no more than theirs.
const IN_ALL: u32 = 80;
/// How many clients and accounts are remembered as told.
const REMEMBERED: usize = 1000;

/// The refusals that the log was told of lately.
#[derive(Debug)]
pub(in crate::server::domain::access) struct RefusalLog {
    limiter: LogLimiter,
    /// When the log was last told that a client is limited for an account, by both.
    told: Cache<String, Instant>,
}

impl Default for RefusalLog {
    fn default() -> Self {
        Self { limiter: LogLimiter::default(), told: Cache::new(REMEMBERED) }
    }
}

impl RefusalLog {
    /// Whether the log was told in the last minute that this client is limited for this account. Such an event is counted;
    /// any other has to be given to [`Self::is_line`].
    pub(in crate::server::domain::access) fn is_repeated(&self, client: &str, account: &str, now: Instant) -> bool {
        let key = format!("{client} {account}");
        let is_repeated = self.told.get(&key).is_some_and(|told| now.saturating_duration_since(told) < MINUTE);
        if is_repeated {
            self.limiter.count(client, 0, now);
        } else {
            self.told.insert(key, now);
        }
        is_repeated
    }

    /// Whether a refusal of this client is to be a line of its own. If refusals were left out before, that is told first.
    pub(in crate::server::domain::access) fn is_line(&self, client: &str, is_account: bool, now: Instant) -> bool {
        let most = if is_account { IN_ALL } else { FOR_NAMES };
        let Some(LogLine { client, count }) = self.limiter.count(client, most, now) else { return false };
        if count > 1 {
            tell(&LogLine { client, count: count - 1 });
        }
        true
    }

    /// Tells what was left out of minutes that are over.
    pub(in crate::server::domain::access) fn tell_left_out(&self, now: Instant) {
        self.limiter.due(now).iter().for_each(tell);
    }
}

fn tell(LogLine { client, count }: &LogLine) {
    tracing::warn!(client, count, "and more refusals in the last minute");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// How many of these refusals, one for each name, are lines.
    fn lines(log: &RefusalLog, client: &str, names: std::ops::Range<u32>, is_account: bool, now: Instant) -> usize {
        names
            .filter(|name| !log.is_repeated(client, &name.to_string(), now) && log.is_line(client, is_account, now))
            .count()
    }

    #[test]
    fn names_that_are_made_up_do_not_fill_the_log_and_hide_no_account() {
        let (log, now) = (RefusalLog::default(), Instant::now());
        assert_eq!(lines(&log, "192.0.2.1", 0..5000, false, now), 20);
        assert_eq!(lines(&log, "192.0.2.1", 5000..5010, true, now), 10, "each account has a line");
        assert_eq!(lines(&log, "192.0.2.1", 6000..6100, true, now), 50, "as long as they are no flood either");
        assert_eq!(lines(&log, "198.51.100.7", 0..5, false, now), 5, "another client has its own");
        assert_eq!(log.limiter.due(now + MINUTE), [LogLine { client: "192.0.2.1".to_owned(), count: 5030 }]);
    }

    #[test]
    fn that_a_client_is_limited_for_an_account_is_told_once_a_minute() {
        let (log, start) = (RefusalLog::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for second in 0..59 {
            assert_eq!(log.is_repeated("192.0.2.1", "ada", at(second)), second > 0);
        }
        assert!(!log.is_repeated("192.0.2.1", "grace", at(59)) && !log.is_repeated("192.0.2.2", "ada", at(59)));
        assert!(!log.is_repeated("192.0.2.1", "ada", at(60)));
        assert_eq!(log.limiter.due(at(61)), [LogLine { client: "192.0.2.1".to_owned(), count: 58 }]);
    }
}
