//! Asking before a file or a folder is deleted.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api::entries::deletion_preview;
use crate::model::entry::{Deletion, EntryKind};
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::ui::app::address::entry_of_address;
use crate::ui::components::form::Form;
use crate::ui::documents::fault::Missing;
use crate::ui::text;

/// The page `/files/{id}/delete`.
#[component]
pub(in crate::ui) fn Delete() -> impl IntoView {
    let what = Resource::new(entry_of_address(), |id| async move {
        let id = id?.ok_or(Problem::NotFound)?;
        deletion_preview(id.clone()).await.map(|what| (id, what))
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
    let back = paths::folder(parent.as_ref());
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
            <Form action=paths::delete(&id)>
                <div class="choices">
                    <button class="danger">{deed}</button>
                    <A href=back attr:class="button">{text::entries::KEEP}</A>
                </div>
            </Form>
        </section>
    }
}
