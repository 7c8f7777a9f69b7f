//! Downloads of several entries as one archive: names and limits.

use crate::model::calendar::Moment;
use crate::model::file_name::FileName;

/// The most files and folders that one archive may contain.
pub const MOST_ENTRIES: usize = 100_000;

/// The file name of an archive: named after its only entry, or after the site and the date (UTC).
#[must_use]
pub fn archive_name(only: Option<&str>, now: i64) -> String {
    if let Some(only) = only {
        return FileName::fitting(&format!("{only}.zip")).as_str().to_owned();
    }
    let Moment { year, month, day, .. } = Moment::of(now);
    format!("Holdall {year:04}-{month:02}-{day:02}.zip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_called_after_the_one_thing_in_it_or_the_day() {
        assert_eq!(archive_name(Some("Nana’s letters"), 0), "Nana’s letters.zip");
        let long = archive_name(Some(&"n".repeat(255)), 0);
        assert!(long.len() == 255 && long.ends_with("n.zip"), "{long}");
        assert_eq!(archive_name(None, 1_795_501_771_000), "Holdall 2026-11-24.zip");
    }
}
