//! Credentials, by which a client proves who it is.

pub(in crate::server::domain) mod common_passwords;
pub mod fingerprint;
pub mod password;
