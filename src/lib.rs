//! Holdall keeps people's files in one bucket that its operator controls.
//!
//! The module tree, and the entry of the browser half. This is the only file with a feature cfg:
//! `model`, `ui` and `api` belong to both halves, `server` never reaches the browser.

// Pages are deep types.
#![recursion_limit = "256"]

pub mod api;
pub mod model;
#[cfg(feature = "ssr")]
pub mod server;
pub mod ui;

/// Takes over the page that the server rendered; called once by `public/start.js`.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(ui::app::App);
}
