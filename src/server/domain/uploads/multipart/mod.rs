//! Uploads in parts: begun, signed, received, looked at, completed and given up. Every call asks whose an upload is, and
//! answers each of its items by itself. A row is there before the store hears of anything, and what has arrived is in
//! the store before a row says so.

mod complete;
mod create;
mod expire;
mod lease;
mod part_locks;
mod rate_limiter;
mod receive;
mod sign;
mod status;

pub use receive::Received;

use std::time::Duration;

use sqlx::AnyPool;

use crate::model::id::UploadId;
use crate::model::upload::{self, BATCH, Upload, UploadProblem, UploadState};
use crate::server::clock::{Clock, milliseconds};
use crate::server::db::types::BlobState;
use crate::server::db::uploads::UploadRow;
use crate::server::domain::Error;
use crate::server::domain::blobs::verify::Checks;
use crate::server::domain::entries::Entries;
use crate::server::domain::uploads::form::limiter::UploadLimiter;
use crate::server::domain::uploads::form::{FormUploads, private};
use crate::server::domain::uploads::multipart::part_locks::PartLocks;
use crate::server::domain::uploads::multipart::rate_limiter::Signing;
use crate::server::jobs::queue::JobQueue;
use crate::server::storage::{ObjectMeta, PartPlace, Storage};

/// How long an address of the store takes its part.
const ADDRESS_AGE: Duration = Duration::from_secs(3600);
/// How long after that a part that began in time may still arrive.
const LATE: Duration = Duration::from_secs(3600);
/// How many of a call's items are worked on at a time.
const AT_ONCE: usize = 8;
/// After how many seconds one who asked too much, or while the store is away, may ask again.
const AGAIN: u32 = 5;

/// Takes in files part by part.
#[derive(Clone)]
pub struct MultipartUploads {
    pool: AnyPool,
    storage: Storage,
    uploads: FormUploads,
    entries: Entries,
    checks: Checks,
    turns: UploadLimiter,
    takes: PartLocks,
    signing: Signing,
    queue: JobQueue,
    clock: Clock,
}

impl MultipartUploads {
    /// Over this database and store.
    pub(in crate::server) fn new(
        pool: AnyPool,
        storage: Storage,
        uploads: FormUploads,
        entries: Entries,
        checks: Checks,
        clock: Clock,
    ) -> Self {
        let (turns, takes, signing) = (UploadLimiter::default(), PartLocks::default(), Signing::default());
        let queue = JobQueue::new(pool.clone(), clock.clone());
        Self { pool, storage, uploads, entries, checks, turns, takes, signing, queue, clock }
    }

    /// The site that browsers send parts to, where that is not Holdall itself.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.storage.parts_origin()
    }

    /// When an upload that is touched now may be swept away.
    fn expiry(&self) -> i64 {
        self.clock.now() + milliseconds(self.uploads.limits().age)
    }

    /// Until when bytes of an upload that is touched now may arrive though nobody waits for them.
    fn writable_until(&self) -> Option<i64> {
        self.storage.capabilities().accepts_late_bytes.then(|| self.clock.now() + milliseconds(ADDRESS_AGE + LATE))
    }

    /// Whether the bucket must be told of an upload before its parts come. One part through Holdall goes there whole.
    fn is_begun_there(&self, size: u64, part_size: u64) -> bool {
        let count = upload::parts(size, part_size);
        self.storage.capabilities().announces_uploads
            && (count > 1 || (count == 1 && self.storage.takes_parts_directly()))
    }
}

/// The refusal of everything beyond the first hundred items of a call.
fn bounded<A, B>(mut items: Vec<A>) -> (Vec<A>, Vec<Result<B, UploadProblem>>) {
    let beyond = items.split_off(items.len().min(BATCH));
    (items, beyond.into_iter().map(|_| Err(UploadProblem::Later { seconds: 1 })).collect())
}

/// What one item is told where it failed; what concerns the whole call stays an error.
fn refusal(error: Error) -> Result<UploadProblem, Error> {
    match error {
        Error::Refused(refused) => Ok(UploadProblem::Refused(refused.problem)),
        Error::NotFound => Ok(UploadProblem::NotFound),
        Error::Busy => Ok(UploadProblem::Later { seconds: AGAIN }),
        Error::Storage(error) => {
            tracing::warn!(%error, "an upload must wait for the store");
            Ok(UploadProblem::Later { seconds: AGAIN })
        }
        other => Err(other),
    }
}

/// An upload as browsers see it, without its parts.
fn to_model(row: &UploadRow) -> Upload {
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

/// Where a part of an upload goes; none where it has no such part.
fn place(row: &UploadRow, number: u32) -> Option<PartPlace<'_>> {
    let (whole, part_size) = (row.size.unsigned_abs(), row.part_size.unsigned_abs());
    let size = upload::size_of_part(whole, part_size, number)?;
    let offset = u64::from(number - 1) * part_size;
    Some(PartPlace {
        key: &row.key,
        upload: row.store_upload.as_deref(),
        number,
        offset,
        size,
        whole,
        is_first: row.arrived == 0,
    })
}

/// What the store is told of an upload, so that its object is known again.
fn meta(id: &UploadId) -> ObjectMeta {
    ObjectMeta { token: Some(id.to_string()), ..private() }
}
