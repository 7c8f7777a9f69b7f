//! The speed of uploads, and the delays between retries. Arithmetic only.

/// The time constant of the average, in milliseconds: by then a sample's weight has fallen to about a third.
const MEMORY: f64 = 6000.0;
/// The longest delay between two tries, in milliseconds.
const LONGEST: f64 = 30_000.0;

/// A smoothed speed: an exponential moving average, in which older samples count less.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Speed {
    last: Option<(f64, u64)>,
    /// Bytes per second.
    smooth: Option<f64>,
}

impl Speed {
    /// Takes a sample: the total number of bytes sent so far, at a time in milliseconds.
    pub(super) fn sample(&mut self, now: f64, moved: u64) {
        let Some((then, before)) = self.last else {
            self.last = Some((now, moved));
            return;
        };
        let passed = now - then;
        if passed < 200.0 {
            return;
        }
        self.last = Some((now, moved));
        let fresh = moved.saturating_sub(before) as f64 * 1000.0 / passed;
        let weight = 1.0 - (-passed / MEMORY).exp();
        self.smooth = Some(self.smooth.map_or(fresh, |smooth| smooth + weight * (fresh - smooth)));
    }

    /// Resets the meter: after a pause, the previous speed no longer applies.
    pub(super) fn rest(&mut self) {
        *self = Self::default();
    }

    /// Bytes per second, once it can be estimated.
    pub(super) fn per_second(&self) -> Option<u64> {
        self.smooth.filter(|smooth| *smooth >= 1.0).map(|smooth| smooth as u64)
    }

    /// The estimated seconds until this many bytes are sent.
    pub(super) fn left(&self, bytes: u64) -> Option<u64> {
        self.per_second().map(|speed| bytes.div_ceil(speed))
    }
}

/// The delay before the next try, in milliseconds: it doubles with each try up to a limit, and is randomised by
/// `random`, from 0 to 1, so that pages do not retry in step.
pub(super) fn back_off(tries: u32, random: f64) -> f64 {
    let full = (500.0 * 2f64.powi(i32::try_from(tries.min(16)).unwrap_or(16))).min(LONGEST);
    full * (0.5 + random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_speed_is_told_as_it_is_and_a_jump_is_smoothed() {
        let mut speed = Speed::default();
        assert_eq!(speed.left(1000), None);
        for second in 0..20 {
            speed.sample(f64::from(second) * 1000.0, u64::try_from(second).unwrap_or(0) * 1_000_000);
        }
        assert_eq!(speed.per_second(), Some(1_000_000));
        assert_eq!(speed.left(120_000_000), Some(120));
        speed.sample(20_000.0, 19_000_000 + 50_000_000);
        assert!((2_000_000..15_000_000).contains(&speed.per_second().unwrap()));
        speed.rest();
        assert_eq!(speed.per_second(), None);
    }

    #[test]
    fn waits_grow_and_end_at_half_a_minute() {
        assert!((250.0..=500.0).contains(&back_off(0, 0.3)));
        assert_eq!(back_off(1, 1.0), 1000.0);
        assert_eq!(back_off(3, 0.0), 2000.0);
        assert_eq!(back_off(40, 1.0), 30_000.0);
    }
}
