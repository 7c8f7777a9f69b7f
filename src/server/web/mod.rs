//! HTTP: the router, its layers and its handlers. A handler identifies the principal, makes one call of the domain, and
//! translates the result into a response.

mod accept_encoding;
mod account;
pub mod auth;
pub mod body;
pub mod client_ip;
mod compress;
mod csp;
mod disposition;
mod downloads;
mod edge;
pub mod error;
pub mod files;
mod forms;
mod health;
mod language;
pub mod listen;
mod pages;
mod plain_http;
mod rendering;
mod request_log;
mod router;
pub mod server_functions;
mod shape;
mod sign_in;
mod site;
mod target;
mod trash;
mod under_way;
pub mod uploads;

pub use self::router::router;
