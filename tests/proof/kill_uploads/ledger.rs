//! A ledger of everything the server has acknowledged to one account.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;

use crate::content::content;
use crate::findings::Findings;
use crate::visitor::{Trouble, Visitor};
use crate::wire::UploadStatus;

/// After which time without activity an incomplete upload expires.
pub const AGE: Duration = Duration::from_secs(8);

/// The state of a file, as the client knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Its upload was sent; the outcome is unknown.
    Sent,
    /// Its upload was acknowledged.
    Kept,
    /// That it be put into the trash, or back, was sent; the outcome is unknown.
    Moving,
    /// It was acknowledged that it is in the trash.
    Trashed,
    /// Its deletion for ever was sent; the outcome is unknown.
    Leaving,
    /// Its deletion for ever was acknowledged.
    Gone,
}

/// Where the server lists a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Files,
    Trash,
    Nowhere,
}

impl FileState {
    /// Whether a file in this state may be in this place.
    pub fn allows(self, place: Place) -> bool {
        match self {
            Self::Sent => place != Place::Trash,
            Self::Kept => place == Place::Files,
            Self::Moving => place != Place::Nowhere,
            Self::Trashed => place == Place::Trash,
            Self::Leaving => place != Place::Files,
            Self::Gone => place == Place::Nowhere,
        }
    }
}

/// A file, as the client knows it.
#[derive(Clone, Debug)]
pub struct KnownFile {
    pub size: usize,
    pub id: Option<String>,
    pub state: FileState,
    /// Whether its content is to be compared as soon as it is listed.
    pub fresh: bool,
}

/// The state of an upload, as the client knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadStage {
    Open,
    /// Aborting it was sent; the outcome is unknown.
    Aborting,
    Gone,
}

/// A multipart upload, as the client knows it.
#[derive(Clone, Debug)]
pub struct KnownUpload {
    pub name: String,
    pub size: usize,
    pub part_size: usize,
    /// The numbers of the acknowledged parts.
    pub arrived: BTreeSet<usize>,
    pub stage: UploadStage,
    pub completing: bool,
    /// Whether a client is working on it.
    pub busy: bool,
    /// When the last acknowledged request that renews it was sent; `None` if unknown.
    pub touched: Option<Instant>,
}

impl KnownUpload {
    /// Whether it may have expired.
    pub fn may_be_over(&self) -> bool {
        self.touched.is_none_or(|touched| touched.elapsed() >= AGE)
    }

    /// How long ago it was renewed, as text for messages.
    pub fn rested(&self) -> String {
        self.touched
            .map_or_else(|| "an unknown time".to_owned(), |touched| format!("{} ms", touched.elapsed().as_millis()))
    }
}

/// The avatar that was acknowledged last, and those sent since.
#[derive(Debug, Default)]
pub struct Avatar {
    pub kept: String,
    pub sent: Vec<String>,
    pub busy: bool,
}

/// The ledger of one account.
pub struct Ledger {
    pub visitor: Visitor,
    pub findings: Rc<Findings>,
    /// The files, by name.
    pub files: RefCell<BTreeMap<String, KnownFile>>,
    /// The uploads, by id.
    pub uploads: RefCell<BTreeMap<String, KnownUpload>>,
    pub avatar: RefCell<Avatar>,
    /// The digests of the pictures that the account page shows for an avatar of each colour.
    pub colours: Rc<RefCell<BTreeMap<String, String>>>,
    pub compared: Cell<usize>,
}

impl Ledger {
    pub fn new(visitor: Visitor, findings: Rc<Findings>, colours: Rc<RefCell<BTreeMap<String, String>>>) -> Self {
        let avatar = Avatar { kept: "none".to_owned(), ..Avatar::default() };
        Self {
            visitor,
            findings,
            files: RefCell::default(),
            uploads: RefCell::default(),
            avatar: RefCell::new(avatar),
            colours,
            compared: Cell::new(0),
        }
    }

    pub fn check(&self, is_so: bool, otherwise: impl FnOnce() -> String) -> bool {
        self.findings.check(is_so, otherwise)
    }

    /// The names of the files in a state.
    pub fn files_in(&self, state: FileState) -> Vec<String> {
        let files = self.files.borrow();
        files.iter().filter(|(_, file)| file.state == state).map(|(name, _)| name.clone()).collect()
    }

    /// Changes the entry of a file, if there is one.
    pub fn file<T>(&self, name: &str, change: impl FnOnce(&mut KnownFile) -> T) -> Option<T> {
        self.files.borrow_mut().get_mut(name).map(change)
    }

    /// Changes the entry of an upload, if there is one.
    pub fn upload<T>(&self, id: &str, change: impl FnOnce(&mut KnownUpload) -> T) -> Option<T> {
        self.uploads.borrow_mut().get_mut(id).map(change)
    }

    /// The ids of the uploads that a client may continue.
    pub fn open(&self) -> Vec<String> {
        let uploads = self.uploads.borrow();
        let open = uploads.iter().filter(|(_, upload)| upload.stage == UploadStage::Open && !upload.busy);
        open.map(|(id, _)| id.clone()).collect()
    }

    /// Records an upload that was created.
    pub fn began(&self, upload: &UploadStatus, touched: Option<Instant>) {
        let begun = KnownUpload {
            name: upload.name.clone(),
            size: upload.size,
            part_size: upload.part_size,
            arrived: BTreeSet::new(),
            stage: UploadStage::Open,
            completing: false,
            busy: false,
            touched,
        };
        self.uploads.borrow_mut().insert(upload.id.clone(), begun);
    }

    /// Compares the content of a file with what was sent.
    pub async fn compare(&self, name: &str) -> Result<(), Trouble> {
        let Some((id, size)) = self.file(name, |file| (file.id.clone().unwrap_or_default(), file.size)) else {
            return Ok(());
        };
        let downloaded = self.visitor.download(&id).await;
        // Another client may have deleted it meanwhile, which ends its downloads.
        if self.file(name, |file| file.state) != Some(FileState::Kept) {
            return Ok(());
        }
        let answer = downloaded?;
        let same = answer.status == StatusCode::OK && answer.body == content(name, size);
        self.check(same, || format!("{name} ({id}): {} with {} other bytes", answer.status, answer.body.len()));
        self.compared.set(self.compared.get() + 1);
        Ok(())
    }
}
