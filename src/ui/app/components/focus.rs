//! The focus of the keyboard: where it goes, and whether it is in a field.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, HtmlElement};

/// Gives an element the focus, if it is there and can have it.
pub(in crate::ui) fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // Fails only where the element cannot be focused.
        drop(element.focus());
    }
}

/// Whether something happens where somebody types, and is about what was typed.
pub(in crate::ui) fn is_typing(event: &Event) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.matches("input:not([type=checkbox]), textarea, select").unwrap_or(false))
}
