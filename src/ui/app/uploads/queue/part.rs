//! One part of a file in the queue: its state and its retries.

use crate::model::upload::{Sha256Hex, SignedPart};

/// The state of a part.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PartState {
    /// It arrived earlier, with this digest; the file has not been compared with it yet.
    Uncompared(Sha256Hex),
    /// The file's bytes are being hashed to compare them with this digest.
    Comparing(Sha256Hex),
    /// It is to be hashed.
    Missing,
    /// It is being hashed.
    Hashing,
    /// It is to be signed.
    Hashed(Sha256Hex),
    /// It is being signed.
    Signing(Sha256Hex),
    /// It can be sent until this time.
    Signed(Sha256Hex, SignedPart, f64),
    /// This many bytes of it have been sent.
    Sending(Sha256Hex, u64),
    /// It has arrived.
    Arrived,
}

/// A part, with its retries.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub state: PartState,
    /// Whether it was last sent to the store itself, not by way of the site.
    pub direct: bool,
    /// How many times it has failed.
    pub tries: u32,
    /// When it began to be sent.
    pub since: f64,
    /// Whether it had the way to itself.
    pub alone: bool,
    /// How long it was on its way, in milliseconds, when it was last cut off.
    pub cut: Option<f64>,
    /// How many times in a row the server was too busy, which does not count as failing.
    pub busy: u32,
    pub due: f64,
}

impl Part {
    pub(super) fn new(state: PartState) -> Self {
        Self { state, direct: false, tries: 0, since: 0.0, alone: false, cut: None, busy: 0, due: 0.0 }
    }

    /// Resets its retries.
    pub(super) fn reset_tries(&mut self) {
        (self.tries, self.busy, self.due, self.cut) = (0, 0, 0.0, None);
    }

    /// Whether its bytes were read and have not arrived yet.
    pub(super) fn is_on_its_way(&self) -> bool {
        use PartState::{Hashed, Hashing, Sending, Signed, Signing};
        matches!(self.state, Hashing | Hashed(_) | Signing(_) | Signed(..) | Sending(..))
    }

    /// Undoes an interrupted step, so that the whole file can be retried.
    pub(super) fn rewind(&mut self) {
        self.reset_tries();
        self.state = match self.state.clone() {
            PartState::Comparing(sum) => PartState::Uncompared(sum),
            PartState::Hashing => PartState::Missing,
            PartState::Signing(sum) => PartState::Hashed(sum),
            state => state,
        };
    }
}
