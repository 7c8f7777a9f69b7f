//! What people see: pages, their components and every sentence. Imports `model` and `api`, never the server; the same
//! code renders on the server and hydrates in the browser.

pub mod app;
mod components;
pub mod documents;
pub mod shell;
pub mod text;
