//! Why files fail.

use crate::model::problem::{FieldProblem, Problem};

/// Why the upload of a file failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Trouble {
    /// The server refused it.
    Refused(FieldProblem),
    /// It failed after all retries.
    Failed(Problem),
    /// It is not the file that the upload was started with.
    OtherFile,
    /// The upload no longer exists.
    Gone,
    /// The browser cannot read the file.
    Unreadable,
    /// Something on the way ends each request after about this many seconds, and a part takes longer.
    CutOff {
        /// Whole seconds.
        seconds: u64,
    },
    /// Something on the way breaks each transfer of a part off, while the site answers other requests.
    BreaksOff,
    /// The connection between the site and its store breaks at each part, while the store answers other requests.
    BreaksOffBehind,
}

impl Trouble {
    /// Whether retrying with the same file may succeed.
    pub(in crate::ui) fn may_be_tried_again(&self) -> bool {
        !matches!(self, Self::OtherFile | Self::Failed(Problem::Outdated))
    }
}
