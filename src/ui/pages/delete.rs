//! Asking before a file or a folder is deleted.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::fault::Missing;
use crate::api::files::what_goes;
use crate::model::error::Error;
use crate::model::file::{Deletion, Kind, folder_address};
use crate::model::id::EntryId;
use crate::ui::components::form::Form;
use crate::ui::texts;

/// The page `/files/{id}/delete`.
#[component]
pub(in crate::ui) fn Delete() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get_str("id").and_then(EntryId::parse));
    let what = Resource::new(id, |id| async move {
        match id {
            Some(id) => what_goes(id.clone()).await.map(|what| (id, what)),
            None => Err(Error::NotFound),
        }
    });
    view! {
        <Transition fallback=|| view! { <p class="soft">{texts::files::LOADING}</p> }>
            {move || Suspend::new(async move {
                match what.await {
                    Ok((id, what)) => view! { <Ask id what/> }.into_any(),
                    Err(error) => view! { <Missing error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Ask(id: EntryId, what: Deletion) -> impl IntoView {
    let Deletion { name, kind, folders, files, size, parent } = what;
    let back = folder_address(parent.as_ref());
    let (heading, beside, warning, deed) = match kind {
        Kind::File => {
            (texts::files::DELETE_FILE, texts::size(size), texts::GONE, texts::files::DELETE_FOR_EVER.to_owned())
        }
        Kind::Folder => {
            let going = texts::going(files, folders, size);
            let deed = texts::files::delete_all_for_ever(files, folders, size);
            (texts::files::DELETE_FOLDER, going, texts::ALL_GONE, deed)
        }
    };
    view! {
        <section class="ask">
            <h1>{heading}</h1>
            <p class="what"><bdi>{name}</bdi> <span class="soft">{beside}</span></p>
            <p>{warning}</p>
            <Form action=format!("/files/{id}/delete")>
                <div class="choices">
                    <button class="danger">{deed}</button>
                    <A href=back attr:class="button">{texts::files::KEEP}</A>
                </div>
            </Form>
        </section>
    }
}
