//! What a search has found: first in the folder where it began, then elsewhere.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use crate::model::paths;
use crate::model::search::{SearchHit, SearchPage, SearchQuery};
use crate::ui::app::components::page_links::page_links;
use crate::ui::app::components::search_field::{HITS, focus_field};
use crate::ui::app::components::search_hits::SearchHits;
use crate::ui::components::time::localize;
use crate::ui::text::text;

/// The page `/search`.
#[component]
pub(super) fn SearchResults(query: SearchQuery, page: SearchPage) -> impl IntoView {
    let (files, text) = (text().entries.files, &text().search);
    let SearchPage { here, elsewhere, next } = page;
    let count = here.len() + elsewhere.len();
    let sentence = match count {
        _ if query.words.trim().is_empty() => text.nothing_asked.to_owned(),
        0 if next.is_none() => text.nothing_found.to_owned(),
        _ => (text.found)(count, next.is_some()),
    };
    let lists = NodeRef::new();
    localize(lists);
    let list = |heading: String, hits: &[SearchHit]| {
        let items = SearchHits::of_page().items(hits).into_string();
        (!hits.is_empty()).then(|| view! { <h2>{heading}</h2><ul class="hits" inner_html=items></ul> })
    };
    let folder = here.first().and_then(|hit| hit.path.last()).map_or(files, String::as_str);
    let shown_here = list((text.here)(folder), &here);
    let shown_elsewhere = list(text.elsewhere.to_owned(), &elsewhere);
    let more = next.map(|next| paths::search(&SearchQuery { next: Some(next), ..query }));
    view! {
        <div class="head"><h1>{text.search}</h1></div>
        <p class="soft" role="status">{sentence}</p>
        <div node_ref=lists class="found" on:keydown=walk>
            {shown_here}
            {shown_elsewhere}
        </div>
        {page_links((None, more))}
    }
    .into_any()
}

/// Has the arrow keys walk from one to the next, and back into the field.
fn walk(event: KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    let Ok(hits) = document().query_selector_all(HITS) else { return };
    let focused = document().active_element();
    let at = (0..hits.length()).find(|at| hits.get(*at).as_ref() == focused.as_ref().map(AsRef::as_ref));
    let Some(at) = at else { return };
    event.prevent_default();
    match at.checked_add_signed(step) {
        Some(next) => {
            if let Some(hit) = hits.get(next).and_then(|hit| hit.dyn_into::<HtmlElement>().ok()) {
                // Fails only where the element cannot be focused.
                drop(hit.focus());
            }
        }
        None => focus_field(),
    }
}
