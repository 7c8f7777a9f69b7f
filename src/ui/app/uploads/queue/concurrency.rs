//! How many parts go side by side: fewer where they take long or are cut off, so that each has more of a slow way.
//! Arithmetic only.

/// The most parts that are sent side by side, over all files.
const MOST: usize = 4;
/// A part that takes longer than this is slow, in milliseconds: well below the minute that many proxies allow.
const SLOW: f64 = 20_000.0;
/// A part that takes less than this leaves room for another beside it, in milliseconds.
const QUICK: f64 = 8_000.0;
/// A request that ends before this has met no limit in time, in milliseconds.
const YOUNGEST_CUT: f64 = 10_000.0;

/// How many parts may be sent side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Concurrency(usize);

impl Default for Concurrency {
    fn default() -> Self {
        Self(MOST)
    }
}

impl Concurrency {
    /// How many parts may go side by side now.
    pub(super) fn side_by_side(self) -> usize {
        self.0
    }

    /// A part has arrived after this many milliseconds.
    pub(super) fn arrived(&mut self, age: f64) {
        if age > SLOW {
            self.0 = (self.0 / 2).max(1);
        } else if age < QUICK {
            self.0 = (self.0 + 1).min(MOST);
        }
    }

    /// A part has taken so long already, or was cut off so late, that the way is slow.
    pub(super) fn is_slow(&mut self) {
        self.0 = 1;
    }
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
        assert_eq!(concurrency.side_by_side(), 4);
        for (age, expected) in [(25_000.0, 2), (90_000.0, 1), (90_000.0, 1), (10_000.0, 1), (3000.0, 2)] {
            concurrency.arrived(age);
            assert_eq!(concurrency.side_by_side(), expected, "{age}");
        }
        for _ in 0..9 {
            concurrency.arrived(100.0);
        }
        assert_eq!(concurrency.side_by_side(), 4);
        concurrency.is_slow();
        assert_eq!(concurrency.side_by_side(), 1);
    }

    #[test]
    fn a_limit_cuts_at_about_the_same_age() {
        assert!(are_alike(60_000.0, 60_900.0) && are_alike(60_900.0, 60_000.0));
        assert!(!are_alike(30_000.0, 60_000.0));
        assert!(!may_be_limit(3000.0));
    }
}
