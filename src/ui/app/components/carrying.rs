//! Moving entries of a list by drag and drop, and by cutting and pasting with Ctrl-X and Ctrl-V. Whoever does neither has the
//! page that asks where to (`pages/move_to.rs`).

use leptos::ev::{self, KeyboardEvent};
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use wasm_bindgen::JsCast as _;
use web_sys::{DragEvent, Element, Event};

use crate::model::id::EntryId;
use crate::model::moving::Move;
use crate::model::paths::{self, Page};
use crate::ui::app::components::notice::{Notices, Undo, is_typing};
use crate::ui::app::components::row_events::{boxes, entry_of, id_of, row_of};
use crate::ui::app::state::Changes;
use crate::ui::components::form::post_move;
use crate::ui::text::text;

/// What marks the element onto which entries would be dropped.
const MARK: &str = "data-drop";

/// Moves entries by drag and drop and by the keyboard, as long as the page is open.
#[component]
pub(in crate::ui) fn Carrying() -> impl IntoView {
    let path = use_location().pathname;
    let (notices, changes): (Notices, Changes) = (expect_context(), expect_context());
    let (navigate, text) = (use_navigate(), text());
    // The folder whose list is open.
    let here = move || path.with_untracked(|path| Page::parse(path)).and_then(folder_of);
    // What is carried, with the folder where it is, and so how that is undone.
    let (dragged, cut) = (StoredValue::new(None::<Move>), StoredValue::new(None::<Move>));
    let moves = move |back: Move, to: Option<EntryId>| {
        let navigate = navigate.clone();
        spawn_local(async move {
            let answer = post_move(&Move { entries: back.entries.clone(), to }).await;
            changes.all();
            match notices.outcome(answer, None) {
                Some(path) if path.starts_with(paths::MOVE) => navigate(&path, NavigateOptions::default()),
                Some(_) => notices.tell((text.moving.moved_many)(back.entries.len()), Some(Undo::Move(back))),
                None => {}
            }
        });
    };
    let start = move |event: DragEvent| {
        let here = here().filter(|_| row_of(&event).is_some());
        dragged.set_value(here.and_then(|from| carried(&event, from)));
    };
    let over = move |event: DragEvent| {
        let target = dragged.with_value(|dragged| target(&event, dragged.as_ref()?));
        mark(target.as_ref().map(|(element, _)| element));
        if target.is_some() {
            // It may be dropped here.
            event.prevent_default();
        }
    };
    let drops = moves.clone();
    let drop = move |event: DragEvent| {
        mark(None);
        if let Some(back) = dragged.try_update_value(Option::take).flatten()
            && let Some((_, to)) = target(&event, &back)
        {
            event.prevent_default();
            drops(back, to);
        }
    };
    let end = move |_: DragEvent| {
        mark(None);
        dragged.set_value(None);
    };
    let key = move |event: KeyboardEvent| {
        let is_command = (event.ctrl_key() || event.meta_key()) && !event.shift_key() && !event.alt_key();
        let Some(here) = here().filter(|_| is_command && !is_typing(&event)) else { return };
        match event.key().to_ascii_lowercase().as_str() {
            "x" => {
                if let Some(carried) = carried(&event, here) {
                    notices.tell((text.moving.cut)(carried.entries.len()), None);
                    cut.set_value(Some(carried));
                    event.prevent_default();
                }
            }
            "v" => {
                if let Some(back) = cut.try_update_value(Option::take).flatten() {
                    event.prevent_default();
                    moves(back, here);
                }
            }
            _ => {}
        }
    };
    // In the browser alone. The frame stays as long as the page is open.
    Effect::new(move |_| {
        let _ = window_event_listener(ev::dragstart, start);
        let _ = window_event_listener(ev::dragover, over);
        let _ = window_event_listener(ev::drop, drop.clone());
        let _ = window_event_listener(ev::dragend, end);
        let _ = window_event_listener(ev::keydown, key.clone());
    });
}

/// The folder of a list, in which `None` is the account's root; `None` if the page is no list of a folder.
fn folder_of(page: Page) -> Option<Option<EntryId>> {
    if let Page::Files(folder) = page { Some(folder) } else { None }
}

/// The selected entries, unless something happens in the row of another: then that one.
fn carried(event: &Event, from: Option<EntryId>) -> Option<Move> {
    let selected: Vec<_> = boxes().iter().filter(|input| input.checked()).filter_map(id_of).collect();
    let entries = match row_of(event).as_ref().and_then(entry_of) {
        Some(id) if !selected.contains(&id) => vec![id],
        _ => selected,
    };
    Some(Move { entries, to: from }).filter(|carried| !carried.entries.is_empty())
}

/// The row or the link of a folder over which something is dragged, if that may be dropped there.
fn target(event: &Event, dragged: &Move) -> Option<(Element, Option<EntryId>)> {
    let element: Element = event.target()?.dyn_into().ok()?;
    let (marked, link) = match element.closest("tbody tr").ok()? {
        Some(row) => (row.clone(), row.query_selector("td.name a").ok()??),
        None => element.closest("nav a").ok()?.map(|link| (link.clone(), link))?,
    };
    let folder = Page::parse(&link.get_attribute("href")?).and_then(folder_of)?;
    let is_other = folder != dragged.to && folder.as_ref().is_none_or(|folder| !dragged.entries.contains(folder));
    is_other.then_some((marked, folder))
}

/// Marks this element, and no other.
fn mark(element: Option<&Element>) {
    let marked = document().query_selector("[data-drop]").ok().flatten();
    if marked.as_ref() != element {
        if let Some(marked) = marked {
            // Both fail only for names that no attribute can have.
            drop(marked.remove_attribute(MARK));
        }
        if let Some(element) = element {
            drop(element.set_attribute(MARK, ""));
        }
    }
}
