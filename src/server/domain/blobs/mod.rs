//! Blobs, the contents of files: their digests, their delivery, and the check that the store still has what was sent.

pub mod deliver;
pub(super) mod digest;
pub(super) mod media_type;
pub mod remove;
pub mod verify;
