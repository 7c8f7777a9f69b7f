//! What Holdall's running page is answered, as far as proofs look at it.

use serde::Deserialize;
use serde_json::Value;

/// An upload that is not complete.
#[derive(Clone, Debug, Deserialize)]
pub struct Upload {
    pub id: String,
    pub name: String,
    pub size: usize,
    pub part_size: usize,
    pub arrived: Vec<Part>,
    pub state: String,
}

/// A part that has arrived.
#[derive(Clone, Debug, Deserialize)]
pub struct Part {
    pub number: usize,
}

/// Where a part is to go.
#[derive(Debug, Deserialize)]
pub struct Signed {
    pub arrived: bool,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub instead: Option<String>,
}

/// What became of an upload.
#[derive(Debug, Deserialize)]
pub enum Completed {
    File { id: String, name: String },
    Missing(Vec<usize>),
    Working,
}

/// A row of the list.
#[derive(Debug, Deserialize)]
pub enum Row {
    Folder { id: String },
    File(File),
}

/// A file in the list.
#[derive(Clone, Debug, Deserialize)]
pub struct File {
    pub id: String,
    pub name: String,
    pub size: usize,
    pub check: Value,
}
