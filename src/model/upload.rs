//! Multipart uploads, as the browser and the server exchange them: requests and answers. How a file is divided into
//! parts is in `part_sizes`. The server functions are in `api::uploads`; parts themselves are sent by a plain `PUT` to
//! the address that signing returns.
//!
//! The protocol: `create` → (`sign` → `PUT`) for each part, in any order and in parallel → `complete`. A file of 0
//! bytes has no parts: `create` → `complete`. After an interruption: `unfinished` → `status` → `sign` and `PUT` the
//! missing parts → `complete`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::id::{EntryId, UploadId};
pub use crate::model::part_sizes::{LARGEST_PART, LEAST_PART, PART_SIZE, PartLimits, part_size, parts, size_of_part};
use crate::model::problem::FieldProblem;

/// The most items in one call; those beyond it are answered [`UploadProblem::Later`].
pub const BATCH: usize = 100;
/// The most incomplete uploads an account may have at a time.
pub const OPEN_UPLOADS: u64 = 1000;
/// The most incomplete uploads on a page of their list.
pub const UNFINISHED_PAGE: usize = 50;
/// The status of a part's `PUT` to Holdall where the store refuses the part for good (424, RFC 4918, section 11.4). The
/// body is an [`UploadProblem::Refused`] in JSON with the store's code in [`FieldProblem::StoreRefused`].
pub const STORE_REFUSED: u16 = 424;
/// The header of a part's `PUT` to Holdall that declares the SHA-256 of its content, in 64 hexadecimal digits.
pub const PART_SHA256: &str = "x-part-sha256";

/// The SHA-256 digest of some content, in 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Hex(String);

impl Sha256Hex {
    /// Parses 64 lower-case hexadecimal digits; anything else is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
            .then(|| Self(text.to_owned()))
    }

    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Sha256Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a SHA-256 in hexadecimal digits")
    }
}

impl From<Sha256Hex> for String {
    fn from(sum: Sha256Hex) -> Self {
        sum.0
    }
}

/// A file to upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUpload {
    /// The file's name, without any folder.
    pub name: String,
    /// Its size in bytes, fixed for the whole upload.
    pub size: u64,
    /// When it was last modified, as reported by the browser: milliseconds since 1970. Stored and returned unchanged.
    pub modified_ms: i64,
    /// The folder to upload into; `None` is the account's root.
    pub folder: Option<EntryId>,
    /// The names of the folders between `folder` and the file, outermost first: those of a dropped folder. Missing ones
    /// are created when the upload is completed. If `folder` was deleted by then, they are created in the account's
    /// root.
    pub path: Vec<String>,
    /// How many bytes a second the way has taken so far, if the client knows. On a slow way parts are smaller.
    #[serde(default)]
    pub speed: Option<u64>,
}

/// An empty folder inside a dropped folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFolder {
    /// The folder into which the other one was dropped; `None` is the account's root.
    pub folder: Option<EntryId>,
    /// The names of the folders from there to this one, outermost first, this one last.
    pub path: Vec<String>,
}

/// An incomplete upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Its id, for the other calls.
    pub id: UploadId,
    /// The file's name as given to `create`.
    pub name: String,
    /// The file's size in bytes.
    pub size: u64,
    /// When the file was last modified, as given to `create`.
    pub modified_ms: i64,
    /// The folder to upload into, as given to `create`.
    pub folder: Option<EntryId>,
    /// The folders of a dropped folder, as given to `create`.
    pub path: Vec<String>,
    /// The size of each part but the last, in bytes: part `n` starts at `(n - 1) * part_size`.
    pub part_size: u64,
    /// The number of bytes that have arrived, as far as Holdall knows without querying the store; `status` queries it.
    pub arrived_bytes: u64,
    /// The parts that have arrived, by number. Empty from `create` and `unfinished`; `status` fills it in.
    pub arrived: Vec<ArrivedPart>,
    /// Whether it is receiving parts or being completed.
    pub state: UploadState,
    /// When it expires unless something happens first: milliseconds since 1970.
    pub expires: i64,
}

/// The phase of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UploadState {
    /// Parts are being received.
    Uploading,
    /// The server is assembling the parts; calling `complete` again returns the result.
    Completing,
}

/// A part that is in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivedPart {
    /// Its number, counted from 1.
    pub number: u32,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 that was declared when it was signed. Comparing these shows whether a file picked again is the same
    /// one.
    pub sha256: Sha256Hex,
}

/// One part of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PartOf {
    /// The upload.
    pub upload: UploadId,
    /// The part's number, counted from 1.
    pub number: u32,
}

/// What the server has of a part that was sent and not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartProgress {
    /// Nothing: no request for it is running, at least in the process that was asked, and it is not in the store.
    Absent,
    /// A request for it is running, and the server waits for more of its bytes.
    Coming {
        /// How many have come.
        bytes: u64,
    },
    /// The server has bytes of it in hand, and waits for its store to take them.
    PassedOn {
        /// How many have come, including those.
        bytes: u64,
    },
    /// It is in the store.
    Arrived,
}

/// A part about to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartToSign {
    /// The upload.
    pub upload: UploadId,
    /// The part's number, counted from 1.
    pub number: u32,
    /// The SHA-256 of the part's content.
    pub sha256: Sha256Hex,
}

/// How to send one part: `PUT` to this address with these headers and exactly this part's bytes.
///
/// The address is either Holdall's own (a path, `/uploads/{id}/parts/{number}`, sent with the session cookie) or the
/// store's (absolute, sent without credentials). What a response means:
///
/// - 2xx: the part has arrived. The body can be ignored.
/// - 422 (Holdall): the bytes do not match the declared SHA-256, and were rejected. Hash and send the part again.
/// - 424 (Holdall, [`STORE_REFUSED`]): the store refuses the part for good. Sending it again is of no use.
/// - 503 (Holdall) with JSON as for 424: the store refuses it, and may take it later.
/// - 403, 400 (store): the address has expired; sign again. 404: the upload is gone or complete; call `status`.
/// - 401 (Holdall): not signed in. 409: the upload is being completed.
/// - 413, 429, 503, 507 and anything else: wait, then sign and send again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedPart {
    /// The address.
    pub url: String,
    /// Headers to send. `Content-Length` is not among them, since browsers set it themselves; it must be the part's
    /// size.
    pub headers: Vec<(String, String)>,
    /// Holdall's own address for the same part, where `url` is the store's: for browsers that cannot reach the store.
    /// It needs [`PART_SHA256`] and the session cookie. Each part may use either address.
    pub instead: Option<String>,
    /// Whether the part is already in the store with this content, so that nothing has to be sent.
    pub arrived: bool,
}

/// The result of `complete` for one upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Completed {
    /// The file exists: durable and listed. Calling `complete` again returns the same.
    File {
        /// The file.
        id: EntryId,
        /// The name of the file: the given one, or “name (1).ext” if that was taken.
        name: String,
        /// The names of the folders that contain it, outermost first; empty for the account's root.
        folders: Vec<String>,
    },
    /// Parts with these numbers are missing. Nothing has changed.
    Missing(Vec<u32>),
    /// Another call is completing it at this moment; call again in a second.
    Working,
}

/// Why one item of a call failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UploadProblem {
    /// The upload does not exist (any more), or belongs to another account.
    NotFound,
    /// The request is not allowed: by the rules for names, sizes, quotas or the number of uploads.
    Refused(FieldProblem),
    /// The upload has no part of this number.
    NoSuchPart,
    /// The part has arrived with different content: the file is not the one this upload was started with. Start a new
    /// upload.
    OtherContent,
    /// The upload is being completed.
    Completing,
    /// Too much at once, or the store or the database does not respond: retry after this many seconds.
    Later {
        /// Whole seconds, at least 1.
        seconds: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_64_digits() {
        assert!(Sha256Hex::parse(&"0a".repeat(32)).is_some());
        assert!(Sha256Hex::parse(&"0A".repeat(32)).is_none());
        assert!(Sha256Hex::parse(&"0a".repeat(31)).is_none());
        assert!(serde_json::from_str::<Sha256Hex>("\"no\"").is_err());
    }
}
