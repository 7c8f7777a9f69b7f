//! One file in the queue: its stages, and what follows from how far its parts are (`part.rs`).

use crate::model::id::{EntryId, UploadId};
use crate::model::problem::{FieldProblem, Problem};
use crate::model::upload::{NewFolder, NewUpload, Upload, parts, size_of_part};
use crate::ui::app::uploads::queue::part::{Part, PartState};
use crate::ui::app::uploads::speed_meter::Speed;

/// What a person has chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct Chosen {
    /// The file's name.
    pub name: String,
    /// The folders above it, of a folder that was chosen.
    pub path: Vec<String>,
    /// Size in bytes.
    pub size: u64,
    /// When it was changed last: milliseconds since 1970.
    pub modified_ms: i64,
    /// The folder it goes to.
    pub folder: Option<EntryId>,
    /// It is a folder itself, of which no file tells the server.
    pub is_folder: bool,
    /// The upload that it goes on with.
    pub resumes: Option<Resumed>,
}

/// An upload that a file is to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Resumed {
    /// The upload.
    pub upload: UploadId,
    /// What the file is called that was picked for it.
    pub picked: String,
}

/// Why a file is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Trouble {
    /// The server does not take it.
    Refused(FieldProblem),
    /// It could not be done, however often it was tried.
    Failed(Problem),
    /// It is not the file that the upload began with.
    OtherFile,
    /// The upload is no longer there.
    Gone,
    /// The browser cannot read the file.
    Unreadable,
}

impl Trouble {
    /// Whether the same file can be tried again.
    pub(in crate::ui) fn may_be_tried_again(&self) -> bool {
        !matches!(self, Self::OtherFile | Self::Unreadable | Self::Failed(Problem::Outdated))
    }
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The server does not know it yet.
    New,
    /// The server is being told.
    Creating,
    /// It goes on with an upload of which nothing is known yet.
    Unasked,
    /// The server is being asked what has arrived.
    Asking,
    /// What has arrived is compared with the file.
    Comparing,
    /// Parts are on their way.
    Sending,
    /// All parts have arrived.
    Arrived,
    /// The server puts them together.
    Completing,
    /// It is kept.
    Done,
    /// It is not kept.
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
    /// It was cancelled while the server was being told of it.
    pub gone: bool,
    pub tries: u32,
    /// Before that moment nothing is tried; once it is kept, its upload may still stand in a list until then.
    pub due: f64,
    /// The folders in which it is kept, outermost first, where those are not the ones that it was sent to.
    pub elsewhere: Option<Vec<String>>,
    /// Bytes that have gone since the page began, for the speed.
    pub moved: u64,
    pub speed: Speed,
}

impl Item {
    pub(super) fn new(id: u32, chosen: Chosen) -> Self {
        let stage = if chosen.resumes.is_some() { Stage::Unasked } else { Stage::New };
        let upload = chosen.resumes.as_ref().map(|resumed| resumed.upload.clone());
        Self {
            id,
            chosen,
            upload,
            part_size: 0,
            parts: Vec::new(),
            stage,
            paused: false,
            gone: false,
            tries: 0,
            due: 0.0,
            elsewhere: None,
            moved: 0,
            speed: Speed::default(),
        }
    }

    pub(super) fn as_new_upload(&self) -> NewUpload {
        let Chosen { name, path, size, modified_ms, folder, .. } = self.chosen.clone();
        NewUpload { name, size, modified_ms, folder, path }
    }

    pub(super) fn as_new_folder(&self) -> NewFolder {
        let Chosen { name, mut path, folder, .. } = self.chosen.clone();
        path.push(name);
        NewFolder { folder, path }
    }

    /// Whether the file can be the one that an upload began with, as far as that is known before it is read.
    pub(super) fn may_be_of(&self, upload: &Upload) -> bool {
        let picked = self.chosen.resumes.as_ref().map_or(&self.chosen.name, |resumed| &resumed.picked);
        // Contents are compared, and names do not matter then. Where nothing has arrived there is nothing to compare: the
        // file would be kept under another one's name. A date would say nothing more, as no byte of an older state is there.
        let comparable = upload.size == 0 || !upload.arrived.is_empty();
        self.chosen.size == upload.size && (comparable || *picked == upload.name)
    }

    /// Goes on with an upload, under the name and in the place with which it began.
    pub(super) fn go_on_with(&mut self, upload: Upload) {
        self.tries = 0;
        self.chosen.name.clone_from(&upload.name);
        self.chosen.path.clone_from(&upload.path);
        self.chosen.folder.clone_from(&upload.folder);
        self.begin(upload);
    }

    /// Takes what the server says of the upload. What has arrived counts once it is compared.
    pub(super) fn begin(&mut self, upload: Upload) {
        self.part_size = upload.part_size.max(1);
        let count = usize::try_from(parts(self.chosen.size, self.part_size)).unwrap_or(usize::MAX);
        self.parts = vec![Part::new(PartState::Missing); count];
        for arrived in upload.arrived {
            if let Some(part) = self.part(arrived.number) {
                part.state = PartState::Unlike(arrived.sha256);
            }
        }
        self.upload = Some(upload.id);
        self.stage = if self.is_compared() { Stage::Sending } else { Stage::Comparing };
    }

    pub(super) fn part(&mut self, number: u32) -> Option<&mut Part> {
        self.parts.get_mut(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// Where a part begins and ends, in bytes.
    pub(super) fn range(&self, number: u32) -> (u64, u64) {
        let begin = u64::from(number.saturating_sub(1)) * self.part_size;
        (begin, begin + self.size_of(number))
    }

    pub(super) fn size_of(&self, number: u32) -> u64 {
        size_of_part(self.chosen.size, self.part_size, number).unwrap_or(0)
    }

    /// The parts that are to be compared, in the order in which a wrong file shows soonest: first, last, the rest.
    pub(super) fn unlike(&self) -> impl Iterator<Item = u32> {
        let numbers: Vec<u32> = self.numbered(|state| matches!(state, PartState::Unlike(_))).collect();
        let last = numbers.len().checked_sub(1).filter(|last| *last > 0);
        let first = numbers.first().copied().into_iter();
        let rest: Vec<u32> = numbers.iter().copied().skip(1).take(numbers.len().saturating_sub(2)).collect();
        first.chain(last.map(|last| numbers[last])).chain(rest)
    }

    /// The numbers of the parts in such a state, in order.
    pub(super) fn numbered(&self, wanted: impl Fn(&PartState) -> bool) -> impl Iterator<Item = u32> {
        (1..).zip(&self.parts).filter(move |(_, part)| wanted(&part.state)).map(|(number, _)| number)
    }

    /// Whether everything that has arrived before is known to be the file's own.
    pub(super) fn is_compared(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part.state, PartState::Unlike(_) | PartState::Comparing(_)))
    }

    pub(super) fn is_sending(&self) -> bool {
        self.numbered(|state| matches!(state, PartState::Sending(..))).next().is_some()
    }

    /// Whether a person has stopped it. What the server puts together goes on all the same.
    pub(super) fn is_stopped(&self) -> bool {
        self.paused && self.stage != Stage::Completing
    }

    pub(super) fn has_arrived(&self) -> bool {
        self.parts.iter().all(|part| part.state == PartState::Arrived)
    }

    pub(super) fn may(&self, now: f64) -> bool {
        !self.paused && !self.gone && self.due <= now
    }

    /// Whether these are not the folders that it was sent to: those may be gone, and it lies further up then.
    pub(super) fn is_elsewhere(&self, folders: &[String]) -> bool {
        folders.len() < self.chosen.path.len() + usize::from(self.chosen.folder.is_some())
    }

    /// Whether nothing more happens to it by itself.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Done | Stage::Failed(_))
    }

    /// Whether it counts among the account's open uploads.
    pub(super) fn is_open(&self) -> bool {
        !self.is_over() && self.stage != Stage::New
    }

    /// Bytes that have gone. `surely`: only those of which the server has said that they are there.
    pub(super) fn sent(&self, surely: bool) -> u64 {
        if self.stage == Stage::Done {
            return self.chosen.size;
        }
        let of = |(number, part): (u32, &Part)| match &part.state {
            PartState::Arrived | PartState::Unlike(_) | PartState::Comparing(_) => self.size_of(number),
            PartState::Sending(_, loaded) if !surely => *loaded,
            _ => 0,
        };
        (1..).zip(&self.parts).map(of).sum()
    }

    /// Bytes of what had arrived that are compared already, in percent of it.
    pub(super) fn compared_percent(&self) -> u64 {
        let count =
            |wanted: fn(&PartState) -> bool| self.parts.iter().filter(|part| wanted(&part.state)).count() as u64;
        let done = count(|state| *state == PartState::Arrived);
        let all = done + count(|state| matches!(state, PartState::Unlike(_) | PartState::Comparing(_)));
        (done * 100).checked_div(all).unwrap_or(0)
    }
}
