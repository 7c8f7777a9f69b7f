//! English.

mod account;
pub(super) mod documents;
mod entries;
mod moving;
mod on_the_way;
mod preview;
mod problems;
mod search;
mod trash;
mod units;
mod uploads;

use crate::model::moving::{MoveOrCopy, MoveRequest};
use crate::model::paths::Page;
use crate::ui::text::{FrameText, Language, Text};

/// All texts in English.
pub(super) static TEXT: Text = Text {
    language: Language::English,
    tag: "en",
    title,
    frame: FRAME,
    account: account::ACCOUNT,
    entries: entries::ENTRIES,
    moving: moving::MOVING,
    search: search::SEARCH,
    trash: trash::TRASH,
    verification: entries::VERIFICATION,
    uploads: uploads::UPLOADS,
    unfinished: uploads::UNFINISHED,
    problems: problems::PROBLEMS,
    units: units::UNITS,
};

const FRAME: FrameText = FrameText {
    skip: "Skip to the content",
    navigation: "Main",
    files: "Files",
    account: "Account",
    signed_in: "Signed in",
    sign_out: "Sign out",
    storage: "Storage",
    storage_used: "Storage used",
    used: |used, quota| match quota {
        Some(quota) => format!("{} of {}", units::UNITS.size(used), units::UNITS.size(quota)),
        None => format!("{} used", units::UNITS.size(used)),
    },
    exposed: "Strangers can read private files straight from the bucket. Close it now: on the server, the command “holdall doctor” says where it is open and how to close it. Until then files go through Holdall alone.",
    damaged: |count| {
        format!(
            "{} damaged: what the store has is not what was sent, or is missing. On the server, the command “holdall sweep” says which; a backup may still have what is lost.",
            units::UNITS.count(count, &["file of this site is", "files of this site are"])
        )
    },
    loading: "Loading…",
    reload: "Reload",
    plain: "This page did not arrive as the site sent it: something on the way, such as a proxy, or an extension of your browser has changed it. It works, but plainly: stay on it until an upload has ended.",
    cancel: "Cancel",
    sign_in: "Sign in",
    to_start: "Go to the start",
    open_there: "Open the address",
    to_files: "Go to your files",
};

fn title(page: Option<&Page>) -> &'static str {
    match page {
        Some(Page::Account) => "Account · Holdall",
        Some(Page::About(_)) => "About a file · Holdall",
        Some(Page::Rename(_)) => "Rename · Holdall",
        Some(Page::Delete(_)) => "Delete · Holdall",
        Some(Page::ChooseFolder(MoveRequest { operation: MoveOrCopy::Move, .. })) => "Move · Holdall",
        Some(Page::ChooseFolder(MoveRequest { operation: MoveOrCopy::Copy, .. })) => "Copy · Holdall",
        Some(Page::NameTaken(_)) => "This name is taken · Holdall",
        Some(Page::Search) => "Search · Holdall",
        Some(Page::Trash) => "Trash · Holdall",
        Some(Page::Restore(_)) => "Put back · Holdall",
        Some(Page::DeleteForEver(_)) => "Delete for ever · Holdall",
        Some(Page::EmptyTrash) => "Empty trash · Holdall",
        Some(Page::NewFolder(_)) => "New folder · Holdall",
        Some(Page::Files(_)) | None => "Files · Holdall",
    }
}
