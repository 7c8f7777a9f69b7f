//! Bytes with a row: what is learned of them as they pass by, and whether the store still has them as they were sent.

pub mod deliver;
pub(super) mod digest;
pub mod verify;
