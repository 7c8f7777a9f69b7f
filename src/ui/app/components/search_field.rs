//! The field in the frame by which people search. It is a form; on a running page, what is typed is searched at once.

use std::cell::Cell;
use std::time::Duration;

use leptos::ev::{self, KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle, window_event_listener};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use crate::model::paths::{self, Page};
use crate::model::search::{SearchPart, SearchQuery};
use crate::ui::app::address::{Navigate, of_address, page_of_address};
use crate::ui::app::components::focus::{focus, is_typing};
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
    let (page, query) = (page_of_address(), use_query_map());
    let listed = of_address(Page::listed);
    let asked = Memo::new(move |_| match page.get() {
        Some(Page::Search) => paths::search_query(|name| query.with(|query| query.get(name))),
        _ => SearchQuery { folder: listed.get().flatten(), ..SearchQuery::default() },
    });
    let (input, waiting) = (NodeRef::new(), StoredValue::new(None));
    let search = Search { page, asked, input, navigate: Navigate::of_page(), waiting };
    Effect::new(move |is_running: Option<()>| search.follow_address(is_running.is_some()));
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
    let submitted = move |event: SubmitEvent| {
        event.prevent_default();
        search.to_hits();
    };
    let first = asked.get_untracked();
    view! {
        <form class="search" role="search" method="get" action=paths::SEARCH on:submit=submitted>
            <button class="quiet" aria-label=text.search><Icon shape=Shape::Lens/></button>
            <input id=FIELD type="search" name=paths::WORDS aria-label=text.search placeholder=text.hint value=first.words
                maxlength="200" autocomplete="off" node_ref=input on:input=move |_| search.typed()
                on:keydown=move |event| search.key_pressed(&event)/>
            {move || asked.get().folder.map(|folder| view! { <input type="hidden" name=paths::IN value=folder.to_string()/> })}
        </form>
    }
}

/// What the field does on a running page.
#[derive(Clone, Copy)]
struct Search {
    /// The page that is open.
    page: Memo<Option<Page>>,
    /// What its address says is searched for.
    asked: Memo<SearchQuery>,
    input: NodeRef<Input>,
    navigate: Navigate,
    /// Runs until what was typed is searched.
    waiting: StoredValue<Option<TimeoutHandle>>,
}

impl Search {
    /// Whether the page that shows what was found is open.
    fn is_open(self) -> bool {
        self.page.with_untracked(|page| *page == Some(Page::Search))
    }

    /// Searches for the words in the field.
    fn start(self) {
        let Some(input) = self.input.get_untracked() else { return };
        let asked = SearchQuery { words: input.value(), part: SearchPart::First, ..self.asked.get_untracked() };
        let options = NavigateOptions { replace: self.is_open(), scroll: false, ..NavigateOptions::default() };
        self.navigate.to(&paths::search(&asked), options);
    }

    fn stop_waiting(self) {
        if let Some(timeout) = self.waiting.try_update_value(Option::take).flatten() {
            timeout.clear();
        }
    }

    /// Searches once nothing more is typed for a moment.
    fn typed(self) {
        WANTS_HIT.set(false);
        self.stop_waiting();
        // Fails only if the page is being left.
        self.waiting.set_value(set_timeout_with_handle(move || self.start(), PAUSE).ok());
    }

    /// Has the field show the words of the page that is open, unless somebody is typing others.
    fn follow_address(self, is_running: bool) {
        let words = self.asked.with(|asked| asked.words.clone());
        let is_search = self.page.get() == Some(Page::Search);
        let Some(input) = self.input.get() else { return };
        if !is_running {
            // What was typed before the page ran is searched.
            if is_focused() && input.value() != words {
                self.start();
            }
            return;
        }
        if !is_search {
            self.stop_waiting();
        }
        if !is_search || !is_focused() {
            input.set_value(&words);
        }
    }

    /// Gives the first of what is found for the words in the field the focus, once it is shown.
    fn to_hits(self) {
        match self.input.get_untracked() {
            Some(input) if self.is_open() && self.asked.with_untracked(|asked| asked.words == input.value()) => {
                focus_first_hit();
            }
            _ => {
                self.stop_waiting();
                WANTS_HIT.set(true);
                self.start();
            }
        }
    }

    fn key_pressed(self, event: &KeyboardEvent) {
        match event.key().to_ascii_lowercase().as_str() {
            // These keys choose among what an input method offers.
            _ if event.is_composing() => {}
            "arrowdown" => {
                event.prevent_default();
                self.to_hits();
            }
            "escape" => self.leave(),
            _ => {}
        }
    }

    /// Empties the field, and goes back to the folder where the search began.
    fn leave(self) {
        self.stop_waiting();
        if let Some(input) = self.input.get_untracked() {
            input.set_value("");
            drop(input.blur());
        }
        if self.is_open() {
            let folder = paths::folder(self.asked.get_untracked().folder.as_ref());
            self.navigate.to(&folder, NavigateOptions::default());
        }
    }
}

/// Whether somebody is in the field.
pub(in crate::ui) fn is_focused() -> bool {
    document().active_element().is_some_and(|element| element.id() == FIELD)
}

/// Puts the focus into the field, with what is in it selected.
pub(in crate::ui) fn focus_field() {
    if let Some(field) = field() {
        field.select();
        focus(Some(field.into()));
    }
}

/// Gives the first of what was found for these words the focus, if that was asked for, and no others were typed since.
pub(in crate::ui) fn show_first_hit(words: &str) {
    if WANTS_HIT.get() && field().is_some_and(|field| field.value() == words) {
        WANTS_HIT.set(false);
        focus_first_hit();
    }
}

fn focus_first_hit() {
    focus(document().query_selector(HITS).ok().flatten());
}

fn field() -> Option<HtmlInputElement> {
    document().get_element_by_id(FIELD)?.dyn_into().ok()
}
