//! The field in the frame by which people search. It is a form; on a running page, what is typed is searched at once.

use std::time::Duration;

use leptos::ev::{self, KeyboardEvent, SubmitEvent};
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle, window_event_listener};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlInputElement};

use crate::model::paths::{self, Page};
use crate::model::search::SearchQuery;
use crate::ui::app::address::{of_address, page_of_address};
use crate::ui::app::components::notice::is_typing;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::text::text;

/// The links to what was found.
pub(in crate::ui) const HITS: &str = ".hits a.hit";
/// The field.
const FIELD: &str = "search";
/// How long nothing must have been typed before it is searched.
const PAUSE: Duration = Duration::from_millis(150);

/// The field.
#[component]
pub(in crate::ui) fn SearchField() -> impl IntoView {
    let text = &text().search;
    let (page, query, navigate) = (page_of_address(), use_query_map(), use_navigate());
    let listed = of_address(Page::listed);
    let asked = Memo::new(move |_| match page.get() {
        Some(Page::Search) => paths::search_query(|name| query.with(|query| query.get(name))),
        _ => SearchQuery { folder: listed.get().flatten(), ..SearchQuery::default() },
    });
    let input = NodeRef::<leptos::html::Input>::new();
    // The words go when another page is opened, and come back with this one.
    Effect::new(move |_| {
        let words = asked.with(|asked| asked.words.clone());
        if let Some(input) = input.get().filter(|_| !is_focused() || words.is_empty()) {
            input.set_value(&words);
        }
    });
    let is_open = move || page.with_untracked(|page| *page == Some(Page::Search));
    let search = move || {
        let Some(input) = input.get_untracked() else { return };
        let asked = SearchQuery { words: input.value(), next: None, ..asked.get_untracked() };
        let options = NavigateOptions { replace: is_open(), scroll: false, ..NavigateOptions::default() };
        navigate(&paths::search(&asked), options);
    };
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop_waiting = move || {
        if let Some(timeout) = waiting.try_update_value(Option::take).flatten() {
            timeout.clear();
        }
    };
    let soon = search.clone();
    let typed = move |_| {
        stop_waiting();
        // Fails only if the page is being left.
        waiting.set_value(set_timeout_with_handle(soon.clone(), PAUSE).ok());
    };
    let submitted = move |event: SubmitEvent| {
        event.prevent_default();
        stop_waiting();
        search();
        focus_first_hit();
    };
    let key_pressed = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            focus_first_hit();
        }
        "Escape" => {
            stop_waiting();
            if is_open() {
                // Fails only if the page is being left.
                drop(window().history().and_then(|history| history.back()));
            }
            if let Some(input) = input.get_untracked() {
                input.set_value("");
                drop(input.blur());
            }
        }
        _ => {}
    };
    // In the browser alone. The frame stays as long as the page is open.
    Effect::new(move |_| {
        let _ = window_event_listener(ev::keydown, |event| {
            let is_plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
            if event.key() == "/" && is_plain && !is_typing(&event) {
                event.prevent_default();
                focus_field();
            }
        });
    });
    let first = asked.get_untracked();
    view! {
        <form class="search" role="search" method="get" action=paths::SEARCH on:submit=submitted>
            <Icon shape=Shape::Lens/>
            <input id=FIELD type="search" name=paths::WORDS aria-label=text.search placeholder=text.hint value=first.words
                maxlength="200" autocomplete="off" node_ref=input on:input=typed on:keydown=key_pressed/>
            {move || asked.get().folder.map(|folder| view! { <input type="hidden" name=paths::IN value=folder.to_string()/> })}
        </form>
    }
}

/// Whether somebody is in the field.
pub(in crate::ui) fn is_focused() -> bool {
    document().active_element().is_some_and(|element| element.id() == FIELD)
}

/// Puts the focus into the field, with what is in it selected.
pub(in crate::ui) fn focus_field() {
    let field = document().get_element_by_id(FIELD).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    if let Some(field) = field {
        // Fails only where the element cannot be focused.
        drop(field.focus());
        field.select();
    }
}

fn focus_first_hit() {
    let hit = document().query_selector(HITS).ok().flatten().and_then(|hit| hit.dyn_into::<HtmlElement>().ok());
    if let Some(hit) = hit {
        // Fails only where the element cannot be focused.
        drop(hit.focus());
    }
}
