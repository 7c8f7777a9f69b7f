//! Uploads in parts, as the browser and the server speak of them: what is asked, what is answered, and how a file is
//! cut. The calls stand in `api::uploads`; the parts themselves are plain `PUT`s to the address that signing gives.
//!
//! The order of things: `create` → (`sign` → `PUT`) for each part, in any order and side by side → `complete`. A file
//! of 0 bytes has no parts: `create` → `complete`. After a break: `unfinished` → `status` → `sign` and `PUT` what is
//! missing → `complete`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::id::{EntryId, UploadId};
use crate::model::problem::FieldProblem;

/// The most items in one call; those beyond it are answered [`UploadProblem::Later`].
pub const BATCH: usize = 100;
/// The most uploads an account may have open at a time.
pub const OPEN_UPLOADS: u64 = 1000;
/// The most parts that one upload has.
pub const PARTS: u64 = 10_000;
/// The size of a part of a file that is no larger than 80,000 MiB.
pub const PART_SIZE: u64 = 8 << 20;
/// The header of a part's `PUT` to Holdall that names the SHA-256 of its content, in 64 hexadecimal digits.
pub const PART_SHA256: &str = "x-part-sha256";

/// The step in which parts grow.
const STEP: u64 = 1 << 20;
/// The most bytes a part may have: 5 GiB, the most that S3 takes.
pub const LARGEST_PART: u64 = 5 << 30;

/// The SHA-256 of a content, in 64 hexadecimal digits of lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Hex(String);

impl Sha256Hex {
    /// Reads 64 hexadecimal digits of lower case; anything else is `None`.
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

/// A file that is to be uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUpload {
    /// Its name, without any folder.
    pub name: String,
    /// Its size in bytes. It cannot change later.
    pub size: u64,
    /// When it was changed last, as the browser says: milliseconds since 1970. Kept and given back, nothing else.
    pub modified_ms: i64,
    /// The folder it goes to; `None` is the account's root.
    pub folder: Option<EntryId>,
    /// Names of the folders between that folder and the file, outermost first: those of a dropped folder. They are
    /// made where they are missing, when the file is complete. Where the folder is gone by then, they are made where the
    /// account's files begin.
    pub path: Vec<String>,
}

/// A folder of a dropped folder that no file is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFolder {
    /// The folder that the dropped one goes to; `None` is the account's root.
    pub folder: Option<EntryId>,
    /// Names of the folders from there down to this one, itself last.
    pub path: Vec<String>,
}

/// An upload that is not complete yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// What it is called in the other calls.
    pub id: UploadId,
    /// The file's name as it was given.
    pub name: String,
    /// The file's size in bytes.
    pub size: u64,
    /// When the file was changed last, as it was given.
    pub modified_ms: i64,
    /// The folder it goes to, as it was given.
    pub folder: Option<EntryId>,
    /// The folders of a dropped folder, as they were given.
    pub path: Vec<String>,
    /// The size of each part but the last, in bytes: part `n` begins at `(n - 1) * part_size`.
    pub part_size: u64,
    /// The bytes that have arrived, as far as Holdall knows without asking the store; `status` asks it.
    pub arrived_bytes: u64,
    /// The parts that have arrived, by number. `create` and `unfinished` leave this empty, `status` fills it.
    pub arrived: Vec<ArrivedPart>,
    /// What is going on.
    pub state: UploadState,
    /// When it is swept away if nothing happens until then: milliseconds since 1970.
    pub expires: i64,
}

/// What is going on with an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UploadState {
    /// Parts are coming.
    Uploading,
    /// The server puts the parts together; `complete` again says how it ended.
    Completing,
}

/// A part that lies in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivedPart {
    /// Its number: 1 for the first.
    pub number: u32,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 that was named for it when it was signed. Whether a file picked again is the same one is told by
    /// comparing these.
    pub sha256: Sha256Hex,
}

/// A part that one is about to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartToSign {
    /// The upload.
    pub upload: UploadId,
    /// The part's number: 1 for the first.
    pub number: u32,
    /// The SHA-256 of the part's content.
    pub sha256: Sha256Hex,
}

/// Where and how to send one part, now: `PUT` with these headers and exactly this part's bytes.
///
/// The address is Holdall's own (a path: `/uploads/{id}/parts/{number}`, sent with the session's cookie) or the store's
/// (absolute, sent without credentials). What the answer means:
///
/// - 2xx: the part has arrived. Nothing of the answer need be read.
/// - 422 (Holdall): what came is not what was named; the part does not count. Hash it again and send it again.
/// - 403, 400 (store): the address is too old; sign again. 404: the upload is gone or complete; ask `status`.
/// - 401 (Holdall): nobody is signed in. 409: the upload is being completed.
/// - 413, 429, 503, 507 and anything else: wait, sign again, send again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedPart {
    /// The address.
    pub url: String,
    /// Headers to send. `Content-Length` is not among them, since browsers set it themselves; it must be this part's.
    pub headers: Vec<(String, String)>,
    /// Holdall's own address for the same part, where `url` is the store's: for a browser that does not get through to the
    /// store. It is sent with [`PART_SHA256`] and the session's cookie; part by part, either way will do.
    pub instead: Option<String>,
    /// The part lies in the store already, with this content: nothing need be sent.
    pub arrived: bool,
}

/// How `complete` ended for one upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Completed {
    /// The file is there, durable and listed. Asking again answers the same.
    File {
        /// The file.
        id: EntryId,
        /// The name under which it is kept: the one given, or “name (1).ext” where that was taken.
        name: String,
        /// Names of the folders that it lies in, outermost first; none where the account's files begin.
        folders: Vec<String>,
    },
    /// Not all parts have arrived: these are missing. Nothing has changed.
    Missing(Vec<u32>),
    /// Another call is completing it at this moment; ask again in a second.
    Working,
}

/// Why one item of a call was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UploadProblem {
    /// There is no such upload (any more), or it is another person's.
    NotFound,
    /// What was asked cannot be had: a name, a size, a quota, a number of uploads.
    Refused(FieldProblem),
    /// The part's number is none of this upload's.
    NoSuchPart,
    /// The part has arrived with another content: this is not the file that the upload began with. Begin anew.
    OtherContent,
    /// The upload is being completed.
    Completing,
    /// Too much at once, or the store or the database does not answer: try again after these seconds.
    Later {
        /// Whole seconds, at least 1.
        seconds: u32,
    },
}

/// The size of each part but the last of a file of `size` bytes: [`PART_SIZE`], or as much more as [`PARTS`] parts need,
/// in whole MiB. `None` where even parts of 5 GiB would be too many.
#[must_use]
pub fn part_size(size: u64) -> Option<u64> {
    let needed = size.div_ceil(PARTS).div_ceil(STEP) * STEP;
    (needed <= LARGEST_PART).then_some(needed.max(PART_SIZE))
}

/// How many parts a file of `size` bytes has: none where it is empty.
#[must_use]
pub fn parts(size: u64, part_size: u64) -> u64 {
    size.div_ceil(part_size)
}

/// The size in bytes of part `number` of a file; `None` where the file has no such part.
#[must_use]
pub fn size_of_part(size: u64, part_size: u64, number: u32) -> Option<u64> {
    let before = u64::from(number.checked_sub(1)?).checked_mul(part_size)?;
    size.checked_sub(before).filter(|rest| *rest > 0).map(|rest| rest.min(part_size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_of_8_mib_until_10000_of_them_do_not_suffice() {
        const MIB: u64 = 1 << 20;
        for (size, expected, count) in [
            (0, 8 * MIB, 0),
            (1, 8 * MIB, 1),
            (8 * MIB - 1, 8 * MIB, 1),
            (8 * MIB, 8 * MIB, 1),
            (8 * MIB + 1, 8 * MIB, 2),
            (5 << 30, 8 * MIB, 640),
            (80_000 * MIB, 8 * MIB, 10_000),
            (80_000 * MIB + 1, 9 * MIB, 8889),
            (80 << 30, 9 * MIB, 9103),
            (5 << 40, 525 * MIB, 9987),
            (10_000 * LARGEST_PART, LARGEST_PART, 10_000),
        ] {
            let found = part_size(size);
            assert_eq!(found, Some(expected), "{size}");
            assert_eq!(parts(size, expected), count, "{size}");
            let sum: u64 = (1..=10_001).filter_map(|number| size_of_part(size, expected, number)).sum();
            assert_eq!(sum, size);
        }
        assert_eq!(part_size(10_000 * LARGEST_PART + 1), None);
        assert_eq!(part_size(u64::MAX), None);
    }

    #[test]
    fn a_part_beyond_the_end_is_none() {
        assert_eq!(size_of_part(10, 8, 0), None);
        assert_eq!(size_of_part(10, 8, 1), Some(8));
        assert_eq!(size_of_part(10, 8, 2), Some(2));
        assert_eq!(size_of_part(10, 8, 3), None);
        assert_eq!(size_of_part(16, 8, 3), None);
        assert_eq!(size_of_part(0, 8, 1), None);
        assert_eq!(size_of_part(u64::MAX, u64::MAX, u32::MAX), None);
    }

    #[test]
    fn a_sum_is_64_digits() {
        assert!(Sha256Hex::parse(&"0a".repeat(32)).is_some());
        assert!(Sha256Hex::parse(&"0A".repeat(32)).is_none());
        assert!(Sha256Hex::parse(&"0a".repeat(31)).is_none());
        assert!(serde_json::from_str::<Sha256Hex>("\"no\"").is_err());
    }
}
