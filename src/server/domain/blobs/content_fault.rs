//! Why the bytes of a stored file are not given out, and what the operator is told about it.

use crate::server::domain::Error;

/// What is wrong with a stored file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentFault {
    /// The stored bytes differ from those that were sent, or are missing.
    Damaged,
    /// The stored bytes are not those that were announced, and were never seen to be.
    Mismatched,
}

impl ContentFault {
    /// What the columns `damage` and `mismatched` of a blob say; `None` if nothing is known to be wrong.
    #[must_use]
    pub fn of(damage: Option<&str>, mismatched: Option<i64>) -> Option<Self> {
        damage.map(|_| if mismatched.is_some() { Self::Mismatched } else { Self::Damaged })
    }
}

impl From<ContentFault> for Error {
    fn from(fault: ContentFault) -> Self {
        match fault {
            ContentFault::Damaged => Self::Damaged,
            ContentFault::Mismatched => Self::Mismatched,
        }
    }
}

/// What the operator is told about a file that the store does not have.
pub(super) const MISSING: &str = "it is missing from the store";

/// What the operator is told about a file whose object has another size than it should have; `None` if it has that size.
pub(super) fn other_size(size: u64, wanted: u64) -> Option<String> {
    (size != wanted).then(|| format!("it has {size} bytes and should have {wanted}"))
}
