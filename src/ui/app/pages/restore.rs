//! How something in the trash is put back where it cannot come back as it was.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::paths::{self, Page};
use crate::model::trash::Restoring;
use crate::ui::app::address::of_address;
use crate::ui::app::components::loading::once_loaded;
use crate::ui::app::content::{PageContent, take_first, what_to_restore};
use crate::ui::app::loaded::loaded;
use crate::ui::components::field::{Problems, TextField};
use crate::ui::components::form::Form;
use crate::ui::components::name::EntryName;
use crate::ui::text::text;

/// The page `/trash/{id}/restore`.
#[component]
pub(in crate::ui) fn Restore() -> impl IntoView {
    let id = of_address(|page| if let Page::Restore(id) = page { Some(id) } else { None });
    let first = if let PageContent::Restore(what) = take_first() { Some(what) } else { None };
    let what = loaded(first, move || id.get(), what_to_restore);
    once_loaded(what, |(id, what)| view! { <Ask id what/> }.into_any())
}

#[component]
fn Ask(id: EntryId, what: Restoring) -> impl IntoView {
    let text = text();
    let Restoring { name, kind: _, folder, folder_gone, free_name } = what;
    let where_to = folder.unwrap_or_else(|| text.entries.files.to_owned());
    let taken = free_name.is_some();
    view! {
        <section class="ask">
            <h1>{text.trash.restore}</h1>
            <p class="what"><EntryName of=name.clone()/></p>
            {folder_gone.then(|| view! { <p>{text.trash.folder_gone}</p> })}
            {taken.then(|| view! { <p>{(text.trash.name_taken)(&where_to)}</p> })}
            <Form action=paths::restore(&id)>
                {folder_gone.then(|| view! { <input type="hidden" name="to-root" value="1"/> })}
                {match free_name {
                    Some(free) => view! {
                        <TextField which=Field::EntryName label=text.trash.new_name value=free autocomplete="off"/>
                    }.into_any(),
                    None => view! { <Problems which=Field::EntryName/> }.into_any(),
                }}
                <div class="choices">
                    <button class="primary">{(text.trash.restore_to)(&where_to)}</button>
                    <A href=paths::TRASH attr:class="button">{text.frame.cancel}</A>
                </div>
            </Form>
        </section>
    }
}
