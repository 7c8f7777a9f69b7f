//! Which row of a list something has happened in. Rows are pieces of HTML, so their table listens for all of them.

use leptos::prelude::document;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, HtmlInputElement};

use crate::model::form::Field;
use crate::model::id::EntryId;

/// The row in which something has happened.
pub(in crate::ui) fn row_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest("tbody tr").ok()?
}

/// The entry that a row is about.
pub(in crate::ui) fn entry_of(row: &Element) -> Option<EntryId> {
    id_of(&row.query_selector("input").ok()??.dyn_into().ok()?)
}

/// The entry that a checkbox selects.
pub(in crate::ui) fn id_of(input: &HtmlInputElement) -> Option<EntryId> {
    EntryId::parse(&input.value())
}

/// The checkboxes of the rows on this page.
pub(in crate::ui) fn boxes() -> Vec<HtmlInputElement> {
    let nodes = document().get_elements_by_name(Field::Entries.name());
    (0..nodes.length()).filter_map(|at| nodes.get(at)?.dyn_into().ok()).collect()
}
