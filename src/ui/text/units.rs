//! The formats of sizes, numbers and dates.

use crate::model::calendar::Moment;

/// How a language formats sizes, numbers and dates.
pub struct Units {
    /// The decimal separator.
    pub decimal: &'static str,
    /// The thousands separator.
    pub thousands: &'static str,
    /// The index of a noun's plural form for a number, counted from 0.
    pub plural: fn(u64) -> usize,
    /// The plural forms of “byte”.
    pub byte: &'static [&'static str],
    /// The format of a date.
    pub day: fn(Moment) -> String,
}

impl Units {
    /// A size in powers of 1000: `1.2 GB`.
    #[must_use]
    pub fn size(&self, bytes: u64) -> String {
        if bytes < 1000 {
            return format!("{bytes} B");
        }
        // Rounded in whole numbers, as the wasm has no other use for the code that writes fractions.
        let rounded = |unit: u64| bytes.saturating_add(unit / 2) / unit;
        let (mut unit, mut name) = (1, "B");
        for next in ["kB", "MB", "GB", "TB", "PB", "EB"] {
            (unit, name) = (unit * 1000, next);
            // If rounding gives 1000, the next unit is used.
            if rounded(unit) < 1000 {
                break;
            }
        }
        match rounded(unit / 10) {
            tenths @ ..100 => format!("{}{}{} {name}", tenths / 10, self.decimal, tenths % 10),
            _ => format!("{} {name}", rounded(unit)),
        }
    }

    /// A configured limit, in powers of 1024 if it is a multiple of one, as operators usually set it.
    #[must_use]
    pub fn exact_size(&self, bytes: u64) -> String {
        for (unit, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
            if bytes >= unit && bytes.is_multiple_of(unit) {
                return format!("{} {name}", bytes / unit);
            }
        }
        self.size(bytes)
    }

    /// A size in bytes: `1,234,567 bytes`.
    #[must_use]
    pub fn bytes(&self, bytes: u64) -> String {
        self.count(bytes, self.byte)
    }

    /// A number with thousands separators: `1,234`.
    #[must_use]
    pub fn number(&self, number: u64) -> String {
        if number < 1000 {
            number.to_string()
        } else {
            format!("{}{}{:03}", self.number(number / 1000), self.thousands, number % 1000)
        }
    }

    /// A number with a noun in the right plural form: `1 file`, `12 files`.
    #[must_use]
    pub fn count(&self, number: u64, forms: &[&str]) -> String {
        let form = forms.get((self.plural)(number)).or(forms.last()).copied().unwrap_or_default();
        format!("{} {form}", self.number(number))
    }

    /// A date in UTC: `23 Nov 2026`. After hydration the browser shows local time instead.
    #[must_use]
    pub fn day(&self, milliseconds: i64) -> String {
        (self.day)(Moment::of(milliseconds))
    }
}

/// A date and time in UTC for `<time datetime>` (RFC 3339).
#[must_use]
pub fn moment(milliseconds: i64) -> String {
    let Moment { year, month, day, hour, minute, second } = Moment::of(milliseconds);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::ENGLISH;

    #[test]
    fn sizes_are_short_and_round() {
        let table = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (842_000, "842 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (1_234_567_890, "1.2 GB"),
            (18_600_000_000, "19 GB"),
            (u64::MAX, "18 EB"),
        ];
        let units = &ENGLISH.units;
        for (bytes, text) in table {
            assert_eq!(units.size(bytes), text);
        }
        assert_eq!(units.exact_size(10 << 20), "10 MiB");
        assert_eq!(units.exact_size(10_000_000), "10 MB");
        assert_eq!((units.bytes(1), units.bytes(1_234_567)), ("1 byte".to_owned(), "1,234,567 bytes".to_owned()));
    }

    #[test]
    fn days_are_of_the_gregorian_calendar() {
        assert_eq!(ENGLISH.units.day(0), "1 Jan 1970");
        assert_eq!(ENGLISH.units.day(1_795_392_000_000), "23 Nov 2026");
        assert_eq!(moment(951_827_696_000), "2000-02-29T12:34:56Z");
        assert_eq!(moment(-1000), "1969-12-31T23:59:59Z");
    }
}
