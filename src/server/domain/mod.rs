//! The verbs of the product. Access, quotas, and what happens when something fails half-way are decided here; `web`,
//! `cli` and `api` only call and translate.

pub mod access;
pub mod avatars;
pub mod blobs;
pub mod doctor;
pub mod downloads;
pub mod entries;
pub mod imaging;
pub mod integrity;
mod minute_limiter;
pub mod preview;
pub mod site;
pub mod subject_limiter;
pub mod uploads;

use crate::model::form::{Field, FieldError};
use crate::model::problem::FieldProblem;
use crate::model::store_codes::CONNECTION_BROKEN;
use crate::server::storage;

/// Why a verb failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or is not in the caller's scope.
    #[error("not found")]
    NotFound,
    /// The caller's scope lacks the right to do this.
    #[error("not allowed")]
    NotAllowed,
    /// It existed, and was deleted or has expired.
    #[error("gone")]
    Gone,
    /// The input was refused; nothing has changed.
    #[error("refused: {0:?}")]
    Refused(FieldError),
    /// The stored bytes differ from those that were sent.
    #[error("damaged in the store")]
    Damaged,
    /// The stored bytes are not those that were announced, and were never seen to be.
    #[error("not what was announced")]
    Mismatched,
    /// Too many requests are running or waiting, of everybody or of this account; the same call may succeed later. Answered
    /// with 503.
    #[error("too many are waiting")]
    Busy,
    /// Whoever asks has done this too often, or has too many such requests under way, while others are served; the same call
    /// may succeed later. Answered with 429.
    #[error("too many of one client")]
    TooMany,
    /// The store does not answer, or reports an error.
    #[error("storage: {0}")]
    Storage(#[source] storage::StorageError),
    /// The database does not answer, or reports an error.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A fault of Holdall itself.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// A refusal that is shown at a field of a form.
    #[must_use]
    pub fn at(field: Field, problem: FieldProblem) -> Self {
        Self::Refused(FieldError { field, problem })
    }

    /// What is wrong with storing an object that was given in this field: a refusal that a person can read if the disk is
    /// full or the store refuses the object.
    #[must_use]
    pub fn not_stored(field: Field, error: storage::StorageError) -> Self {
        use storage::StorageError::{Full, Refused, Unavailable};
        let (code, for_good) = match &error {
            Full { .. } => return Self::at(field, FieldProblem::NoSpace),
            Refused { code, .. } => (code.clone(), true),
            Unavailable { code: Some(code), .. } if code != CONNECTION_BROKEN => (code.clone(), false),
            _ => return error.into(),
        };
        tracing::warn!(%error, for_good, "the store refuses an object");
        Self::at(field, FieldProblem::StoreRefused { code, for_good })
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

/// A unique text: a UUID of version 7 (RFC 9562) in lower-case base32hex, which sorts by time of creation.
fn new_text() -> String {
    data_encoding::BASE32_DNSSEC.encode(uuid::Uuid::now_v7().as_bytes())
}

/// A new id. Later ids sort after earlier ones.
fn new_id<T: TryFrom<String, Error: std::fmt::Debug>>() -> T {
    T::try_from(new_text()).expect("16 bytes are 26 characters of base32hex, which every id is")
}
