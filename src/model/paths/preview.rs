//! The addresses of what is inside files.

use crate::model::entry::ListOrder;
use crate::model::id::EntryId;
use crate::model::paths::in_order;
use crate::model::paths::pattern::fill;

/// The content of a file.
pub const CONTENT: &str = "/files/{id}/content";
/// The page that shows the content of a file.
pub const PREVIEW: &str = "/files/{id}/preview";

/// The content of a file.
#[must_use]
pub fn content(file: &EntryId) -> String {
    fill(CONTENT, [file.as_str()])
}

/// The page that shows the content of a file, from which one goes on in this order of the folder's list.
#[must_use]
pub fn preview(file: &EntryId, order: ListOrder) -> String {
    in_order(&fill(PREVIEW, [file.as_str()]), order)
}
