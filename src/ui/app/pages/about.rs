//! The details of a file: its size, its type, and whether its stored bytes have been verified.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::{FileDetails, Verification};
use crate::model::paths::{self, Page};
use crate::ui::app::address::of_address;
use crate::ui::app::components::checked::ask_again_while;
use crate::ui::app::components::loading::Loading;
use crate::ui::app::content::{AboutContent, PageContent, details_of, folder_of, take_first};
use crate::ui::app::loaded::loaded;
use crate::ui::components::name::EntryName;
use crate::ui::components::time::Time;
use crate::ui::documents::error_page::Missing;
use crate::ui::text::text;

/// The page `/files/{id}/about`.
#[component]
pub(in crate::ui) fn About() -> impl IntoView {
    let id = of_address(|page| if let Page::About(id) = page { Some(id) } else { None });
    let again = RwSignal::new(0);
    let (first_details, first_folder) = match take_first() {
        PageContent::About(Ok(AboutContent { details, folder })) => (Some(Ok(details)), Some(folder)),
        PageContent::About(Err(error)) => (Some(Err(error)), Some(None)),
        _ => (None, None),
    };
    let details = loaded(first_details, move || (id.get(), again.get()), |(id, _)| details_of(id));
    let is_unchecked = |file: &FileDetails| file.row.check == Verification::Waiting;
    ask_again_while(move || details.with(|file| matches!(file, Some(Ok(file)) if is_unchecked(file))), again);
    // The path of the file, which does not change during verification.
    let folder = loaded(first_folder, move || id.get(), folder_of);
    move || match (details.get(), folder.get()) {
        (Some(Err(error)), _) => view! { <Missing problem=error/> }.into_any(),
        (Some(Ok(details)), Some(folder)) => view! { <Facts details back=paths::folder(folder.as_ref())/> }.into_any(),
        _ => view! { <Loading/> }.into_any(),
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
    let rename = paths::rename(&row.id);
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
                <A href=rename attr:class="button">{text.entries.rename}</A>
                <A href=back attr:class="button">{text.entries.back}</A>
            </div>
        </section>
    }
}
