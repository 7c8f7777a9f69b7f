//! The confirmations before something in the trash, or all of it, is deleted for ever.

use leptos::prelude::*;

use crate::model::entry::EntryKind;
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::trash::{Deletion, Doomed};
use crate::ui::app::components::question::Question;
use crate::ui::text::text;

/// The page `/trash/{id}/delete`.
#[component]
pub(super) fn DeletionQuestion(id: EntryId, what: Deletion) -> impl IntoView {
    let Deletion { name, kind, doomed } = what;
    let text = &text().trash;
    let heading = if kind == EntryKind::File { text.delete_file } else { text.delete_folder };
    view! { <ForEverQuestion heading name=Some(name) kind doomed action=paths::delete_for_ever(&id)/> }
}

/// The page `/trash/empty`.
#[component]
pub(super) fn EmptyingQuestion(doomed: Doomed) -> impl IntoView {
    let action = paths::TRASH_EMPTY.to_owned();
    view! { <ForEverQuestion heading=text().trash.empty_all name=None kind=EntryKind::Folder doomed action/> }
}

#[component]
fn ForEverQuestion(
    heading: &'static str,
    name: Option<String>,
    kind: EntryKind,
    doomed: Doomed,
    action: String,
) -> impl IntoView {
    let Doomed { folders, files, size, is_kept, more } = doomed;
    let (units, text) = (&text().units, &text().trash);
    let going = match kind {
        EntryKind::File => units.size(size),
        EntryKind::Folder if more => (text.more_than)(&(text.going)(files, folders, size)),
        EntryKind::Folder => (text.going)(files, folders, size),
    };
    let label = match kind {
        EntryKind::File => (text.delete_one)(size),
        EntryKind::Folder if more => text.delete_it.to_owned(),
        EntryKind::Folder => (text.delete_all)(files, folders, size),
    };
    let back = (paths::TRASH.to_owned(), text.keep);
    view! { <Question heading name beside=going sentence=if is_kept { text.is_kept } else { text.is_gone } action label class="danger" back/> }
}
