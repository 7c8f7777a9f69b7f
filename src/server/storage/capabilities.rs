//! In what the backends differ, as far as whoever uses them must know: each difference by a name of its own, so that
//! nobody concludes one of them from another.

use crate::server::storage::{Backend, Storage};

/// What a store can do, or may do unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Bytes under way may still arrive after Holdall has stopped waiting for them: what is deleted must be deleted once
    /// more when no signed address is valid any longer.
    pub accepts_late_bytes: bool,
    /// An object in several parts must be announced before its first part, and the store gives the upload an id.
    pub announces_uploads: bool,
    /// The token of [`crate::server::storage::ObjectMeta`] is kept with the object and given back by `head`.
    pub keeps_tokens: bool,
}

impl Storage {
    /// What this store can do.
    pub fn capabilities(&self) -> Capabilities {
        match self.inner.backend {
            Backend::Local(_) => {
                Capabilities { accepts_late_bytes: false, announces_uploads: false, keeps_tokens: false }
            }
            Backend::S3(_) => Capabilities { accepts_late_bytes: true, announces_uploads: true, keeps_tokens: true },
        }
    }
}
