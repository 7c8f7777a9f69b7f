//! Every sentence that people read, and the way sizes and times are written (`texts/units.rs`).

pub mod entries;
mod problems;
pub mod unfinished;
mod units;
pub mod uploads;

pub use problems::{check_at_length, field_problem, problem};
pub use units::{bytes, day, moment, size};

use crate::model::form::Done;
use crate::ui::text::units::{count, grouped};

/// What the site is called.
pub const NAME: &str = "Holdall";
/// What the place is called where one's files begin.
pub const FILES: &str = "Files";
/// Page titles.
pub const LANDING_TITLE: &str = "Holdall";
/// Title of the page that makes an account.
pub const SIGN_UP_TITLE: &str = "Create an account · Holdall";
/// Title of the page that signs in.
pub const SIGN_IN_TITLE: &str = "Sign in · Holdall";
/// Title of the list of files.
pub const FILES_TITLE: &str = "Files · Holdall";
/// Title of the page that asks before deleting.
pub const DELETE_TITLE: &str = "Delete for ever · Holdall";
/// Title of the page that makes a folder.
pub const NEW_FOLDER_TITLE: &str = "New folder · Holdall";
/// Title of the page that says what is known of a file.
pub const ABOUT_TITLE: &str = "About a file · Holdall";
/// Title of the account page.
pub const ACCOUNT_TITLE: &str = "Account · Holdall";

/// What reloads a page that is from an older version of the site.
pub const RELOAD: &str = "Reload";

/// What is said of a file field in which nothing was chosen.
pub const NOTHING_CHOSEN: &str = "Choose a file first.";

/// What administrators see on every page while strangers can read the bucket.
pub const EXPOSED: &str = "Strangers can read private files straight from the bucket. Close it now: on the server, the command “holdall doctor” says where it is open and how to close it. Until then files go through Holdall alone.";
/// What is said of a folder's name with a NUL in it.
pub const NUL_IN_FOLDER_NAME: &str = "Leave out the NUL character.";
/// What is said of a folder's name of more than 255 bytes.
pub const FOLDER_NAME_TOO_LONG: &str = "This name is longer than 255 bytes. Choose a shorter one.";

/// What is said before a file is deleted.
pub const GONE: &str = "It is gone for ever: there is no copy to bring back.";
/// What is said before a folder is deleted.
pub const ALL_GONE: &str = "All of it is gone for ever: there is no copy to bring back.";

/// What goes with a folder: `12 files and 3 folders (1.2 GB)`.
#[must_use]
pub fn going(files: u64, folders: u64, bytes: u64) -> String {
    let folders = count(folders, "folder", "folders");
    if files == 0 { folders } else { format!("{} and {folders} ({})", count(files, "file", "files"), size(bytes)) }
}

/// What is said of a download for which nothing was chosen.
pub const NOTHING_SELECTED: &str = "Select something first.";

/// How many things are selected.
#[must_use]
pub fn selected(count: usize) -> String {
    format!("{} selected", grouped(count as u64))
}

/// What the last form did.
#[must_use]
pub fn done(done: Done) -> &'static str {
    match done {
        Done::Name => "Your name is changed.",
        Done::Avatar => "Your picture is changed.",
        Done::AvatarRemoved => "Your picture is removed.",
        Done::Password => "Your password is changed. All other devices are signed out.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_with_a_folder_is_counted() {
        assert_eq!(going(12, 3, 1_234_567_890), "12 files and 3 folders (1.2 GB)");
        assert_eq!(going(1, 1, 0), "1 file and 1 folder (0 B)");
        assert_eq!(going(0, 2, 0), "2 folders");
    }
}
