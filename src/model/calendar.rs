//! Converts milliseconds since 1970 to dates and times of the Gregorian calendar in UTC.

/// A date and time in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The year; negative before the year 0.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
}

impl Moment {
    /// The date and time this many milliseconds after the start of 1970.
    #[must_use]
    pub fn of(milliseconds: i64) -> Self {
        // In years that start in March, the leap day comes last.
        let days = milliseconds.div_euclid(86_400_000) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let seconds = milliseconds.div_euclid(1000).rem_euclid(86_400);
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: small(month),
            day: small(of_year - (153 * from_march + 2) / 5 + 1),
            hour: small(seconds / 3600),
            minute: small(seconds / 60 % 60),
            second: small(seconds % 60),
        }
    }
}

/// Narrows a value that is never negative and always below 60.
fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i64, (month, day): (u32, u32), (hour, minute, second): (u32, u32, u32)) -> Moment {
        Moment { year, month, day, hour, minute, second }
    }

    #[test]
    fn moments_are_of_the_gregorian_calendar() {
        assert_eq!(Moment::of(0), at(1970, (1, 1), (0, 0, 0)));
        assert_eq!(Moment::of(951_827_696_000), at(2000, (2, 29), (12, 34, 56)));
        assert_eq!(Moment::of(-1), at(1969, (12, 31), (23, 59, 59)));
        assert_eq!(Moment::of(4_107_542_399_999), at(2100, (2, 28), (23, 59, 59)));
        assert_eq!(Moment::of(4_107_542_400_000), at(2100, (3, 1), (0, 0, 0)));
    }
}
