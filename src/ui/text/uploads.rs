//! What the tray says.

use crate::ui::app::uploads::queue::{Pace, Totals, TrayRow, Trouble};

/// What the tray says.
pub struct UploadsText {
    /// What is shown while files are dragged over the page.
    pub drop_here: &'static str,
    /// What the tray is called.
    pub tray: &'static str,
    /// What all uploads together are doing.
    pub(in crate::ui) summary: fn(&Totals) -> String,
    /// How long it still takes and how fast it goes; nothing while that cannot be said.
    pub(in crate::ui) pace: fn(Pace) -> String,
    /// What a file is doing: the words beside its name, and a note below its bar.
    pub(in crate::ui) doing: fn(&TrayRow) -> (String, String),
    /// Why a file is not kept.
    pub(in crate::ui) trouble: fn(&Trouble) -> String,
    /// So many bytes of so many.
    pub so_far: fn(u64, u64) -> String,
    /// The bar for all files together.
    pub progress_of_all: &'static str,
    /// The bar of one file.
    pub progress_of: fn(&str) -> String,
    /// How many files there are that the tray does not show.
    pub more: fn(usize) -> String,

    /// The button that stops every file.
    pub pause_all: &'static str,
    /// The button that lets every file go on.
    pub resume_all: &'static str,
    /// The button that takes every file out.
    pub cancel_all: &'static str,
    /// The button that tries every file again that was not kept.
    pub try_all_again: &'static str,
    /// The button that empties the tray.
    pub close: &'static str,

    /// The button that stops a file.
    pub pause: TrayButton,
    /// The button that lets it go on.
    pub resume: TrayButton,
    /// The button that tries it again.
    pub try_again: TrayButton,
    /// The button that takes it out before it is whole.
    pub cancel: TrayButton,
    /// The button that takes it out once it is over.
    pub dismiss: TrayButton,
}

/// A button of one file.
#[derive(Clone, Copy)]
pub struct TrayButton {
    /// What stands on it.
    pub word: &'static str,
    /// What it is called among those of several files.
    pub named: fn(&str) -> String,
}

/// Whole percents, never more than there are.
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
