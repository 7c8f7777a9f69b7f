//! What a search has found: first in the folder where it began, then elsewhere.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::components::A;
use wasm_bindgen::JsCast as _;

use crate::model::paths;
use crate::model::search::{SearchHit, SearchPage, SearchPart, SearchQuery};
use crate::ui::app::components::focus::focus;
use crate::ui::app::components::search_field::{HITS, focus_field, show_first_hit};
use crate::ui::app::components::search_hits::SearchHits;
use crate::ui::components::time::localize;
use crate::ui::text::text;

/// The page `/search`.
#[component]
pub(super) fn SearchResults(query: SearchQuery, page: SearchPage) -> impl IntoView {
    let (files, text) = (text().entries.files, &text().search);
    let SearchPage { here, more_here, elsewhere, more_elsewhere, is_incomplete } = page;
    let (count, has_more) = (here.len() + elsewhere.len(), more_here.is_some() || more_elsewhere.is_some());
    let is_first = query.part == SearchPart::First;
    let sentence = match count {
        _ if query.words.trim().is_empty() => text.nothing_asked.to_owned(),
        0 if has_more => text.nothing_yet.to_owned(),
        0 => text.nothing_found.to_owned(),
        _ if !is_first => text.more_found.to_owned(),
        _ => (text.found)(count, has_more),
    };
    let lists = NodeRef::new();
    localize(lists);
    let part = |part: SearchPart, word: &'static str| {
        let href = paths::search(&SearchQuery { part, ..query.clone() });
        view! { <A href attr:class="button">{word}</A> }
    };
    let list = |heading: String, hits: &[SearchHit]| {
        let items = SearchHits::of_page().items(hits).into_string();
        (!hits.is_empty()).then(|| view! { <h2>{heading}</h2><ul class="hits" inner_html=items></ul> })
    };
    let folder = here.first().and_then(|hit| hit.path.last()).map_or(files, String::as_str);
    let shown_here = list((text.here)(folder), &here);
    let shown_elsewhere = list(text.elsewhere.to_owned(), &elsewhere);
    let go_on_here = more_here.map(|more| part(more, text.more_here));
    let go_on_elsewhere = more_elsewhere.map(|more| part(more, text.more_elsewhere));
    let back = (!is_first).then(|| part(SearchPart::First, text.to_first));
    let incomplete = is_incomplete.then(|| view! { <p class="soft">{text.incomplete}</p> });
    // Effects run only in the browser.
    Effect::new(move |_| show_first_hit(&query.words));
    view! {
        <div class="head"><h1>{text.search}</h1></div>
        <p class="soft" role="status">{sentence}</p>
        {incomplete}
        <div node_ref=lists class="found" on:keydown=walk>
            {shown_here}
            {go_on_here}
            {shown_elsewhere}
            {go_on_elsewhere}
        </div>
        {back}
    }
    .into_any()
}

/// Has the arrow keys walk from one to the next, and back into the field.
fn walk(event: KeyboardEvent) {
    let step = match event.key().to_ascii_lowercase().as_str() {
        "arrowdown" => 1,
        "arrowup" => -1,
        _ => return,
    };
    let Ok(hits) = document().query_selector_all(HITS) else { return };
    let focused = document().active_element();
    let at = (0..hits.length()).find(|at| hits.get(*at).as_ref() == focused.as_ref().map(AsRef::as_ref));
    let Some(at) = at else { return };
    event.prevent_default();
    match at.checked_add_signed(step) {
        Some(next) => focus(hits.get(next).and_then(|hit| hit.dyn_into().ok())),
        None => focus_field(),
    }
}
