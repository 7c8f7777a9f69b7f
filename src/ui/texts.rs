//! Every sentence that people read, and the way sizes and times are written.

pub mod files;
pub mod unfinished;
pub mod uploads;

use crate::model::calendar::Moment;
use crate::model::error::Error;
use crate::model::file::Check;
use crate::model::form::{Done, Problem};
use crate::model::page::Fault;

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

/// What is wrong with what was given, and what to do.
#[must_use]
pub fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Empty => "Please fill this in.".to_owned(),
        Problem::TooShort { characters } => format!("Use {characters} characters or more."),
        Problem::TooLong { characters } => format!("Use at most {} characters.", grouped(*characters as u64)),
        Problem::ControlCharacter => "Leave out line ends and other characters that cannot be seen.".to_owned(),
        Problem::NotAnEmail => "Write an email address, such as ada@example.org.".to_owned(),
        Problem::Taken => "There is an account with this address already. Sign in, or use another address.".to_owned(),
        Problem::SignInFailed => {
            "That email and password do not match. Try again, or ask whoever runs this site for a new password."
                .to_owned()
        }
        Problem::WrongPassword => "This is not your current password. Try again.".to_owned(),
        Problem::NotAPicture => "This is not a picture Holdall can read. Choose a JPEG, PNG, WebP or GIF.".to_owned(),
        Problem::DamagedPicture => {
            "This picture is damaged or not complete. Choose another, or save it again first.".to_owned()
        }
        Problem::TooManyPixels { limit } => {
            format!("This picture has more than {} million pixels. Make it smaller first.", limit / 1_000_000)
        }
        Problem::TooLarge { limit } => format!("This is too large: the limit is {}.", exact_size(*limit)),
        Problem::OverQuota { used, quota } => {
            let left = match quota.saturating_sub(*used) {
                0 => "nothing is left".to_owned(),
                left => format!("{} is left", size(left)),
            };
            let (used, quota) = (size(*used), size(*quota));
            format!(
                "There is no room for this: you use {used} of {quota}, so {left}. Delete something first, or discard an unfinished upload."
            )
        }
        Problem::NulInName { name } => {
            format!("A file's name has a NUL character in it: {name}. Rename it and try again.")
        }
        Problem::NameTooLong { name } => {
            format!("A file's name is longer than 255 bytes: {name}… Rename it and try again.")
        }
        Problem::TooManyUploads { limit } => {
            format!("{} uploads are open already, the most there may be. Finish or cancel some first.", grouped(*limit))
        }
        Problem::NameTaken => "There is a file or a folder of this name here already. Choose another name.".to_owned(),
        Problem::TooDeep { limit } => {
            format!("Folders can lie at most {limit} deep in one another. Choose a place further up.")
        }
        Problem::FolderGone => {
            "This folder was deleted meanwhile. Nothing was kept; choose another folder and try again.".to_owned()
        }
        Problem::NoSpace => {
            "This site's disk is full, so it could not take this. Tell whoever runs the site, and try again once there is room."
                .to_owned()
        }
        Problem::Interrupted => {
            "The upload broke off or stood still for too long. Nothing was kept of this file; try again.".to_owned()
        }
        Problem::TooManyEntries { limit } => {
            format!(
                "There are more than {} files and folders in this. Download it in smaller portions.",
                grouped(*limit)
            )
        }
        Problem::NotChecked { name } => {
            format!("{name} is still being checked after its upload. Try again in a moment, or leave it out.")
        }
        Problem::DamagedFile { name } => {
            format!("{name} is damaged: what lies in the store is not what was sent. Leave it out, or upload it again.")
        }
        Problem::PathTooLong { name } => {
            format!("{name} lies too deep in folders for an archive. Download the inner folder by itself.")
        }
        Problem::Malformed => "The form arrived damaged. Reload the page and try again.".to_owned(),
    }
}

/// What reloads a page that is from an older version of the site.
pub const RELOAD: &str = "Reload";
/// Whether a file's bytes are known to be right, as its own page says it.
#[must_use]
pub fn check_at_length(check: &Check) -> &'static str {
    match check {
        Check::Waiting => {
            "Uploaded, being checked: all of it has arrived and can be downloaded; it is still to be read once more and compared."
        }
        Check::Verified { .. } => "Verified: what lies in the store is what was sent, byte for byte.",
        Check::Damaged => {
            "Damaged: what lies in the store is not what was sent, so it is not given out. Upload the file again, and tell whoever runs this site: a backup may still have it."
        }
    }
}

/// A size to the byte: `1,234,567 bytes`.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{} bytes", grouped(bytes)) }
}

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

/// How many of something: `1 file`, `12 files`.
fn count(number: u64, one: &str, several: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { several })
}

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

/// Why a page cannot be shown: heading and sentence.
#[must_use]
pub fn error(error: &Error) -> (&'static str, String) {
    match error {
        Error::NotSignedIn => fault(&Fault::NotSignedIn),
        Error::NotFound => fault(&Fault::NotFound),
        Error::Unavailable => fault(&Fault::Unavailable),
        Error::ForeignForm => fault(&Fault::ForeignForm),
        Error::Network => {
            ("No answer", "The site could not be reached. Check your connection and try again.".to_owned())
        }
        Error::Outdated => (
            "Please reload this page",
            "This page is from an older version of the site. Reload it; nothing is lost.".to_owned(),
        ),
        Error::Internal { request } => fault(&Fault::Internal { request: request.clone() }),
    }
}

/// What an error page says: heading and sentence.
#[must_use]
pub fn fault(fault: &Fault) -> (&'static str, String) {
    let (heading, sentence) = match fault {
        Fault::NotFound => ("Not found", "There is nothing at this address, or it is not yours to see."),
        Fault::Gone => (
            "This download is over",
            "It was made more than 24 hours ago, or something in it was deleted since. Select the files again to make a new one.",
        ),
        Fault::NotSignedIn => ("Please sign in", "You need to be signed in for this."),
        Fault::ForeignForm => (
            "Refused",
            "This form was sent from another site, so nothing was done. If that was you, go back to the page here, reload it and send the form again.",
        ),
        Fault::SignUpClosed => {
            ("Signing up is closed", "Accounts on this site are made by whoever runs it. Ask them for one.")
        }
        Fault::Damaged => (
            "This file is damaged",
            "What lies in the store is not what was sent, so it is not given out. Upload the file again, and tell whoever runs this site: a backup may still have it.",
        ),
        Fault::MethodNotAllowed => ("Not possible", "This address does not take what was sent."),
        Fault::BadRequest => {
            ("Not understood", "What was sent could not be read. Go back, reload the page and try again.")
        }
        Fault::Unavailable => (
            "Not available right now",
            "The place where this site keeps its data does not answer. Nothing is lost; try again in a moment.",
        ),
        Fault::Busy => {
            ("Very busy right now", "Too many people are doing this at once. Nothing is lost; try again in a moment.")
        }
        Fault::Internal { request } => {
            let sentence = format!(
                "Something went wrong on our side. If it happens again, tell whoever runs this site the number {request}."
            );
            return ("Something went wrong", sentence);
        }
    };
    (heading, sentence.to_owned())
}

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
fn exact_size(bytes: u64) -> String {
    for (unit, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if bytes >= unit && bytes.is_multiple_of(unit) {
            return format!("{} {name}", bytes / unit);
        }
    }
    size(bytes)
}

fn grouped(number: u64) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", grouped(number / 1000), number % 1000) }
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
    fn a_full_quota_says_how_much_is_left() {
        let sentence = |used, quota| problem(&Problem::OverQuota { used, quota });
        assert!(sentence(9_500_000_000, 10_000_000_000).contains("you use 9.5 GB of 10 GB, so 500 MB is left."));
        assert!(sentence(11_000, 10_000).contains("you use 11 kB of 10 kB, so nothing is left."));
    }

    #[test]
    fn what_goes_with_a_folder_is_counted() {
        assert_eq!(going(12, 3, 1_234_567_890), "12 files and 3 folders (1.2 GB)");
        assert_eq!(going(1, 1, 0), "1 file and 1 folder (0 B)");
        assert_eq!(going(0, 2, 0), "2 folders");
    }

    #[test]
    fn days_are_of_the_gregorian_calendar() {
        assert_eq!(day(0), "1 Jan 1970");
        assert_eq!(day(1_795_392_000_000), "23 Nov 2026");
        assert_eq!(moment(951_827_696_000), "2000-02-29T12:34:56Z");
        assert_eq!(moment(-1000), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!(problem(&Problem::TooLong { characters: 1000 }), "Use at most 1,000 characters.");
    }
}
