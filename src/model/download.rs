//! Downloads of several things as one archive: their names, addresses and limits.

use crate::model::calendar::Moment;
use crate::model::id::DownloadId;

/// The most files and folders that one archive has.
pub const MOST_ENTRIES: usize = 100_000;

/// What an archive is called: after the one thing in it, or after the site and the day (UTC).
#[must_use]
pub fn archive_name(only: Option<&str>, now: i64) -> String {
    if let Some(only) = only {
        return format!("{only}.zip");
    }
    let Moment { year, month, day, .. } = Moment::of(now);
    format!("Holdall {year:04}-{month:02}-{day:02}.zip")
}

/// The path of a download. Its last segment is there for people and for what saves it; nobody reads it again.
#[must_use]
pub fn address(id: &DownloadId, name: &str) -> String {
    let encode = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    // A segment of dots alone would be taken out of the path; with its extension none is.
    format!("/downloads/{id}/{}", name.bytes().map(encode).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_called_after_the_one_thing_in_it_or_the_day() {
        assert_eq!(archive_name(Some("Nana’s letters"), 0), "Nana’s letters.zip");
        assert_eq!(archive_name(None, 1_795_501_771_000), "Holdall 2026-11-24.zip");
    }

    #[test]
    fn an_address_is_one_plain_segment_whatever_the_name() {
        let id = DownloadId::parse("06dqs4v3g1s7n8b2k9m0a1c2e3").expect("an id");
        assert_eq!(
            address(&id, "../a b?#%é.zip"),
            "/downloads/06dqs4v3g1s7n8b2k9m0a1c2e3/..%2Fa%20b%3F%23%25%C3%A9.zip"
        );
    }
}
