//! How something in the trash is put back where it cannot come back as it was.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::control;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::trash::Restoring;
use crate::ui::components::field::{Problems, TextField};
use crate::ui::components::form::Form;
use crate::ui::components::name::EntryName;
use crate::ui::text::text;

/// The page `/trash/{id}/restore`.
#[component]
pub(super) fn RestoreForm(id: EntryId, what: Restoring) -> impl IntoView {
    let text = text();
    let Restoring { name, folder, folder_gone, free_name } = what;
    // Whoever cannot or does not want to have it back where it was.
    let to_root = folder.is_some() && !folder_gone;
    let where_to = folder.unwrap_or_else(|| text.entries.files.to_owned());
    let taken = free_name.is_some();
    view! {
        <section class="ask">
            <h1>{text.trash.restore}</h1>
            <p class="what"><EntryName of=name.clone()/></p>
            {folder_gone.then(|| view! { <p>{text.trash.folder_gone}</p> })}
            {taken.then(|| view! { <p>{(text.trash.name_taken)(&where_to)}</p> })}
            <Form action=paths::restore(&id)>
                {folder_gone.then(|| view! { <input type="hidden" name=control::TO_ROOT value="1"/> })}
                {match free_name {
                    Some(free) => view! {
                        <TextField which=Field::EntryName label=text.trash.new_name value=free autocomplete="off"/>
                    }.into_any(),
                    None => view! { <Problems which=Field::EntryName/> }.into_any(),
                }}
                <div class="choices">
                    <button class="primary">{(text.trash.restore_to)(&where_to)}</button>
                    {to_root.then(|| view! {
                        <button name=control::TO_ROOT value="1">{(text.trash.restore_to)(text.entries.files)}</button>
                    })}
                    <A href=paths::TRASH attr:class="button">{text.frame.cancel}</A>
                </div>
            </Form>
        </section>
    }
}
