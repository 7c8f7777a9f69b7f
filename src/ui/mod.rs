//! What people see: pages, their components and every sentence. It imports `model` and `api` and nothing of the
//! server; the same code renders on the server and takes over in the browser.

pub mod app;
mod components;
pub mod documents;
mod shell;
pub mod text;
