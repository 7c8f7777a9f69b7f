//! Previews: what a page shows of the content of a file.

use crate::model::entry::ListOrder;
use crate::model::id::EntryId;
use crate::model::paths;

/// The most of a text that a preview shows, in bytes: 256 KiB.
pub const TEXT_LIMIT: u64 = 256 << 10;

/// What browsers draw or play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// It is drawn.
    Picture,
    /// It is played, and heard.
    Sound,
    /// It is played, and seen.
    Film,
}

/// How the content of a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewKind {
    /// Drawn or played by the browser.
    Medium(Medium),
    /// As text, whatever a program would make of it.
    Text,
}

impl PreviewKind {
    /// How a file of this media type is shown; `None` if it is not. Pictures, sound and films are of types that browsers know,
    /// and none of these runs scripts or follows links.
    #[must_use]
    pub fn of(media_type: &str) -> Option<Self> {
        Some(match media_type {
            "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "image/bmp" => {
                Self::Medium(Medium::Picture)
            }
            "audio/mpeg" | "audio/aac" | "audio/flac" | "audio/mp4" | "audio/ogg" | "audio/x-wav" => {
                Self::Medium(Medium::Sound)
            }
            "video/mp4" | "video/webm" => Self::Medium(Medium::Film),
            "text/plain" | "text/html" | "text/xml" | "image/svg+xml" => Self::Text,
            _ => return None,
        })
    }
}

/// The address of the page that shows a file of this media type; `None` if files of it are not shown. One goes on from there in
/// this order of the folder's list.
#[must_use]
pub fn address(file: &EntryId, media_type: &str, order: ListOrder) -> Option<String> {
    PreviewKind::of(media_type).map(|_| paths::preview(file, order))
}

/// A file, what is shown of it, and what is before and after it in its folder.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The file.
    pub id: EntryId,
    /// Its name as it was typed.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// The folder that contains it, with its name; `None` is the account's root.
    pub folder: Option<(EntryId, String)>,
    /// The order of the folder's list.
    pub order: ListOrder,
    /// The file before it in that order.
    pub previous: Option<EntryId>,
    /// The file after it.
    pub next: Option<EntryId>,
    /// What is shown of it.
    pub content: PreviewContent,
}

/// What is shown of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreviewContent {
    /// The browser draws or plays it.
    Medium(Medium),
    /// Its text, and whether more follows.
    Text(String, bool),
    /// Nothing: it is of a kind that is not shown.
    Nothing,
}
