//! What the driver tells the queue: what the server answered, and how reading and sending ended.

use super::item::{Item, PartState, Stage, Trouble};
use super::{Action, Network, Outcome, Queue, stop};
use crate::model::error::Error;
use crate::model::form::Problem;
use crate::model::id::UploadId;
use crate::model::upload::{Completed, Refusal, Sha256Hex, SignedPart, Upload};
use crate::ui::uploads::pace::back_off;

/// How often something that is answered is tried in a row before a person is asked.
const TRIES: u32 = 10;
/// How often it is tried where nothing answers but the site itself does: about a quarter of an hour.
pub(super) const PATIENT_TRIES: u32 = 40;
/// How long a signed address is used, in milliseconds: it is good for an hour, and sending begins before that.
pub(super) const SIGNED_FOR: f64 = 50.0 * 60.0 * 1000.0;
impl Queue {
    /// The server has answered `create`.
    pub(in crate::ui::uploads) fn created(
        &mut self,
        now: f64,
        ids: &[u32],
        answer: Result<Vec<Result<Upload, Refusal>>, Error>,
    ) {
        self.calls.create = false;
        let Some(answers) = self.unless_failed(now, ids, answer, |item| item.stage = Stage::New) else { return };
        for (id, answer) in ids.iter().zip(answers) {
            let Some(at) = self.items.iter().position(|item| item.id == *id) else { continue };
            if self.items[at].gone {
                self.doomed.extend(answer.ok().map(|upload| upload.id));
                self.items.remove(at);
                continue;
            }
            match answer {
                Ok(upload) => {
                    self.items[at].tries = 0;
                    self.items[at].begin(upload);
                }
                // Those that are open will end.
                Err(Refusal::Refused(Problem::TooManyUploads { .. }))
                    if self.items.iter().any(|item| item.is_open() && item.id != *id) =>
                {
                    let item = &mut self.items[at];
                    (item.stage, item.due) = (Stage::New, now + 3000.0);
                }
                Err(refusal) => self.refused(now, *id, refusal, Stage::New),
            }
        }
    }

    /// The server has answered `status`.
    pub(in crate::ui::uploads) fn asked(
        &mut self,
        now: f64,
        ids: &[u32],
        answer: Result<Vec<Result<Upload, Refusal>>, Error>,
    ) {
        self.calls.ask = false;
        let Some(answers) = self.unless_failed(now, ids, answer, |item| item.stage = Stage::Unasked) else { return };
        for (id, answer) in ids.iter().zip(answers) {
            match answer {
                Ok(upload) => {
                    let Some(item) = self.items.iter_mut().find(|item| item.id == *id) else { continue };
                    if item.chosen.size == upload.size {
                        item.tries = 0;
                        // Under the name with which it began.
                        item.chosen.name.clone_from(&upload.name);
                        item.begin(upload);
                    } else {
                        self.fail(*id, Trouble::OtherFile);
                    }
                }
                Err(refusal) => self.refused(now, *id, refusal, Stage::Unasked),
            }
        }
    }

    /// A part was read: its SHA-256, or nothing where it cannot be read.
    pub(in crate::ui::uploads) fn hashed(&mut self, id: u32, number: u32, sum: Option<Sha256Hex>) {
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        let Some(part) = item.part(number) else { return };
        let unlike = match (&part.state, sum) {
            (PartState::Hashing, Some(sum)) => {
                part.state = PartState::Hashed(sum);
                false
            }
            (PartState::Comparing(wanted), Some(sum)) if *wanted == sum => {
                part.state = PartState::Arrived;
                false
            }
            (PartState::Comparing(wanted), Some(_)) => {
                part.state = PartState::Unlike(wanted.clone());
                true
            }
            (PartState::Hashing | PartState::Comparing(_), None) => {
                self.fail(id, Trouble::Unreadable);
                return;
            }
            _ => return,
        };
        if unlike {
            self.fail(id, Trouble::OtherFile);
        } else if item.stage == Stage::Comparing && item.is_compared() {
            item.stage = Stage::Sending;
        }
    }

    /// The server has answered `sign`.
    pub(in crate::ui::uploads) fn signed(
        &mut self,
        now: f64,
        keys: &[(u32, u32)],
        answer: Result<Vec<Result<SignedPart, Refusal>>, Error>,
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
                    self.moved += size;
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

    /// So many bytes of a part have gone.
    pub(in crate::ui::uploads) fn progress(&mut self, id: u32, number: u32, bytes: u64) {
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        let size = item.size_of(number);
        if let Some(PartState::Sending(_, loaded)) = item.part(number).map(|part| &mut part.state) {
            let bytes = bytes.min(size);
            self.moved += bytes.saturating_sub(*loaded);
            *loaded = bytes;
        }
    }

    /// Sending a part has ended.
    pub(in crate::ui::uploads) fn sent(&mut self, now: f64, id: u32, number: u32, outcome: Outcome) {
        let wait = self.wait_after(self.tries_of(id, number), now);
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        let size = item.size_of(number);
        let Some(part) = item.part(number) else { return };
        let PartState::Sending(sum, loaded) = part.state.clone() else { return };
        let direct = part.direct;
        if matches!(outcome, Outcome::Status(200..=299)) {
            (part.state, part.tries) = (PartState::Arrived, 0);
            self.moved += size.saturating_sub(loaded);
            self.network = Network::Up;
            self.reached(direct);
            return;
        }
        if direct && outcome == Outcome::NoAnswer {
            self.unreached += 1;
        }
        // What has gone counts again when it goes again.
        self.moved = self.moved.saturating_sub(loaded);
        part.state = PartState::Hashed(sum);
        (part.tries, part.due) = (part.tries + 1, wait);
        let tries = part.tries;
        match outcome {
            Outcome::Status(401) => self.sign_in(),
            Outcome::Status(404 | 409) => {
                stop(item, &mut self.pending);
                item.stage = Stage::Arrived;
            }
            Outcome::Unreadable => self.fail(id, Trouble::Unreadable),
            Outcome::Status(507) if tries > 3 => self.fail(id, Trouble::Refused(Problem::NoSpace)),
            Outcome::Status(..500) if tries > TRIES => self.fail(id, Trouble::Failed(Error::Unavailable)),
            _ if tries > PATIENT_TRIES => self.fail(id, Trouble::Failed(Error::Unavailable)),
            Outcome::NoAnswer | Outcome::Status(502..=504) => self.suspect(now),
            Outcome::Status(422) => {
                if let Some(part) = item.part(number) {
                    part.state = PartState::Missing;
                }
            }
            // The address was too old, or the store is busy: signed again, it is sent again.
            Outcome::Status(_) => {}
        }
    }

    /// The server has answered `complete`. How many files are new.
    pub(in crate::ui::uploads) fn completed(
        &mut self,
        now: f64,
        ids: &[u32],
        answer: Result<Vec<Result<Completed, Refusal>>, Error>,
    ) -> usize {
        self.calls.complete = false;
        let Some(answers) = self.unless_failed(now, ids, answer, |item| item.stage = Stage::Arrived) else { return 0 };
        let mut new = 0;
        for (id, answer) in ids.iter().zip(answers) {
            let random = self.random();
            let Some(item) = self.items.iter_mut().find(|item| item.id == *id) else { continue };
            match answer {
                Ok(Completed::File { .. }) => {
                    // What another page has sent of it counts as gone.
                    (item.stage, item.parts) = (Stage::Done, Vec::new());
                    self.pending.push(Action::Forget(*id));
                    new += 1;
                }
                Ok(Completed::Missing(numbers)) => {
                    (item.stage, item.tries) = (Stage::Sending, item.tries + 1);
                    item.due = now + back_off(item.tries, random);
                    for number in numbers {
                        if let Some(part) = item.part(number) {
                            part.state = PartState::Missing;
                        }
                    }
                    if item.tries > TRIES {
                        self.fail(*id, Trouble::Failed(Error::Unavailable));
                    }
                }
                Ok(Completed::Working) => (item.stage, item.due) = (Stage::Arrived, now + 1000.0),
                Err(refusal) => {
                    if matches!(refusal, Refusal::Refused(_)) {
                        // Nothing of it was kept: another try begins anew.
                        (item.upload, item.part_size, item.parts) = (None, 0, Vec::new());
                    }
                    self.refused(now, *id, refusal, Stage::Arrived);
                }
            }
        }
        new
    }

    /// The server has answered `abort`; what it did not answer is asked again.
    pub(in crate::ui::uploads) fn aborted(
        &mut self,
        now: f64,
        uploads: Vec<UploadId>,
        answer: &Result<Vec<Result<(), Refusal>>, Error>,
    ) {
        self.calls.abort = false;
        match answer {
            Ok(answers) => {
                let later = |answer: &Result<(), Refusal>| matches!(answer, Err(Refusal::Later { .. }));
                let again =
                    uploads.into_iter().zip(answers).filter(|(_, answer)| later(answer)).map(|(upload, _)| upload);
                self.doomed.extend(again);
                self.doomed_due = now + 3000.0;
            }
            Err(Error::NotSignedIn) => self.sign_in(),
            Err(error) => {
                self.doomed.extend(uploads);
                self.doomed_due = now + 3000.0;
                if *error == Error::Network {
                    self.suspect(now);
                }
            }
        }
    }

    fn tries_of(&self, id: u32, number: u32) -> u32 {
        let item = self.items.iter().find(|item| item.id == id);
        let at = number.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        item.zip(at).and_then(|(item, at)| item.parts.get(at)).map_or(0, |part| part.tries)
    }

    fn wait_after(&mut self, tries: u32, now: f64) -> f64 {
        now + back_off(tries, self.random())
    }

    fn sign_in(&mut self) {
        if !self.halted {
            self.halted = true;
            self.pending.push(Action::SignIn);
        }
    }

    /// The server did not do it for one file.
    fn refused(&mut self, now: f64, id: u32, refusal: Refusal, back: Stage) {
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        match refusal {
            Refusal::Later { seconds } => {
                (item.stage, item.due) = (back, now + f64::from(seconds.clamp(1, 60)) * 1000.0);
            }
            // Whether it is complete or gone is said by `complete`.
            Refusal::NotFound | Refusal::NoSuchPart if back != Stage::Arrived && item.upload.is_some() => {
                stop(item, &mut self.pending);
                item.stage = Stage::Arrived;
            }
            Refusal::Completing => {
                stop(item, &mut self.pending);
                (item.stage, item.due) = (Stage::Arrived, now + 1000.0);
            }
            Refusal::NotFound | Refusal::NoSuchPart => self.fail(id, Trouble::Gone),
            Refusal::OtherContent => self.fail(id, Trouble::OtherFile),
            Refusal::Refused(problem) => self.fail(id, Trouble::Refused(problem)),
        }
    }

    /// The answers, or nothing where the call failed as a whole: then everything in it goes back and waits.
    fn unless_failed<T>(
        &mut self,
        now: f64,
        ids: &[u32],
        answer: Result<T, Error>,
        back: impl Fn(&mut Item),
    ) -> Option<T> {
        let error = match answer {
            Ok(answer) => return Some(answer),
            Err(error) => error,
        };
        // Several parts of one file stand beside each other in one call.
        let mut ids = ids.to_vec();
        ids.dedup();
        for id in ids {
            let random = self.random();
            let Some(at) = self.items.iter().position(|item| item.id == id) else { continue };
            let item = &mut self.items[at];
            if item.gone {
                self.items.remove(at);
                continue;
            }
            if item.is_over() {
                continue;
            }
            back(item);
            (item.tries, item.due) = (item.tries + 1, now + back_off(item.tries, random));
            let endless = matches!(error, Error::Network | Error::Unavailable | Error::NotSignedIn);
            if !endless && item.tries > TRIES {
                self.fail(id, Trouble::Failed(error.clone()));
            }
        }
        match error {
            Error::NotSignedIn => self.sign_in(),
            Error::Network => self.suspect(now),
            _ => {}
        }
        None
    }
}
