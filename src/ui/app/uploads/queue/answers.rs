//! Results concerning whole files: how the server answered calls.

use crate::model::id::UploadId;
use crate::model::problem::{FieldProblem, Problem, is_not_reached};
use crate::model::upload::{Completed, Upload, UploadProblem};
use crate::ui::app::uploads::queue::item::{Item, Stage};
use crate::ui::app::uploads::queue::part::PartState;
use crate::ui::app::uploads::queue::trouble::Trouble;
use crate::ui::app::uploads::queue::{Action, Queue, stop};
use crate::ui::app::uploads::speed_meter::back_off;

/// How many failures in a row are allowed before a file fails.
pub(super) const TRIES: u32 = 10;
/// The same for answers that come from something on the way: a few seconds.
pub(super) const FOREIGN_TRIES: u32 = 2;
/// The same while the store does not respond but the site does: about a quarter of an hour.
pub(super) const NO_ANSWER_TRIES: u32 = 40;
/// After so many refusals in a row, which takes about a minute, one is final that might have passed.
pub(super) const MANY_DENIALS: u32 = 6;
/// How long a signed address is used, in milliseconds. It is valid for an hour, and sending must start before that.
pub(super) const SIGNED_FOR: f64 = 50.0 * 60.0 * 1000.0;
/// How long after completion a list that was requested earlier may still contain the upload, in milliseconds.
const LISTED_FOR: f64 = 60_000.0;

/// Whether an answer of something on the way may be its answer to everything, as that of the sign-in page of a network, or
/// of a proxy that does not reach the site. Probing the site tells.
fn may_stand_for_all(status: u16) -> bool {
    !matches!(status, 411 | 413..=415 | 425 | 429 | 431)
}

impl Queue {
    /// The server has answered `create`.
    pub(in crate::ui::app::uploads) fn created(
        &mut self,
        now: f64,
        ids: &[u32],
        answer: Result<Vec<Result<Upload, UploadProblem>>, Problem>,
    ) {
        self.calls.create = false;
        let Some(answers) = self.unless_failed(now, ids, answer, |item| item.stage = Stage::New) else { return };
        for (id, answer) in ids.iter().zip(answers) {
            let Some(at) = self.items.iter().position(|item| item.id == *id) else { continue };
            if self.items[at].cancelled {
                self.to_abort.extend(answer.ok().map(|upload| upload.id));
                self.items.remove(at);
                continue;
            }
            match answer {
                Ok(upload) => {
                    self.items[at].tries = 0;
                    self.items[at].start(upload);
                }
                // The account has too many incomplete uploads; there will be room when others are completed.
                Err(UploadProblem::Refused(FieldProblem::TooManyUploads { .. }))
                    if self.items.iter().any(|item| item.is_open() && item.id != *id) =>
                {
                    let item = &mut self.items[at];
                    (item.stage, item.due) = (Stage::New, now + 3000.0);
                }
                Err(refusal) => self.refused(now, *id, refusal, Stage::New),
            }
        }
    }

    /// The server has answered `folders`. Returns how many of them exist now.
    pub(in crate::ui::app::uploads) fn made(
        &mut self,
        now: f64,
        ids: &[u32],
        answer: Result<Vec<Result<(), UploadProblem>>, Problem>,
    ) -> usize {
        self.calls.folders = false;
        let Some(answers) = self.unless_failed(now, ids, answer, |item| item.stage = Stage::New) else { return 0 };
        let mut new = 0;
        for (id, answer) in ids.iter().zip(answers) {
            let Some(at) = self.items.iter().position(|item| item.id == *id) else { continue };
            new += usize::from(answer.is_ok());
            if self.items[at].cancelled {
                self.items.remove(at);
                continue;
            }
            match answer {
                Ok(()) => self.items[at].stage = Stage::Done,
                Err(refusal) => self.refused(now, *id, refusal, Stage::New),
            }
        }
        new
    }

    /// The server has answered `status`.
    pub(in crate::ui::app::uploads) fn status_received(
        &mut self,
        now: f64,
        ids: &[u32],
        answer: Result<Vec<Result<Upload, UploadProblem>>, Problem>,
    ) {
        self.calls.status = false;
        let Some(answers) = self.unless_failed(now, ids, answer, |item| item.stage = Stage::StatusUnknown) else {
            return;
        };
        for (id, answer) in ids.iter().zip(answers) {
            match answer {
                Ok(upload) => {
                    let Some(item) = self.items.iter_mut().find(|item| item.id == *id) else { continue };
                    if item.may_be_of(&upload) {
                        item.resume(upload);
                    } else {
                        self.fail(*id, Trouble::OtherFile);
                    }
                }
                Err(refusal) => self.refused(now, *id, refusal, Stage::StatusUnknown),
            }
        }
    }

    /// The server has answered `complete`. Returns how many files were completed.
    pub(in crate::ui::app::uploads) fn completed(
        &mut self,
        now: f64,
        ids: &[u32],
        answer: Result<Vec<Result<Completed, UploadProblem>>, Problem>,
    ) -> usize {
        self.calls.complete = false;
        let Some(answers) = self.unless_failed(now, ids, answer, |item| item.stage = Stage::Arrived) else { return 0 };
        let mut new = 0;
        for (id, answer) in ids.iter().zip(answers) {
            let random = self.random();
            let Some(item) = self.items.iter_mut().find(|item| item.id == *id) else { continue };
            match answer {
                Ok(Completed::File { folders, .. }) => {
                    item.elsewhere = item.is_elsewhere(&folders).then_some(folders);
                    // Parts that another page has sent count as sent.
                    (item.stage, item.due, item.parts) = (Stage::Done, now + LISTED_FOR, Vec::new());
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
                        self.fail(*id, Trouble::Failed(Problem::Unavailable));
                    }
                }
                Ok(Completed::Working) => (item.stage, item.tries, item.due) = (Stage::Arrived, 0, now + 1000.0),
                // Whatever the server answers, the parts remain there, and a retry continues from them.
                Err(refusal) => self.refused(now, *id, refusal, Stage::Arrived),
            }
        }
        new
    }

    /// The server has answered `abort`. Uploads that cannot be aborted yet are aborted later: one that is being
    /// completed either becomes a file, or can be aborted afterwards.
    pub(in crate::ui::app::uploads) fn aborted(
        &mut self,
        now: f64,
        uploads: Vec<UploadId>,
        answer: &Result<Vec<Result<(), UploadProblem>>, Problem>,
    ) {
        self.calls.abort = false;
        match answer {
            Ok(answers) => {
                let later = |answer: &Result<(), UploadProblem>| {
                    matches!(answer, Err(UploadProblem::Later { .. } | UploadProblem::Completing))
                };
                let again =
                    uploads.into_iter().zip(answers).filter(|(_, answer)| later(answer)).map(|(upload, _)| upload);
                let before = self.to_abort.len();
                self.to_abort.extend(again);
                if self.to_abort.len() > before {
                    self.abort_due = now + 3000.0;
                }
            }
            Err(Problem::NotSignedIn) => self.sign_in(),
            // The uploads remain incomplete; a reloaded page can discard them.
            Err(Problem::Outdated) => {}
            Err(error @ Problem::OnTheWay { status }) if !error.passes() && (400..500).contains(status) => {}
            Err(error) => {
                self.to_abort.extend(uploads);
                self.abort_due = now + 3000.0;
                match error {
                    Problem::Network => self.suspect(now),
                    Problem::OnTheWay { status } if may_stand_for_all(*status) => self.suspect(now),
                    _ => {}
                }
            }
        }
    }

    pub(super) fn sign_in(&mut self) {
        if !self.halted {
            self.halted = true;
            self.pending.push(Action::SignIn);
        }
    }

    /// The server has refused the call for one file. `back` is the stage from which to retry.
    pub(super) fn refused(&mut self, now: f64, id: u32, refusal: UploadProblem, back: Stage) {
        let random = self.random();
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        match refusal {
            UploadProblem::Refused(FieldProblem::StoreRefused { for_good: false, .. }) if item.tries < MANY_DENIALS => {
                item.tries += 1;
                (item.stage, item.due) = (back, now + back_off(item.tries, random));
            }
            UploadProblem::Later { seconds } => {
                if back == Stage::Arrived {
                    // It waits for the site, and must not be shown as being assembled.
                    item.tries = item.tries.max(1);
                }
                (item.stage, item.due) = (back, now + f64::from(seconds.clamp(1, 60)) * 1000.0);
            }
            // The answer to `complete` will tell whether the upload is complete or gone.
            UploadProblem::NotFound | UploadProblem::NoSuchPart if back != Stage::Arrived && item.upload.is_some() => {
                stop(item, &mut self.pending);
                item.stage = Stage::Arrived;
            }
            UploadProblem::Completing => {
                stop(item, &mut self.pending);
                (item.stage, item.due) = (Stage::Arrived, now + 1000.0);
            }
            UploadProblem::NotFound | UploadProblem::NoSuchPart => self.fail(id, Trouble::Gone),
            UploadProblem::OtherContent => self.fail(id, Trouble::OtherFile),
            UploadProblem::Refused(problem) => self.fail(id, Trouble::Refused(problem)),
        }
    }

    /// The result, or `None` if the call failed as a whole: then `back` resets every item in it, to be retried later.
    pub(super) fn unless_failed<T>(
        &mut self,
        now: f64,
        ids: &[u32],
        answer: Result<T, Problem>,
        back: impl Fn(&mut Item),
    ) -> Option<T> {
        let instead = if let Err(Problem::OnTheWay { status }) = answer { Some(status) } else { None };
        for item in self.items.iter_mut().filter(|item| ids.contains(&item.id)) {
            item.call_instead = instead;
        }
        let error = match answer {
            Ok(answer) => return Some(answer),
            Err(error) => error,
        };
        // A call may contain several parts of the same file.
        let mut ids = ids.to_vec();
        ids.dedup();
        for id in ids {
            let random = self.random();
            let Some(at) = self.items.iter().position(|item| item.id == id) else { continue };
            let item = &mut self.items[at];
            if item.cancelled {
                self.items.remove(at);
                continue;
            }
            if item.is_over() {
                continue;
            }
            if error == Problem::Outdated {
                self.fail(id, Trouble::Failed(Problem::Outdated));
                continue;
            }
            back(item);
            (item.tries, item.due) = (item.tries + 1, now + back_off(item.tries, random));
            let endless = match error {
                Problem::Network | Problem::Unavailable | Problem::NotSignedIn | Problem::Busy | Problem::TooMany => {
                    true
                }
                Problem::OnTheWay { status } => matches!(status, 425 | 429) || is_not_reached(status),
                _ => false,
            };
            let most = if matches!(error, Problem::OnTheWay { .. }) { FOREIGN_TRIES } else { TRIES };
            if !endless && item.tries > most {
                self.fail(id, Trouble::Failed(error.clone()));
            }
        }
        match error {
            Problem::NotSignedIn => self.sign_in(),
            Problem::Network => self.suspect(now),
            Problem::OnTheWay { status } if may_stand_for_all(status) => self.suspect(now),
            _ => {}
        }
        None
    }
}
