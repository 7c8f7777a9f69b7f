//! The texts of the upload tray.

use crate::ui::app::uploads::queue::{Estimate, Totals, TrayRow, Trouble};

/// The texts of the upload tray.
pub struct UploadsText {
    /// Shown while files are dragged over the page.
    pub drop_here: &'static str,
    /// Shown while what uploads files cannot be loaded.
    pub waits_for_loading: &'static str,
    /// The heading of the tray.
    pub tray: &'static str,
    /// The overall progress of all uploads.
    pub(in crate::ui) summary: fn(&Totals) -> String,
    /// The remaining time and the speed; empty while they cannot be estimated.
    pub(in crate::ui) estimate: fn(Estimate) -> String,
    /// The status of a file: the words beside its name, and a note below its bar.
    pub(in crate::ui) doing: fn(&TrayRow) -> (String, String),
    /// Why the upload of a file failed.
    pub(in crate::ui) trouble: fn(&Trouble) -> String,
    /// What the upload of a file waits for while something on the way answers with this status instead of the site.
    pub instead: fn(u16) -> String,
    /// The progress in bytes.
    pub so_far: fn(u64, u64) -> String,
    /// The accessible name of the overall progress bar.
    pub progress_of_all: &'static str,
    /// The accessible name of a file's progress bar.
    pub progress_of: fn(&str) -> String,
    /// The number of files for which the tray has no row.
    pub more: fn(usize) -> String,

    /// The button that pauses all files.
    pub pause_all: &'static str,
    /// The button that resumes all files.
    pub resume_all: &'static str,
    /// The button that cancels all files.
    pub cancel_all: &'static str,
    /// The button that retries all failed files.
    pub try_all_again: &'static str,
    /// The button that clears the tray.
    pub close: &'static str,

    /// The button that pauses a file.
    pub pause: TrayButton,
    /// The button that resumes a file.
    pub resume: TrayButton,
    /// The button that retries a file.
    pub try_again: TrayButton,
    /// The button that cancels a file.
    pub cancel: TrayButton,
    /// The button that dismisses a finished or failed file.
    pub dismiss: TrayButton,
}

/// A button of one file.
#[derive(Clone, Copy)]
pub struct TrayButton {
    /// Its label.
    pub word: &'static str,
    /// Its accessible name, which tells it from those of other files.
    pub named: fn(&str) -> String,
}

/// The percentage, rounded down.
#[must_use]
pub fn percent(bytes: u64, of: u64) -> u64 {
    (u128::from(bytes) * 100).checked_div(u128::from(of)).and_then(|percent| u64::try_from(percent).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_whole_and_never_too_many() {
        assert_eq!(percent(0, 0), 0);
        assert_eq!(percent(999, 1000), 99);
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
    }
}
