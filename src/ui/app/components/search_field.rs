//! The field in the frame by which people search. It is a form; on a running page, what is typed is searched at once.

use std::cell::Cell;
use std::time::Duration;

use leptos::ev::{self, KeyboardEvent, SubmitEvent};
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle, window_event_listener};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlInputElement};

use crate::model::paths::{self, Page};
use crate::model::search::{SearchPart, SearchQuery};
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

thread_local! {
    /// Whether the first of what is found for the words in the field is to get the focus, once it is shown.
    static WANTS_HIT: Cell<bool> = const { Cell::new(false) };
}

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
    let is_open = move || page.with_untracked(|page| *page == Some(Page::Search));
    let navigate = StoredValue::new_local(navigate);
    let search = move || {
        let Some(input) = input.get_untracked() else { return };
        let asked = SearchQuery { words: input.value(), part: SearchPart::First, ..asked.get_untracked() };
        let options = NavigateOptions { replace: is_open(), scroll: false, ..NavigateOptions::default() };
        navigate.with_value(|navigate| navigate(&paths::search(&asked), options));
    };
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop_waiting = move || {
        if let Some(timeout) = waiting.try_update_value(Option::take).flatten() {
            timeout.clear();
        }
    };
    let typed = move |_| {
        WANTS_HIT.set(false);
        stop_waiting();
        // Fails only if the page is being left.
        waiting.set_value(set_timeout_with_handle(search, PAUSE).ok());
    };
    Effect::new(move |is_running: Option<()>| {
        let (words, is_search) = (asked.with(|asked| asked.words.clone()), page.get() == Some(Page::Search));
        let Some(input) = input.get() else { return };
        if is_running.is_none() {
            // What was typed before the page ran is searched.
            if is_focused() && input.value() != words {
                search();
            }
            return;
        }
        // The words are those of the page that is open, unless somebody is typing others.
        if !is_search {
            stop_waiting();
        }
        if !is_search || !is_focused() {
            input.set_value(&words);
        }
    });
    let to_hits = move || match input.get_untracked() {
        Some(input) if is_open() && asked.with_untracked(|asked| asked.words == input.value()) => focus_first_hit(),
        _ => {
            stop_waiting();
            WANTS_HIT.set(true);
            search();
        }
    };
    let submitted = move |event: SubmitEvent| {
        event.prevent_default();
        to_hits();
    };
    let key_pressed = move |event: KeyboardEvent| match event.key().to_ascii_lowercase().as_str() {
        // These keys choose among what an input method offers.
        _ if event.is_composing() => {}
        "arrowdown" => {
            event.prevent_default();
            to_hits();
        }
        "escape" => {
            stop_waiting();
            if let Some(input) = input.get_untracked() {
                input.set_value("");
                drop(input.blur());
            }
            if is_open() {
                let folder = paths::folder(asked.get_untracked().folder.as_ref());
                navigate.with_value(|navigate| navigate(&folder, NavigateOptions::default()));
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
            <button class="quiet" aria-label=text.search><Icon shape=Shape::Lens/></button>
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
    if let Some(field) = element(&format!("#{FIELD}")) {
        // Fails only where the element cannot be focused.
        drop(field.focus());
        field.unchecked_into::<HtmlInputElement>().select();
    }
}

/// Gives the first of what was found for these words the focus, if that was asked for, and no others were typed since.
pub(in crate::ui) fn show_first_hit(words: &str) {
    let typed = element(&format!("#{FIELD}")).map(|field| field.unchecked_into::<HtmlInputElement>().value());
    if WANTS_HIT.get() && typed.as_deref() == Some(words) {
        WANTS_HIT.set(false);
        focus_first_hit();
    }
}

fn focus_first_hit() {
    if let Some(hit) = element(HITS) {
        // Fails only where the element cannot be focused.
        drop(hit.focus());
    }
}

fn element(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}
