//! What is known of a file: its size, its type, and whether what lies in the store is what was sent.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::fault::Missing;
use crate::api::files::file;
use crate::model::error::Error;
use crate::model::file::{Check, FileRow};
use crate::model::id::EntryId;
use crate::ui::components::time::Time;
use crate::ui::texts;

/// The page `/files/{id}/about`.
#[component]
pub(in crate::ui) fn About() -> impl IntoView {
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
                    Ok(row) => view! { <Facts row/> }.into_any(),
                    Err(error) => view! { <Missing error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Facts(row: FileRow) -> impl IntoView {
    let sum = match &row.check {
        Check::Verified { sha256 } => Some(sha256.clone()),
        Check::Waiting | Check::Damaged => None,
    };
    view! {
        <section class="about">
            <h1><bdi>{row.name}</bdi></h1>
            <p>{texts::check_at_length(&row.check)}</p>
            <dl>
                <dt>"Size"</dt>
                <dd>{texts::bytes(row.size)}</dd>
                <dt>"Type"</dt>
                <dd>{row.media_type}</dd>
                <dt>"Uploaded"</dt>
                <dd><Time milliseconds=row.created/></dd>
                {sum.map(|sum| view! { <dt>"SHA-256"</dt><dd><code>{sum}</code></dd> })}
            </dl>
            <div class="choices">
                <A href="/files" attr:class="button">"Back to files"</A>
            </div>
        </section>
    }
}
