//! The confirmations before something in the trash, or all of it, is deleted for ever.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api::trash::emptying_preview;
use crate::model::entry::EntryKind;
use crate::model::paths::{self, Page};
use crate::model::trash::{Deletion, Doomed};
use crate::ui::app::address::of_address;
use crate::ui::app::components::loading::once_loaded;
use crate::ui::app::content::{PageContent, take_first, what_to_delete};
use crate::ui::app::loaded::loaded;
use crate::ui::components::form::Form;
use crate::ui::components::name::EntryName;
use crate::ui::text::text;

/// The page `/trash/{id}/delete`.
#[component]
pub(in crate::ui) fn DeleteForEver() -> impl IntoView {
    let id = of_address(|page| if let Page::DeleteForEver(id) = page { Some(id) } else { None });
    let first = if let PageContent::DeleteForEver(what) = take_first() { Some(what) } else { None };
    let what = loaded(first, move || id.get(), what_to_delete);
    once_loaded(what, |(id, Deletion { name, kind, doomed })| {
        let text = &text().trash;
        let heading = if kind == EntryKind::File { text.delete_file } else { text.delete_folder };
        view! { <Ask heading name=Some(name) kind doomed action=paths::delete_for_ever(&id)/> }.into_any()
    })
}

/// The page `/trash/empty`.
#[component]
pub(in crate::ui) fn EmptyTrash() -> impl IntoView {
    let first = if let PageContent::EmptyTrash(what) = take_first() { Some(what) } else { None };
    let what = loaded(first, || (), |()| emptying_preview());
    once_loaded(what, |doomed| {
        let action = paths::TRASH_EMPTY.to_owned();
        view! { <Ask heading=text().trash.empty_all name=None kind=EntryKind::Folder doomed action/> }.into_any()
    })
}

#[component]
fn Ask(heading: &'static str, name: Option<String>, kind: EntryKind, doomed: Doomed, action: String) -> impl IntoView {
    let Doomed { folders, files, size, more } = doomed;
    let (units, text) = (&text().units, &text().trash);
    let going = match kind {
        EntryKind::File => units.size(size),
        EntryKind::Folder if more => (text.more_than)(&(text.going)(files, folders, size)),
        EntryKind::Folder => (text.going)(files, folders, size),
    };
    let deed = match kind {
        EntryKind::File => (text.delete_one)(size),
        EntryKind::Folder if more => text.delete_it.to_owned(),
        EntryKind::Folder => (text.delete_all)(files, folders, size),
    };
    view! {
        <section class="ask">
            <h1>{heading}</h1>
            <p class="what">{name.map(|name| view! { <EntryName of=name/> " " })} <span class="soft">{going}</span></p>
            <p>{text.is_gone}</p>
            <Form action>
                <div class="choices">
                    <button class="danger">{deed}</button>
                    <A href=paths::TRASH attr:class="button">{text.keep}</A>
                </div>
            </Form>
        </section>
    }
}
