//! The addresses of moving and copying files and folders. They name all that is to be moved, so that such a page can be reloaded.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::entry::PagePosition;
use crate::model::id::EntryId;
use crate::model::moving::{MOVED_LIMIT, MoveOrCopy, MoveRequest};
use crate::model::paths::at;
use crate::model::paths::pattern::{fill, values};

/// The form that moves files and folders.
pub const MOVE: &str = "/files/move";
/// Choosing the folder to which these are moved.
pub const MOVE_TO: &str = "/files/move/{entries}/to/{folder}";
/// What is done with the names of these that are taken in that folder.
pub const MOVE_TAKEN: &str = "/files/move/{entries}/taken/{folder}";
/// The form that copies files and folders.
pub const COPY: &str = "/files/copy";
/// Choosing the folder to which these are copied.
pub const COPY_TO: &str = "/files/copy/{entries}/to/{folder}";
/// What is done with the names of these that are taken in that folder.
pub const COPY_TAKEN: &str = "/files/copy/{entries}/taken/{folder}";
/// What stands between the ids of several entries in a path.
const BETWEEN: &str = ".";
/// What stands for the account's root folder as the target.
const ROOT: &str = "root";
const OPERATIONS: [MoveOrCopy; 2] = [MoveOrCopy::Move, MoveOrCopy::Copy];

/// The form that moves or copies entries.
#[must_use]
pub fn place(operation: MoveOrCopy) -> &'static str {
    patterns(operation).0
}

/// The page that asks where these are to go, and shows a folder to which they may.
#[must_use]
pub fn choose_folder(request: &MoveRequest, position: &PagePosition) -> String {
    at(&of_request(patterns(request.operation).1, request), position)
}

/// The page that asks what is done with the names of these that are taken where they go.
#[must_use]
pub fn name_taken(request: &MoveRequest) -> String {
    of_request(patterns(request.operation).2, request)
}

/// Parses the address of the page that asks where to; `None` if it is another one or malformed.
pub(super) fn parse_choose_folder(path: &str) -> Option<MoveRequest> {
    OPERATIONS.into_iter().find_map(|operation| parse(operation, patterns(operation).1, path))
}

/// Parses the address of the page that asks about a name; `None` if it is another one or malformed.
pub(super) fn parse_name_taken(path: &str) -> Option<MoveRequest> {
    OPERATIONS.into_iter().find_map(|operation| parse(operation, patterns(operation).2, path))
}

fn parse(operation: MoveOrCopy, pattern: &'static str, path: &str) -> Option<MoveRequest> {
    let [(_, entries), (_, folder)] = values(pattern, path)?.try_into().ok()?;
    let entries = entries.split(BETWEEN).map(EntryId::parse).collect::<Option<Vec<_>>>()?;
    Some(MoveRequest { operation, entries, to: parse_target(folder)? })
        .filter(|request| request.entries.len() <= MOVED_LIMIT)
}

fn of_request(pattern: &str, MoveRequest { entries, to, .. }: &MoveRequest) -> String {
    let entries: Vec<_> = entries.iter().map(EntryId::as_str).collect();
    fill(pattern, [&entries.join(BETWEEN), target(to.as_ref())])
}

/// The addresses of the form, of choosing a folder, and of what is asked about a name.
fn patterns(operation: MoveOrCopy) -> (&'static str, &'static str, &'static str) {
    match operation {
        MoveOrCopy::Move => (MOVE, MOVE_TO, MOVE_TAKEN),
        MoveOrCopy::Copy => (COPY, COPY_TO, COPY_TAKEN),
    }
}

impl Serialize for MoveRequest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&of_request(patterns(self.operation).1, self))
    }
}

impl<'de> Deserialize<'de> for MoveRequest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parse_choose_folder(&String::deserialize(from)?).ok_or_else(|| D::Error::custom("no such address"))
    }
}

/// A folder as the target, in an address or a form; `None` is the account's root.
#[must_use]
pub fn target(folder: Option<&EntryId>) -> &str {
    folder.map_or(ROOT, EntryId::as_str)
}

/// Parses the target; `None` if it is malformed.
#[must_use]
pub fn parse_target(target: &str) -> Option<Option<EntryId>> {
    if target == ROOT { Some(None) } else { EntryId::parse(target).map(Some) }
}
