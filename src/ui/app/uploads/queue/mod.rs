//! The queue of uploads as a machine: what was chosen, how far it is, and what happened to it. What is to be done next
//! stands in `plan.rs`, what comes of it in `answers.rs` and `part_answers.rs`, and what people do to it in `choices.rs`;
//! `driver.rs` is between the machine and the browser. No browser and no clock here: moments are given, in milliseconds.

mod answers;
mod choices;
mod item;
mod network;
mod part;
mod part_answers;
mod plan;
mod view;

#[cfg(test)]
mod tests;

pub(in crate::ui) use item::{Chosen, Resumed, Trouble};
pub(in crate::ui) use view::{Doing, Pace, Totals, TrayRow, View};

pub(super) use plan::Action;

use crate::model::id::UploadId;
use crate::model::upload::{NewFolder, NewUpload};
use crate::ui::app::uploads::queue::item::{Item, Stage};
use crate::ui::app::uploads::queue::part::PartState;
use crate::ui::app::uploads::speed_meter::Speed;

/// What is known of the way to the server.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Network {
    Up,
    /// Something got no answer; whether it is the network is being asked.
    Suspect,
    /// There is none. It is asked again and again.
    Down {
        tries: u32,
    },
}

/// How sending a part ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TransferOutcome {
    /// An answer with this status.
    Status(u16),
    /// No answer.
    NoAnswer,
    /// The browser could not read the file.
    Unreadable,
}

/// Which calls are under way: one of a kind at a time, so that whatever gathers meanwhile goes in the next.
#[derive(Clone, Copy, Debug, Default)]
struct Calls {
    create: bool,
    folders: bool,
    ask: bool,
    sign: bool,
    complete: bool,
    abort: bool,
    probe: bool,
}

/// The files of this page, in the order in which they were chosen.
#[derive(Debug)]
pub(super) struct Queue {
    items: Vec<Item>,
    next_id: u32,
    network: Network,
    probe_due: f64,
    /// How often in a row the store gave no answer, though the site did.
    unreached: u32,
    /// Parts that went through the site instead of to the store.
    detours: u32,
    /// Nobody is signed in any more: nothing goes on.
    halted: bool,
    /// Uploads that the server is to give up.
    doomed: Vec<UploadId>,
    doomed_due: f64,
    calls: Calls,
    pending: Vec<Action>,
    /// Bytes that have gone since the page began, for the speed.
    moved: u64,
    speed: Speed,
    random: u32,
}

impl Queue {
    /// An empty queue; `seed` makes its waits unlike those of other pages.
    pub(super) fn new(seed: u32) -> Self {
        Self {
            items: Vec::new(),
            next_id: 0,
            network: Network::Up,
            probe_due: 0.0,
            unreached: 0,
            detours: 0,
            halted: false,
            doomed: Vec::new(),
            doomed_due: 0.0,
            calls: Calls::default(),
            pending: Vec::new(),
            moved: 0,
            speed: Speed::default(),
            random: seed | 1,
        }
    }

    /// Adds a file and says what it is called here. Where all was over, what is kept where it was sent to leaves the tray.
    pub(super) fn add(&mut self, chosen: Chosen) -> u32 {
        if self.items.iter().all(Item::is_over) {
            self.items.retain(|item| item.stage != Stage::Done || item.elsewhere.is_some());
        }
        let id = self.next_id;
        self.next_id += 1;
        self.items.push(Item::new(id, chosen));
        id
    }

    /// Adds a file that the browser cannot read, so that it is said.
    pub(super) fn add_unreadable(&mut self, chosen: Chosen) {
        let id = self.add(chosen);
        self.fail(id, Trouble::Unreadable);
    }

    /// The files as the server is told of them, and whether it may have been told before.
    pub(super) fn new_uploads(&self, ids: &[u32]) -> Vec<(NewUpload, bool)> {
        let find = |id: &u32| self.items.iter().find(|item| item.id == *id);
        ids.iter().filter_map(find).map(|item| (item.as_new_upload(), item.tries > 0)).collect()
    }

    /// The folders as the server is told of them.
    pub(super) fn new_folders(&self, ids: &[u32]) -> Vec<NewFolder> {
        let find = |id: &u32| self.items.iter().find(|item| item.id == *id);
        ids.iter().filter_map(find).map(Item::as_new_folder).collect()
    }

    /// The uploads that this page has in its hands, and those that have become files a moment ago: a list that was asked
    /// for before that has them still.
    pub(super) fn uploads(&self, now: f64) -> impl Iterator<Item = &UploadId> {
        let ours = move |item: &&Item| match &item.stage {
            Stage::Failed(trouble) => trouble.may_be_tried_again(),
            Stage::Done => item.due > now,
            _ => true,
        };
        self.items.iter().filter(ours).filter_map(|item| item.upload.as_ref()).chain(&self.doomed)
    }

    /// Takes a moment's sample for the speeds.
    pub(super) fn tick(&mut self, now: f64) {
        let mut sending = false;
        for item in &mut self.items {
            if item.is_sending() {
                item.speed.sample(now, item.moved);
                sending = true;
            } else {
                item.speed.rest();
            }
        }
        if sending {
            self.speed.sample(now, self.moved);
        } else {
            self.speed.rest();
        }
    }

    /// Whether something goes on by itself: the page had better stay.
    pub(super) fn is_running(&self) -> bool {
        !self.halted && self.items.iter().any(|item| !item.is_over() && !item.paused && !item.gone)
    }

    /// Whether there is anything to wait for.
    pub(super) fn is_busy(&self) -> bool {
        !self.halted && (self.is_running() || !self.doomed.is_empty() || self.items.iter().any(|item| item.gone))
    }

    /// Whether the server is putting a file together, as far as that can be known: nothing is to be done about it.
    fn is_finishing(&self, item: &Item) -> bool {
        let finishing = item.stage == Stage::Completing || (item.stage == Stage::Arrived && item.tries == 0);
        finishing && !matches!(self.network, Network::Down { .. })
    }

    fn ids(&self) -> Vec<u32> {
        self.items.iter().map(|item| item.id).collect()
    }

    /// From 0 to 1; xorshift, good enough to keep pages out of step.
    fn random(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        f64::from(self.random) / f64::from(u32::MAX)
    }

    /// Ends a file that cannot go on.
    fn fail(&mut self, id: u32, trouble: Trouble) {
        if let Some(item) = self.items.iter_mut().find(|item| item.id == id) {
            stop(item, &mut self.pending);
            if trouble == Trouble::Gone {
                (item.upload, item.part_size, item.parts) = (None, 0, Vec::new());
            }
            (item.stage, item.paused) = (Stage::Failed(trouble), false);
        }
    }
}

/// Breaks off whatever of a file is on its way.
fn stop(item: &mut Item, pending: &mut Vec<Action>) {
    for (number, part) in (1..).zip(&mut item.parts) {
        if let PartState::Sending(sum, _) = &part.state {
            part.state = PartState::Hashed(sum.clone());
            pending.push(Action::Stop { id: item.id, number });
        }
    }
}
