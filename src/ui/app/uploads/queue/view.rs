//! What the tray shows of the queue.

use crate::model::id::UploadId;
use crate::ui::app::uploads::queue::item::{Item, Stage};
use crate::ui::app::uploads::queue::part::PartState;
use crate::ui::app::uploads::queue::trouble::Trouble;
use crate::ui::app::uploads::queue::{Network, Queue};
use crate::ui::app::uploads::speed_meter::Speed;

/// The most rows in the tray; for the remaining files it shows their number only.
const ROWS: usize = 50;

/// The status of a file, as the tray shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Doing {
    /// It waits for others to be sent first.
    Waiting,
    /// The parts that have arrived are being compared with the file; this percentage is done.
    Comparing(u64),
    /// It is being sent.
    Sending,
    /// The network is down.
    Network,
    /// The site or its store is not accepting it at the moment.
    Site,
    /// Something on the way answers with this status instead of the site or its store.
    Instead(u16),
    /// A person has paused it.
    Paused,
    /// The server is assembling it.
    Finishing,
    /// It failed.
    Failed(Trouble),
    /// It is complete, but in these folders instead of the ones it was sent to.
    Elsewhere(Vec<String>),
}

impl Doing {
    /// Whether it waits for a condition that ends by itself.
    pub(in crate::ui) fn waits(&self) -> bool {
        matches!(self, Self::Network | Self::Site | Self::Instead(_))
    }
}

/// Why the bytes sent of a file stand still, or have become fewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Why {
    /// They have gone up, and are still passed on to where the site keeps them.
    PassedOn,
    /// Some of it broke off on the way and is sent again.
    BrokeOff,
    /// Something on the way ends long requests, so that it began anew in smaller parts.
    Smaller,
}

/// A file in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct TrayRow {
    /// Its id in this page's queue.
    pub id: u32,
    /// The file's name.
    pub name: String,
    /// The names of the folders above it inside a chosen folder.
    pub path: Vec<String>,
    /// Size in bytes.
    pub size: u64,
    /// Bytes sent.
    pub sent: u64,
    /// Its status.
    pub doing: Doing,
    /// Why the bytes sent stand still, or have become fewer.
    pub why: Option<Why>,
    /// Its speed, if several files are shown; a single file has the overall speed.
    pub estimate: Estimate,
}

/// Speed and remaining time; `None` while they cannot be estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct Estimate {
    /// Bytes per second.
    pub speed: Option<u64>,
    /// Remaining seconds.
    pub left: Option<u64>,
}

impl Estimate {
    fn of(speed: &Speed, left: u64) -> Self {
        Self { speed: speed.per_second(), left: speed.left(left) }
    }
}

/// All files together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct Totals {
    /// The number of files and folders.
    pub files: usize,
    /// How many of them are folders.
    pub folders: usize,
    /// How many are complete.
    pub done: usize,
    /// How many have failed.
    pub failed: usize,
    /// How many are paused.
    pub paused: usize,
    /// How many have failed and can be retried.
    pub again: usize,
    /// Bytes sent of all files that have not failed.
    pub sent: u64,
    /// Bytes of all files that have not failed.
    pub size: u64,
    /// The overall speed.
    pub estimate: Estimate,
    /// The site is not reached.
    pub offline: bool,
    /// Something on the way answers instead of the site.
    pub instead: bool,
}

impl Totals {
    /// How many are neither complete nor failed.
    pub(in crate::ui) fn open(&self) -> usize {
        self.files.saturating_sub(self.done + self.failed)
    }
}

/// What the tray shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct View {
    /// Files that are not complete, or not where they were sent to, in the order in which they were chosen; failed ones
    /// first.
    pub rows: Vec<TrayRow>,
    /// How many more there are.
    pub more: usize,
    /// The summary of all files.
    pub totals: Totals,
    /// The uploads this page is handling.
    pub uploads: Vec<UploadId>,
}

impl Queue {
    /// What the tray shows at this moment.
    pub(in crate::ui::app::uploads) fn view(&self, now: f64) -> View {
        let shown = self.items.iter().filter(|item| !item.cancelled);
        let several = shown.clone().nth(1).is_some();
        let open = || shown.clone().filter(|item| item.stage != Stage::Done || item.elsewhere.is_some());
        // What needs the person's attention comes first, so that it is visible.
        let over = open().filter(|item| item.is_over());
        let rows = over.chain(open().filter(|item| !item.is_over())).take(ROWS);
        let rows: Vec<TrayRow> = rows.map(|item| self.row(item, now, several)).collect();
        let more = open().count() - rows.len();
        let instead = self.instead().is_some();
        let mut totals = Totals { offline: self.is_down(), instead, ..Totals::default() };
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
                _ if item.is_stopped() => totals.paused += 1,
                _ => {}
            }
            totals.sent += item.sent(totals.offline);
            totals.size += item.chosen.size;
        }
        if totals.open() > totals.paused && !totals.offline {
            totals.estimate = Estimate::of(&self.speed, totals.size.saturating_sub(totals.sent));
        }
        if self.items.iter().any(|item| item.is_passed_on(now)) {
            // How fast bytes leave the browser says nothing here, but how fast parts have arrived does.
            let failed = |item: &&Item| matches!(item.stage, Stage::Failed(_));
            let arrived: u64 = self.items.iter().filter(|item| !failed(item)).map(|item| item.sent(true)).sum();
            let (speed, left) = (self.concurrency.speed(), totals.size.saturating_sub(arrived));
            totals.estimate = Estimate { speed, left: speed.map(|speed| left.div_ceil(speed.max(1))) };
        }
        View { rows, more, totals, uploads: self.uploads(now).cloned().collect() }
    }

    fn row(&self, item: &Item, now: f64, several: bool) -> TrayRow {
        let Item { id, chosen, .. } = item;
        let chosen = chosen.clone();
        let doing = self.doing(item, now);
        // Without the site, only acknowledged bytes count, since sending resumes from there.
        let sent = item.sent(matches!(doing, Doing::Network | Doing::Instead(_)));
        let estimate = if several && doing == Doing::Sending {
            Estimate::of(&item.speed, chosen.size.saturating_sub(sent))
        } else {
            Estimate::default()
        };
        let again = item.parts.iter().any(|part| part.tries + part.busy > 0 && part.state != PartState::Arrived);
        let why = if item.is_passed_on(now) {
            Some(Why::PassedOn)
        } else if sent < item.peak && item.replaces.is_some() {
            Some(Why::Smaller)
        } else {
            (again || sent < item.peak).then_some(Why::BrokeOff)
        };
        TrayRow { id: *id, name: chosen.name, path: chosen.path, size: chosen.size, sent, doing, why, estimate }
    }

    /// The status by which something on the way answers in the site's place.
    fn instead(&self) -> Option<u16> {
        if let Network::Down { instead, .. } = self.network { instead } else { None }
    }

    fn doing(&self, item: &Item, now: f64) -> Doing {
        let waits = item.due > now || item.parts.iter().any(|part| part.due > now);
        match (&item.stage, item.instead()) {
            (Stage::Failed(trouble), _) => Doing::Failed(trouble.clone()),
            (Stage::Done, _) => Doing::Elsewhere(item.elsewhere.clone().unwrap_or_default()),
            _ if item.is_stopped() => Doing::Paused,
            _ if self.is_down() => self.instead().map_or(Doing::Network, Doing::Instead),
            (Stage::Sending, _) if item.is_sending() || item.is_passed_on(now) => Doing::Sending,
            // Also while it is being tried again, so that the words do not come and go.
            (_, Some(status)) => Doing::Instead(status),
            (Stage::New | Stage::Creating, _) if item.replaces.is_some() && item.due <= now => Doing::Sending,
            _ if self.is_finishing(item) => Doing::Finishing,
            _ if waits => Doing::Site,
            (Stage::StatusUnknown | Stage::QueryingStatus | Stage::Comparing, _) => {
                Doing::Comparing(item.compared_percent())
            }
            (Stage::Sending, _) if item.sent(false) > 0 || item.replaces.is_some() => Doing::Sending,
            _ => Doing::Waiting,
        }
    }
}
