//! Previews: what a page shows of the content of a file.

use crate::model::entry::ListOrder;
use crate::model::id::EntryId;

/// The most of a text that a preview shows, in bytes: 256 KiB.
pub const TEXT_LIMIT: u64 = 256 << 10;

/// How the content of a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewKind {
    /// Drawn by the browser.
    Picture,
    /// Played by the browser, and heard.
    Sound,
    /// Played by the browser, and seen.
    Film,
    /// As text, whatever a program would make of it.
    Text,
}

impl PreviewKind {
    /// How a file of this media type is shown; `None` if it is not. Pictures, sound and films are of types that browsers know,
    /// and none of these runs scripts or follows links.
    #[must_use]
    pub fn of(media_type: &str) -> Option<Self> {
        Some(match media_type {
            "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "image/bmp" => Self::Picture,
            "audio/mpeg" | "audio/aac" | "audio/flac" | "audio/mp4" | "audio/ogg" | "audio/x-wav" => Self::Sound,
            "video/mp4" | "video/webm" => Self::Film,
            "text/plain" | "text/html" | "text/xml" | "image/svg+xml" => Self::Text,
            _ => return None,
        })
    }
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
    /// The browser draws it.
    Picture,
    /// The browser plays it.
    Sound,
    /// The browser plays it.
    Film,
    /// Its text, and whether more follows.
    Text(String, bool),
    /// Nothing: it is of a kind that is not shown.
    Nothing,
}
