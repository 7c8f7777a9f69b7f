//! The form for another name of a file or a folder.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::components::A;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use crate::model::entry::{EntryKind, EntryPlace};
use crate::model::file_name::stem;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::paths;
use crate::ui::app::components::notice::{Notices, Undo};
use crate::ui::components::field::TextField;
use crate::ui::components::form::Form;
use crate::ui::components::name::EntryName;
use crate::ui::text::text;

/// The page `/files/{id}/rename`.
#[component]
pub(super) fn RenameForm(id: EntryId, what: EntryPlace) -> impl IntoView {
    let text = text();
    let EntryPlace { name, kind, parent } = what;
    let (back, action) = (paths::folder(parent.as_ref()), paths::rename(&id));
    let (label, selected) = match kind {
        EntryKind::File => (text.entries.new_file_name, stem(&name).encode_utf16().count()),
        EntryKind::Folder => (text.entries.new_folder_name, name.encode_utf16().count()),
    };
    // What people mostly change is the name without its extension. Whoever is in the field already, because the page was there
    // before its scripts, may be typing.
    Effect::new(move |_| {
        let focused = document().active_element();
        if let Some(field) = field().filter(|field| focused.as_ref() != Some(field)) {
            // Both fail only for elements that cannot have it.
            drop(field.focus());
            drop(field.set_selection_range(0, u32::try_from(selected).unwrap_or(u32::MAX)));
        }
    });
    let (notices, before): (Notices, _) = (expect_context(), name.clone());
    let renamed = Arc::new(move |_: &str, _: Option<&str>| {
        let now = field().map(|field| field.value()).unwrap_or_default();
        let sentence = (text.entries.renamed)(&before, &now);
        notices.tell(sentence, Some(Undo::Rename(id.clone(), before.clone())));
    });
    view! {
        <section class="ask">
            <h1>{text.entries.rename}</h1>
            <p class="what"><EntryName of=name.clone()/></p>
            <Form action on_done=renamed>
                <TextField which=Field::EntryName label value=name autocomplete="off"/>
                <div class="choices">
                    <button class="primary">{text.entries.rename}</button>
                    <A href=back attr:class="button">{text.frame.cancel}</A>
                </div>
            </Form>
        </section>
    }
}

/// The field for the new name.
fn field() -> Option<HtmlInputElement> {
    document().get_element_by_id(Field::EntryName.name())?.dyn_into().ok()
}
