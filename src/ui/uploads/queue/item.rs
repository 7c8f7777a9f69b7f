//! One file in the queue: its stages, its parts, and how far they are.

use crate::model::error::Error;
use crate::model::form::Problem;
use crate::model::id::{EntryId, UploadId};
use crate::model::upload::{NewFolder, NewUpload, Sha256Hex, SignedPart, Upload, parts, size_of_part};

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
    pub resumes: Option<UploadId>,
}

/// Why a file is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Trouble {
    /// The server does not take it.
    Refused(Problem),
    /// It could not be done, however often it was tried.
    Failed(Error),
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
        !matches!(self, Self::OtherFile | Self::Unreadable | Self::Failed(Error::Outdated))
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

/// How far a part is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PartState {
    /// It has arrived before, with this content; whether the file has the same is not known yet.
    Unlike(Sha256Hex),
    /// The file's own is being read.
    Comparing(Sha256Hex),
    /// It is to be read.
    Missing,
    /// It is being read.
    Hashing,
    /// It is to be signed.
    Hashed(Sha256Hex),
    /// It is being signed.
    Signing(Sha256Hex),
    /// It can be sent until that moment.
    Signed(Sha256Hex, SignedPart, f64),
    /// So many bytes of it are sent.
    Sending(Sha256Hex, u64),
    /// It has arrived.
    Arrived,
}

/// A part, how often it was tried, and when it may be tried again.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub state: PartState,
    /// It was sent last to the store itself.
    pub direct: bool,
    pub tries: u32,
    pub due: f64,
}

impl Part {
    fn new(state: PartState) -> Self {
        Self { state, direct: false, tries: 0, due: 0.0 }
    }

    /// Goes back to what is known of it, for another try of the whole file.
    pub(super) fn again(&mut self) {
        (self.tries, self.due) = (0, 0.0);
        self.state = match self.state.clone() {
            PartState::Comparing(sum) => PartState::Unlike(sum),
            PartState::Hashing => PartState::Missing,
            PartState::Signing(sum) => PartState::Hashed(sum),
            state => state,
        };
    }
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
    pub due: f64,
}

impl Item {
    pub(super) fn new(id: u32, chosen: Chosen) -> Self {
        let stage = if chosen.resumes.is_some() { Stage::Unasked } else { Stage::New };
        let upload = chosen.resumes.clone();
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

    pub(super) fn has_arrived(&self) -> bool {
        self.parts.iter().all(|part| part.state == PartState::Arrived)
    }

    pub(super) fn may(&self, now: f64) -> bool {
        !self.paused && !self.gone && self.due <= now
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
