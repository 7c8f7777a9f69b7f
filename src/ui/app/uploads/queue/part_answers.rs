//! Results concerning single parts: how hashing, signing and sending them ended.

use std::time::Duration;

use crate::model::problem::{FieldProblem, Problem};
use crate::model::upload::{Sha256Hex, SignedPart, UploadProblem};
use crate::ui::app::uploads::queue::TransferOutcome::{NoAnswer, OnTheWay, Stalled, Status, StoreRefused, Unreadable};
use crate::ui::app::uploads::queue::answers::{
    FOREIGN_TRIES, MANY_DENIALS, NO_ANSWER_TRIES, SIGNED_FOR, TRIES, stands_for_all,
};
use crate::ui::app::uploads::queue::concurrency::{are_alike, may_be_limit};
use crate::ui::app::uploads::queue::item::{Item, Stage, Trouble};
use crate::ui::app::uploads::queue::part::{PartState, Stall};
use crate::ui::app::uploads::queue::waiting::is_no_answer;
use crate::ui::app::uploads::queue::{Network, Queue, TransferOutcome, stop};
use crate::ui::app::uploads::speed_meter::back_off;

/// Whether a part was answered, but not taken, and the same answer is likely for other parts.
fn is_refusal(outcome: &TransferOutcome) -> bool {
    match outcome {
        Status(status) => matches!(status, 400 | 403 | 405..=408 | 410..=421 | 423..=428 | 430..=599),
        StoreRefused { .. } | OnTheWay(_) => true,
        NoAnswer | Stalled | Unreadable => false,
    }
}

impl Queue {
    /// A part was hashed; `None` if it could not be read.
    pub(in crate::ui::app::uploads) fn hashed(&mut self, id: u32, number: u32, sum: Option<Sha256Hex>) {
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        let Some(part) = item.part(number) else { return };
        let differs = match (&part.state, sum) {
            (PartState::Hashing, Some(sum)) => {
                part.state = PartState::Hashed(sum);
                false
            }
            (PartState::Comparing(wanted), Some(sum)) if *wanted == sum => {
                part.state = PartState::Arrived;
                false
            }
            (PartState::Comparing(wanted), Some(_)) => {
                part.state = PartState::Uncompared(wanted.clone());
                true
            }
            (PartState::Hashing | PartState::Comparing(_), None) => {
                self.fail(id, Trouble::Unreadable);
                return;
            }
            _ => return,
        };
        if differs {
            self.fail(id, Trouble::OtherFile);
        } else if item.stage == Stage::Comparing && item.is_compared() {
            item.stage = Stage::Sending;
        }
    }

    /// The server has answered `sign`.
    pub(in crate::ui::app::uploads) fn signed(
        &mut self,
        now: f64,
        keys: &[(u32, u32)],
        answer: Result<Vec<Result<SignedPart, UploadProblem>>, Problem>,
    ) {
        self.calls.sign = false;
        let ids: Vec<u32> = keys.iter().map(|(id, _)| *id).collect();
        let unsign = |item: &mut Item| {
            for part in &mut item.parts {
                if let PartState::Signing(sum) = &part.state {
                    part.state = PartState::Hashed(sum.clone());
                }
            }
        };
        let Some(answers) = self.unless_failed(now, &ids, answer, unsign) else { return };
        for ((id, number), answer) in keys.iter().zip(answers) {
            let Some(item) = self.items.iter_mut().find(|item| item.id == *id) else { continue };
            let size = item.size_of(*number);
            let Some(part) = item.part(*number) else { continue };
            let PartState::Signing(sum) = part.state.clone() else { continue };
            match answer {
                Ok(signed) if signed.arrived => {
                    part.state = PartState::Arrived;
                    (self.moved, item.moved) = (self.moved + size, item.moved + size);
                }
                Ok(signed) => part.state = PartState::Signed(sum, signed, now + SIGNED_FOR),
                Err(refusal) => {
                    part.state = PartState::Hashed(sum);
                    if !item.is_over() {
                        self.refused(now, *id, refusal, Stage::Sending);
                    }
                }
            }
        }
    }

    /// This many bytes of a part have been sent.
    pub(in crate::ui::app::uploads) fn progress(&mut self, id: u32, number: u32, bytes: u64) {
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        let size = item.size_of(number);
        let Some(part) = item.part(number) else { return };
        if let PartState::Sending(_, loaded) = &mut part.state {
            part.stall = Stall::No;
            let bytes = bytes.min(size);
            let more = bytes.saturating_sub(*loaded);
            *loaded = bytes;
            (self.moved, item.moved) = (self.moved + more, item.moved + more);
        }
    }

    /// Sending a part has ended.
    pub(in crate::ui::app::uploads) fn sent(&mut self, now: f64, id: u32, number: u32, outcome: TransferOutcome) {
        let beside = self.on_their_way();
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        let size = item.size_of(number);
        item.instead = if let OnTheWay(status) = outcome { Some(status) } else { None };
        let Some(part) = item.part(number) else { return };
        let PartState::Sending(sum, loaded) = part.state.clone() else { return };
        let direct = part.direct;
        let age = now - part.since;
        if matches!(outcome, Status(200..=299)) {
            part.reset_tries();
            part.state = PartState::Arrived;
            let more = size.saturating_sub(loaded);
            (self.moved, item.moved) = (self.moved + more, item.moved + more);
            self.network = Network::Up;
            self.concurrency.arrived(age, size, beside);
            self.reached(direct);
        } else if loaded >= size && part.stall != Stall::Lost && is_no_answer(&outcome) {
            // All of it has left the browser, so that it may have arrived, or still be passed on.
            part.state = PartState::Asked(sum, outcome, age);
            (part.due, part.grew) = (now, now);
            self.suspect(now);
        } else {
            self.broke_off(now, (id, number), outcome, age);
        }
    }

    /// A part has not arrived: its transfer ended in this way after `age` milliseconds.
    pub(super) fn broke_off(&mut self, now: f64, (id, number): (u32, u32), outcome: TransferOutcome, age: f64) {
        let wait = self.wait_after(self.tries_of(id, number), now);
        let busy = matches!(outcome, Status(429 | 503) | OnTheWay(425 | 429 | 502..=504));
        if is_refusal(&outcome) {
            self.not_taken(now, busy);
        }
        let is_denied = self.denials > MANY_DENIALS;
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        let size = item.size_of(number);
        let Some(part) = item.part(number) else { return };
        let (sum, loaded) = match part.state.clone() {
            PartState::Sending(sum, loaded) => (sum, loaded),
            PartState::Asked(sum, ..) => (sum, size),
            _ => return,
        };
        let (direct, alone, cut) = (part.direct, part.alone, part.cut);
        let lost = matches!(outcome, NoAnswer | Stalled);
        if direct && lost {
            self.unreached += 1;
        }
        part.state = PartState::Hashed(sum);
        part.due = wait;
        (part.tries, part.busy) = if busy { (part.tries, part.busy + 1) } else { (part.tries + 1, 0) };
        let tries = part.tries;
        let ended = matches!(outcome, NoAnswer | OnTheWay(408 | 502 | 504 | 524)) && may_be_limit(age);
        let measured = ended && loaded > 0;
        if measured {
            self.concurrency.was_cut(age, loaded);
        } else if ended || outcome == Stalled {
            self.concurrency.is_slow();
        }
        // Sent alone and cut off twice at the same age: there is a time limit on the way, and the next try would meet it.
        let meets_limit = ended && alone && cut.is_some_and(|before| are_alike(before, age));
        if ended {
            part.cut = Some(age);
        }
        // These bytes count when they are sent again.
        self.moved = self.moved.saturating_sub(loaded);
        item.moved = item.moved.saturating_sub(loaded);
        if measured && self.begins_anew(now, id) {
            self.suspect(now);
            return;
        }
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        if meets_limit {
            let seconds = Duration::from_secs_f64(age / 1000.0).as_secs();
            self.fail(id, Trouble::CutOff { seconds });
            return;
        }
        match outcome {
            // A busy server recovers in time, so there is no limit to these retries.
            Status(503) | OnTheWay(502..=504) => self.suspect(now),
            Status(429) | OnTheWay(425 | 429) => {}
            Status(401) => self.sign_in(),
            Status(404 | 409) => {
                stop(item, &mut self.pending);
                item.stage = Stage::Arrived;
            }
            Unreadable => self.fail(id, Trouble::Unreadable),
            // An address signed anew may be taken at once; what Holdall could not pass on, once somebody has mended that.
            StoreRefused { again: true, .. } if tries <= 1 || (!direct && !is_denied) => {}
            StoreRefused { code, again } => {
                let problem = FieldProblem::StoreRefused { code, for_good: !again };
                self.fail(id, Trouble::Refused(problem));
            }
            // What is too large stays so; anything else may have been a hiccup.
            OnTheWay(status @ (200..=407 | 409..=499 | 507)) if status == 413 || tries > FOREIGN_TRIES || is_denied => {
                self.fail(id, Trouble::Failed(Problem::OnTheWay { status }));
            }
            Status(507) if tries > 3 => self.fail(id, Trouble::Refused(FieldProblem::NoSpace)),
            Status(..500) if tries > TRIES || is_denied => self.fail(id, Trouble::Failed(Problem::Unavailable)),
            OnTheWay(status) if tries > TRIES => self.fail(id, Trouble::Failed(Problem::OnTheWay { status })),
            _ if tries > NO_ANSWER_TRIES => self.fail(id, Trouble::Failed(Problem::Unavailable)),
            NoAnswer | Stalled | Status(502 | 504) => self.suspect(now),
            Status(422) => {
                if let Some(part) = item.part(number) {
                    part.state = PartState::Missing;
                }
            }
            OnTheWay(status) if stands_for_all(status) => self.suspect(now),
            // The address had expired, or the store has a fault: sign and send the part again.
            Status(_) | OnTheWay(_) => {}
        }
    }

    fn tries_of(&self, id: u32, number: u32) -> u32 {
        let item = self.items.iter().find(|item| item.id == id);
        let at = number.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        item.zip(at).and_then(|(item, at)| item.parts.get(at)).map_or(0, |part| part.tries + part.busy)
    }

    fn wait_after(&mut self, tries: u32, now: f64) -> f64 {
        now + back_off(tries, self.random())
    }
}
