//! The verbs of the product. Who may do what, what counts against a quota and what happens when something fails half
//! way is decided here; `web`, `cli` and `api` only ask and translate.

pub mod access;
pub mod avatars;
pub mod blobs;
pub mod doctor;
pub mod downloads;
pub mod entries;
pub mod integrity;
pub mod site;
pub mod uploads;

use crate::model::form::{Field, FieldError};
use crate::model::problem::FieldProblem;
use crate::server::storage;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it is another person's.
    #[error("not found")]
    NotFound,
    /// One may look at this, but not do that with it.
    #[error("not allowed")]
    NotAllowed,
    /// There was such a thing, and it is over.
    #[error("gone")]
    Gone,
    /// Something that was given is wrong; nothing has changed.
    #[error("refused: {0:?}")]
    Refused(FieldError),
    /// What lies in the store is not what was sent.
    #[error("damaged in the store")]
    Damaged,
    /// Too many wait for the same thing already.
    #[error("too many are waiting")]
    Busy,
    /// The store does not answer, or refuses.
    #[error("storage: {0}")]
    Storage(#[source] storage::StorageError),
    /// The database does not answer, or refuses.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A fault of Holdall's own.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// A refusal at a field.
    #[must_use]
    pub fn at(field: Field, problem: FieldProblem) -> Self {
        Self::Refused(FieldError { field, problem })
    }
}

impl From<storage::StorageError> for Error {
    fn from(error: storage::StorageError) -> Self {
        match error {
            storage::StorageError::NotFound => Self::NotFound,
            other => Self::Storage(other),
        }
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Internal(format!("a task ended early: {error}"))
    }
}

/// Text that is used once: a UUID of version 7 (RFC 9562), whose text order is the order of time, in lower-case base32hex.
fn new_text() -> String {
    data_encoding::BASE32_DNSSEC.encode(uuid::Uuid::now_v7().as_bytes())
}

/// A new id. Ids of things that were made later come after those of earlier ones.
fn new_id<T: TryFrom<String, Error: std::fmt::Debug>>() -> T {
    T::try_from(new_text()).expect("16 bytes are 26 characters of base32hex, which every id is")
}
