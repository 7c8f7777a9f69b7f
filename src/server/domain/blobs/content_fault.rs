//! Why the bytes of a stored file are not given out.

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
