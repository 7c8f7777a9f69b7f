//! How the backends differ, as far as their callers must know. Each difference has a name of its own, so that no code
//! infers one from another.

use crate::model::upload::LEAST_PART;
use crate::server::storage::s3::MOST_PARTS;
use crate::server::storage::{Backend, Storage};

/// What the store supports, and how it behaves where stores differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Bytes of an upload may still arrive after Holdall has stopped waiting for them. An object that is deleted must
    /// therefore be deleted a second time once every presigned address for it has expired.
    pub accepts_late_bytes: bool,
    /// An upload in several parts must be initiated before its first part is sent; the store then issues an upload id.
    pub initiates_uploads: bool,
    /// The token in [`crate::server::storage::ObjectMeta`] is stored with the object and returned by `head`.
    pub keeps_tokens: bool,
    /// The most parts that an object may be uploaded in.
    pub most_parts: u32,
    /// The least size of a part but the last, in bytes.
    pub least_part: u64,
}

/// The least size of a part in a folder, in bytes. It takes any; smaller ones would be very many.
const LEAST_LOCAL_PART: u64 = 1 << 20;

impl Storage {
    /// The capabilities of this store.
    pub fn capabilities(&self) -> Capabilities {
        match &self.inner.backend {
            Backend::Local(_) => Capabilities {
                accepts_late_bytes: false,
                initiates_uploads: false,
                keeps_tokens: false,
                most_parts: MOST_PARTS,
                least_part: LEAST_LOCAL_PART,
            },
            Backend::S3(s3) => Capabilities {
                accepts_late_bytes: true,
                initiates_uploads: true,
                keeps_tokens: true,
                most_parts: s3.most_parts(),
                least_part: LEAST_PART,
            },
        }
    }
}
