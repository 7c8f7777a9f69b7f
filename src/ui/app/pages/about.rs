//! The details of a file: its size, its type, and whether its stored bytes have been verified.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::{FileDetails, Verification};
use crate::model::paths::{self, Page};
use crate::ui::app::address::of_address;
use crate::ui::app::components::checked::ask_again_while;
use crate::ui::app::components::loading::Loading;
use crate::ui::app::content::{AboutContent, PageContent, take_first};
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
    let first = if let PageContent::About(content) = take_first() { Some(content) } else { None };
    let content = loaded(first, move || (id.get(), again.get()), |(id, _)| AboutContent::load(id));
    let is_unchecked = |content: &AboutContent| content.details.row.check == Verification::Waiting;
    ask_again_while(move || content.with(|content| matches!(content, Some(Ok(file)) if is_unchecked(file))), again);
    move || match content.get() {
        None => view! { <Loading/> }.into_any(),
        Some(Ok(content)) => view! { <Facts content/> }.into_any(),
        Some(Err(error)) => view! { <Missing problem=error/> }.into_any(),
    }
}

#[component]
fn Facts(content: AboutContent) -> impl IntoView {
    let text = text();
    let FileDetails { row, sha256 } = content.details;
    let back = paths::folder(content.folder.as_ref());
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
