//! Holdall keeps people's files in one bucket that its operator controls.
//!
//! The module tree, and the entry of the browser half. This is the only file with a feature cfg:
//! `model`, `ui` and `api` belong to both halves, `server` never reaches the browser.

#[cfg(feature = "ssr")]
pub mod server;
