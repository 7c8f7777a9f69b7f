//! The results of server functions, as far as the proofs need them.

use serde::Deserialize;
use serde_json::Value;

/// An incomplete upload.
#[derive(Clone, Debug, Deserialize)]
pub struct UploadStatus {
    pub id: String,
    pub name: String,
    pub size: usize,
    pub part_size: usize,
    pub arrived: Vec<ArrivedPart>,
    pub state: String,
}

/// A part that has arrived.
#[derive(Clone, Debug, Deserialize)]
pub struct ArrivedPart {
    pub number: usize,
}

/// Where to send a part.
#[derive(Debug, Deserialize)]
pub struct SignedPart {
    pub arrived: bool,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub instead: Option<String>,
}

/// The result of completing an upload.
#[derive(Debug, Deserialize)]
pub enum Completed {
    File { id: String, name: String },
    Missing(Vec<usize>),
    Working,
}

/// A row of a list.
#[derive(Debug, Deserialize)]
pub enum ListedRow {
    Folder { id: String },
    File(ListedFile),
}

/// A file in a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListedFile {
    pub id: String,
    pub name: String,
    pub size: usize,
    pub check: Value,
}

/// A file in the trash.
#[derive(Clone, Debug, Deserialize)]
pub struct TrashedFile {
    pub id: String,
    pub name: String,
    pub size: usize,
}
