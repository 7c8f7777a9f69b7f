//! Holdall keeps people's files in one bucket that its operator controls.
//!
//! The module tree, and the entry point of the browser half. This is the only file with a feature cfg: `model`, `ui`
//! and `api` are compiled into both halves, `server` never into the browser's.

// Leptos views are deeply nested types, beyond the default limit.
#![recursion_limit = "256"]

pub mod api;
pub mod model;
#[cfg(feature = "ssr")]
pub mod server;
pub mod ui;

/// Hydrates the page that the server rendered; called once by `public/start.js`.
///
/// # Errors
/// If the page does not bring along what it shows. It is then left as it is.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() -> Result<(), wasm_bindgen::JsError> {
    let content = ui::app::Content::of_page()?;
    leptos::mount::hydrate_body(|| ui::app::root(content));
    Ok(())
}
