//! What stands for an email address where the address itself is not to be written, or where it may be one that nobody has.

use sha2::{Digest as _, Sha256};

/// What stands for an account, or for an email address without one, in rows, in the log and in queues: the start of the
/// SHA-256 of the address in lower case.
#[must_use]
pub fn fingerprint(email: &str) -> String {
    let hash = Sha256::digest(email.trim().to_lowercase().as_bytes());
    data_encoding::HEXLOWER.encode(&hash[..16])
}
