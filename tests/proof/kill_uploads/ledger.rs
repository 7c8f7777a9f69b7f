//! What the server has acknowledged to one account.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;

use crate::content::content;
use crate::findings::Findings;
use crate::visitor::{Trouble, Visitor};
use crate::wire::UploadStatus;

/// How long an upload that is left alone is kept.
pub const AGE: Duration = Duration::from_secs(8);

/// What is known of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It was sent; the outcome is unknown.
    Sent,
    /// It was acknowledged.
    Kept,
    /// Its deletion was sent.
    Leaving,
    /// Its deletion was acknowledged.
    Gone,
}

/// A file.
#[derive(Clone, Debug)]
pub struct KnownFile {
    pub size: usize,
    pub id: Option<String>,
    pub state: FileState,
    /// It is to be compared as soon as it is listed.
    pub fresh: bool,
}

/// What is known of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadStage {
    Open,
    /// Aborting it was requested.
    Aborting,
    Gone,
}

/// An upload in parts.
#[derive(Clone, Debug)]
pub struct KnownUpload {
    pub name: String,
    pub size: usize,
    pub part_size: usize,
    /// The numbers of acknowledged parts.
    pub arrived: BTreeSet<usize>,
    pub stage: UploadStage,
    pub completing: bool,
    /// A client is working on it.
    pub busy: bool,
    /// When the last answered request that keeps it alive was sent; `None` if unknown.
    pub touched: Option<Instant>,
}

impl KnownUpload {
    /// Whether it may have expired.
    pub fn may_be_over(&self) -> bool {
        self.touched.is_none_or(|touched| touched.elapsed() >= AGE)
    }

    /// How long ago its last part was, for people.
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
    /// By name.
    pub files: RefCell<BTreeMap<String, KnownFile>>,
    /// By id.
    pub uploads: RefCell<BTreeMap<String, KnownUpload>>,
    pub avatar: RefCell<Avatar>,
    /// What the account page shows of each colour.
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

    /// Changes what is known of a file.
    pub fn file<T>(&self, name: &str, change: impl FnOnce(&mut KnownFile) -> T) -> Option<T> {
        self.files.borrow_mut().get_mut(name).map(change)
    }

    /// Changes what is known of an upload.
    pub fn upload<T>(&self, id: &str, change: impl FnOnce(&mut KnownUpload) -> T) -> Option<T> {
        self.uploads.borrow_mut().get_mut(id).map(change)
    }

    /// The ids of the uploads that a client may continue.
    pub fn open(&self) -> Vec<String> {
        let uploads = self.uploads.borrow();
        let open = uploads.iter().filter(|(_, upload)| upload.stage == UploadStage::Open && !upload.busy);
        open.map(|(id, _)| id.clone()).collect()
    }

    /// Notes an upload that has begun.
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

    /// Compares a file's bytes with what they must be.
    pub async fn compare(&self, name: &str) -> Result<(), Trouble> {
        let Some((id, size)) = self.file(name, |file| (file.id.clone().unwrap_or_default(), file.size)) else {
            return Ok(());
        };
        let answer = self.visitor.download(&id).await?;
        let same = answer.status == StatusCode::OK && answer.body == content(name, size);
        // Somebody else may have deleted it meanwhile.
        if self.file(name, |file| file.state) == Some(FileState::Kept) {
            self.check(same, || format!("{name} ({id}): {} with {} other bytes", answer.status, answer.body.len()));
        }
        self.compared.set(self.compared.get() + 1);
        Ok(())
    }
}
