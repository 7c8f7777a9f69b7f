//! What the tray and the list of unfinished uploads say.

use crate::ui::app::uploads::queue::{Doing, Pace, Totals, TrayRow, Trouble};
use crate::ui::text::{FILES, field_problem, problem, size};

/// What is shown while files are dragged over the page.
pub const DROP_HERE: &str = "Drop files and folders here to upload them";

/// What the tray is called.
pub const TRAY: &str = "Uploads";
/// The bar for all files together.
pub const PROGRESS_OF_ALL: &str = "Progress of all uploads";
/// The button that stops every file.
pub const PAUSE_ALL: &str = "Pause all";
/// The button that lets every file go on.
pub const RESUME_ALL: &str = "Resume all";
/// The button that takes every file out.
pub const CANCEL_ALL: &str = "Cancel all";
/// The button that tries every file again that was not kept.
pub const TRY_ALL_AGAIN: &str = "Try all again";

/// The bar of one file.
#[must_use]
pub fn progress_of(name: &str) -> String {
    format!("Progress of {name}")
}

/// How many files there are that the tray does not show.
#[must_use]
pub fn more(count: usize) -> String {
    format!("and {count} more")
}

/// Beside the name of a file that was sent whole.
pub const BEING_CHECKED: &str = "being checked";
/// What that means.
pub const BEING_CHECKED_MEANS: &str =
    "All bytes have arrived. The store's are being read and compared with what was sent.";
/// Beside the name of a file that was compared.
pub const VERIFIED: &str = "✓ verified";
/// Beside the name of a file that is not what was sent.
pub const DAMAGED: &str = "damaged";
/// What that means.
pub const DAMAGED_MEANS: &str =
    "What lies in the store is not what was sent, so it is not given out. Upload the file again.";

/// What “verified” means.
#[must_use]
pub fn verified_means(sha256: &str) -> String {
    format!("Every byte in the store was compared with what was sent. SHA-256: {sha256}")
}

/// Why a file is not kept.
#[must_use]
pub(in crate::ui) fn trouble(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Refused(refused) => field_problem(refused),
        Trouble::Failed(failed) => problem(failed).1,
        Trouble::OtherFile => {
            "This is not the file that this upload began with. Nothing is lost: choose the right one under “Unfinished uploads”, or upload this one as a new file."
                .to_owned()
        }
        Trouble::Gone => {
            "This upload was discarded elsewhere, or was left for too long. Try again to begin anew.".to_owned()
        }
        Trouble::Unreadable => {
            "The browser cannot read this file: it was changed, moved or removed. Choose it again.".to_owned()
        }
    }
}

/// What all uploads together are doing.
#[must_use]
pub(in crate::ui) fn summary(totals: &Totals) -> String {
    let word = if totals.folders > 0 { "item" } else { "file" };
    let files = |count: usize| if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") };
    match totals.open() {
        0 if totals.failed > 0 => format!("{} not uploaded", files(totals.failed)),
        0 => format!("{} uploaded", files(totals.done)),
        open if open == totals.paused => format!("{} paused", files(open)),
        _ if totals.offline => "Waiting for the network".to_owned(),
        _ => format!("Uploading {} of {}", totals.done + totals.failed + 1, totals.files),
    }
}

/// How long it still takes and how fast it goes; nothing while that cannot be said.
#[must_use]
pub(in crate::ui) fn pace(pace: Pace) -> String {
    let left = pace.left.map(left);
    let speed = pace.speed.map(|speed| format!("{}/s", size(speed)));
    left.into_iter().chain(speed).collect::<Vec<_>>().join(" · ")
}

/// What a file is doing: the words beside its name, and a note below its bar.
#[must_use]
pub(in crate::ui) fn doing(row: &TrayRow) -> (String, String) {
    let percent = percent(row.sent, row.size);
    match &row.doing {
        Doing::Waiting => ("Waiting".to_owned(), String::new()),
        Doing::Comparing(compared) => ("Comparing".to_owned(), format!("with what has arrived: {compared} %")),
        Doing::Sending => (so_far(row.sent, row.size), pace(row.pace)),
        Doing::Network => ("Waiting for the network".to_owned(), format!("Goes on by itself from {percent} %")),
        Doing::Site => ("Waiting for the site".to_owned(), format!("Goes on by itself from {percent} %")),
        Doing::Paused => (format!("Paused at {percent} %"), String::new()),
        Doing::Finishing => ("Finishing".to_owned(), String::new()),
        Doing::Elsewhere(folders) => {
            ("Uploaded".to_owned(), format!("Its folder is gone. It lies in {}", folder_path(folders)))
        }
        // A limit says more beside what was beyond it.
        Doing::Failed(_) => ("Not uploaded".to_owned(), if row.size > 0 { size(row.size) } else { String::new() }),
    }
}

/// The way to a folder; no name turns the direction of the others.
fn folder_path(folders: &[String]) -> String {
    folders.iter().fold(FILES.to_owned(), |way, name| format!("{way} / \u{2068}{name}\u{2069}"))
}

/// So many bytes of so many: `3.1 of 8.4 GB`.
#[must_use]
pub fn so_far(bytes: u64, of: u64) -> String {
    let (part, whole) = (size(bytes), size(of));
    match (part.split_once(' '), whole.split_once(' ')) {
        (Some((number, unit)), Some((_, same))) if unit == same => format!("{number} of {whole}"),
        _ => format!("{part} of {whole}"),
    }
}

/// Whole percents, never more than there are.
#[must_use]
pub fn percent(bytes: u64, of: u64) -> u64 {
    (u128::from(bytes) * 100).checked_div(u128::from(of)).and_then(|percent| u64::try_from(percent).ok()).unwrap_or(0)
}

/// How long it still takes, without pretending to know it to the second.
fn left(seconds: u64) -> String {
    match seconds {
        0..=4 => "a few seconds left".to_owned(),
        5..=59 => format!("{} s left", seconds.div_ceil(5) * 5),
        60..=5400 => format!("{} min left", seconds.div_ceil(60)),
        5401..=172_800 => format!("{} h left", seconds.div_ceil(3600)),
        _ => format!("{} days left", seconds.div_ceil(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_names_the_unit_once() {
        assert_eq!(so_far(3_100_000_000, 8_400_000_000), "3.1 of 8.4 GB");
        assert_eq!(so_far(900_000, 8_400_000_000), "900 kB of 8.4 GB");
        assert_eq!(so_far(0, 0), "0 of 0 B");
    }

    #[test]
    fn percents_are_whole_and_never_too_many() {
        assert_eq!(percent(0, 0), 0);
        assert_eq!(percent(999, 1000), 99);
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
    }

    #[test]
    fn time_left_is_round() {
        for (seconds, text) in [
            (2, "a few seconds left"),
            (31, "35 s left"),
            (61, "2 min left"),
            (7200, "2 h left"),
            (200_000, "3 days left"),
        ] {
            assert_eq!(left(seconds), text);
        }
    }

    #[test]
    fn the_heading_says_what_is_going_on() {
        let totals = Totals { files: 3, done: 1, ..Totals::default() };
        assert_eq!(summary(&totals), "Uploading 2 of 3");
        assert_eq!(summary(&Totals { offline: true, ..totals }), "Waiting for the network");
        assert_eq!(summary(&Totals { paused: 2, ..totals }), "2 files paused");
        assert_eq!(summary(&Totals { done: 3, ..totals }), "3 files uploaded");
        assert_eq!(summary(&Totals { done: 2, failed: 1, ..totals }), "1 file not uploaded");
        assert_eq!(pace(Pace { speed: Some(41_000_000), left: Some(100) }), "2 min left · 41 MB/s");
        assert_eq!(pace(Pace::default()), "");
    }
}
