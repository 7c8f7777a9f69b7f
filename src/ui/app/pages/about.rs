//! What is known of a file: its size, its type, and whether what lies in the store is what was sent.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use crate::api::entries::{deletion_preview, file};
use crate::model::entry::{Check, FileRow, folder_address};
use crate::model::id::EntryId;
use crate::model::problem::Problem;
use crate::ui::app::components::checked::ask_again_while;
use crate::ui::components::time::Time;
use crate::ui::documents::fault::Missing;
use crate::ui::text;

/// The page `/files/{id}/about`.
#[component]
pub(in crate::ui) fn About() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get_str("id").and_then(EntryId::parse));
    let again = RwSignal::new(0);
    let row = Resource::new(
        move || (id(), again.get()),
        |(id, _)| async move {
            match id {
                Some(id) => file(id).await,
                None => Err(Problem::NotFound),
            }
        },
    );
    ask_again_while(move || row.with(|row| matches!(row, Some(Ok(row)) if row.check == Check::Waiting)), again);
    // Where the file lies; that does not change while it is being checked.
    let folder = Resource::new(id, |id| async move { deletion_preview(id?).await.ok()?.parent });
    view! {
        <Transition fallback=|| view! { <p class="soft">{text::entries::LOADING}</p> }>
            {move || Suspend::new(async move {
                match row.await {
                    Ok(row) => view! { <Facts row back=folder_address(folder.await.as_ref())/> }.into_any(),
                    Err(error) => view! { <Missing problem=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Facts(
    row: FileRow,
    /// The list that it is in.
    back: String,
) -> impl IntoView {
    let sum = match &row.check {
        Check::Verified { sha256 } => Some(sha256.clone()),
        Check::Waiting | Check::Damaged => None,
    };
    view! {
        <section class="about">
            <h1><bdi>{row.name}</bdi></h1>
            <p>{text::check_at_length(&row.check)}</p>
            <dl>
                <dt>"Size"</dt>
                <dd>{text::bytes(row.size)}</dd>
                <dt>"Type"</dt>
                <dd>{row.media_type}</dd>
                <dt>"Uploaded"</dt>
                <dd><Time milliseconds=row.created/></dd>
                {sum.map(|sum| view! { <dt>"SHA-256"</dt><dd><code>{sum}</code></dd> })}
            </dl>
            <div class="choices">
                <A href=back attr:class="button">{text::entries::BACK}</A>
            </div>
        </section>
    }
}
