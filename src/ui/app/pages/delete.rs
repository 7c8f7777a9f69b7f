//! The confirmation before a file or a folder is deleted.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::{Deletion, EntryKind};
use crate::model::id::EntryId;
use crate::model::paths::{self, Page};
use crate::ui::app::address::of_address;
use crate::ui::app::components::loading::once_loaded;
use crate::ui::app::content::{PageContent, take_first, what_to_delete};
use crate::ui::app::loaded::loaded;
use crate::ui::components::form::Form;
use crate::ui::components::name::EntryName;
use crate::ui::text::text;

/// The page `/files/{id}/delete`.
#[component]
pub(in crate::ui) fn Delete() -> impl IntoView {
    let id = of_address(|page| if let Page::Delete(id) = page { Some(id) } else { None });
    let first = if let PageContent::Delete(what) = take_first() { Some(what) } else { None };
    let what = loaded(first, move || id.get(), what_to_delete);
    once_loaded(what, |(id, what)| view! { <Ask id what/> }.into_any())
}

#[component]
fn Ask(id: EntryId, what: Deletion) -> impl IntoView {
    let Deletion { name, kind, folders, files, size, more, parent } = what;
    let (back, action) = (paths::folder(parent.as_ref()), paths::delete(&id));
    let (units, text) = (&text().units, &text().entries);
    let (heading, beside, warning, deed) = match kind {
        EntryKind::File => (text.delete_file, units.size(size), text.file_is_gone, text.delete_for_ever.to_owned()),
        EntryKind::Folder if more => {
            let going = (text.more_than)(&(text.going)(files, folders, size));
            (text.delete_folder, going, text.all_is_gone, text.delete_it_for_ever.to_owned())
        }
        EntryKind::Folder => {
            let going = (text.going)(files, folders, size);
            let deed = (text.delete_all_for_ever)(files, folders, size);
            (text.delete_folder, going, text.all_is_gone, deed)
        }
    };
    view! {
        <section class="ask">
            <h1>{heading}</h1>
            <p class="what"><EntryName of=name/> <span class="soft">{beside}</span></p>
            <p>{warning}</p>
            <Form action>
                <div class="choices">
                    <button class="danger">{deed}</button>
                    <A href=back attr:class="button">{text.keep}</A>
                </div>
            </Form>
        </section>
    }
}
