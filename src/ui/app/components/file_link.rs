//! The link on the name of a file, in lists and in what a search has found.

use maud::{Markup, html};

use crate::model::id::EntryId;
use crate::model::paths;

/// The link to the page that shows the file, if there is one, or else to its content, which is saved.
pub(super) fn html(class: Option<&str>, file: &EntryId, preview: Option<&str>, name: Markup) -> Markup {
    html! {
        @if let Some(preview) = preview {
            // A page without wasm: its link is the browser's.
            a class=[class] href=(preview) rel="external" { (name) }
        } @else {
            a class=[class] href=(paths::content(file)) download { (name) }
        }
    }
}
