//! The tray and the list of incomplete uploads, in English.

use crate::model::file_name::shown;
use crate::ui::app::uploads::queue::{Doing, Estimate, Totals, TrayRow, Trouble, Why};
use crate::ui::text::en::entries::FILES;
use crate::ui::text::en::on_the_way::waiting_for;
use crate::ui::text::en::problems::{field_problem, problem};
use crate::ui::text::en::units::UNITS;
use crate::ui::text::{TrayButton, UnfinishedText, UploadsText, percent};

pub(super) const UPLOADS: UploadsText = UploadsText {
    drop_here: "Drop files and folders here to upload them",
    waits_for_loading: "The part of this page that uploads files could not be loaded yet. It is tried again every few seconds. If it stays so, reload the page and choose the files again.",
    tray: "Uploads",
    summary,
    estimate,
    doing,
    trouble,
    instead: waiting_for,
    so_far,
    progress_of_all: "Progress of all uploads",
    progress_of: |name| format!("Progress of {name}"),
    more: |count| format!("and {count} more"),
    pause_all: "Pause all",
    resume_all: "Resume all",
    cancel_all: "Cancel all",
    try_all_again: "Try all again",
    close: "Close",
    pause: TrayButton { word: "Pause", named: |name| format!("Pause {name}") },
    resume: TrayButton { word: "Resume", named: |name| format!("Resume {name}") },
    try_again: TrayButton { word: "Try again", named: |name| format!("Try again: {name}") },
    cancel: TrayButton { word: "Cancel", named: |name| format!("Cancel {name}") },
    dismiss: TrayButton { word: "Dismiss", named: |name| format!("Dismiss {name}") },
};

pub(super) const UNFINISHED: UnfinishedText = UnfinishedText {
    heading: "Unfinished uploads",
    means: "These files have not arrived whole: their uploads broke off, or are going on in another tab or on another computer. Choose the same file again, on any computer, and only what is missing is sent. Discard one, and it ends everywhere.",
    arrived: |bytes, of| format!("{} % of {}", percent(bytes, of), UNITS.size(of)),
    arrived_of: |name| format!("Arrived of {name}"),
    choose_again: "Choose the file again",
    choose_again_named: |name| format!("Choose the file again: {name}"),
    open_folder: "Open its folder",
    open_folder_named: |name| format!("Open its folder: {name}"),
    next_page: "More unfinished uploads",
    first_page: "The first unfinished uploads",
    discard: "Discard",
    discard_named: |name| format!("Discard {name}"),
};

/// Why the upload of a file failed.
fn trouble(trouble: &Trouble) -> String {
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
            "The browser cannot read this file: it was changed, moved or removed, or it lies in a cloud that does not give it out now. Try again once it is there, or choose it again.".to_owned()
        }
        Trouble::BreaksOff => {
            "Something on the way to this site breaks the file off each time, though the site itself answers. What has arrived is kept: try again on another network, or ask whoever runs the site whether a proxy in front of it has a limit for the size or the time of requests.".to_owned()
        }
        Trouble::BreaksOffBehind => {
            "The connection between this site and the place where it keeps its data breaks off at each part of the file. What has arrived is kept: try again later, and tell whoever runs the site, who finds the reason in its log.".to_owned()
        }
        Trouble::CutOff { seconds } => {
            format!(
                "Something on the way to this site ends each request after about {seconds} seconds, and this connection needs longer for a part of the file. What has arrived is kept: try again on a faster connection, or ask whoever runs the site to let requests take longer (the time limit for a request in the proxy in front of it)."
            )
        }
    }
}

/// The overall progress of all uploads.
fn summary(totals: &Totals) -> String {
    let word = if totals.folders > 0 { "item" } else { "file" };
    let files = |count: usize| if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") };
    match totals.open() {
        0 if totals.failed > 0 => format!("{} not uploaded", files(totals.failed)),
        0 => format!("{} uploaded", files(totals.done)),
        open if open == totals.paused => format!("{} paused", files(open)),
        _ if totals.instead => "Waiting for the site".to_owned(),
        _ if totals.offline => "Waiting for the network".to_owned(),
        _ => format!("Uploading {} of {}", totals.done + totals.failed + 1, totals.files),
    }
}

/// The remaining time and the speed; empty while they cannot be estimated.
fn estimate(estimate: Estimate) -> String {
    let left = estimate.left.map(left);
    let speed = estimate.speed.map(|speed| format!("{}/s", UNITS.size(speed)));
    left.into_iter().chain(speed).collect::<Vec<_>>().join(" · ")
}

/// The status of a file: the words beside its name, and a note below its bar.
fn doing(row: &TrayRow) -> (String, String) {
    let percent = percent(row.sent, row.size);
    match &row.doing {
        Doing::Waiting => ("Waiting".to_owned(), String::new()),
        Doing::Comparing(compared) => ("Comparing".to_owned(), format!("with what has arrived: {compared} %")),
        Doing::Sending => (so_far(row.sent, row.size), row.why.map_or_else(|| estimate(row.estimate), why)),
        Doing::Network => ("Waiting for the network".to_owned(), format!("Goes on by itself from {percent} %")),
        Doing::Site | Doing::Instead(_) => {
            let note = format!("It does not take the file at the moment. Goes on by itself from {percent} %");
            ("Waiting for the site".to_owned(), note)
        }
        Doing::Paused => {
            let note = if row.why.is_some() { "What was on its way is sent again when it goes on" } else { "" };
            (format!("Paused at {percent} %"), note.to_owned())
        }
        Doing::Finishing => ("Finishing".to_owned(), String::new()),
        Doing::Elsewhere(folders) => {
            ("Uploaded".to_owned(), format!("Its folder is gone. It lies in {}", folder_path(folders)))
        }
        // An exceeded limit is explained in a note.
        Doing::Failed(_) => {
            ("Not uploaded".to_owned(), if row.size > 0 { UNITS.size(row.size) } else { String::new() })
        }
    }
}

/// Why the bytes sent of a file stand still, or have become fewer.
fn why(why: Why) -> String {
    match why {
        Why::PassedOn => "It has gone up, and is still on its way to where the site keeps it",
        Why::BrokeOff => "Some of it broke off on the way and is sent again",
        Why::Smaller => "Something on the way ends requests that take long, so it is sent again in smaller parts",
    }
    .to_owned()
}

/// The path of a folder; isolation marks keep right-to-left names from reordering the others.
fn folder_path(folders: &[String]) -> String {
    folders.iter().fold(FILES.to_owned(), |path, name| format!("{path} / \u{2068}{}\u{2069}", shown(name)))
}

/// The progress in bytes: `3.1 of 8.4 GB`.
fn so_far(bytes: u64, of: u64) -> String {
    let (part, whole) = (UNITS.size(bytes), UNITS.size(of));
    match (part.split_once(' '), whole.split_once(' ')) {
        (Some((number, unit)), Some((_, same))) if unit == same => format!("{number} of {whole}"),
        _ => format!("{part} of {whole}"),
    }
}

/// The remaining time, rounded so that it does not pretend to be exact to the second.
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
        assert_eq!(summary(&Totals { offline: true, instead: true, ..totals }), "Waiting for the site");
        assert_eq!(summary(&Totals { paused: 2, ..totals }), "2 files paused");
        assert_eq!(summary(&Totals { done: 3, ..totals }), "3 files uploaded");
        assert_eq!(summary(&Totals { done: 2, failed: 1, ..totals }), "1 file not uploaded");
        assert_eq!(estimate(Estimate { speed: Some(41_000_000), left: Some(100) }), "2 min left · 41 MB/s");
        assert_eq!(estimate(Estimate::default()), "");
    }
}
