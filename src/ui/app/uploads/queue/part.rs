//! One part of a file in the queue: its state and its retries.

use crate::model::upload::{Sha256Hex, SignedPart};
use crate::ui::app::uploads::queue::TransferOutcome;

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
    /// All of it was sent, and the transfer ended in this way after so many milliseconds; the server is asked what it
    /// has of it.
    Asked(Sha256Hex, TransferOutcome, f64),
    /// It has arrived.
    Arrived,
}

/// What is known about a transfer that makes no progress.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stall {
    /// Nothing.
    No,
    /// The server is to be asked.
    Ask,
    /// The server is being asked.
    Asking,
    /// It has some of it and goes on with it, and is asked again at this time. Of a part that is sent to the store: its
    /// answer is waited for until then.
    Patient(f64),
    /// It has nothing of it, or does not go on.
    Lost,
}

/// A part, with its retries.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub state: PartState,
    /// Whether it was last sent to the store itself, not by way of the site.
    pub direct: bool,
    /// How many times it has failed.
    pub tries: u32,
    /// When it began to be sent, in milliseconds of the browser's clock.
    pub since: f64,
    /// Whether it had the way to itself.
    pub alone: bool,
    /// How long it was on its way, in milliseconds, when it was last cut off.
    pub cut: Option<f64>,
    /// How many times in a row the server was too busy, which does not count as failing.
    pub busy: u32,
    /// How many times in a row something on the way broke it off or answered in the site's place, while the site answered
    /// other requests.
    pub breaks: u32,
    /// Not to be sent again before this time, in milliseconds of the same clock.
    pub due: f64,
    pub stall: Stall,
    /// How much of it the server had when it was asked, in bytes.
    pub seen: u64,
    /// When that last became more, or else when the server was first asked; of the same clock.
    pub grew: f64,
}

impl Part {
    pub(super) fn new(state: PartState) -> Self {
        Self {
            state,
            direct: false,
            tries: 0,
            since: 0.0,
            alone: false,
            cut: None,
            busy: 0,
            breaks: 0,
            due: 0.0,
            stall: Stall::No,
            seen: 0,
            grew: 0.0,
        }
    }

    /// It begins to be sent.
    pub(super) fn start(&mut self, now: f64, sum: Sha256Hex, alone: bool) {
        self.state = PartState::Sending(sum, 0);
        (self.since, self.alone, self.stall, self.seen) = (now, alone, Stall::No, 0);
    }

    /// Resets its retries.
    pub(super) fn reset_tries(&mut self) {
        (self.tries, self.busy, self.breaks, self.due, self.cut) = (0, 0, 0, 0.0, None);
    }

    /// Whether its bytes were read and have not arrived yet.
    pub(super) fn is_on_its_way(&self) -> bool {
        use PartState::{Asked, Hashed, Hashing, Sending, Signed, Signing};
        matches!(self.state, Hashing | Hashed(_) | Signing(_) | Signed(..) | Sending(..) | Asked(..))
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
