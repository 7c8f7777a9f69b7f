//! Who acts, and what they may do: accounts, their sessions and credentials.

pub mod accounts;
pub mod credentials;
pub mod sessions;
