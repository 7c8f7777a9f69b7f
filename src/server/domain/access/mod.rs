//! Principals and their permissions: accounts, sessions, credentials, and the scope that every verb takes.

pub mod accounts;
pub mod administration;
pub mod credentials;
pub mod limits;
pub mod principal;
pub mod scope;
pub mod sessions;
mod sign_in;
