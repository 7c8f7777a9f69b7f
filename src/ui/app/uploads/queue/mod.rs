//! The upload queue as a state machine: the chosen files, their progress and their errors. `plan.rs` decides the next
//! actions, `answers.rs`, `part_answers.rs`, `part_failures.rs` and `waiting.rs` handle their results, `choices.rs` the
//! person's commands; `driver.rs` connects the queue to the browser. No browser API and no clock here: times are passed
//! in, in milliseconds.

mod answers;
mod choices;
mod concurrency;
mod item;
mod network;
mod part;
mod part_answers;
mod part_failures;
mod plan;
mod trouble;
mod view;
mod waiting;

#[cfg(test)]
mod tests;

pub(in crate::ui) use item::{Chosen, Resumed};
pub(in crate::ui) use trouble::Trouble;
pub(in crate::ui) use view::{Doing, Estimate, Totals, TrayRow, View, Why};

pub(super) use plan::Action;

use crate::model::id::UploadId;
use crate::model::upload::{NewFolder, NewUpload};
use crate::ui::app::uploads::queue::concurrency::Concurrency;
use crate::ui::app::uploads::queue::item::{Item, Stage};
use crate::ui::app::uploads::queue::part::{Part, PartState};
use crate::ui::app::uploads::speed_meter::Speed;

/// What is known about the connection to the site.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Network {
    Up,
    /// A request got no response; a probe is to show whether the network is down.
    Suspect,
    /// The network is down, or something on the way answers in the site's place, with this status. Probes are repeated
    /// until one succeeds.
    Down {
        tries: u32,
        instead: Option<u16>,
    },
}

/// What became of a probe of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probed {
    /// The site responds.
    Up,
    /// The site responds, and says that it can store nothing now: mostly because its store is away.
    WithoutStore,
    /// Something on the way responds in its place, with this status.
    OnTheWay(u16),
    /// There is no response.
    NoAnswer,
}

/// How sending a part ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TransferOutcome {
    /// A response of Holdall or the store with this status.
    Status(u16),
    /// A response with this status by something on the way, such as a proxy.
    OnTheWay(u16),
    /// The store refuses the part.
    StoreRefused {
        /// The store's code for the reason.
        code: String,
        /// Whether it may be taken later: the address may have been too old, or the site's access to the store is wrong.
        again: bool,
    },
    /// No response: the connection broke.
    NoAnswer,
    /// The site has no response of the store: the connection between them broke.
    BrokeBehind,
    /// It made no progress for too long, and was cancelled.
    Stalled,
    /// The browser could not read the file.
    Unreadable,
}

/// Which server calls are pending: at most one of each kind, so that items that become ready meanwhile share the next
/// call.
#[derive(Clone, Copy, Debug, Default)]
struct Calls {
    create: bool,
    folders: bool,
    status: bool,
    sign: bool,
    ask: bool,
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
    /// Whether the next probe is to say if the site can store anything.
    doubts_store: bool,
    /// How many parts in a row were answered, but not taken.
    refusals: u32,
    /// How many of these did not ask to wait.
    denials: u32,
    /// After such an answer no part is sent before this time.
    send_due: f64,
    /// How many times in a row the store did not respond although the site did.
    unreached: u32,
    concurrency: Concurrency,
    /// The number of parts sent by way of the site instead of to the store.
    detours: u32,
    /// The session has ended, so everything has stopped.
    halted: bool,
    /// Uploads to abort on the server.
    to_abort: Vec<UploadId>,
    abort_due: f64,
    calls: Calls,
    pending: Vec<Action>,
    /// Bytes sent since the page was loaded, to measure the speed.
    moved: u64,
    speed: Speed,
    random: u32,
}

impl Queue {
    /// An empty queue; `seed` makes its retry delays differ from those of other pages.
    pub(super) fn new(seed: u32) -> Self {
        Self {
            items: Vec::new(),
            next_id: 0,
            network: Network::Up,
            probe_due: 0.0,
            doubts_store: false,
            refusals: 0,
            denials: 0,
            send_due: 0.0,
            unreached: 0,
            concurrency: Concurrency::default(),
            detours: 0,
            halted: false,
            to_abort: Vec::new(),
            abort_due: 0.0,
            calls: Calls::default(),
            pending: Vec::new(),
            moved: 0,
            speed: Speed::default(),
            random: seed | 1,
        }
    }

    /// Adds a file and returns its id in this queue. If every file before it is over, the successful ones are removed,
    /// except those that ended up in another folder.
    pub(super) fn add(&mut self, chosen: Chosen) -> u32 {
        if self.items.iter().all(Item::is_over) {
            self.items.retain(|item| item.stage != Stage::Done || item.elsewhere.is_some());
        }
        let id = self.next_id;
        self.next_id += 1;
        self.items.push(Item::new(id, chosen));
        id
    }

    /// Adds a file that the browser cannot read, so that the tray reports it.
    pub(super) fn add_unreadable(&mut self, chosen: Chosen) {
        let id = self.add(chosen);
        self.fail(id, Trouble::Unreadable);
    }

    /// The files in the form the server expects, each with whether an earlier call may have created its upload already.
    pub(super) fn new_uploads(&self, ids: &[u32]) -> Vec<(NewUpload, bool)> {
        let find = |id: &u32| self.items.iter().find(|item| item.id == *id);
        let speed = self.concurrency.speed();
        ids.iter().filter_map(find).map(|item| (item.as_new_upload(speed), item.tries > 0)).collect()
    }

    /// The folders in the form the server expects.
    pub(super) fn new_folders(&self, ids: &[u32]) -> Vec<NewFolder> {
        let find = |id: &u32| self.items.iter().find(|item| item.id == *id);
        ids.iter().filter_map(find).map(Item::as_new_folder).collect()
    }

    /// The uploads this page is handling, and those completed a moment ago: a list of incomplete uploads that was
    /// requested earlier may still contain them.
    pub(super) fn uploads(&self, now: f64) -> impl Iterator<Item = &UploadId> {
        let ours = move |item: &&Item| match &item.stage {
            Stage::Failed(trouble) => trouble.may_be_tried_again(),
            Stage::Done => item.due > now,
            _ => true,
        };
        self.items.iter().filter(ours).filter_map(|item| item.upload.as_ref()).chain(&self.to_abort)
    }

    /// Takes a sample for the speed meters.
    pub(super) fn tick(&mut self, now: f64) {
        let mut sending = false;
        for item in &mut self.items {
            item.peak = item.peak.max(item.sent(false));
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

    /// Whether uploads are in progress, so that the page should not be closed.
    pub(super) fn is_running(&self) -> bool {
        !self.halted && self.items.iter().any(|item| !item.is_over() && !item.paused && !item.cancelled)
    }

    /// Whether the queue is still to be run periodically.
    pub(super) fn is_busy(&self) -> bool {
        !self.halted && (self.is_running() || !self.to_abort.is_empty() || self.items.iter().any(|item| item.cancelled))
    }

    /// Whether the server is probably assembling the file, so that it can be neither paused nor cancelled.
    fn is_finishing(&self, item: &Item) -> bool {
        let finishing = item.stage == Stage::Completing || (item.stage == Stage::Arrived && item.tries == 0);
        finishing && !matches!(self.network, Network::Down { .. })
    }

    /// Whether the bytes of a part that were read to hash it are still to be sent.
    pub(super) fn holds(&self, id: u32, number: u32) -> bool {
        let item = self.items.iter().find(|item| item.id == id && !item.paused && !item.is_over());
        let at = number.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        let part = item.zip(at).and_then(|(item, at)| item.parts.get(at));
        part.is_some_and(Part::is_on_its_way)
    }

    /// Whether a part counts as being sent.
    pub(super) fn is_sending(&self, id: u32, number: u32) -> bool {
        let item = self.items.iter().find(|item| item.id == id);
        item.is_some_and(|item| item.numbered(|state| matches!(state, PartState::Sending(..))).any(|at| at == number))
    }

    /// Whether the network is known to be down.
    pub(super) fn is_down(&self) -> bool {
        matches!(self.network, Network::Down { .. })
    }

    fn ids(&self) -> Vec<u32> {
        self.items.iter().map(|item| item.id).collect()
    }

    /// A number from 0 to 1 (xorshift): random enough to keep pages from retrying in step.
    fn random(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        f64::from(self.random) / f64::from(u32::MAX)
    }

    /// Marks a file as failed.
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

/// Cancels the transfers of a file's parts.
fn stop(item: &mut Item, pending: &mut Vec<Action>) {
    for (number, part) in (1..).zip(&mut item.parts) {
        if let PartState::Sending(sum, _) = &part.state {
            part.state = PartState::Hashed(sum.clone());
            pending.push(Action::Stop { id: item.id, number });
        }
    }
}
