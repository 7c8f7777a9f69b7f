//! The details of a file: its size, its type, and whether its stored bytes have been verified.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api::entries::{deletion_preview, file};
use crate::model::entry::{FileDetails, Verification};
use crate::model::paths;
use crate::model::problem::Problem;
use crate::ui::app::address::entry_of_address;
use crate::ui::app::components::checked::ask_again_while;
use crate::ui::app::components::loading::Loading;
use crate::ui::components::name::EntryName;
use crate::ui::components::time::Time;
use crate::ui::documents::error_page::Missing;
use crate::ui::text::text;

/// The page `/files/{id}/about`.
#[component]
pub(in crate::ui) fn About() -> impl IntoView {
    let id = entry_of_address();
    let again = RwSignal::new(0);
    let details =
        Resource::new(move || (id(), again.get()), |(id, _)| async move { file(id?.ok_or(Problem::NotFound)?).await });
    let is_unchecked = |file: &FileDetails| file.row.check == Verification::Waiting;
    ask_again_while(move || details.with(|file| matches!(file, Some(Ok(file)) if is_unchecked(file))), again);
    // The path of the file, which does not change during verification.
    let folder = Resource::new(id, |id| async move { deletion_preview(id.ok()??).await.ok()?.parent });
    view! {
        <Transition fallback=|| view! { <Loading/> }>
            {move || Suspend::new(async move {
                match details.await {
                    Ok(details) => view! { <Facts details back=paths::folder(folder.await.as_ref())/> }.into_any(),
                    Err(error) => view! { <Missing problem=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Facts(
    details: FileDetails,
    /// The list that contains it.
    back: String,
) -> impl IntoView {
    let text = text();
    let FileDetails { row, sha256 } = details;
    view! {
        <section class="about">
            <h1><EntryName of=row.name/></h1>
            <p>{(text.verification.at_length)(row.check)}</p>
            <dl>
                <dt>{text.entries.size}</dt>
                <dd>{text.units.bytes(row.size)}</dd>
                <dt>{text.entries.media_type}</dt>
                <dd>{row.media_type}</dd>
                <dt>{text.entries.uploaded}</dt>
                <dd><Time milliseconds=row.created/></dd>
                {sha256.map(|sum| view! { <dt>{text.entries.sha256}</dt><dd><code>{sum}</code></dd> })}
            </dl>
            <div class="choices">
                <A href=back attr:class="button">{text.entries.back}</A>
            </div>
        </section>
    }
}
