//! How many bytes an account sends in a period, over all its transfers, also those that have ended meanwhile.

use std::time::Duration;

use tokio::time::Instant;

/// The bytes of the period that runs, and of the last one.
#[derive(Debug)]
pub(super) struct AccountRate {
    since: Instant,
    bytes: usize,
    last: usize,
}

impl AccountRate {
    /// Nothing yet; the first period starts now.
    pub(super) fn new(now: Instant) -> Self {
        Self { since: now, bytes: 0, last: 0 }
    }

    /// Counts bytes that have come.
    pub(super) fn count(&mut self, bytes: usize, now: Instant, window: Duration) {
        self.roll(now, window);
        self.bytes += bytes;
    }

    /// The bytes of the last whole period, or those of the one that runs if they are more already.
    pub(super) fn bytes(&mut self, now: Instant, window: Duration) -> usize {
        self.roll(now, window);
        self.bytes.max(self.last)
    }

    fn roll(&mut self, now: Instant, window: Duration) {
        let elapsed = now.saturating_duration_since(self.since);
        if elapsed < window {
            return;
        }
        // Bytes that came in a longer time are worth less.
        let periods = elapsed.as_secs_f64() / window.as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an estimate"
        )]
        let bytes = (self.bytes as f64 / periods) as usize;
        (self.last, self.bytes, self.since) = (bytes, 0, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_that_of_the_last_period_until_more_has_come() {
        let (start, window) = (Instant::now(), Duration::from_secs(10));
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut rate = AccountRate::new(start);
        rate.count(600, at(3), window);
        assert_eq!(rate.bytes(at(9), window), 600);
        assert_eq!(rate.bytes(at(20), window), 300, "in twice the time");
        rate.count(50, at(21), window);
        assert_eq!(rate.bytes(at(22), window), 300);
        rate.count(350, at(23), window);
        assert_eq!(rate.bytes(at(24), window), 400);
        assert_eq!(rate.bytes(at(40), window), 200);
        assert_eq!(rate.bytes(at(50), window), 0);
    }
}
