//! What the tray shows of the queue.

use super::item::{Item, PartState, Stage, Trouble};
use super::{Network, Queue};
use crate::model::id::UploadId;

/// The most rows that the tray shows; what is further down says only how many it is.
const ROWS: usize = 50;

/// What is going on with a file, as people are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Doing {
    /// Its turn is still to come.
    Waiting,
    /// What has arrived is compared with the file: so many percent of it.
    Comparing(u64),
    /// It is being sent.
    Sending,
    /// There is no network.
    Network,
    /// The site or its store does not take it at the moment.
    Site,
    /// A person has stopped it.
    Paused,
    /// The server puts it together.
    Finishing,
    /// It is not kept.
    Failed(Trouble),
}

impl Doing {
    /// Whether it waits for something that comes back by itself.
    pub(in crate::ui) fn waits(&self) -> bool {
        matches!(self, Self::Network | Self::Site)
    }
}

/// A file in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Row {
    /// Names it in this page.
    pub id: u32,
    /// The file's name.
    pub name: String,
    /// The folders above it, of a folder that was chosen.
    pub path: Vec<String>,
    /// Size in bytes.
    pub size: u64,
    /// Bytes that have gone.
    pub sent: u64,
    /// What is going on.
    pub doing: Doing,
}

/// All files together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct Totals {
    /// How many there are.
    pub files: usize,
    /// How many of them are folders.
    pub folders: usize,
    /// How many are kept.
    pub done: usize,
    /// How many are not kept.
    pub failed: usize,
    /// How many a person has stopped.
    pub paused: usize,
    /// How many could be tried again.
    pub again: usize,
    /// Bytes that have gone, of what is kept or on its way.
    pub sent: u64,
    /// Bytes of what is kept or on its way.
    pub size: u64,
    /// Bytes a second.
    pub speed: Option<u64>,
    /// Seconds that are left.
    pub left: Option<u64>,
    /// There is no network.
    pub offline: bool,
}

impl Totals {
    /// Files that are not over.
    pub(in crate::ui) fn open(&self) -> usize {
        self.files.saturating_sub(self.done + self.failed)
    }
}

/// What the tray shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct View {
    /// The files that are not kept yet, in the order in which they were chosen.
    pub rows: Vec<Row>,
    /// How many more there are.
    pub more: usize,
    /// All of them together.
    pub totals: Totals,
    /// The uploads that this page has in its hands.
    pub uploads: Vec<UploadId>,
}

impl Queue {
    /// What the tray shows at this moment.
    pub(in crate::ui::uploads) fn view(&self, now: f64) -> View {
        let shown = self.items.iter().filter(|item| !item.gone);
        let open = || shown.clone().filter(|item| item.stage != Stage::Done);
        // What needs a person comes first, so that it is not lost below.
        let failed = open().filter(|item| item.is_over());
        let rows: Vec<Row> =
            failed.chain(open().filter(|item| !item.is_over())).take(ROWS).map(|item| self.row(item, now)).collect();
        let more = open().count() - rows.len();
        let mut totals = Totals { offline: matches!(self.network, Network::Down { .. }), ..Totals::default() };
        for item in shown {
            totals.files += 1;
            totals.folders += usize::from(item.chosen.is_folder);
            match &item.stage {
                Stage::Done => totals.done += 1,
                Stage::Failed(trouble) => {
                    totals.failed += 1;
                    totals.again += usize::from(trouble.may_be_tried_again());
                    continue;
                }
                _ if item.paused => totals.paused += 1,
                _ => {}
            }
            totals.sent += item.sent(totals.offline);
            totals.size += item.chosen.size;
        }
        if totals.open() > totals.paused && !totals.offline {
            totals.speed = self.speed.per_second();
            totals.left = self.speed.left(totals.size.saturating_sub(totals.sent));
        }
        View { rows, more, totals, uploads: self.uploads().cloned().collect() }
    }

    fn row(&self, item: &Item, now: f64) -> Row {
        let Item { id, chosen, .. } = item;
        let chosen = chosen.clone();
        let doing = self.doing(item, now);
        // It goes on from what is certain.
        let sent = item.sent(doing == Doing::Network);
        Row { id: *id, name: chosen.name, path: chosen.path, size: chosen.size, sent, doing }
    }

    fn doing(&self, item: &Item, now: f64) -> Doing {
        let waits = item.due > now || item.parts.iter().any(|part| part.due > now);
        let moves = |state: &PartState| matches!(state, PartState::Sending(..));
        match &item.stage {
            Stage::Failed(trouble) => Doing::Failed(trouble.clone()),
            _ if item.paused => Doing::Paused,
            _ if matches!(self.network, Network::Down { .. }) => Doing::Network,
            Stage::Sending if item.numbered(moves).next().is_some() => Doing::Sending,
            Stage::Completing => Doing::Finishing,
            Stage::Arrived if item.tries == 0 => Doing::Finishing,
            _ if waits => Doing::Site,
            Stage::Unasked | Stage::Asking | Stage::Comparing => Doing::Comparing(item.compared_percent()),
            Stage::Sending if item.sent(false) > 0 => Doing::Sending,
            Stage::Arrived => Doing::Finishing,
            _ => Doing::Waiting,
        }
    }
}
