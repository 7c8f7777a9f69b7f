//! The page that shows what is in a file. What is shown comes from the address of the content, but for text, which stands in
//! the page: as text, whatever it is.

use leptos::prelude::*;

use crate::model::entry::{ListOrder, PagePosition};
use crate::model::file_name::shown;
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::preview::{Medium, Preview, PreviewContent, TEXT_LIMIT};
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::name::EntryName;
use crate::ui::text::text;

/// The page `/files/{id}/preview`.
#[component]
pub(in crate::ui) fn PreviewPage(preview: Preview) -> impl IntoView {
    let Preview { id, name, size, folder, order, previous, next, content } = preview;
    let (text, words) = (text(), &text().documents().preview);
    let list = paths::list(folder.as_ref().map(|(id, _)| id), order, &PagePosition::Top);
    let folder = folder.map_or_else(|| text.entries.files.to_owned(), |(_, name)| name);
    let facts = (words.facts)(&text.units.size(size), &shown(&folder));
    let dark = matches!(content, PreviewContent::Medium(Medium::Picture | Medium::Film)).then_some("dark");
    view! {
        <div class="preview" data-ground=dark>
            <header>
                <a class="button" href=list id="back" aria-label=words.back>
                    <span aria-hidden="true">"←"</span>
                </a>
                <div>
                    <h1><EntryName of=name.clone()/></h1>
                    <p class="soft">{facts}</p>
                </div>
                <a class="button" href=paths::about(&id)>{words.details}</a>
                <a class="button" href=paths::delete(&id)><Icon shape=Shape::Bin/>{text.entries.delete}</a>
                <a class="button primary" href=paths::content(&id) download><Icon shape=Shape::Down/>{words.download}</a>
            </header>
            <main><Content id name content/></main>
            <nav aria-label=words.other_files>
                <Turn to=previous order rel="prev" label=words.previous arrow="‹"/>
                <Turn to=next order rel="next" label=words.next arrow="›"/>
            </nav>
        </div>
    }
}

#[component]
fn Content(id: EntryId, name: String, content: PreviewContent) -> impl IntoView {
    let (text, words) = (text(), &text().documents().preview);
    let address = paths::content(&id);
    match content {
        PreviewContent::Medium(Medium::Picture) => view! {
            <img src=address alt=shown(&name)/>
            <p class="unshown" hidden>{words.not_drawn}</p>
        }
        .into_any(),
        PreviewContent::Medium(Medium::Sound) => {
            view! { <audio src=address controls preload="metadata" aria-label=shown(&name)></audio> }.into_any()
        }
        PreviewContent::Medium(Medium::Film) => {
            view! { <video src=address controls preload="metadata" aria-label=shown(&name)></video> }.into_any()
        }
        PreviewContent::Text(content, is_cut) => view! {
            // Scrolled by keyboard, too.
            <pre tabindex="0" aria-label=shown(&name)><code>{content}</code></pre>
            {is_cut.then(|| view! { <p class="soft">{(words.cut)(&text.units.size(TEXT_LIMIT))}</p> })}
        }
        .into_any(),
        PreviewContent::Nothing => view! { <p class="unshown">{words.not_shown}</p> }.into_any(),
    }
}

#[component]
fn Turn(
    to: Option<EntryId>,
    order: ListOrder,
    rel: &'static str,
    label: &'static str,
    arrow: &'static str,
) -> impl IntoView {
    to.map(|to| {
        view! {
            <a class="button" rel=rel href=paths::preview(&to, order) aria-label=label><span aria-hidden="true">{arrow}</span></a>
        }
    })
}
