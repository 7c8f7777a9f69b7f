//! The confirmation before a file or a folder is put into the trash, for whoever comes by a link without scripts.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::{EntryKind, EntryPlace};
use crate::model::id::EntryId;
use crate::model::paths::{self, Page};
use crate::ui::app::address::of_address;
use crate::ui::app::components::loading::once_loaded;
use crate::ui::app::content::{PageContent, place_of, take_first};
use crate::ui::app::loaded::loaded;
use crate::ui::components::form::Form;
use crate::ui::components::name::EntryName;
use crate::ui::text::text;

/// The page `/files/{id}/delete`.
#[component]
pub(in crate::ui) fn Delete() -> impl IntoView {
    let id = of_address(|page| if let Page::Delete(id) = page { Some(id) } else { None });
    let first = if let PageContent::Delete(what) = take_first() { Some(what) } else { None };
    let what = loaded(first, move || id.get(), place_of);
    once_loaded(what, |(id, what)| view! { <Ask id what/> }.into_any())
}

#[component]
fn Ask(id: EntryId, what: EntryPlace) -> impl IntoView {
    let EntryPlace { name, kind, parent } = what;
    let (back, action) = (paths::folder(parent.as_ref()), paths::delete(&id));
    let (text, entries) = (text(), &text().entries);
    let heading = if kind == EntryKind::File { entries.delete_file } else { entries.delete_folder };
    view! {
        <section class="ask">
            <h1>{heading}</h1>
            <p class="what"><EntryName of=name/></p>
            <p>{entries.goes_to_trash}</p>
            <Form action>
                <div class="choices">
                    <button class="primary">{entries.delete}</button>
                    <A href=back attr:class="button">{text.frame.cancel}</A>
                </div>
            </Form>
        </section>
    }
}
