//! Every address of the site: its pattern for the routers, and functions that build and parse it. Addresses are written
//! here and nowhere else. Patterns name their variable segments in braces, as axum does.

mod moving;
mod page;
mod pattern;
mod preview;
mod return_to;
mod search;

pub use moving::{
    COPY, COPY_TAKEN, COPY_TO, MOVE, MOVE_TAKEN, MOVE_TO, choose_folder, name_taken, parse_target, place, target,
};
pub use page::Page;
pub use pattern::values;
pub use preview::{CONTENT, PREVIEW, content, preview};
pub use return_to::ReturnTo;
pub use search::{IN, SEARCH, WORDS, search, search_query};

use std::fmt;

use percent_encoding::utf8_percent_encode;

use crate::model::entry::{Cursor, ListOrder, PagePosition};
use crate::model::form::Done;
use crate::model::id::{DownloadId, EntryId, UploadId};
use crate::model::paths::pattern::{COMPONENT, fill};

/// The landing page, for visitors who are not signed in.
pub const LANDING: &str = "/";
/// The sign-up page.
pub const SIGN_UP: &str = "/sign-up";
/// The sign-in page.
pub const SIGN_IN: &str = "/sign-in";
/// The form that signs out.
pub const SIGN_OUT: &str = "/sign-out";

/// The list of an account's root folder, and the form that uploads to it.
pub const FILES: &str = "/files";
/// The list of a folder, and the form that uploads into it.
pub const FOLDER: &str = "/files/{id}";
/// The form for a new folder in the root folder.
pub const NEW_FOLDER: &str = "/files/new-folder";
/// The form for a new folder inside a folder.
pub const NEW_FOLDER_IN: &str = "/files/{id}/new-folder";
/// The details of a file.
pub const ABOUT: &str = "/files/{id}/about";
/// Renaming a file or a folder.
pub const RENAME: &str = "/files/{id}/rename";
/// Deleting a file or a folder: it goes to the trash.
pub const DELETE: &str = "/files/{id}/delete";

/// The trash, and the form that puts several files and folders there.
pub const TRASH: &str = "/trash";
/// The form that puts several files and folders of the trash back.
pub const TRASH_RESTORE: &str = "/trash/restore";
/// Emptying the trash.
pub const TRASH_EMPTY: &str = "/trash/empty";
/// Putting a file or a folder of the trash back, under another name or at another place.
pub const RESTORE: &str = "/trash/{id}/restore";
/// Deleting a file or a folder of the trash for ever.
pub const DELETE_FOR_EVER: &str = "/trash/{id}/delete";

/// The form that requests an archive.
pub const DOWNLOADS: &str = "/downloads";
/// An archive. Its file name tells of people's folders, and so is not part of the address.
pub const DOWNLOAD: &str = "/downloads/{id}";

/// The account page.
pub const ACCOUNT: &str = "/account";
/// The form that changes the name.
pub const ACCOUNT_NAME: &str = "/account/name";
/// The form that changes the avatar.
pub const ACCOUNT_AVATAR: &str = "/account/avatar";
/// The form that removes the avatar.
pub const ACCOUNT_AVATAR_REMOVE: &str = "/account/avatar/remove";
/// The form that changes the password.
pub const ACCOUNT_PASSWORD: &str = "/account/password";

/// Receives one part of an upload.
pub const UPLOAD_PART: &str = "/uploads/{id}/parts/{number}";
/// The form that discards an incomplete upload.
pub const UPLOAD_DISCARD: &str = "/uploads/{id}/discard";

/// The prefix of all server functions.
pub const FUNCTIONS: &str = "/api/";
/// All server functions. Their own names are literals in `api`, as the macro requires.
pub const FUNCTION: &str = "/api/{*function}";
/// The server functions for uploads.
pub const UPLOAD_FUNCTION: &str = "/api/uploads/{function}";

/// The prefix of the site's own files, by release.
pub const STATIC: &str = "/static";
/// One of the site's own files.
pub const STATIC_FILE: &str = "/static/{*path}";
/// The prefix of avatars.
pub const MEDIA: &str = "/media";
/// One avatar.
pub const MEDIA_FILE: &str = "/media/{*key}";
/// The files that cargo-leptos has just built, during `cargo leptos watch`.
pub const WATCHED: &str = "/pkg/{*path}";
/// The script that starts the browser half, during `cargo leptos watch`.
pub const WATCHED_START: &str = "/start.js";
/// The icon, during `cargo leptos watch`.
pub const WATCHED_ICON: &str = "/icon.svg";
/// The style of the page that shows what is in a file, during `cargo leptos watch`.
pub const WATCHED_PREVIEW_STYLE: &str = "/preview.css";
/// The script of that page, during `cargo leptos watch`.
pub const WATCHED_PREVIEW_SCRIPT: &str = "/preview.js";
/// The icon that browsers request without a link to it.
pub const FAVICON: &str = "/favicon.ico";
/// The rules for crawlers.
pub const ROBOTS: &str = "/robots.txt";

/// Health check: whether the process responds.
pub const LIVE: &str = "/health/live";
/// Health check: whether everything that the process depends on is available.
pub const READY: &str = "/health/ready";

/// Query and form parameter: where to go after signing in.
pub const NEXT: &str = "next";
/// Query parameter of the redirect after signing in, by which the server sees whether the browser kept the cookie: where
/// to go next.
pub const COOKIE_CHECK: &str = "known";
/// Query parameter: the change that the last form made.
pub const DONE: &str = "done";
/// Query parameter: the cursor after which a page of a list starts.
pub const BELOW: &str = "below";
/// Query parameter: the cursor before which a page of a list ends.
pub const ABOVE: &str = "above";

/// Query parameter: the order of a list.
pub const SORT: &str = "sort";
/// Query parameter: the incomplete upload after which a page of their list begins.
pub const UNFINISHED: &str = "unfinished";

/// The sign-in page, which leads to `next` afterwards.
#[must_use]
pub fn sign_in(next: &ReturnTo) -> String {
    with_query(SIGN_IN, NEXT, next.as_str())
}

/// The sign-in page for somebody who has just signed in: leads to `next` if the browser has kept the session's cookie.
#[must_use]
pub fn signed_in(next: &ReturnTo) -> String {
    with_query(SIGN_IN, COOKIE_CHECK, next.as_str())
}

/// The sign-up page, which leads to `next` afterwards.
#[must_use]
pub fn sign_up(next: &ReturnTo) -> String {
    with_query(SIGN_UP, NEXT, next.as_str())
}

/// The list of a folder; `None` is the account's root.
#[must_use]
pub fn folder(folder: Option<&EntryId>) -> String {
    folder.map_or_else(|| FILES.to_owned(), |id| fill(FOLDER, [id.as_str()]))
}

/// One page of the list of a folder in this order.
#[must_use]
pub fn list(of: Option<&EntryId>, order: ListOrder, position: &PagePosition) -> String {
    in_order(&at(&folder(of), position), order)
}

/// The address with the order of a list in its query, unless it is the usual one.
fn in_order(address: &str, order: ListOrder) -> String {
    match order.word() {
        "" => address.to_owned(),
        word => with_query(address, SORT, word),
    }
}

/// The order of a list that an address names by its query, of which `query` gives the parameters.
#[must_use]
pub fn order(query: impl Fn(&str) -> Option<String>) -> ListOrder {
    ListOrder::from_word(&query(SORT).unwrap_or_default())
}

fn at(list: &str, position: &PagePosition) -> String {
    match position {
        PagePosition::Top => list.to_owned(),
        PagePosition::Below(row) => with_query(list, BELOW, &row.to_string()),
        PagePosition::Above(row) => with_query(list, ABOVE, &row.to_string()),
    }
}

/// The page of a list that an address names by its query, of which `query` gives the parameters.
#[must_use]
pub fn position(query: impl Fn(&str) -> Option<String>) -> PagePosition {
    let cursor = |name| query(name).and_then(|row| Cursor::parse(&row));
    match (cursor(BELOW), cursor(ABOVE)) {
        (Some(cursor), _) => PagePosition::Below(cursor),
        (None, Some(cursor)) => PagePosition::Above(cursor),
        (None, None) => PagePosition::Top,
    }
}

/// The list of a folder, with the page of incomplete uploads that begins after this one.
#[must_use]
pub fn unfinished(of: Option<&EntryId>, after: &UploadId) -> String {
    with_query(&folder(of), UNFINISHED, after.as_str())
}

/// The form for a new folder inside this one.
#[must_use]
pub fn new_folder(parent: Option<&EntryId>) -> String {
    parent.map_or_else(|| NEW_FOLDER.to_owned(), |id| fill(NEW_FOLDER_IN, [id.as_str()]))
}

/// The details of a file.
#[must_use]
pub fn about(file: &EntryId) -> String {
    fill(ABOUT, [file.as_str()])
}

/// The page and the form for another name of an entry.
#[must_use]
pub fn rename(entry: &EntryId) -> String {
    fill(RENAME, [entry.as_str()])
}

/// The page that asks for confirmation before it puts an entry into the trash.
#[must_use]
pub fn delete(entry: &EntryId) -> String {
    fill(DELETE, [entry.as_str()])
}

/// One page of the trash.
#[must_use]
pub fn trash(position: &PagePosition) -> String {
    at(TRASH, position)
}

/// The page that asks how an entry of the trash is to be put back.
#[must_use]
pub fn restore(entry: &EntryId) -> String {
    fill(RESTORE, [entry.as_str()])
}

/// The page that asks for confirmation before it deletes an entry of the trash for ever.
#[must_use]
pub fn delete_for_ever(entry: &EntryId) -> String {
    fill(DELETE_FOR_EVER, [entry.as_str()])
}

/// An archive.
#[must_use]
pub fn download(id: &DownloadId) -> String {
    fill(DOWNLOAD, [id.as_str()])
}

/// Where one part of an upload is sent.
#[must_use]
pub fn upload_part(upload: impl fmt::Display, number: u32) -> String {
    fill(UPLOAD_PART, [&upload.to_string(), &number.to_string()])
}

/// The form that discards an incomplete upload.
#[must_use]
pub fn upload_discard(upload: &UploadId) -> String {
    fill(UPLOAD_DISCARD, [upload.as_str()])
}

/// The account page, confirming a change.
#[must_use]
pub fn account_done(done: Done) -> String {
    with_query(ACCOUNT, DONE, done.word())
}

/// Splits an address of this site into its path and the change that its query confirms.
#[must_use]
pub fn split_done(address: &str) -> (&str, Option<Done>) {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let done = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == DONE);
    (path, done.and_then(|(_, word)| Done::from_word(word)))
}

/// A number in a path, as it is written there: decimal digits without a sign and without zeros in front of them.
#[must_use]
pub fn number(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_plain { text.parse().ok() } else { None }
}

/// The address with one more parameter in its query.
fn with_query(address: &str, name: &str, value: &str) -> String {
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{name}={}", utf8_percent_encode(value, COMPONENT))
}

#[cfg(test)]
mod tests;
