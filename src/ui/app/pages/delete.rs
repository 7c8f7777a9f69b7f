//! Asking before a file or a folder is deleted.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use crate::api::entries::deletion_preview;
use crate::model::entry::{Deletion, EntryKind, folder_address};
use crate::model::id::EntryId;
use crate::model::problem::Problem;
use crate::ui::components::form::Form;
use crate::ui::documents::fault::Missing;
use crate::ui::text;

/// The page `/files/{id}/delete`.
#[component]
pub(in crate::ui) fn Delete() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get_str("id").and_then(EntryId::parse));
    let what = Resource::new(id, |id| async move {
        match id {
            Some(id) => deletion_preview(id.clone()).await.map(|what| (id, what)),
            None => Err(Problem::NotFound),
        }
    });
    view! {
        <Transition fallback=|| view! { <p class="soft">{text::entries::LOADING}</p> }>
            {move || Suspend::new(async move {
                match what.await {
                    Ok((id, what)) => view! { <Ask id what/> }.into_any(),
                    Err(error) => view! { <Missing problem=error/> }.into_any(),
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
        EntryKind::File => {
            (text::entries::DELETE_FILE, text::size(size), text::GONE, text::entries::DELETE_FOR_EVER.to_owned())
        }
        EntryKind::Folder => {
            let going = text::going(files, folders, size);
            let deed = text::entries::delete_all_for_ever(files, folders, size);
            (text::entries::DELETE_FOLDER, going, text::ALL_GONE, deed)
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
                    <A href=back attr:class="button">{text::entries::KEEP}</A>
                </div>
            </Form>
        </section>
    }
}
