//! Every address of the site: its pattern as routers take it, and how one is built and read. An address is written out
//! here and nowhere else. Patterns have the segments that vary in braces, as axum writes them.

mod next;
mod page;
mod pattern;

pub use next::Next;
pub use page::Page;
pub use pattern::values;

use std::fmt;

use percent_encoding::utf8_percent_encode;

use crate::model::entry::PagePosition;
use crate::model::form::Done;
use crate::model::id::{DownloadId, EntryId, UploadId};
use crate::model::paths::pattern::{COMPONENT, fill};

/// What this is, for whoever is not signed in.
pub const LANDING: &str = "/";
/// Making an account.
pub const SIGN_UP: &str = "/sign-up";
/// Signing in.
pub const SIGN_IN: &str = "/sign-in";
/// The form that signs out.
pub const SIGN_OUT: &str = "/sign-out";

/// The list of where an account's files begin, and the form that uploads to it.
pub const FILES: &str = "/files";
/// The list of a folder, and the form that uploads into it.
pub const FOLDER: &str = "/files/{id}";
/// Making a folder where the account's files begin.
pub const NEW_FOLDER: &str = "/files/new-folder";
/// Making a folder in a folder.
pub const NEW_FOLDER_IN: &str = "/files/{id}/new-folder";
/// What is known of a file.
pub const ABOUT: &str = "/files/{id}/about";
/// Deleting a file or a folder.
pub const DELETE: &str = "/files/{id}/delete";
/// The bytes of a file.
pub const CONTENT: &str = "/files/{id}/content";
/// What the varying segment of an entry's pages is called.
pub const ENTRY: &str = "id";

/// The form that asks for an archive.
pub const DOWNLOADS: &str = "/downloads";
/// An archive. Its name is there for people and for what saves it; nobody reads it again.
pub const DOWNLOAD: &str = "/downloads/{id}/{name}";

/// One's own account.
pub const ACCOUNT: &str = "/account";
/// The form that changes the name.
pub const ACCOUNT_NAME: &str = "/account/name";
/// The form that changes the picture.
pub const ACCOUNT_AVATAR: &str = "/account/avatar";
/// The form that removes the picture.
pub const ACCOUNT_AVATAR_REMOVE: &str = "/account/avatar/remove";
/// The form that changes the password.
pub const ACCOUNT_PASSWORD: &str = "/account/password";

/// Takes one part of an upload.
pub const UPLOAD_PART: &str = "/uploads/{id}/parts/{number}";
/// The form that gives an unfinished upload up.
pub const UPLOAD_DISCARD: &str = "/uploads/{id}/discard";

/// Every server function. Their own names stand beside them, in `api`, where the macro wants them spelled out.
pub const FUNCTION: &str = "/api/{*function}";
/// The server functions of uploads.
pub const UPLOAD_FUNCTION: &str = "/api/uploads/{function}";

/// Where the site's own files are, as releases.
pub const STATIC: &str = "/static";
/// One of them.
pub const STATIC_FILE: &str = "/static/{*path}";
/// Where avatars are.
pub const MEDIA: &str = "/media";
/// One of them.
pub const MEDIA_FILE: &str = "/media/{*key}";
/// What cargo-leptos has just made, while it watches.
pub const WATCHED: &str = "/pkg/{*path}";
/// The script that starts the browser half, while cargo-leptos watches.
pub const WATCHED_START: &str = "/start.js";
/// The icon, while cargo-leptos watches.
pub const WATCHED_ICON: &str = "/icon.svg";
/// The icon that browsers ask for unasked.
pub const FAVICON: &str = "/favicon.ico";
/// What robots ask for.
pub const ROBOTS: &str = "/robots.txt";

/// Whether the process answers.
pub const LIVE: &str = "/health/live";
/// Whether everything it needs is there.
pub const READY: &str = "/health/ready";

/// In a query and in a form: where to go after signing in.
pub const NEXT: &str = "next";
/// In a query: what the last form did.
pub const DONE: &str = "done";
/// In a query: the row after which a list begins.
pub const BELOW: &str = "below";
/// In a query: the row before which a list ends.
pub const ABOVE: &str = "above";

/// The page that signs in and then leads on.
#[must_use]
pub fn sign_in(next: &Next) -> String {
    with_query(SIGN_IN, NEXT, next.as_str())
}

/// The page that makes an account and then leads on.
#[must_use]
pub fn sign_up(next: &Next) -> String {
    with_query(SIGN_UP, NEXT, next.as_str())
}

/// The list of a folder; none is where an account's files begin.
#[must_use]
pub fn folder(folder: Option<&EntryId>) -> String {
    folder.map_or_else(|| FILES.to_owned(), |id| fill(FOLDER, [id.as_str()]))
}

/// One page of the list of a folder.
#[must_use]
pub fn list(of: Option<&EntryId>, position: &PagePosition) -> String {
    match position {
        PagePosition::Top => folder(of),
        PagePosition::Below(row) => with_query(&folder(of), BELOW, &row.to_string()),
        PagePosition::Above(row) => with_query(&folder(of), ABOVE, &row.to_string()),
    }
}

/// The page that makes a folder in this one.
#[must_use]
pub fn new_folder(parent: Option<&EntryId>) -> String {
    parent.map_or_else(|| NEW_FOLDER.to_owned(), |id| fill(NEW_FOLDER_IN, [id.as_str()]))
}

/// The page that says what is known of a file.
#[must_use]
pub fn about(file: &EntryId) -> String {
    fill(ABOUT, [file.as_str()])
}

/// The page that asks before it deletes an entry.
#[must_use]
pub fn delete(entry: &EntryId) -> String {
    fill(DELETE, [entry.as_str()])
}

/// The bytes of a file.
#[must_use]
pub fn content(file: &EntryId) -> String {
    fill(CONTENT, [file.as_str()])
}

/// An archive of this name.
#[must_use]
pub fn download(id: &DownloadId, name: &str) -> String {
    // A segment of dots alone would be taken out of the path; with its extension none is.
    fill(DOWNLOAD, [id.as_str(), name])
}

/// Where a part of an upload is sent.
#[must_use]
pub fn upload_part(upload: impl fmt::Display, number: u32) -> String {
    fill(UPLOAD_PART, [&upload.to_string(), &number.to_string()])
}

/// The form that gives an unfinished upload up.
#[must_use]
pub fn upload_discard(upload: &UploadId) -> String {
    fill(UPLOAD_DISCARD, [upload.as_str()])
}

/// The account page, which says what was done.
#[must_use]
pub fn account_done(done: Done) -> String {
    with_query(ACCOUNT, DONE, done.word())
}

/// The path of an address of this site, and what its query says was done.
#[must_use]
pub fn split_done(address: &str) -> (&str, Option<Done>) {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let done = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == DONE);
    (path, done.and_then(|(_, word)| Done::from_word(word)))
}

fn with_query(path: &str, name: &str, value: &str) -> String {
    format!("{path}?{name}={}", utf8_percent_encode(value, COMPONENT))
}

#[cfg(test)]
mod tests;
