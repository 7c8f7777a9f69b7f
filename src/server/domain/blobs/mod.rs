//! Blobs, the contents of files: their digests, their delivery, and the check that the store still has what was sent.

pub mod content_fault;
pub mod damage;
pub mod deliver;
pub(super) mod digest;
pub(super) mod media_type;
mod part_sums;
mod read_rate;
pub mod reading;
pub mod remove;
pub mod running_reads;
mod scrub;
pub(super) mod text_encoding;
pub mod verify;
