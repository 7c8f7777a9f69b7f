//! The confirmation before a file or a folder is put into the trash, for whoever comes by a link without scripts.

use leptos::prelude::*;

use crate::model::entry::{EntryKind, EntryPlace};
use crate::model::id::EntryId;
use crate::model::paths;
use crate::ui::app::components::question::Question;
use crate::ui::text::text;

/// The page `/files/{id}/delete`.
#[component]
pub(super) fn DeleteQuestion(id: EntryId, what: EntryPlace) -> impl IntoView {
    let EntryPlace { name, kind, parent } = what;
    let (text, entries) = (text(), &text().entries);
    let heading = if kind == EntryKind::File { entries.delete_file } else { entries.delete_folder };
    let back = (paths::folder(parent.as_ref()), text.frame.cancel);
    view! {
        <Question heading name=Some(name) sentence=entries.goes_to_trash action=paths::delete(&id)
            label=entries.delete.to_owned() class="primary" back/>
    }
}
