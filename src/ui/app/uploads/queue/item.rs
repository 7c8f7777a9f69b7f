//! One file in the queue: its stages, and what the states of its parts (`part.rs`) mean for it.

use crate::model::id::{EntryId, UploadId};
use crate::model::upload::{NewFolder, NewUpload, Upload, parts, size_of_part};
use crate::ui::app::uploads::queue::part::{Part, PartState, Stall};
use crate::ui::app::uploads::queue::trouble::Trouble;
use crate::ui::app::uploads::speed_meter::Speed;

/// How long after a part was sent the tray says that it has not arrived yet, in milliseconds.
const SHOWN_AS_PASSED_ON_AFTER: f64 = 15_000.0;

/// A file or folder that a person has chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct Chosen {
    /// The file's name.
    pub name: String,
    /// The names of the folders above it inside a chosen folder.
    pub path: Vec<String>,
    /// Size in bytes.
    pub size: u64,
    /// When it was last modified: milliseconds since 1970.
    pub modified_ms: i64,
    /// The folder to upload into; `None` is the account's root.
    pub folder: Option<EntryId>,
    /// It is an empty folder, which must be created on its own.
    pub is_folder: bool,
    /// The incomplete upload to resume with this file.
    pub resumes: Option<Resumed>,
}

/// An incomplete upload that a file is to resume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Resumed {
    /// The upload.
    pub upload: UploadId,
    /// The name of the file that was picked for it; the upload's own, if the two differ only in how they are composed.
    pub picked: String,
}

/// The stage of a file's upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The server does not know the file yet.
    New,
    /// The upload is being created.
    Creating,
    /// It resumes an upload whose status has not been queried yet.
    StatusUnknown,
    /// The status is being queried.
    QueryingStatus,
    /// The parts that have arrived are being compared with the file.
    Comparing,
    /// Parts are being sent.
    Sending,
    /// All parts have arrived.
    Arrived,
    /// The server is assembling the parts.
    Completing,
    /// The file is complete.
    Done,
    /// The upload failed.
    Failed(Trouble),
}

/// A file in the queue.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub id: u32,
    pub chosen: Chosen,
    pub upload: Option<UploadId>,
    pub part_size: u64,
    pub parts: Vec<Part>,
    pub stage: Stage,
    pub paused: bool,
    /// It was cancelled while its upload was being created.
    pub cancelled: bool,
    pub tries: u32,
    /// The status by which something on the way answered its last call instead of the site.
    pub call_instead: Option<u16>,
    /// The same for the last part that was sent, instead of the site or the store.
    pub part_instead: Option<u16>,
    /// Nothing is tried before this time. For a complete file: until then a list may still contain its upload.
    pub due: f64,
    /// The folders that contain it, outermost first, if they differ from those it was sent to.
    pub elsewhere: Option<Vec<String>>,
    /// Bytes sent since the page was loaded, to measure the speed.
    pub moved: u64,
    pub speed: Speed,
    /// The most bytes that counted as sent at a time.
    pub peak: u64,
    /// Its first upload, which was given up for one in smaller parts.
    pub replaces: Option<UploadId>,
    /// The speed, in bytes a second, for which these parts are chosen.
    pub at_most: Option<u64>,
}

impl Item {
    pub(super) fn new(id: u32, chosen: Chosen) -> Self {
        let stage = if chosen.resumes.is_some() { Stage::StatusUnknown } else { Stage::New };
        let upload = chosen.resumes.as_ref().map(|resumed| resumed.upload.clone());
        Self {
            id,
            chosen,
            upload,
            part_size: 0,
            parts: Vec::new(),
            stage,
            paused: false,
            cancelled: false,
            tries: 0,
            call_instead: None,
            part_instead: None,
            due: 0.0,
            elsewhere: None,
            moved: 0,
            speed: Speed::default(),
            peak: 0,
            replaces: None,
            at_most: None,
        }
    }

    /// `speed`: how many bytes a second the way is known to take.
    pub(super) fn as_new_upload(&self, speed: Option<u64>) -> NewUpload {
        let Chosen { name, path, size, modified_ms, folder, .. } = self.chosen.clone();
        NewUpload { name, size, modified_ms, folder, path, speed: self.at_most.or(speed) }
    }

    pub(super) fn as_new_folder(&self) -> NewFolder {
        let Chosen { name, mut path, folder, .. } = self.chosen.clone();
        path.push(name);
        NewFolder { folder, path }
    }

    /// Whether this can be the file that the upload was started with, as far as is known without reading it.
    pub(super) fn may_be_of(&self, upload: &Upload) -> bool {
        let picked = self.chosen.resumes.as_ref().map_or(&self.chosen.name, |resumed| &resumed.picked);
        // If parts have arrived, their contents are compared, and the name does not matter. If none have, there is
        // nothing to compare, and another file would be stored under this one's name. Dates need no check, as no byte
        // of an older version has been sent.
        let comparable = upload.size == 0 || !upload.arrived.is_empty();
        self.chosen.size == upload.size && (comparable || *picked == upload.name)
    }

    /// Resumes an upload, with the name and the folder it was started with.
    pub(super) fn resume(&mut self, upload: Upload) {
        self.tries = 0;
        self.chosen.name.clone_from(&upload.name);
        self.chosen.path.clone_from(&upload.path);
        self.chosen.folder.clone_from(&upload.folder);
        self.start(upload);
    }

    /// Takes the upload's state from the server. Parts that have arrived count only after they were compared with the
    /// file.
    pub(super) fn start(&mut self, upload: Upload) {
        self.part_size = upload.part_size.max(1);
        let count = usize::try_from(parts(self.chosen.size, self.part_size)).unwrap_or(usize::MAX);
        self.parts = vec![Part::new(PartState::Missing); count];
        for arrived in upload.arrived {
            if let Some(part) = self.part(arrived.number) {
                part.state = PartState::Uncompared(arrived.sha256);
            }
        }
        self.upload = Some(upload.id);
        self.stage = if self.is_compared() { Stage::Sending } else { Stage::Comparing };
    }

    pub(super) fn part(&mut self, number: u32) -> Option<&mut Part> {
        self.parts.get_mut(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// Where a part starts and ends in the file, in bytes.
    pub(super) fn range(&self, number: u32) -> (u64, u64) {
        let start = u64::from(number.saturating_sub(1)) * self.part_size;
        (start, start + self.size_of(number))
    }

    pub(super) fn size_of(&self, number: u32) -> u64 {
        size_of_part(self.chosen.size, self.part_size, number).unwrap_or(0)
    }

    /// The parts to compare, in the order in which a wrong file is detected soonest: first, last, then the rest.
    pub(super) fn uncompared(&self) -> impl Iterator<Item = u32> {
        let numbers: Vec<u32> = self.numbered(|state| matches!(state, PartState::Uncompared(_))).collect();
        let last = numbers.len().checked_sub(1).filter(|last| *last > 0);
        let first = numbers.first().copied().into_iter();
        let rest: Vec<u32> = numbers.iter().copied().skip(1).take(numbers.len().saturating_sub(2)).collect();
        first.chain(last.map(|last| numbers[last])).chain(rest)
    }

    /// The numbers of the parts in a matching state, in order.
    pub(super) fn numbered(&self, wanted: impl Fn(&PartState) -> bool) -> impl Iterator<Item = u32> {
        (1..).zip(&self.parts).filter(move |(_, part)| wanted(&part.state)).map(|(number, _)| number)
    }

    /// Whether all parts that arrived earlier have been compared with the file.
    pub(super) fn is_compared(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part.state, PartState::Uncompared(_) | PartState::Comparing(_)))
    }

    pub(super) fn is_sending(&self) -> bool {
        self.numbered(|state| matches!(state, PartState::Sending(..))).next().is_some()
    }

    /// The status by which something on the way answers for this file instead of the site or the store.
    pub(super) fn instead(&self) -> Option<u16> {
        self.call_instead.or(self.part_instead)
    }

    /// Whether a part has gone up entirely and has not arrived: the site has said that it goes on with it, or has not
    /// answered for longer than usual.
    pub(super) fn is_passed_on(&self, now: f64) -> bool {
        (1..).zip(&self.parts).any(|(number, part)| match &part.state {
            PartState::Asked(..) => matches!(part.stall, Stall::Patient(_)),
            PartState::Sending(_, loaded) => {
                *loaded >= self.size_of(number) && now - part.since > SHOWN_AS_PASSED_ON_AFTER
            }
            _ => false,
        })
    }

    /// Whether a part has arrived, or may have.
    pub(super) fn has_begun(&self) -> bool {
        use PartState::{Arrived, Asked, Comparing, Sending, Uncompared};
        let is_there =
            |state: &PartState| matches!(state, Arrived | Asked(..) | Comparing(_) | Sending(..) | Uncompared(_));
        self.numbered(is_there).next().is_some()
    }

    /// Whether the person has paused it. A file that the server is assembling is completed nevertheless.
    pub(super) fn is_stopped(&self) -> bool {
        self.paused && self.stage != Stage::Completing
    }

    pub(super) fn has_arrived(&self) -> bool {
        self.parts.iter().all(|part| part.state == PartState::Arrived)
    }

    pub(super) fn may(&self, now: f64) -> bool {
        !self.paused && !self.cancelled && self.due <= now
    }

    /// Whether these differ from the folders it was sent to. If those were deleted meanwhile, the file is placed
    /// further up.
    pub(super) fn is_elsewhere(&self, folders: &[String]) -> bool {
        folders.len() < self.chosen.path.len() + usize::from(self.chosen.folder.is_some())
    }

    /// Whether it is complete or has failed.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Done | Stage::Failed(_))
    }

    /// Whether it counts towards the account's incomplete uploads.
    pub(super) fn is_open(&self) -> bool {
        !self.is_over() && self.stage != Stage::New
    }

    /// The number of bytes sent; if `confirmed`, only those that the server has acknowledged.
    pub(super) fn sent(&self, confirmed: bool) -> u64 {
        if self.stage == Stage::Done {
            return self.chosen.size;
        }
        let of = |(number, part): (u32, &Part)| match &part.state {
            PartState::Arrived | PartState::Uncompared(_) | PartState::Comparing(_) => self.size_of(number),
            PartState::Sending(_, loaded) if !confirmed => *loaded,
            PartState::Asked(..) if !confirmed => self.size_of(number),
            _ => 0,
        };
        (1..).zip(&self.parts).map(of).sum()
    }

    /// How many of the parts that arrived earlier have been compared, in percent.
    pub(super) fn compared_percent(&self) -> u64 {
        let count =
            |wanted: fn(&PartState) -> bool| self.parts.iter().filter(|part| wanted(&part.state)).count() as u64;
        let done = count(|state| *state == PartState::Arrived);
        let all = done + count(|state| matches!(state, PartState::Uncompared(_) | PartState::Comparing(_)));
        (done * 100).checked_div(all).unwrap_or(0)
    }
}
