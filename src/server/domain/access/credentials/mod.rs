//! What proves that somebody is who they say they are.

pub(in crate::server::domain) mod password;
