//! What is to be done next: calls in batches, a few reads and a few parts at a time over all files.

use std::mem;

use crate::model::id::UploadId;
use crate::model::upload::{BATCH, PART_SHA256, PartToSign, SignedPart};
use crate::ui::app::uploads::queue::item::{Item, Stage};
use crate::ui::app::uploads::queue::part::PartState;
use crate::ui::app::uploads::queue::{Network, Queue};

/// Parts that are sent side by side, over all files.
const SENDING: usize = 4;
/// Parts that are read side by side.
const READING: usize = 4;
/// Uploads that are open at the server at a time.
const OPEN: usize = 2 * BATCH;
/// Bytes that may be read ahead of sending, and as many that may be signed ahead.
const AHEAD: u64 = 64 << 20;
/// How often in a row the store may give no answer before parts go through the site.
const UNREACHED: u32 = 2;
/// Parts that may be read or signed ahead of sending.
const AHEAD_PARTS: usize = 2 * BATCH;

/// Something that the driver does.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui::app::uploads) enum Action {
    /// Tell the server of new files.
    Create(Vec<u32>),
    /// Tell the server of folders that no file is in.
    MakeFolders(Vec<u32>),
    /// Ask what has arrived of these.
    Ask(Vec<(u32, UploadId)>),
    /// Read a part and name its content.
    Hash {
        /// The file.
        id: u32,
        /// The part.
        number: u32,
        /// Where it begins and ends.
        range: (u64, u64),
    },
    /// Ask where to send parts.
    Sign(Vec<((u32, u32), PartToSign)>),
    /// Send a part.
    Send {
        /// The file.
        id: u32,
        /// The part.
        number: u32,
        /// Where it begins and ends.
        range: (u64, u64),
        /// Where to.
        to: SignedPart,
    },
    /// Break off sending a part.
    Stop {
        /// The file.
        id: u32,
        /// The part.
        number: u32,
    },
    /// Have files made of these.
    Complete(Vec<(u32, UploadId)>),
    /// Have these given up.
    Abort(Vec<UploadId>),
    /// Ask whether the site can be reached.
    Probe,
    /// The file itself is no longer needed.
    Forget(u32),
    /// Go and sign in.
    SignIn,
}

impl Queue {
    /// What can be done now. Each action is under way from here on, until the driver says how it ended.
    pub(in crate::ui::app::uploads) fn next(&mut self, now: f64) -> Vec<Action> {
        let mut actions = mem::take(&mut self.pending);
        if self.halted {
            return actions;
        }
        if self.network != Network::Up {
            if !self.calls.probe && now >= self.probe_due && self.is_busy() {
                self.calls.probe = true;
                actions.push(Action::Probe);
            }
            return actions;
        }
        if !self.doomed.is_empty() && !self.calls.abort && now >= self.doomed_due {
            self.calls.abort = true;
            let rest = self.doomed.split_off(self.doomed.len().min(BATCH));
            actions.push(Action::Abort(mem::replace(&mut self.doomed, rest)));
        }
        self.complete(now, &mut actions);
        self.create(now, &mut actions);
        self.make_folders(now, &mut actions);
        if !self.calls.ask {
            let asked = batch(&mut self.items, now, &Stage::Unasked, &Stage::Asking);
            if !asked.is_empty() {
                self.calls.ask = true;
                actions.push(Action::Ask(asked));
            }
        }
        self.send(now, &mut actions);
        self.sign(now, &mut actions);
        self.hash(now, &mut actions);
        actions
    }

    fn create(&mut self, now: f64, actions: &mut Vec<Action>) {
        let open = self.items.iter().filter(|item| item.is_open()).count();
        // Room for a whole batch, so that small files do not go one by one.
        if self.calls.create || open + BATCH > OPEN {
            return;
        }
        let ids = self.begin(now, false);
        if !ids.is_empty() {
            self.calls.create = true;
            actions.push(Action::Create(ids));
        }
    }

    fn make_folders(&mut self, now: f64, actions: &mut Vec<Action>) {
        if self.calls.folders {
            return;
        }
        let ids = self.begin(now, true);
        if !ids.is_empty() {
            self.calls.folders = true;
            actions.push(Action::MakeFolders(ids));
        }
    }

    /// New files, or new folders, as many as go in one call; the server is being told of them from here on.
    fn begin(&mut self, now: f64, folders: bool) -> Vec<u32> {
        let is_new = |item: &&mut Item| item.stage == Stage::New && item.chosen.is_folder == folders && item.may(now);
        let begin = |item: &mut Item| {
            item.stage = Stage::Creating;
            item.id
        };
        self.items.iter_mut().filter(is_new).take(BATCH).map(begin).collect()
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

    fn hash(&mut self, now: f64, actions: &mut Vec<Action>) {
        let (mut reading, mut ahead, mut bytes) = (0, 0, 0);
        for item in &self.items {
            reading += item.numbered(|state| matches!(state, PartState::Hashing | PartState::Comparing(_))).count();
            // What is not being sent may lie for long, and keeps no other file from being read.
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
                Stage::Comparing => item.unlike().take(READING).collect(),
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
                    PartState::Unlike(sum) => part.state = PartState::Comparing(sum.clone()),
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
        let count = |item: &Item| item.numbered(|state| matches!(state, PartState::Sending(..))).count();
        let mut sending: usize = self.items.iter().map(count).sum();
        for item in self.items.iter_mut().filter(|item| item.stage == Stage::Sending && item.may(now)) {
            let numbers: Vec<u32> = item.numbered(|state| matches!(state, PartState::Signed(..))).collect();
            for number in numbers {
                if sending >= SENDING {
                    return;
                }
                let (id, range) = (item.id, item.range(number));
                let Some(part) = item.part(number) else { continue };
                let PartState::Signed(sum, to, until) = part.state.clone() else { continue };
                if until <= now {
                    part.state = PartState::Hashed(sum);
                    continue;
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
                part.state = PartState::Sending(sum, 0);
                sending += 1;
                actions.push(Action::Send { id, number, range, to });
            }
        }
    }
}

/// The files in a stage that may go on, as many as go in one call; they are in the next stage from here on.
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
