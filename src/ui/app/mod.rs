//! The pages for signed-in users: rendered by the server, then hydrated in the browser, so that uploads continue while
//! people move between pages.

mod address;
pub(super) mod components;
mod content;
pub(super) mod later;
mod loaded;
pub(super) mod pages;
mod prefetch;
pub(super) mod routes;
pub(super) mod state;
pub(super) mod uploads;

pub use content::Content;
pub use routes::{app, root};
