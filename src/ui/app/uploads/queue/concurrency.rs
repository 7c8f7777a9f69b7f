//! What is known of the way: how fast it is, and how many parts go side by side on it. The first goes alone, and others
//! join it where it is quick; where parts take long or are cut off there are fewer, so that each has more of a slow way.
//! Arithmetic only.

/// The most parts that are sent side by side, over all files.
const MOST: usize = 4;
/// A part that takes longer than this is slow, in milliseconds: well below the minute that many proxies allow.
const SLOW: f64 = 20_000.0;
/// A part that takes less than this leaves room for another beside it, in milliseconds.
const QUICK: f64 = 8_000.0;
/// A part smaller than this says little about the speed, in bytes.
const MEASURED: u64 = 1 << 20;
/// A request that breaks off before this says nothing of the way, even if another one did at the same age, in milliseconds.
const YOUNGEST_BREAK: f64 = 2_000.0;
/// How close breaks are that one event caused, in milliseconds.
const ONE_MOMENT: f64 = 1_000.0;
/// A request that ends before this has met no limit in time, in milliseconds.
const YOUNGEST_CUT: f64 = 10_000.0;

/// How many parts may be sent side by side, and how fast they arrive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Concurrency {
    most: usize,
    /// Bytes per second of all parts together, until they have arrived and not only left the browser.
    speed: Option<f64>,
    /// When a part broke off last, and at which age, in milliseconds.
    broken: Option<(f64, f64)>,
    /// The age at which parts break off one after the other, in milliseconds.
    limit: Option<f64>,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self { most: 1, speed: None, broken: None, limit: None }
    }
}

impl Concurrency {
    /// How many parts may go side by side now.
    pub(super) fn side_by_side(self) -> usize {
        self.most
    }

    /// How many bytes a second have arrived; `None` while that is not known.
    pub(super) fn speed(self) -> Option<u64> {
        self.speed.map(|speed| speed as u64)
    }

    /// A part of `size` bytes has arrived after `age` milliseconds, as one of `beside` that were on their way.
    pub(super) fn arrived(&mut self, age: f64, size: u64, beside: usize) {
        if self.limit.is_some_and(|limit| age >= limit) {
            self.forget_limit();
        }
        if age > SLOW {
            self.most = (self.most / 2).max(1);
        } else if age < QUICK && self.limit.is_none_or(|limit| 2.0 * age < limit) {
            self.most = (self.most + 1).min(MOST);
        }
        if size >= MEASURED {
            let fresh = per_second(size, age) * beside.max(1) as f64;
            self.speed = Some(self.speed.map_or(fresh, |speed| f64::midpoint(speed, fresh)));
        }
    }

    /// A part stood still or was cut off so late that the way is slow.
    pub(super) fn is_slow(&mut self) {
        self.most = 1;
    }

    /// A part broke off after `age` milliseconds. If parts break off at about the same age one after the other, no more go
    /// side by side than can arrive before it. Those that break off at one moment had one cause.
    pub(super) fn broke(&mut self, now: f64, age: f64) {
        if let Some((at, before)) = self.broken {
            if now - at < ONE_MOMENT {
                return;
            }
            if age >= YOUNGEST_BREAK && are_alike(before, age) {
                (self.limit, self.most) = (Some(age), 1);
            }
        }
        self.broken = Some((now, age));
    }

    /// What broke off was not for the way's sake: the network or the store was away.
    pub(super) fn forget_limit(&mut self) {
        (self.broken, self.limit) = (None, None);
    }

    /// A part was cut off after `age` milliseconds, when at most `bytes` of it had gone up.
    pub(super) fn was_cut(&mut self, age: f64, bytes: u64) {
        self.is_slow();
        let most = per_second(bytes, age);
        self.speed = Some(self.speed.map_or(most, |speed| speed.min(most)));
    }
}

fn per_second(bytes: u64, milliseconds: f64) -> f64 {
    bytes as f64 * 1000.0 / milliseconds.max(1.0)
}

/// Whether a request that was cut off after so many milliseconds may have met a limit in time.
pub(super) fn may_be_limit(age: f64) -> bool {
    age >= YOUNGEST_CUT
}

/// Whether two requests were cut off at about the same age.
pub(super) fn are_alike(one: f64, other: f64) -> bool {
    (one - other).abs() <= 0.1 * one.max(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_parts_go_alone_and_quick_ones_side_by_side() {
        let mut concurrency = Concurrency::default();
        assert_eq!(concurrency.side_by_side(), 1, "nothing is known yet");
        for expected in [2, 3, 4, 4] {
            concurrency.arrived(100.0, 1000, 1);
            assert_eq!(concurrency.side_by_side(), expected);
        }
        for (age, expected) in [(25_000.0, 2), (90_000.0, 1), (90_000.0, 1), (10_000.0, 1), (3000.0, 2)] {
            concurrency.arrived(age, 1000, 1);
            assert_eq!(concurrency.side_by_side(), expected, "{age}");
        }
        for _ in 0..9 {
            concurrency.arrived(100.0, 1000, 1);
        }
        assert_eq!(concurrency.side_by_side(), 4);
        concurrency.is_slow();
        assert_eq!(concurrency.side_by_side(), 1);
    }

    #[test]
    fn the_speed_is_that_of_what_arrives() {
        let mut concurrency = Concurrency::default();
        concurrency.arrived(100.0, 1000, 1);
        assert_eq!(concurrency.speed(), None, "small parts say nothing");
        concurrency.arrived(40_000.0, 8_000_000, 2);
        assert_eq!(concurrency.speed(), Some(400_000));
        concurrency.arrived(10_000.0, 8_000_000, 1);
        assert_eq!(concurrency.speed(), Some(600_000));
        concurrency.was_cut(60_000.0, 6_000_000);
        assert_eq!((concurrency.speed(), concurrency.side_by_side()), (Some(100_000), 1));
    }

    #[test]
    fn parts_that_break_off_at_one_age_go_alone_where_two_would_meet_it() {
        let mut concurrency = Concurrency::default();
        for (now, age) in [(5_000.0, 3_000.0), (6_500.0, 100.0), (8_000.0, 100.0)] {
            concurrency.broke(now, age);
        }
        concurrency.broke(10_000.0, 5_000.0);
        concurrency.broke(10_000.0, 5_000.0);
        concurrency.arrived(3_500.0, 1000, 1);
        assert_eq!(concurrency.side_by_side(), 2, "these say nothing");
        concurrency.broke(15_100.0, 5_100.0);
        assert_eq!(concurrency.side_by_side(), 1);
        concurrency.arrived(3_500.0, 1000, 1);
        assert_eq!(concurrency.side_by_side(), 1, "two would take seven seconds");
        concurrency.arrived(1_000.0, 1000, 1);
        assert_eq!(concurrency.side_by_side(), 2);
        concurrency.arrived(6_000.0, 1000, 1);
        assert_eq!(concurrency.side_by_side(), 3, "there is no such limit any more");
    }

    #[test]
    fn a_limit_cuts_at_about_the_same_age() {
        assert!(are_alike(60_000.0, 60_900.0) && are_alike(60_900.0, 60_000.0));
        assert!(!are_alike(30_000.0, 60_000.0));
        assert!(!may_be_limit(3000.0));
    }
}
