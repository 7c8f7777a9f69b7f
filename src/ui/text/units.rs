//! How sizes, numbers and times are written.

use crate::model::calendar::Moment;

/// A size as people say it: `1.2 GB`. Units are powers of 1000.
#[must_use]
pub fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in ["kB", "MB", "GB", "TB", "PB", "EB"] {
        value /= 1000.0;
        unit = next;
        // What would be rounded up to a thousand is one of the next unit.
        if value < 999.5 {
            break;
        }
    }
    if value < 9.95 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

/// A limit as whoever set it wrote it: in powers of 1024 where it is a whole number of them.
pub(super) fn exact_size(bytes: u64) -> String {
    for (unit, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if bytes >= unit && bytes.is_multiple_of(unit) {
            return format!("{} {name}", bytes / unit);
        }
    }
    size(bytes)
}

/// A size to the byte: `1,234,567 bytes`.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{} bytes", grouped(bytes)) }
}

/// A number with commas: `1,234`.
pub(super) fn grouped(number: u64) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", grouped(number / 1000), number % 1000) }
}

/// How many of something: `1 file`, `12 files`.
pub(super) fn count(number: u64, one: &str, several: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { several })
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day in UTC: `23 Nov 2026`. The browser writes its own time over it once it runs.
#[must_use]
pub fn day(milliseconds: i64) -> String {
    let Moment { year, month, day, .. } = Moment::of(milliseconds);
    format!("{day} {} {year}", MONTHS[month as usize - 1])
}

/// A moment in UTC, as `<time datetime>` wants it (RFC 3339).
#[must_use]
pub fn moment(milliseconds: i64) -> String {
    let Moment { year, month, day, hour, minute, second } = Moment::of(milliseconds);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for (bytes, text) in table {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(exact_size(10 << 20), "10 MiB");
        assert_eq!(exact_size(10_000_000), "10 MB");
    }

    #[test]
    fn days_are_of_the_gregorian_calendar() {
        assert_eq!(day(0), "1 Jan 1970");
        assert_eq!(day(1_795_392_000_000), "23 Nov 2026");
        assert_eq!(moment(951_827_696_000), "2000-02-29T12:34:56Z");
        assert_eq!(moment(-1000), "1969-12-31T23:59:59Z");
    }
}
