//! What a person sees who is signed in: rendered by the server, and then taken over in the browser, so that uploads go
//! on while one moves between pages.

pub(super) mod components;
pub(super) mod pages;
pub(super) mod routes;
pub(super) mod state;
pub(super) mod uploads;

pub use routes::{App, app};
