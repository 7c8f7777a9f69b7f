//! Moving and copying entries of a list by drag and drop, and by the clipboard's keys. Whoever does neither has the page that asks where to
//! (`pages/move_to.rs`).

use leptos::ev;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast as _;
use web_sys::{ClipboardEvent, DragEvent, Element, Event, HtmlInputElement};

use crate::model::id::EntryId;
use crate::model::moving::{MoveOrCopy, MoveRequest};
use crate::model::paths::Page;
use crate::ui::app::address::Navigate;
use crate::ui::app::components::focus::is_typing;
use crate::ui::app::components::notice::{Notices, is_asked};
use crate::ui::app::components::row_events::{boxes, entry_of, id_of, row_of};
use crate::ui::app::components::selection;
use crate::ui::app::state::Changes;
use crate::ui::app::uploads::pick;
use crate::ui::components::form::post_move_request;
use crate::ui::text::{Text, text};

/// What marks the element onto which entries would be dropped.
const MARK: &str = "data-drop";

/// Moves and copies entries by drag and drop and by the clipboard's keys, as long as the page is open.
#[component]
pub(in crate::ui) fn DragAndPaste() -> impl IntoView {
    let moving = DraggedAndTaken {
        text: text(),
        path: use_location().pathname,
        notices: expect_context(),
        changes: expect_context(),
        navigate: Navigate::of_page(),
        dragged: StoredValue::new(None),
        taken_up: StoredValue::new(None),
    };
    // In the browser alone. The frame stays as long as the page is open.
    Effect::new(move |_| {
        let _ = window_event_listener(ev::dragstart, move |event| moving.drag(&event));
        let _ = window_event_listener(ev::dragover, move |event| moving.drag_over(&event));
        let _ = window_event_listener(ev::drop, move |event| moving.drop_here(&event));
        let _ = window_event_listener(ev::dragend, move |_| {
            mark(None);
            moving.dragged.set_value(None);
        });
        let _ = window_event_listener(ev::cut, move |event| moving.take_up(&event, MoveOrCopy::Move));
        let _ = window_event_listener(ev::copy, move |event| moving.take_up(&event, MoveOrCopy::Copy));
        let _ = window_event_listener(ev::paste, move |event| moving.paste(&event));
        let _ = window_event_listener(ev::keydown, move |event| {
            if event.key().eq_ignore_ascii_case("escape") {
                moving.taken_up.set_value(None);
            }
        });
    });
}

/// What is being dragged, and what was cut or copied: the entries with the folder where they are, and so how their move is
/// undone.
#[derive(Clone, Copy)]
struct DraggedAndTaken {
    text: &'static Text,
    path: Memo<String>,
    notices: Notices,
    changes: Changes,
    navigate: Navigate,
    dragged: StoredValue<Option<MoveRequest>>,
    taken_up: StoredValue<Option<MoveRequest>>,
}

impl DraggedAndTaken {
    /// Moves or copies entries into a folder.
    fn place(self, back: MoveRequest, to: Option<EntryId>) {
        spawn_local(async move {
            let answer = post_move_request(&MoveRequest { to, ..back.clone() }).await;
            self.changes.all();
            let Some(path) = self.notices.outcome(answer, None) else { return };
            // Copies can be pasted once more.
            if back.operation == MoveOrCopy::Move && self.taken_up.get_value().as_ref() == Some(&back) {
                self.taken_up.set_value(None);
            }
            self.notices.placed(&path, back, None);
            if is_asked(&path) {
                self.navigate.to(&path, NavigateOptions::default());
            }
        });
    }

    fn drag(self, event: &DragEvent) {
        let grabbed = row_of(event).and_then(|_| grabbed(event, MoveOrCopy::Move));
        if let Some(transfer) = event.data_transfer().filter(|_| grabbed.is_some()) {
            transfer.set_effect_allowed("copyMove");
        }
        self.dragged.set_value(grabbed);
    }

    fn drag_over(self, event: &DragEvent) {
        let target = self.dragged.with_value(|dragged| target(event, dragged.as_ref()?));
        mark(target.as_ref().map(|(element, _)| element));
        if target.is_some() {
            // It may be dropped here.
            event.prevent_default();
            if let Some(transfer) = event.data_transfer() {
                transfer.set_drop_effect(if copies(event) { "copy" } else { "move" });
            }
        }
    }

    fn drop_here(self, event: &DragEvent) {
        mark(None);
        if let Some(mut back) = self.dragged.try_update_value(Option::take).flatten()
            && let Some((_, to)) = target(event, &back)
        {
            event.prevent_default();
            if copies(event) {
                back.operation = MoveOrCopy::Copy;
            }
            self.place(back, to);
        }
    }

    fn take_up(self, event: &ClipboardEvent, operation: MoveOrCopy) {
        if is_typing(event) || is_text_selected() {
            // What is pasted next is that text.
            self.taken_up.set_value(None);
        } else if let Some(grabbed) = grabbed(event, operation) {
            event.prevent_default();
            self.notices.say((self.text.moving.taken_up)(operation, grabbed.entries.len()));
            self.taken_up.set_value(Some(grabbed));
        }
    }

    fn paste(self, event: &ClipboardEvent) {
        // Files from elsewhere are uploaded (`drop_zone.rs`).
        let is_meant = !is_typing(event) && !pick::has_files(event.clipboard_data().as_ref());
        let Some(back) = self.taken_up.get_value().filter(|_| is_meant) else { return };
        let here = self.path.with_untracked(|path| Page::parse(path)).and_then(Page::listed);
        if let Some(here) = here.filter(|here| back.operation == MoveOrCopy::Copy || *here != back.to) {
            event.prevent_default();
            self.place(back, here);
        }
    }
}

/// The selected entries, unless something happens in the row of another: then that one. They are in the folder whose list is
/// shown, which after a click on another one's link may still be the old one. `None` where no folder's list is shown.
fn grabbed(event: &Event, operation: MoveOrCopy) -> Option<MoveRequest> {
    let form = document().get_element_by_id(selection::FORM)?;
    let at = form.query_selector("[name=at]").ok()?.and_then(|at| at.dyn_into::<HtmlInputElement>().ok());
    let selected: Vec<_> = boxes().iter().filter(|input| input.checked()).filter_map(id_of).collect();
    let entries = match row_of(event).as_ref().and_then(entry_of) {
        Some(id) if !selected.contains(&id) => vec![id],
        _ => selected,
    };
    let back = MoveRequest { operation, entries, to: at.and_then(|at| EntryId::parse(&at.value())) };
    Some(back).filter(|back| !back.entries.is_empty())
}

/// The row or the link of a folder over which something is dragged, if that may be dropped there.
fn target(event: &Event, dragged: &MoveRequest) -> Option<(Element, Option<EntryId>)> {
    let element: Element = event.target()?.dyn_into().ok()?;
    let (marked, link) = match element.closest("tbody tr").ok()? {
        Some(row) => (row.clone(), row.query_selector("td.name a").ok()??),
        None => element.closest("nav a").ok()?.map(|link| (link.clone(), link))?,
    };
    let folder = Page::parse(&link.get_attribute("href")?).and_then(Page::listed)?;
    let is_other = folder != dragged.to && folder.as_ref().is_none_or(|folder| !dragged.entries.contains(folder));
    is_other.then_some((marked, folder))
}

/// Whether the key is held that copies what is dropped, as in file managers.
fn copies(event: &DragEvent) -> bool {
    event.ctrl_key() || event.alt_key()
}

/// Whether text of the page is selected, so that the clipboard's keys mean that.
fn is_text_selected() -> bool {
    window().get_selection().is_ok_and(|selection| selection.is_some_and(|selection| !selection.is_collapsed()))
}

/// Marks this element, and no other.
fn mark(element: Option<&Element>) {
    let marked = document().query_selector(&format!("[{MARK}]")).ok().flatten();
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
