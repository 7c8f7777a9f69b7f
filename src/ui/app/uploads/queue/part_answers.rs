//! Results concerning single parts: how hashing, signing and sending them ended.

use crate::model::problem::Problem;
use crate::model::upload::{Sha256Hex, SignedPart, UploadProblem};
use crate::ui::app::uploads::queue::TransferOutcome::{OnTheWay, Status};
use crate::ui::app::uploads::queue::answers::SIGNED_FOR;
use crate::ui::app::uploads::queue::item::{Item, Stage};
use crate::ui::app::uploads::queue::part::{PartState, Stall};
use crate::ui::app::uploads::queue::trouble::Trouble;
use crate::ui::app::uploads::queue::waiting::is_no_answer;
use crate::ui::app::uploads::queue::{Network, Queue, TransferOutcome};

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
                // It no longer counts among those that are being read.
                part.rewind();
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
                    item.part_instead = None;
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
        item.part_instead = if let OnTheWay(status) = outcome { Some(status) } else { None };
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
}
