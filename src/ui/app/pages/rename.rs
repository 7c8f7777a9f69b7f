//! The form for another name of a file or a folder.

use leptos::prelude::*;
use leptos_router::components::A;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use crate::model::entry::{EntryKind, EntryPlace};
use crate::model::file_name::stem;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::paths::{self, Page};
use crate::ui::app::address::of_address;
use crate::ui::app::components::loading::once_loaded;
use crate::ui::app::components::notice::{Notices, Undo};
use crate::ui::app::content::{PageContent, place_of, take_first};
use crate::ui::app::loaded::loaded;
use crate::ui::components::field::TextField;
use crate::ui::components::form::Form;
use crate::ui::components::name::EntryName;
use crate::ui::text::text;

/// The page `/files/{id}/rename`.
#[component]
pub(in crate::ui) fn Rename() -> impl IntoView {
    let id = of_address(|page| if let Page::Rename(id) = page { Some(id) } else { None });
    let first = if let PageContent::Rename(what) = take_first() { Some(what) } else { None };
    let what = loaded(first, move || id.get(), place_of);
    once_loaded(what, |(id, what)| view! { <Ask id what/> }.into_any())
}

#[component]
fn Ask(id: EntryId, what: EntryPlace) -> impl IntoView {
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
        let field = document().get_element_by_id(Field::EntryName.name());
        let field = field.filter(|field| document().active_element().as_ref() != Some(field));
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
            // Both fail only for elements that cannot have it.
            drop(field.focus());
            drop(field.set_selection_range(0, u32::try_from(selected).unwrap_or(u32::MAX)));
        }
    });
    let (notices, before): (Notices, _) = (expect_context(), name.clone());
    let renamed = Callback::new(move |()| {
        let field = document().get_element_by_id(Field::EntryName.name());
        let now = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()).map(|field| field.value());
        let sentence = (text.entries.renamed)(&before, &now.unwrap_or_default());
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
