//! One part of a file in the queue: how far it is, and how often it was tried.

use crate::model::upload::{Sha256Hex, SignedPart};

/// How far a part is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PartState {
    /// It has arrived before, with this content; whether the file has the same is not known yet.
    Unlike(Sha256Hex),
    /// The file's own is being read.
    Comparing(Sha256Hex),
    /// It is to be read.
    Missing,
    /// It is being read.
    Hashing,
    /// It is to be signed.
    Hashed(Sha256Hex),
    /// It is being signed.
    Signing(Sha256Hex),
    /// It can be sent until that moment.
    Signed(Sha256Hex, SignedPart, f64),
    /// So many bytes of it are sent.
    Sending(Sha256Hex, u64),
    /// It has arrived.
    Arrived,
}

/// A part, how often it was tried, and when it may be tried again.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub state: PartState,
    /// It was sent last to the store itself.
    pub direct: bool,
    /// How often it failed.
    pub tries: u32,
    /// How often in a row it was asked to wait, which is no failure.
    pub busy: u32,
    pub due: f64,
}

impl Part {
    pub(super) fn new(state: PartState) -> Self {
        Self { state, direct: false, tries: 0, busy: 0, due: 0.0 }
    }

    /// Forgets how often it was tried.
    pub(super) fn anew(&mut self) {
        (self.tries, self.busy, self.due) = (0, 0, 0.0);
    }

    /// Goes back to what is known of it, for another try of the whole file.
    pub(super) fn again(&mut self) {
        self.anew();
        self.state = match self.state.clone() {
            PartState::Comparing(sum) => PartState::Unlike(sum),
            PartState::Hashing => PartState::Missing,
            PartState::Signing(sum) => PartState::Hashed(sum),
            state => state,
        };
    }
}
