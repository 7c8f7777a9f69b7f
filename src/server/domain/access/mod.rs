//! Who acts, and what they may do: accounts, their sessions and credentials, and the scope that every verb asks for.

pub mod accounts;
pub mod credentials;
pub mod principal;
pub mod scope;
pub mod sessions;
