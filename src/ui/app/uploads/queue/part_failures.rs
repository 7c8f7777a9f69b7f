//! What follows when a part has not arrived: whether and when it is sent again, or why its file fails.

use std::time::Duration;

use crate::model::problem::{FieldProblem, Problem, is_not_reached};
use crate::ui::app::uploads::queue::TransferOutcome::{
    BrokeBehind, NoAnswer, OnTheWay, Stalled, Status, StoreRefused, Unreadable,
};
use crate::ui::app::uploads::queue::answers::{FOREIGN_TRIES, MANY_DENIALS, NO_ANSWER_TRIES, TRIES};
use crate::ui::app::uploads::queue::concurrency::{are_alike, may_be_limit};
use crate::ui::app::uploads::queue::item::Stage;
use crate::ui::app::uploads::queue::part::PartState;
use crate::ui::app::uploads::queue::trouble::Trouble;
use crate::ui::app::uploads::queue::{Queue, TransferOutcome, stop};
use crate::ui::app::uploads::speed_meter::back_off;

/// After so many breaks in a row, with a site that answers, a file is begun anew in the smallest parts, if that loses
/// nothing: something on the way may take none that are larger.
const FEW_BREAKS: u32 = 3;
/// After so many the file fails, which takes some minutes.
const MANY_BREAKS: u32 = 12;
/// The speed, in bytes a second, for which the smallest parts are chosen.
const SLOWEST: u64 = 1;

/// What a failed transfer of a part leaves to be decided.
struct Failure {
    /// How many times the part has failed, not counting answers of a busy server.
    tries: u32,
    /// How many times in a row something on the way broke it off.
    breaks: u32,
    /// Whether it was sent to the store itself, not by way of the site.
    direct: bool,
    /// Whether it shows how much can be sent before something on the way ends a request.
    shows_limit: bool,
    /// Whether it was sent alone and cut off twice at the same age: there is a time limit on the way, and the next try
    /// would meet it.
    meets_limit: bool,
}

/// What happens next to a part that has not arrived.
enum NextStep {
    /// It is signed and sent again when its pause is over.
    Retry,
    /// The same, once it is known whether the site answers.
    Probe,
    /// It is read and hashed again.
    Read,
    /// Its upload takes no more parts: completing it tells why.
    Complete,
    /// A person has to sign in.
    SignIn,
    /// Its file fails.
    Fail(Trouble),
}

/// The step that follows from how the last try ended. `denied`: many parts in a row were refused.
fn next_step(outcome: TransferOutcome, failure: &Failure, denied: bool) -> NextStep {
    use NextStep::{Complete, Fail, Probe, Read, Retry, SignIn};
    let Failure { tries, direct, .. } = *failure;
    match outcome {
        OnTheWay(status) if failure.breaks > MANY_BREAKS => Fail(Trouble::Failed(Problem::OnTheWay { status })),
        BrokeBehind if failure.breaks > MANY_BREAKS => Fail(Trouble::BreaksOffBehind),
        _ if failure.breaks > MANY_BREAKS => Fail(Trouble::BreaksOff),
        BrokeBehind => Probe,
        // A busy server recovers in time, so there is no limit to these retries.
        Status(503) => Probe,
        OnTheWay(status) if is_not_reached(status) => Probe,
        Status(429) | OnTheWay(425 | 429) => Retry,
        Status(401) => SignIn,
        Status(404 | 409) => Complete,
        Unreadable => Fail(Trouble::Unreadable),
        // An address signed anew may be taken at once; what Holdall could not pass on, once somebody has mended that.
        StoreRefused { again: true, .. } if tries <= 1 || (!direct && !denied) => Retry,
        StoreRefused { code, again } => Fail(Trouble::Refused(FieldProblem::StoreRefused { code, for_good: !again })),
        // What is too large stays so; anything else may have been a hiccup.
        OnTheWay(status @ (200..=407 | 409..=499 | 507)) if status == 413 || tries > FOREIGN_TRIES || denied => {
            Fail(Trouble::Failed(Problem::OnTheWay { status }))
        }
        Status(507) if tries > 3 => Fail(Trouble::Refused(FieldProblem::NoSpace)),
        Status(..500) if tries > TRIES || denied => Fail(Trouble::Failed(Problem::Unavailable)),
        OnTheWay(status) if tries > TRIES => Fail(Trouble::Failed(Problem::OnTheWay { status })),
        _ if tries > NO_ANSWER_TRIES => Fail(Trouble::Failed(Problem::Unavailable)),
        NoAnswer | Stalled | Status(502 | 504) | OnTheWay(_) => Probe,
        Status(422) => Read,
        // The address had expired, or the store has a fault.
        Status(_) => Retry,
    }
}

/// Whether a part was answered, but not taken, and the same answer is likely for other parts.
fn is_refusal(outcome: &TransferOutcome) -> bool {
    match outcome {
        Status(status) => matches!(status, 400 | 403 | 405..=408 | 410..=421 | 423..=428 | 430..=599),
        StoreRefused { .. } | OnTheWay(_) | BrokeBehind => true,
        NoAnswer | Stalled | Unreadable => false,
    }
}

/// Whether a part was not taken because something is busy for now.
fn is_busy(outcome: &TransferOutcome) -> bool {
    match outcome {
        Status(status) => matches!(status, 429 | 503),
        OnTheWay(status) => matches!(status, 425 | 429) || is_not_reached(*status),
        BrokeBehind => true,
        _ => false,
    }
}

/// Whether something on the way broke a transfer off, before the site or behind it, or answered it in the place of a site
/// that it says not to reach.
fn is_break(outcome: &TransferOutcome) -> bool {
    match outcome {
        NoAnswer | BrokeBehind => true,
        OnTheWay(status) => matches!(status, 408 | 500) || is_not_reached(*status),
        _ => false,
    }
}

impl Queue {
    /// A part has not arrived: its transfer ended in this way after `age` milliseconds.
    pub(super) fn broke_off(&mut self, now: f64, (id, number): (u32, u32), outcome: TransferOutcome, age: f64) {
        let due = now + back_off(self.tries_of(id, number), self.random());
        if is_refusal(&outcome) {
            self.not_taken(now, is_busy(&outcome));
        }
        self.doubts_store |= outcome == BrokeBehind;
        let Some(failure) = self.take_back(now, (id, number), &outcome, age, due) else { return };
        let slower = match failure {
            Failure { shows_limit: true, .. } => self.concurrency.speed(),
            Failure { breaks: FEW_BREAKS.., .. } => Some(SLOWEST),
            _ => None,
        };
        if slower.is_some_and(|speed| self.begins_anew(now, id, speed)) {
            self.suspect(now);
            return;
        }
        if failure.meets_limit {
            let seconds = Duration::from_secs_f64(age / 1000.0).as_secs();
            self.fail(id, Trouble::CutOff { seconds });
            return;
        }
        match next_step(outcome, &failure, self.denials > MANY_DENIALS) {
            NextStep::Retry => {}
            NextStep::Probe => self.suspect(now),
            NextStep::SignIn => self.sign_in(),
            NextStep::Fail(trouble) => self.fail(id, trouble),
            NextStep::Read => {
                if let Some(part) = self.items.iter_mut().find(|item| item.id == id).and_then(|item| item.part(number))
                {
                    part.state = PartState::Missing;
                }
            }
            NextStep::Complete => {
                if let Some(item) = self.items.iter_mut().find(|item| item.id == id) {
                    stop(item, &mut self.pending);
                    item.stage = Stage::Arrived;
                }
            }
        }
    }

    /// Makes a part ready to be signed and sent again from `due` on, and learns from the failure how much the way can
    /// bear. `None` if it was not being sent.
    fn take_back(
        &mut self,
        now: f64,
        (id, number): (u32, u32),
        outcome: &TransferOutcome,
        age: f64,
        due: f64,
    ) -> Option<Failure> {
        let item = self.items.iter_mut().find(|item| item.id == id)?;
        let size = item.size_of(number);
        let part = item.part(number)?;
        let (sum, loaded) = match part.state.clone() {
            PartState::Sending(sum, loaded) => (sum, loaded),
            PartState::Asked(sum, ..) => (sum, size),
            _ => return None,
        };
        part.state = PartState::Hashed(sum);
        part.due = due;
        (part.tries, part.busy) = if is_busy(outcome) { (part.tries, part.busy + 1) } else { (part.tries + 1, 0) };
        self.unreached += u32::from(part.direct && matches!(outcome, NoAnswer | Stalled));

        let was_cut = matches!(outcome, NoAnswer | OnTheWay(408 | 502 | 504 | 524)) && may_be_limit(age);
        let shows_limit = was_cut && loaded > 0;
        let meets_limit = was_cut && part.alone && part.cut.is_some_and(|before| are_alike(before, age));
        if was_cut {
            part.cut = Some(age);
        }
        if is_break(outcome) && loaded > 0 {
            self.concurrency.broke(now, age);
        }
        part.breaks = if is_break(outcome) && !part.direct { part.breaks + 1 } else { 0 };
        let (tries, breaks, direct) = (part.tries, part.breaks, part.direct);
        let failure = Failure { tries, breaks, direct, shows_limit, meets_limit };
        if shows_limit {
            self.concurrency.was_cut(age, loaded);
        } else if was_cut || *outcome == Stalled {
            self.concurrency.is_slow();
        }
        // These bytes count when they are sent again.
        self.moved = self.moved.saturating_sub(loaded);
        item.moved = item.moved.saturating_sub(loaded);
        Some(failure)
    }

    fn tries_of(&self, id: u32, number: u32) -> u32 {
        let item = self.items.iter().find(|item| item.id == id);
        let at = number.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        item.zip(at).and_then(|(item, at)| item.parts.get(at)).map_or(0, |part| part.tries + part.busy)
    }
}
