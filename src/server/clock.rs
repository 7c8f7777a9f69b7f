//! The time, in the one form it is kept in: milliseconds since 1970, UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, UTC.
#[must_use]
pub fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "this is the place that tells the time")]
    let now = SystemTime::now();
    of(now)
}

/// A moment that a file system tells, in the same form.
#[must_use]
pub fn of(moment: SystemTime) -> i64 {
    // Before 1970 a clock is broken; zero is as good an answer as any.
    moment.duration_since(UNIX_EPOCH).map_or(0, milliseconds)
}

/// A span in milliseconds.
#[must_use]
pub fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
