//! Decides what to do next: server calls in batches, and a limited number of reads and transfers over all files.

use std::mem;

use crate::model::id::UploadId;
use crate::model::upload::{BATCH, PART_SHA256, PartOf, PartToSign, SignedPart};
use crate::ui::app::uploads::queue::item::{Item, Stage};
use crate::ui::app::uploads::queue::part::PartState;
use crate::ui::app::uploads::queue::{Network, Queue};

/// How many parts are read in parallel.
const READING: usize = 4;
/// How many incomplete uploads this page has on the server at a time.
const OPEN: usize = 2 * BATCH;
/// How many bytes may be hashed ahead of sending, and how many signed.
const AHEAD: u64 = 64 << 20;
/// How many times in a row the store may fail to respond before parts are sent by way of the site.
const UNREACHED: u32 = 2;
/// How many parts may be hashed or signed ahead of sending.
const AHEAD_PARTS: usize = 2 * BATCH;

/// An action for the driver.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui::app::uploads) enum Action {
    /// Create the uploads of new files.
    Create(Vec<u32>),
    /// Create empty folders.
    MakeFolders(Vec<u32>),
    /// Query the status of these uploads.
    QueryStatus(Vec<(u32, UploadId)>),
    /// Hash a part.
    Hash {
        /// The file.
        id: u32,
        /// The part.
        number: u32,
        /// Where it starts and ends, in bytes.
        range: (u64, u64),
    },
    /// Sign parts.
    Sign(Vec<((u32, u32), PartToSign)>),
    /// Send a part.
    Send {
        /// The file.
        id: u32,
        /// The part.
        number: u32,
        /// Where it starts and ends, in bytes.
        range: (u64, u64),
        /// The address to send it to.
        to: SignedPart,
    },
    /// Ask the server what it has of parts that were sent and not answered.
    AskParts(Vec<((u32, u32), PartOf)>),
    /// Cancel the transfer of a part.
    Stop {
        /// The file.
        id: u32,
        /// The part.
        number: u32,
    },
    /// Complete these uploads.
    Complete(Vec<(u32, UploadId)>),
    /// Abort these uploads.
    Abort(Vec<UploadId>),
    /// Probe whether the site can be reached.
    Probe,
    /// The same, and whether it reaches the store.
    ProbeWithStore,
    /// Release the file itself, which is no longer needed.
    Forget(u32),
    /// Leave the page for the sign-in page.
    SignIn,
}

impl Queue {
    /// The actions to start now. Each one counts as pending until the driver reports its result.
    pub(in crate::ui::app::uploads) fn next(&mut self, now: f64) -> Vec<Action> {
        let mut actions = mem::take(&mut self.pending);
        if self.halted {
            return actions;
        }
        if self.network != Network::Up {
            if !self.calls.probe && now >= self.probe_due && self.is_busy() {
                self.calls.probe = true;
                let doubts_store = mem::take(&mut self.doubts_store);
                actions.push(if doubts_store { Action::ProbeWithStore } else { Action::Probe });
            }
            return actions;
        }
        if !self.to_abort.is_empty() && !self.calls.abort && now >= self.abort_due {
            self.calls.abort = true;
            let rest = self.to_abort.split_off(self.to_abort.len().min(BATCH));
            actions.push(Action::Abort(mem::replace(&mut self.to_abort, rest)));
        }
        self.complete(now, &mut actions);
        self.create(now, &mut actions);
        self.make_folders(now, &mut actions);
        if !self.calls.status {
            let asked = batch(&mut self.items, now, &Stage::StatusUnknown, &Stage::QueryingStatus);
            if !asked.is_empty() {
                self.calls.status = true;
                actions.push(Action::QueryStatus(asked));
            }
        }
        self.ask(now, &mut actions);
        self.send(now, &mut actions);
        self.sign(now, &mut actions);
        self.hash(now, &mut actions);
        actions
    }

    fn create(&mut self, now: f64, actions: &mut Vec<Action>) {
        let open = self.items.iter().filter(|item| item.is_open()).count();
        // Wait until a whole batch fits, so that small files are not created one by one.
        if self.calls.create || open + BATCH > OPEN {
            return;
        }
        let ids = self.start_creating(now, false);
        if !ids.is_empty() {
            self.calls.create = true;
            actions.push(Action::Create(ids));
        }
    }

    fn make_folders(&mut self, now: f64, actions: &mut Vec<Action>) {
        if self.calls.folders {
            return;
        }
        let ids = self.start_creating(now, true);
        if !ids.is_empty() {
            self.calls.folders = true;
            actions.push(Action::MakeFolders(ids));
        }
    }

    /// Takes new files, or new folders, for one call, and marks them as being created.
    fn start_creating(&mut self, now: f64, folders: bool) -> Vec<u32> {
        let Self { items, to_abort, calls, .. } = self;
        // A file that is begun anew waits until what its old upload had reserved is given back.
        let is_free = |item: &Item| match &item.replaces {
            Some(upload) => !calls.abort && !to_abort.contains(upload),
            None => true,
        };
        let is_new = |item: &&mut Item| {
            item.stage == Stage::New && item.chosen.is_folder == folders && item.may(now) && is_free(item)
        };
        let start = |item: &mut Item| {
            item.stage = Stage::Creating;
            item.id
        };
        items.iter_mut().filter(is_new).take(BATCH).map(start).collect()
    }

    fn complete(&mut self, now: f64, actions: &mut Vec<Action>) {
        for item in self.items.iter_mut().filter(|item| item.stage == Stage::Sending && item.has_arrived()) {
            item.stage = Stage::Arrived;
        }
        if self.calls.complete {
            return;
        }
        let arrived = batch(&mut self.items, now, &Stage::Arrived, &Stage::Completing);
        if !arrived.is_empty() {
            self.calls.complete = true;
            actions.push(Action::Complete(arrived));
        }
    }

    /// Has parts hashed: few at once, and of those to be sent no more ahead than [`AHEAD_PARTS`] and [`AHEAD`] allow.
    fn hash(&mut self, now: f64, actions: &mut Vec<Action>) {
        let (mut reading, mut ahead, mut bytes) = (0, 0, 0);
        for item in &self.items {
            reading += item.numbered(|state| matches!(state, PartState::Hashing | PartState::Comparing(_))).count();
            // Parts that are not being sent now may stay for long, and must not keep other files from being hashed.
            if item.paused || item.stage != Stage::Sending {
                continue;
            }
            let named = |state: &PartState| {
                matches!(state, PartState::Hashed(_) | PartState::Signing(_) | PartState::Signed(..))
            };
            for number in item.numbered(named) {
                (ahead, bytes) = (ahead + 1, bytes + item.size_of(number));
            }
        }
        for item in self.items.iter_mut().filter(|item| item.may(now)) {
            let compares = item.stage == Stage::Comparing;
            let numbers: Vec<u32> = match item.stage {
                Stage::Comparing => item.uncompared().take(READING).collect(),
                Stage::Sending => item.numbered(|state| *state == PartState::Missing).take(READING).collect(),
                _ => continue,
            };
            for number in numbers {
                if reading >= READING || (!compares && (ahead >= AHEAD_PARTS || bytes >= AHEAD)) {
                    return;
                }
                let (id, range) = (item.id, item.range(number));
                let Some(part) = item.part(number) else { continue };
                match &part.state {
                    PartState::Missing if part.due <= now => part.state = PartState::Hashing,
                    PartState::Uncompared(sum) => part.state = PartState::Comparing(sum.clone()),
                    _ => continue,
                }
                reading += 1;
                if !compares {
                    (ahead, bytes) = (ahead + 1, bytes + range.1 - range.0);
                }
                actions.push(Action::Hash { id, number, range });
            }
        }
    }

    fn sign(&mut self, now: f64, actions: &mut Vec<Action>) {
        if self.calls.sign {
            return;
        }
        let (mut stock, mut bytes) = (0, 0);
        for item in self.items.iter().filter(|item| item.stage == Stage::Sending && !item.paused) {
            for number in item.numbered(|state| matches!(state, PartState::Signed(..))) {
                (stock, bytes) = (stock + 1, bytes + item.size_of(number));
            }
        }
        let mut parts = Vec::new();
        for item in self.items.iter_mut().filter(|item| item.stage == Stage::Sending && item.may(now)) {
            let Some(upload) = item.upload.clone() else { continue };
            let numbers: Vec<u32> = item.numbered(|state| matches!(state, PartState::Hashed(_))).take(BATCH).collect();
            for number in numbers {
                if parts.len() >= BATCH || stock >= AHEAD_PARTS || bytes >= AHEAD {
                    break;
                }
                let (id, size) = (item.id, item.size_of(number));
                let Some(part) = item.part(number).filter(|part| part.due <= now) else { continue };
                let PartState::Hashed(sha256) = part.state.clone() else { continue };
                part.state = PartState::Signing(sha256.clone());
                (stock, bytes) = (stock + 1, bytes + size);
                parts.push(((id, number), PartToSign { upload: upload.clone(), number, sha256 }));
            }
        }
        if !parts.is_empty() {
            self.calls.sign = true;
            actions.push(Action::Sign(parts));
        }
    }

    fn send(&mut self, now: f64, actions: &mut Vec<Action>) {
        if now < self.send_due {
            return;
        }
        let mut sending = self.on_their_way();
        let most = self.concurrency.side_by_side();
        for item in self.items.iter_mut().filter(|item| item.stage == Stage::Sending && item.may(now)) {
            let numbers: Vec<u32> = item.numbered(|state| matches!(state, PartState::Signed(..))).collect();
            // The first part goes first and shows how large parts may be: a file begins anew in smaller ones only while none
            // has arrived (`begins_anew`), and a short last part would soon have.
            let is_first_new = item.parts.first().is_some_and(|part| part.since <= 0.0);
            if is_first_new && !item.has_begun() && numbers.first() != Some(&1) {
                continue;
            }
            for number in numbers {
                let (id, range) = (item.id, item.range(number));
                let Some(part) = item.part(number) else { continue };
                let PartState::Signed(sum, to, until) = part.state.clone() else { continue };
                if until <= now {
                    part.state = PartState::Hashed(sum);
                    continue;
                }
                if sending >= most {
                    return;
                }
                let instead =
                    to.instead.clone().filter(|_| self.unreached >= UNREACHED || part.tries + part.busy > UNREACHED);
                part.direct = to.instead.is_some() && instead.is_none();
                let to = match instead {
                    Some(url) => {
                        let headers = vec![(PART_SHA256.to_owned(), sum.to_string())];
                        SignedPart { url, headers, instead: None, arrived: false }
                    }
                    None => to,
                };
                part.start(now, sum, most == 1);
                sending += 1;
                actions.push(Action::Send { id, number, range, to });
            }
        }
    }
}

/// Takes files that are ready in a stage, as many as fit in one call, and moves them to the next stage.
fn batch(items: &mut [Item], now: f64, from: &Stage, to: &Stage) -> Vec<(u32, UploadId)> {
    let ready = items.iter_mut().filter(|item| item.stage == *from && item.may(now));
    ready
        .filter_map(|item| {
            let upload = item.upload.clone()?;
            item.stage = to.clone();
            Some((item.id, upload))
        })
        .take(BATCH)
        .collect()
}
