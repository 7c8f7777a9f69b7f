//! Error messages, in English.

use crate::model::file_name::shown;
use crate::model::problem::{FieldProblem, FileKind, Problem};
use crate::ui::text::ProblemsText;
use crate::ui::text::en::on_the_way::on_the_way;
use crate::ui::text::en::units::UNITS;

pub(super) const PROBLEMS: ProblemsText = ProblemsText {
    page: problem,
    value: field_problem,
    nothing_chosen: "Choose a file first.",
    nothing_selected: "Select something first.",
    not_moved_there: "This folder was deleted meanwhile, so nothing was moved. Choose another one.",
    nul_in_typed_name: "Leave out the NUL character.",
    typed_name_too_long: "This name is longer than 255 bytes. Choose a shorter one.",
};

/// What is wrong with a field, and how to correct it.
pub(super) fn field_problem(problem: &FieldProblem) -> String {
    match problem {
        FieldProblem::Empty => "Please fill this in.".to_owned(),
        FieldProblem::TooShort { characters } => format!("Use {characters} characters or more."),
        FieldProblem::TooLong { characters } => format!("Use at most {} characters.", UNITS.number(*characters as u64)),
        FieldProblem::ControlCharacter => "Leave out line ends and other characters that cannot be seen.".to_owned(),
        FieldProblem::NotAnEmail => "Write an email address, such as ada@example.org.".to_owned(),
        FieldProblem::Taken => "There is an account with this address already. Sign in, or use another address.".to_owned(),
        FieldProblem::SignInFailed => {
            "That email and password do not match. Try again, or ask whoever runs this site for a new password."
                .to_owned()
        }
        FieldProblem::WrongPassword => "This is not your current password. Try again.".to_owned(),
        FieldProblem::TooManyAttempts { seconds } => {
            let wait = match seconds {
                ..=90 => UNITS.count(*seconds, &["second", "seconds"]),
                _ => UNITS.count(seconds.div_ceil(60), &["minute", "minutes"]),
            };
            format!("Too many attempts in a short time. Wait {wait} and try again.")
        }
        FieldProblem::CommonPassword => {
            "Many people use this password or one much like it, so it is among the first that a stranger would try. Choose another, such as four words that do not belong together."
                .to_owned()
        }
        FieldProblem::TooManyAccounts { limit } => {
            format!(
                "This site has {} accounts, as many as it may have. Ask whoever runs it.",
                UNITS.number(*limit)
            )
        }
        FieldProblem::NotAPicture => "This is not a picture Holdall can read. Choose a JPEG, PNG, WebP or GIF.".to_owned(),
        FieldProblem::OtherKind { kind } => format!("This is not a picture Holdall can read. {}", other_kind(*kind)),
        FieldProblem::DamagedPicture => {
            "This picture is damaged or not complete. Choose another, or save it again first.".to_owned()
        }
        FieldProblem::TooManyPixels { limit } => {
            format!("This picture has more than {} million pixels. Make it smaller first.", limit / 1_000_000)
        }
        FieldProblem::TooLarge { limit } => format!("This is too large: the limit is {}.", UNITS.exact_size(*limit)),
        FieldProblem::OverQuota { used, quota } => {
            let left = match quota.saturating_sub(*used) {
                0 => "nothing is left".to_owned(),
                left => format!("{} is left", UNITS.size(left)),
            };
            let (used, quota) = (UNITS.size(*used), UNITS.size(*quota));
            format!(
                "There is no room for this: you use {used} of {quota}, so {left}. What is in the trash counts, too: empty it, or discard an unfinished upload."
            )
        }
        FieldProblem::NulInName { name } => {
            format!("A file's name has a NUL character in it: {}. Rename it and try again.", shown(name))
        }
        FieldProblem::NameTooLong { name } => {
            format!("A file's name is longer than 255 bytes: {}… Rename it and try again.", shown(name))
        }
        FieldProblem::TooManyUploads { limit } => {
            format!("{} uploads are open already, the most there may be. Finish or cancel some first.", UNITS.number(*limit))
        }
        FieldProblem::NameTaken => "There is a file or a folder of this name here already. Choose another name.".to_owned(),
        FieldProblem::IntoItself => "A folder cannot lie in itself. Choose another one.".to_owned(),
        FieldProblem::ReplacesItself => {
            "The folder that would be replaced contains what you move. Keep both, or skip this one."
                .to_owned()
        }
        FieldProblem::TooDeep { limit } => {
            format!("Folders can lie at most {limit} deep in one another. Choose a place further up.")
        }
        FieldProblem::LongPath { limit } => {
            format!(
                "The names of the folders and of the file itself are longer than {limit} bytes together. Choose a place further up, or shorter names."
            )
        }
        FieldProblem::EntryLimit { limit } => {
            format!(
                "You have {} files and folders already, the most there may be, with those in the trash. Empty it, or put many small files into one archive.",
                UNITS.number(*limit)
            )
        }
        FieldProblem::FolderGone => {
            "This folder was deleted meanwhile. Nothing was kept; choose another folder and try again.".to_owned()
        }
        FieldProblem::FormerFolderGone => {
            "The folder that this was in is gone. It can come to where your files begin.".to_owned()
        }
        FieldProblem::NoSpace => {
            "This site's disk is full, so it could not take this. Tell whoever runs the site, and try again once there is room."
                .to_owned()
        }
        FieldProblem::StoreRefused { code, for_good: true } => {
            format!(
                "The place where this site keeps its data refuses this file for good ({code}), so it is not sent again. Tell whoever runs the site."
            )
        }
        FieldProblem::StoreRefused { code, for_good: false } => {
            format!(
                "The place where this site keeps its data refuses this file at the moment ({code}). Tell whoever runs the site, and try again later."
            )
        }
        FieldProblem::Interrupted => {
            "The upload broke off or stood still for too long. Nothing was kept of this file; try again.".to_owned()
        }
        FieldProblem::TooManyEntries { limit } => {
            format!(
                "There are more than {} files and folders in this. Take smaller portions.",
                UNITS.number(*limit)
            )
        }
        FieldProblem::TooManyNames => {
            "The names of the files and folders in this are too long together for one archive. Download it in smaller portions."
                .to_owned()
        }
        FieldProblem::NoRoom => {
            "This site's disk is nearly full, so it cannot prepare an archive. Download files one by one, or tell whoever runs the site."
                .to_owned()
        }
        FieldProblem::NotChecked { name } => {
            format!("{} is still being checked after its upload. Try again in a moment, or leave it out.", shown(name))
        }
        FieldProblem::DamagedFile { name } => {
            format!(
                "{} is damaged: what lies in the store is not what was sent, or is missing. Leave it out, or upload it again.",
                shown(name)
            )
        }
        FieldProblem::MismatchedFile { name } => {
            format!(
                "{} did not arrive as its sender announced it, so it is not given out. Leave it out, or upload it again.",
                shown(name)
            )
        }
        FieldProblem::PathTooLong { name } => {
            format!("{} lies too deep in folders for an archive. Download the inner folder by itself.", shown(name))
        }
        FieldProblem::Malformed => "The form arrived damaged. Reload the page and try again.".to_owned(),
    }
}

/// What a file is that is no picture, and what to do about it.
fn other_kind(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Heic => {
            "It is HEIC, whatever its name says. Save or share it as JPEG first; on an iPhone, Settings, Camera, Formats, Most Compatible makes new photos JPEG."
        }
        FileKind::Avif => "It is AVIF. Save it as JPEG or PNG first.",
        FileKind::JpegXl => "It is JPEG XL. Save it as JPEG or PNG first.",
        FileKind::Tiff => "It is TIFF, or a camera's raw data. Save it as JPEG or PNG first.",
        FileKind::Bitmap => "It is a bitmap (BMP). Save it as PNG or JPEG first.",
        FileKind::Photoshop => "It is a Photoshop document (PSD). Save it as JPEG or PNG first.",
        FileKind::Svg => "It is an SVG drawing. Save it as PNG first.",
        FileKind::OtherPicture => "It is a picture of a kind that few programs know. Save it as JPEG or PNG first.",
        FileKind::WebPage => "It is a web page. Save the picture itself, and not the page that it is on.",
        FileKind::Pdf => "It is a PDF. Save the page as JPEG or PNG first.",
        FileKind::Video => "It is a video. Choose a photo, or save a still of it as JPEG first.",
        FileKind::Sound => "It is a sound. Choose a JPEG, PNG, WebP or GIF.",
    }
}

/// Why a page, or a part of it, cannot be shown: heading and sentence.
pub(super) fn problem(problem: &Problem) -> (&'static str, String) {
    let (heading, sentence) = match problem {
        Problem::NotFound => ("Not found", "There is nothing at this address, or it is not yours to see."),
        Problem::NotAllowed => ("Not allowed", "You may look at this, but not change it. Ask whoever it belongs to."),
        Problem::Gone => (
            "This download is over",
            "It was made more than 24 hours ago, or something in it was deleted since. Select the files again to make a new one.",
        ),
        Problem::NotSignedIn => ("Please sign in", "You need to be signed in for this."),
        Problem::ForeignForm => (
            "Refused",
            "This form was sent from another site, so nothing was done. If that was you, go back to the page here, reload it and send the form again.",
        ),
        Problem::OtherHost => (
            "Not at this address",
            "This site does not answer under the address that was asked for. Use the address that you were given. If you run this site: HOLDALL_URL has to be the address that people type, and a proxy has to pass it on as Host.",
        ),
        Problem::PlainHttp { address } => {
            let sentence = format!(
                "This page was opened by http, and this site is at {address}. By http, browsers keep no session of it, so signing in would lead nowhere. Nothing was done: open the address with https."
            );
            return ("Open this site with https", sentence);
        }
        Problem::CookieNotKept { address } => {
            let sentence = format!(
                "You signed in, but your browser did not keep the cookie by which this site knows you. Open {address}: by http, browsers do not keep it. If that is where you are, allow this site to keep cookies."
            );
            return ("You are not signed in", sentence);
        }
        Problem::SignUpClosed => {
            ("Signing up is closed", "Accounts on this site are made by whoever runs it. Ask them for one.")
        }
        Problem::Damaged => (
            "This file is damaged",
            "What lies in the store is not what was sent, or is missing, so it is not given out. Upload the file again, and tell whoever runs this site: a backup may still have it.",
        ),
        Problem::Mismatched => (
            "This file did not arrive as it was announced",
            "The bytes that arrived are not those that its sender announced before sending them. Perhaps they changed on the way, or the file changed while it was sent. Nothing of it is given out. Upload the file again.",
        ),
        Problem::MethodNotAllowed => ("Not possible", "This address does not take what was sent."),
        Problem::BadRequest => {
            ("Not understood", "What was sent could not be read. Go back, reload the page and try again.")
        }
        Problem::TooLarge => (
            "Too much at once",
            "This is more than fits into one request, so nothing was done. Choose less and try again.",
        ),
        Problem::TooSlow => ("Took too long", "What was sent did not arrive in time, so nothing was done. Try again."),
        Problem::Unavailable => (
            "Not available right now",
            "The place where this site keeps its data does not answer. Nothing is lost; try again in a moment.",
        ),
        Problem::Busy => {
            ("Very busy right now", "Too many people are doing this at once. Nothing is lost; try again in a moment.")
        }
        Problem::TooMany => (
            "Too many downloads at once",
            "As many downloads as there may be are under way for you already. Wait until one of them ends, and try again.",
        ),
        Problem::Network => ("No answer", "The site could not be reached. Check your connection and try again."),
        Problem::Outdated => {
            ("Please reload this page", "This page is from an older version of the site. Reload it; nothing is lost.")
        }
        Problem::OnTheWay { status } => return ("Something came between", on_the_way(*status)),
        Problem::Internal { request } => {
            let sentence = format!(
                "Something went wrong on our side. If it happens again, tell whoever runs this site the number {request}."
            );
            return ("Something went wrong", sentence);
        }
    };
    (heading, sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_quota_says_how_much_is_left() {
        let sentence = |used, quota| field_problem(&FieldProblem::OverQuota { used, quota });
        assert!(sentence(9_500_000_000, 10_000_000_000).contains("you use 9.5 GB of 10 GB, so 500 MB is left."));
        assert!(sentence(11_000, 10_000).contains("you use 11 kB of 10 kB, so nothing is left."));
    }

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!(field_problem(&FieldProblem::TooLong { characters: 1000 }), "Use at most 1,000 characters.");
    }
}
