//! Multipart uploads: create, sign, receive, status, complete and abort. Every call checks that an upload is in the
//! caller's scope, and answers each of its items separately. A row is inserted before the store is called, and a part
//! is in the store before a row says that it arrived.

mod claims;
mod complete;
mod create;
mod expire;
mod lease;
mod part_locks;
mod progress;
mod rate_limiter;
mod receive;
mod sign;
mod status;
mod wanted;

pub use receive::Received;

use std::time::Duration;

use sqlx::AnyPool;

use crate::model::form::Field;
use crate::model::id::UploadId;
use crate::model::upload::{self, BATCH, Upload, UploadProblem, UploadState};
use crate::server::clock::{Clock, milliseconds};
use crate::server::db::types::BlobState;
use crate::server::db::uploads::UploadRecord;
use crate::server::domain::Error;
use crate::server::domain::blobs::remove::BlobRemoval;
use crate::server::domain::blobs::verify::Verifier;
use crate::server::domain::entries::Entries;
use crate::server::domain::subject_limiter::{AccountQueue, SubjectLimiter};
use crate::server::domain::uploads::form::{TRANSFERS, private};
use crate::server::domain::uploads::multipart::part_locks::PartLocks;
use crate::server::domain::uploads::multipart::rate_limiter::UploadRateLimiter;
use crate::server::domain::uploads::rules::UploadRules;
use crate::server::domain::uploads::transfers::IncomingTransfers;
use crate::server::jobs::queue::JobQueue;
use crate::server::jobs::tasks::Tasks;
use crate::server::storage::{ObjectMeta, PartSpec, Storage};

/// How long a presigned address of a part is valid.
const ADDRESS_AGE: Duration = Duration::from_secs(3600);
/// How long after that a transfer that started in time may still run.
const LATE: Duration = Duration::from_secs(3600);
/// How many items of one call are worked on at once.
const AT_ONCE: usize = 8;
/// How many seconds a client is asked to wait when it is rate-limited or the store does not answer.
const AGAIN: u32 = 5;
/// How many calls of an account may read at once what has arrived of uploads. A page has one on its way.
const QUERIES: usize = 4;
/// How many pages of an account may list uploads, or ask how parts go on, at once.
const LOOKS: usize = 4;
/// How long others of these wait for one of them.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How many calls may count at once the folders that uploads will make: one of an account.
const COUNTS: usize = 2;
/// How many such calls of an account wait for its earlier one.
const WAITING_COUNTS: usize = 4;
/// How long they wait.
const COUNT_TIMEOUT: Duration = Duration::from_secs(20);
/// How many uploads of an account are started or given up in the store at once.
const STORE_CALLS: usize = 16;
/// How long others wait for that.
const STORE_TIMEOUT: Duration = Duration::from_secs(30);

/// Receives files part by part.
#[derive(Clone)]
pub struct MultipartUploads {
    pool: AnyPool,
    storage: Storage,
    rules: UploadRules,
    tasks: Tasks,
    removal: BlobRemoval,
    entries: Entries,
    verifier: Verifier,
    transfers: IncomingTransfers,
    queries: SubjectLimiter,
    looks: SubjectLimiter,
    claim_turns: AccountQueue,
    store_calls: SubjectLimiter,
    part_locks: PartLocks,
    rate_limiter: UploadRateLimiter,
    queue: JobQueue,
    clock: Clock,
}

impl MultipartUploads {
    /// Receives into this database and store.
    #[expect(clippy::too_many_arguments, reason = "each is a part of its own, and this is called once")]
    pub(in crate::server) fn new(
        pool: AnyPool,
        storage: Storage,
        rules: UploadRules,
        tasks: Tasks,
        removal: BlobRemoval,
        entries: Entries,
        verifier: Verifier,
        clock: Clock,
    ) -> Self {
        let transfers = IncomingTransfers::new(storage.part_places(), TRANSFERS, 0);
        let queries = SubjectLimiter::new(usize::MAX, QUERIES);
        let looks = SubjectLimiter::new(usize::MAX, LOOKS);
        let claim_turns = AccountQueue::new(COUNTS, WAITING_COUNTS, COUNT_TIMEOUT);
        let store_calls = SubjectLimiter::new(usize::MAX, STORE_CALLS);
        let (part_locks, rate_limiter) = (PartLocks::default(), UploadRateLimiter::default());
        let queue = JobQueue::new(pool.clone(), clock.clone());
        Self {
            pool,
            storage,
            rules,
            tasks,
            removal,
            entries,
            verifier,
            transfers,
            queries,
            looks,
            claim_turns,
            store_calls,
            part_locks,
            rate_limiter,
            queue,
            clock,
        }
    }

    /// The origin of the bucket that browsers send parts to; `None` if they send them to Holdall.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.storage.parts_origin()
    }

    /// When an upload with activity now expires, in milliseconds.
    fn expiry(&self) -> i64 {
        self.clock.now() + milliseconds(self.rules.limits().age)
    }

    /// Until when bytes may still arrive through presigned addresses that are handed out now, in milliseconds; `None`
    /// if the store has no such addresses.
    fn writable_until(&self) -> Option<i64> {
        self.storage.capabilities().accepts_late_bytes.then(|| self.clock.now() + milliseconds(ADDRESS_AGE + LATE))
    }

    /// Whether the bucket must create a multipart upload before parts are sent. A single part that goes through
    /// Holdall is written as a plain object instead.
    fn needs_initiation(&self, size: u64, part_size: u64) -> bool {
        let count = upload::parts(size, part_size);
        self.storage.capabilities().initiates_uploads
            && (count > 1 || (count == 1 && self.storage.takes_parts_directly()))
    }
}

/// Splits off the items beyond the most that one call may have, each with a refusal as its answer.
fn bounded<A, B>(mut items: Vec<A>) -> (Vec<A>, Vec<Result<B, UploadProblem>>) {
    let beyond = items.split_off(items.len().min(BATCH));
    (items, beyond.into_iter().map(|_| Err(UploadProblem::Later { seconds: 1 })).collect())
}

/// Turns an error that concerns one item into that item's answer; one that concerns the whole call stays an error.
fn refusal(error: Error) -> Result<UploadProblem, Error> {
    match error {
        Error::Refused(refused) => Ok(UploadProblem::Refused(refused.problem)),
        Error::NotFound => Ok(UploadProblem::NotFound),
        Error::Busy => Ok(UploadProblem::Later { seconds: AGAIN }),
        Error::Storage(error) => match Error::not_stored(Field::Files, error) {
            Error::Refused(refused) => Ok(UploadProblem::Refused(refused.problem)),
            waits => {
                tracing::warn!(error = %waits, "an upload must wait for the store");
                Ok(UploadProblem::Later { seconds: AGAIN })
            }
        },
        other => Err(other),
    }
}

/// An upload as clients see it, without its parts.
fn to_model(row: &UploadRecord) -> Upload {
    Upload {
        id: row.id.clone(),
        name: row.name.as_str().to_owned(),
        size: row.size.unsigned_abs(),
        modified_ms: row.modified,
        folder: row.folder.clone(),
        path: row.path.0.iter().map(|name| name.as_str().to_owned()).collect(),
        part_size: row.part_size.unsigned_abs(),
        arrived_bytes: row.arrived.unsigned_abs(),
        arrived: Vec::new(),
        state: if row.state == BlobState::Completing { UploadState::Completing } else { UploadState::Uploading },
        expires: row.expires,
    }
}

/// The position and size of a part; `None` if the upload has no part of that number.
fn part_spec(row: &UploadRecord, number: u32) -> Option<PartSpec<'_>> {
    let (total, part_size) = (row.size.unsigned_abs(), row.part_size.unsigned_abs());
    let size = upload::size_of_part(total, part_size, number)?;
    let offset = u64::from(number - 1) * part_size;
    Some(PartSpec {
        key: &row.key,
        upload: row.store_upload.as_deref(),
        number,
        offset,
        size,
        object_size: total,
        is_first: row.arrived == 0,
    })
}

/// The metadata of an upload's object, with the upload's id as a token by which the object is recognised later.
fn meta(id: &UploadId) -> ObjectMeta {
    ObjectMeta { token: Some(id.to_string()), ..private() }
}
