//! Reading at a bounded rate, for work that nobody waits for.

use std::time::{Duration, Instant};

/// The most bytes that are read in a second: 32 MiB. In thirty days that is 80 TiB.
const RATE: u64 = 32 << 20;

/// Slows reading down to the rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadRate {
    since: Instant,
    bytes: u64,
}

impl ReadRate {
    /// A limit on the speed of reading that starts to count now.
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), bytes: 0 }
    }

    /// Adds bytes that were read, and waits until so many may have been.
    pub(super) async fn throttle(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        let due = self.since + due_after(self.bytes);
        tokio::time::sleep_until(due.into()).await;
    }
}

/// How long it takes at least to read so many bytes.
fn due_after(bytes: u64) -> Duration {
    Duration::from_micros(bytes.saturating_mul(1_000_000) / RATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gibibyte_takes_half_a_minute() {
        assert_eq!(due_after(1 << 30), Duration::from_secs(32));
        assert_eq!(due_after(0), Duration::ZERO);
    }
}
