//! Parts of which no answer has come, although all of their bytes went up, or that stand still: a proxy or the site may
//! still pass them on along a slow way. The server is asked, and a part is sent again only if it does not have it. And
//! files that begin anew in smaller parts, because a part takes longer than something on the way allows.

use crate::model::problem::{Problem, is_not_reached};
use crate::model::upload::{self, BATCH, PART_SIZE, PartLimits, PartOf, PartProgress, UploadProblem};
use crate::ui::app::uploads::queue::item::{Item, Stage};
use crate::ui::app::uploads::queue::part::{Part, PartState, Stall};
use crate::ui::app::uploads::queue::{Action, Network, Queue, TransferOutcome, stop};

/// How long to wait before the server is asked again, in milliseconds.
const AGAIN: f64 = 5000.0;
/// How long a part may not grow before it counts as lost, in milliseconds, while the server passes it on to the store.
const PASSED_ON_LOST_AFTER: f64 = 15.0 * 60_000.0;
/// The same while the server waits for bytes that the browser has.
const COMING: f64 = 30_000.0;

/// The speed that a way is taken to have of which nothing is known, in bytes a second.
const UNKNOWN_WAY: u64 = 64 << 10;
/// A way of which something is known may be slower by this factor for a while.
const SLOWER: u64 = 8;
/// No part is waited for longer than this after all of it has left the browser, in milliseconds.
const LONGEST: f64 = 15.0 * 60_000.0;

/// How long a part of `size` bytes that has left the browser, and stands still for a while already, may still be under way,
/// in milliseconds: a proxy may hold all of it before a slow way. `speed`: how many bytes a second have arrived. Each try
/// waits twice as long as the one before, so that a part arrives on slower ways, too.
fn under_way(size: u64, speed: Option<u64>, tries: u32) -> f64 {
    let speed = speed.map_or(UNKNOWN_WAY, |speed| (speed / SLOWER).max(1));
    let once = size as f64 * 1000.0 / speed as f64;
    (once * f64::from(1u32 << tries.min(10))).min(LONGEST)
}

/// Whether nothing is known of a part whose transfer ended like this: something on the way gave up waiting.
pub(super) fn is_no_answer(outcome: &TransferOutcome) -> bool {
    use TransferOutcome::{NoAnswer, OnTheWay, Stalled};
    match outcome {
        NoAnswer | Stalled => true,
        OnTheWay(status) => matches!(status, 408 | 499) || is_not_reached(*status),
        _ => false,
    }
}

impl Queue {
    /// Whether a transfer that has stood still for a while is to be cancelled. Before that, the server is asked whether
    /// it goes on with what it has of the part.
    pub(in crate::ui::app::uploads) fn stands_still(&mut self, now: f64, id: u32, number: u32) -> bool {
        let (is_down, speed) = (self.is_down(), self.concurrency.speed());
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return true };
        let size = item.size_of(number);
        let Some(part) = item.part(number).filter(|_| !is_down) else { return true };
        if part.direct {
            // The store is not asked about parts that are sent to it: it lists only what has arrived.
            return match (&part.state, part.stall) {
                (PartState::Sending(_, loaded), Stall::No) if *loaded >= size => {
                    part.stall = Stall::Patient(now + under_way(size, speed, part.tries));
                    false
                }
                (_, Stall::Patient(until)) => until <= now,
                _ => true,
            };
        }
        match part.stall {
            Stall::No => (part.stall, part.grew) = (Stall::Ask, now),
            Stall::Patient(until) if until <= now => part.stall = Stall::Ask,
            Stall::Ask | Stall::Asking | Stall::Patient(_) => {}
            Stall::Lost => return true,
        }
        false
    }

    /// How many parts are on their way, or with the server, over all files.
    pub(super) fn on_their_way(&self) -> usize {
        let is_one = |state: &PartState| matches!(state, PartState::Sending(..) | PartState::Asked(..));
        self.items.iter().map(|item| item.numbered(is_one).count()).sum()
    }

    /// Asks about the parts that are due.
    pub(super) fn ask(&mut self, now: f64, actions: &mut Vec<Action>) {
        if self.calls.ask {
            return;
        }
        let mut asked = Vec::new();
        for item in self.items.iter_mut().filter(|item| item.stage == Stage::Sending && item.may(now)) {
            let Some(upload) = item.upload.clone() else { continue };
            for (number, part) in (1..).zip(&mut item.parts) {
                let is_due = match part.state {
                    PartState::Asked(..) => part.due <= now,
                    PartState::Sending(..) => part.stall == Stall::Ask,
                    _ => false,
                };
                if is_due && asked.len() < BATCH {
                    part.stall = Stall::Asking;
                    asked.push(((item.id, number), PartOf { upload: upload.clone(), number }));
                }
            }
        }
        if !asked.is_empty() {
            self.calls.ask = true;
            actions.push(Action::AskParts(asked));
        }
    }

    /// The server has said what it has of parts.
    pub(in crate::ui::app::uploads) fn asked(
        &mut self,
        now: f64,
        keys: &[(u32, u32)],
        answer: Result<Vec<Result<PartProgress, UploadProblem>>, Problem>,
    ) {
        self.calls.ask = false;
        let answers = match answer {
            Ok(answers) => answers.into_iter().map(Some).collect(),
            Err(Problem::NotSignedIn) => return self.sign_in(),
            // An older server does not know this call.
            Err(Problem::Outdated) => vec![Some(Ok(PartProgress::Absent)); keys.len()],
            Err(error) => {
                if error == Problem::Network {
                    self.suspect(now);
                }
                vec![None; keys.len()]
            }
        };
        for (key, answer) in keys.iter().zip(answers) {
            match answer {
                None | Some(Err(UploadProblem::Later { .. })) => self.is_told(now, *key, None),
                Some(Err(refusal)) => self.refused(now, key.0, refusal, Stage::Sending),
                Some(Ok(progress)) => self.is_told(now, *key, Some(progress)),
            }
        }
    }

    /// What the server has of a part; `None` if it did not say.
    fn is_told(&mut self, now: f64, (id, number): (u32, u32), progress: Option<PartProgress>) {
        let speed = self.concurrency.speed();
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return };
        let size = item.size_of(number);
        let Some(part) = item.part(number) else { return };
        let (whole, ended) = match &part.state {
            PartState::Sending(_, loaded) => (*loaded >= size, None),
            PartState::Asked(_, outcome, age) => (true, Some((outcome.clone(), *age))),
            _ => return,
        };
        if progress == Some(PartProgress::Arrived) {
            let (age, direct) = (now - part.since, part.direct);
            if let PartState::Sending(_, loaded) = part.state {
                let more = size.saturating_sub(loaded);
                (self.moved, item.moved) = (self.moved + more, item.moved + more);
                self.pending.push(Action::Stop { id, number });
            }
            if let Some(part) = item.part(number) {
                part.reset_tries();
                part.state = PartState::Arrived;
            }
            item.part_instead = None;
            self.concurrency.arrived(age, size, 1);
            self.reached(direct);
        } else if goes_on(part, now, progress, (whole && ended.is_none()).then(|| under_way(size, speed, part.tries))) {
            (part.stall, part.due) = (Stall::Patient(now + AGAIN), now + AGAIN);
        } else {
            part.stall = Stall::Lost;
            // A transfer that still runs is cancelled by the driver, which finds it lost.
            if let Some((outcome, age)) = ended {
                self.broke_off(now, (id, number), outcome, age);
                // It has just answered.
                self.network = Network::Up;
            }
        }
    }

    /// Begins a file anew in smaller parts, as for a way that takes `speed` bytes a second, if that loses nothing:
    /// something on the way has broken off its only part that was under way, none has arrived, and these parts are smaller.
    pub(super) fn begins_anew(&mut self, now: f64, id: u32, speed: u64) -> bool {
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return false };
        let Item { chosen, part_size, replaces, .. } = &*item;
        let any = PartLimits { most: u64::MAX, least: 1 };
        let wanted = upload::part_size(chosen.size, any, Some(speed));
        let smaller = wanted.is_some_and(|wanted| wanted < (*part_size).min(chosen.size));
        // Another page or computer may be sending parts of an upload that was resumed. Parts below the usual size were
        // chosen for a slow way already.
        if replaces.is_some() || chosen.resumes.is_some() || item.has_begun() || !smaller || *part_size < PART_SIZE {
            return false;
        }
        stop(item, &mut self.pending);
        self.to_abort.extend(item.upload.clone());
        self.abort_due = now;
        (item.replaces, item.part_size, item.parts) = (item.upload.take(), 0, Vec::new());
        (item.stage, item.tries, item.due, item.at_most) = (Stage::New, 0, now, Some(speed));
        true
    }
}

/// Whether a part still goes on, by what the server has of it. `under_way`: how long it may still be, if all of it has left
/// the browser and the transfer has not ended.
fn goes_on(part: &mut Part, now: f64, progress: Option<PartProgress>, under_way: Option<f64>) -> bool {
    let (bytes, longest) = match progress {
        Some(PartProgress::PassedOn { bytes }) => (bytes, PASSED_ON_LOST_AFTER),
        Some(PartProgress::Coming { bytes }) => (bytes, under_way.unwrap_or(0.0).max(COMING)),
        Some(PartProgress::Absent) => (0, under_way.unwrap_or(0.0)),
        Some(PartProgress::Arrived) | None => (0, PASSED_ON_LOST_AFTER),
    };
    if bytes > part.seen {
        (part.seen, part.grew) = (bytes, now);
    }
    now - part.grew < longest
}
