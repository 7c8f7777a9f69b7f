//! What the tray shows of the queue.

use crate::model::id::UploadId;
use crate::ui::app::uploads::queue::item::{Item, Stage, Trouble};
use crate::ui::app::uploads::queue::{Network, Queue};
use crate::ui::app::uploads::speed_meter::Speed;

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
    /// It is kept, but in these folders instead of its own.
    Elsewhere(Vec<String>),
}

impl Doing {
    /// Whether it waits for something that comes back by itself.
    pub(in crate::ui) fn waits(&self) -> bool {
        matches!(self, Self::Network | Self::Site)
    }
}

/// A file in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct TrayRow {
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
    /// How fast it goes, where several files are shown: one alone goes as fast as all together.
    pub pace: Pace,
}

/// How fast something goes; nothing of it where that cannot be said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct Pace {
    /// Bytes a second.
    pub speed: Option<u64>,
    /// Seconds that are left.
    pub left: Option<u64>,
}

impl Pace {
    fn of(speed: &Speed, left: u64) -> Self {
        Self { speed: speed.per_second(), left: speed.left(left) }
    }
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
    /// How fast all of it goes.
    pub pace: Pace,
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
    /// The files that are not kept yet, or not where they were sent to, in the order in which they were chosen.
    pub rows: Vec<TrayRow>,
    /// How many more there are.
    pub more: usize,
    /// All of them together.
    pub totals: Totals,
    /// The uploads that this page has in its hands.
    pub uploads: Vec<UploadId>,
}

impl Queue {
    /// What the tray shows at this moment.
    pub(in crate::ui::app::uploads) fn view(&self, now: f64) -> View {
        let shown = self.items.iter().filter(|item| !item.gone);
        let several = shown.clone().nth(1).is_some();
        let open = || shown.clone().filter(|item| item.stage != Stage::Done || item.elsewhere.is_some());
        // What needs a person comes first, so that it is not lost below.
        let over = open().filter(|item| item.is_over());
        let rows = over.chain(open().filter(|item| !item.is_over())).take(ROWS);
        let rows: Vec<TrayRow> = rows.map(|item| self.row(item, now, several)).collect();
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
                _ if item.is_stopped() => totals.paused += 1,
                _ => {}
            }
            totals.sent += item.sent(totals.offline);
            totals.size += item.chosen.size;
        }
        if totals.open() > totals.paused && !totals.offline {
            totals.pace = Pace::of(&self.speed, totals.size.saturating_sub(totals.sent));
        }
        View { rows, more, totals, uploads: self.uploads(now).cloned().collect() }
    }

    fn row(&self, item: &Item, now: f64, several: bool) -> TrayRow {
        let Item { id, chosen, .. } = item;
        let chosen = chosen.clone();
        let doing = self.doing(item, now);
        // It goes on from what is certain.
        let sent = item.sent(doing == Doing::Network);
        let pace = if several && doing == Doing::Sending {
            Pace::of(&item.speed, chosen.size.saturating_sub(sent))
        } else {
            Pace::default()
        };
        TrayRow { id: *id, name: chosen.name, path: chosen.path, size: chosen.size, sent, doing, pace }
    }

    fn doing(&self, item: &Item, now: f64) -> Doing {
        let waits = item.due > now || item.parts.iter().any(|part| part.due > now);
        match &item.stage {
            Stage::Failed(trouble) => Doing::Failed(trouble.clone()),
            Stage::Done => Doing::Elsewhere(item.elsewhere.clone().unwrap_or_default()),
            _ if item.is_stopped() => Doing::Paused,
            _ if matches!(self.network, Network::Down { .. }) => Doing::Network,
            Stage::Sending if item.is_sending() => Doing::Sending,
            _ if self.is_finishing(item) => Doing::Finishing,
            _ if waits => Doing::Site,
            Stage::Unasked | Stage::Asking | Stage::Comparing => Doing::Comparing(item.compared_percent()),
            Stage::Sending if item.sent(false) > 0 => Doing::Sending,
            _ => Doing::Waiting,
        }
    }
}
