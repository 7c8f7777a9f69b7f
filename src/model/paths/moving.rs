//! The addresses of moving files and folders. They name all that is to be moved, so that such a page can be reloaded.

use crate::model::entry::PagePosition;
use crate::model::id::EntryId;
use crate::model::moving::{MOVED_LIMIT, Move};
use crate::model::paths::at;
use crate::model::paths::pattern::{fill, values};

/// The form that moves files and folders.
pub const MOVE: &str = "/files/move";
/// Choosing the folder to which these are moved.
pub const MOVE_TO: &str = "/files/move/{entries}/to/{folder}";
/// What is done with the names of these that are taken in that folder.
pub const MOVE_TAKEN: &str = "/files/move/{entries}/taken/{folder}";
/// What stands between the ids of several entries in a path.
const BETWEEN: &str = ".";
/// What stands for the account's root folder as the target of a move.
const ROOT: &str = "root";

/// The page that asks where these are to be moved, and shows a folder to which they may be.
#[must_use]
pub fn move_to(moved: &Move, position: &PagePosition) -> String {
    at(&of_move(MOVE_TO, moved), position)
}

/// The page that asks what is done with the names of these that are taken where they are moved.
#[must_use]
pub fn move_taken(moved: &Move) -> String {
    of_move(MOVE_TAKEN, moved)
}

/// What is to be moved, of which these patterns' addresses speak; `None` if it is malformed.
pub(super) fn parse_moved(pattern: &'static str, path: &str) -> Option<Move> {
    let [(_, entries), (_, folder)] = values(pattern, path)?.try_into().ok()?;
    let entries = entries.split(BETWEEN).map(EntryId::parse).collect::<Option<Vec<_>>>()?;
    Some(Move { entries, to: parse_move_target(folder)? }).filter(|moved| moved.entries.len() <= MOVED_LIMIT)
}

fn of_move(pattern: &str, Move { entries, to }: &Move) -> String {
    let entries: Vec<_> = entries.iter().map(EntryId::as_str).collect();
    fill(pattern, [&entries.join(BETWEEN), move_target(to.as_ref())])
}

/// Whether an answer to the form that moves entries leads to a page that asks about it.
#[must_use]
pub fn asks_of_move(path: &str) -> bool {
    path.starts_with(MOVE)
}

/// A folder as the target of a move, in an address or a form; `None` is the account's root.
#[must_use]
pub fn move_target(folder: Option<&EntryId>) -> &str {
    folder.map_or(ROOT, EntryId::as_str)
}

/// Parses the target of a move; `None` if it is malformed.
#[must_use]
pub fn parse_move_target(target: &str) -> Option<Option<EntryId>> {
    if target == ROOT { Some(None) } else { EntryId::parse(target).map(Some) }
}
