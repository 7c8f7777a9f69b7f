//! The time, always in milliseconds since 1970, UTC. Other code gets it from a [`Clock`] or as a parameter, never from
//! the system.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The system's clock. Tests can move it ahead, together with all its clones.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock as it is.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// The current time in milliseconds since 1970, UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "this is the place that tells the time")]
        let now = SystemTime::now();
        of(now).saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    /// Moves the clock ahead, for tests.
    pub fn advance(&self, span: Duration) {
        self.ahead.fetch_add(milliseconds(span), Ordering::Relaxed);
    }
}

/// A file system's time in milliseconds since 1970, UTC.
#[must_use]
pub fn of(moment: SystemTime) -> i64 {
    // A time before 1970 comes from a broken clock, for which zero is as good as any.
    moment.duration_since(UNIX_EPOCH).map_or(0, milliseconds)
}

/// A duration in milliseconds.
#[must_use]
pub fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clone_of_a_clock_moves_with_it() {
        let clock = Clock::system();
        let (clone, other, before) = (clock.clone(), Clock::system(), clock.now());
        clock.advance(Duration::from_secs(3600));
        assert!(clone.now() >= before + 3_600_000);
        assert!(other.now() < before + 3_600_000);
    }
}
