//! Asking before a file is deleted.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::fault::Missing;
use crate::api::files::file;
use crate::model::error::Error;
use crate::model::file::FileRow;
use crate::model::id::EntryId;
use crate::ui::components::form::Form;
use crate::ui::texts;

/// The page `/files/{id}/delete`.
#[component]
pub(in crate::ui) fn Delete() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get_str("id").and_then(EntryId::parse));
    let row = Resource::new(id, |id| async move {
        match id {
            Some(id) => file(id).await,
            None => Err(Error::NotFound),
        }
    });
    view! {
        <Transition fallback=|| view! { <p class="soft">"Loading…"</p> }>
            {move || Suspend::new(async move {
                match row.await {
                    Ok(row) => view! { <Ask row/> }.into_any(),
                    Err(error) => view! { <Missing error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Ask(row: FileRow) -> impl IntoView {
    view! {
        <section class="ask">
            <h1>"Delete this file?"</h1>
            <p class="what"><bdi>{row.name}</bdi> <span class="soft">{texts::size(row.size)}</span></p>
            <p>"It is gone for ever: there is no copy to bring back."</p>
            <Form action=format!("/files/{}/delete", row.id)>
                <div class="choices">
                    <button class="danger">"Delete for ever"</button>
                    <A href="/files" attr:class="button">"Keep it"</A>
                </div>
            </Form>
        </section>
    }
}
