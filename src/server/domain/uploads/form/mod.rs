//! Receiving a file as one stream: the row first, then the bytes, then row and entry in one transaction. Room in the
//! quota is set aside before bytes reach the store. Whatever ends an upload early takes its object and its row away
//! again, and gives the room back.

pub(in crate::server::domain) mod limiter;
mod remove;
mod throughput_guard;
mod unfinished;

use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use sqlx::AnyPool;

use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::{AccountId, BlobId, EntryId};
use crate::model::problem::FieldProblem;
use crate::server::clock::{Clock, milliseconds};
use crate::server::db::{self, blobs, upload_states as states};
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::digest::Digest;
use crate::server::domain::blobs::verify::Checks;
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::free_name::name_it;
use crate::server::domain::uploads::form::limiter::UploadLimiter;
use crate::server::domain::uploads::form::throughput_guard::ThroughputGuard;
use crate::server::domain::uploads::form::unfinished::Unfinished;
use crate::server::domain::{Error, new_id};
use crate::server::jobs::queue::JobQueue;
use crate::server::jobs::tasks::Tasks;
use crate::server::storage::{self, ObjectMeta, Storage, Writer};

/// How much room a disk must have left for an upload to begin: 1 GiB.
pub(in crate::server::domain) const ROOM: u64 = 1 << 30;
/// With how little room left an upload that is under way is ended: 256 MiB.
pub(in crate::server::domain) const LAST_ROOM: u64 = 256 << 20;
/// How often that is looked at, in bytes that came.
const LOOK: u64 = 64 << 20;
/// How soon a failed deletion may be tried again by a sweep.
pub(in crate::server::domain) const RETRY: Duration = Duration::from_secs(60);

/// What an upload may cost. Sizes are in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most a file may have.
    pub file: Option<u64>,
    /// The most an account may keep, where it has no quota of its own.
    pub quota: Option<u64>,
    /// After which time an upload that was not finished may be swept away.
    pub age: Duration,
}

/// Takes in files.
#[derive(Clone)]
pub struct FormUploads {
    pool: AnyPool,
    storage: Storage,
    limits: Limits,
    checks: Checks,
    turns: UploadLimiter,
    tasks: Tasks,
    queue: JobQueue,
    clock: Clock,
}

impl FormUploads {
    /// Over this database and store.
    pub(in crate::server) fn new(
        pool: AnyPool,
        storage: Storage,
        limits: Limits,
        checks: Checks,
        tasks: Tasks,
        clock: Clock,
    ) -> Self {
        let queue = JobQueue::new(pool.clone(), clock.clone());
        Self { pool, storage, limits, checks, turns: UploadLimiter::default(), tasks, queue, clock }
    }

    /// The tasks that a shutdown waits for.
    pub(in crate::server::domain) fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// What uploads may cost.
    pub(in crate::server::domain) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The most bytes an account may keep: its own quota, where it has one, or else the site's.
    #[must_use]
    pub fn quota_or_site(&self, own: Option<u64>) -> Option<u64> {
        own.or(self.limits.quota)
    }

    /// The refusal of an upload, with what the account uses besides the room that this upload itself has reserved.
    pub(super) async fn over_quota<'c>(
        &self,
        db: impl db::Executes<'c>,
        account: &AccountId,
        reserved: u64,
    ) -> Result<FieldProblem, Error> {
        let (used, own) = db::accounts::usage(db, account).await?;
        let quota = self.quota_or_site(own.map(i64::unsigned_abs)).unwrap_or_default();
        Ok(FieldProblem::OverQuota { used: used.unsigned_abs().saturating_sub(reserved), quota })
    }

    /// Refuses where fewer than `least` bytes are left on the disk.
    pub(in crate::server::domain) async fn room(&self, least: u64) -> Result<(), Error> {
        let storage = self.storage.clone();
        match tokio::task::spawn_blocking(move || storage.free_bytes()).await?? {
            Some(free) if free < least => Err(at_files(FieldProblem::NoSpace)),
            _ => Ok(()),
        }
    }

    /// Receives one file and puts it into a folder of the scope, or where it begins, beside one of the same
    /// name if there is one. The file is durable and its rows are committed when this returns; if it fails, or is
    /// dropped, nothing is left.
    pub async fn receive<S>(
        &self,
        scope: &Scope,
        folder: Option<&EntryId>,
        name: &FileName,
        mut body: S,
    ) -> Result<EntryId, Error>
    where
        S: Stream<Item = Result<Bytes, FieldProblem>> + Unpin + Send,
    {
        scope.may_add(self.clock.now())?;
        let folder = find(&self.pool, scope, folder).await?;
        let account = scope.owner();
        let _turn = self.turns.take(account)?;
        self.room(ROOM).await?;
        let mut pace = ThroughputGuard::new();
        let first = pace.next(&self.storage, &mut body).await.transpose().map_err(at_files)?;
        let size = first.as_ref().map_or(0, |chunk| chunk.len() as u64);
        self.may_have(size)?;
        let mut unfinished = self.start(account, size).await?;
        match self.take_in(account, &mut unfinished, first, pace, &mut body).await {
            Ok((writer, seen)) => {
                // All bytes are here: from now on it is finished whether or not somebody waits for the answer. Left half
                // way, the object could come into being after its row has gone.
                let (uploads, account, name) = (self.clone(), account.clone(), name.clone());
                let finish = async move { uploads.finish(&account, &folder, &name, writer, unfinished, seen).await };
                self.tasks.spawn(finish).await?
            }
            Err(error) => {
                unfinished.give_up().await;
                Err(error)
            }
        }
    }

    /// Refuses a file that is larger than any may be.
    fn may_have(&self, size: u64) -> Result<(), Error> {
        match self.limits.file.filter(|limit| size > *limit) {
            Some(limit) => Err(at_files(FieldProblem::TooLarge { limit })),
            None => Ok(()),
        }
    }

    /// Takes in the first bytes and all that follow; nothing goes to the store before room is set aside for it.
    async fn take_in<S>(
        &self,
        account: &AccountId,
        unfinished: &mut Unfinished,
        first: Option<Bytes>,
        mut pace: ThroughputGuard,
        body: &mut S,
    ) -> Result<(Writer, Digest), Error>
    where
        S: Stream<Item = Result<Bytes, FieldProblem>> + Unpin + Send,
    {
        let mut writer = self.storage.writer(&unfinished.key, &private());
        let (mut seen, mut kept_alive, mut next) = (Digest::default(), self.clock.now(), first);
        while let Some(chunk) = next {
            let looked = seen.size / LOOK;
            seen.update(&chunk);
            if seen.size / LOOK > looked {
                self.room(LAST_ROOM).await?;
            }
            self.may_have(seen.size)?;
            self.grow_reservation(account, unfinished, seen.size).await?;
            writer.write(chunk).await.map_err(full)?;
            let now = self.clock.now();
            if now - kept_alive > milliseconds(self.limits.age) / 4 {
                kept_alive = now;
                self.keep_alive(&unfinished.id, now + milliseconds(self.limits.age)).await?;
            }
            next = pace.next(&self.storage, body).await.transpose().map_err(at_files)?;
        }
        Ok((writer, seen))
    }

    /// Puts off when an upload may be given up. One that was, meanwhile, finds out when it is to become a file.
    async fn keep_alive(&self, id: &BlobId, expires: i64) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        if states::extend_expiry(&mut transaction, id, expires, None).await? {
            transaction.commit().await?;
        }
        Ok(())
    }

    async fn finish(
        &self,
        account: &AccountId,
        folder: &EntryId,
        name: &FileName,
        writer: Writer,
        unfinished: Unfinished,
        seen: Digest,
    ) -> Result<EntryId, Error> {
        let finished = match writer.finish().await {
            Ok(written) if written == seen.size => self.commit(account, folder, name, &unfinished, seen).await,
            Ok(written) => Err(Error::Internal(format!("{written} bytes were written of {}", seen.size))),
            Err(error) => Err(full(error)),
        };
        match finished {
            Ok(_) => {
                unfinished.keep();
                self.checks.wake();
            }
            Err(_) => unfinished.give_up().await,
        }
        finished
    }

    async fn commit(
        &self,
        account: &AccountId,
        folder: &EntryId,
        name: &FileName,
        unfinished: &Unfinished,
        seen: Digest,
    ) -> Result<EntryId, Error> {
        let (blob, size) = (&unfinished.id, counted(seen.size)?);
        let media_type = seen.media_type();
        let (sha256, crc32) = seen.sums();
        let sums = blobs::Sums { size, media_type, sha256: &sha256, crc32 };
        let id = new_id();
        let mut transaction = self.pool.begin().await?;
        // What was set aside and did not come. This holds the account's row, whatever it is.
        db::accounts::release(&mut *transaction, account, counted(unfinished.reserved)? - size).await?;
        if !blobs::mark_stored(&mut transaction, blob, &sums, self.clock.now()).await? {
            return Err(at_files(FieldProblem::Interrupted));
        }
        name_it(&mut transaction, account, folder, &id, name, blob, self.clock.now()).await?;
        transaction.commit().await?;
        Ok(id)
    }
}

/// What the store is told of a private object: nothing that would make a browser show it.
pub(in crate::server::domain) fn private() -> ObjectMeta {
    ObjectMeta {
        content_type: "application/octet-stream".to_owned(),
        cache_control: Some("private, no-store"),
        content_disposition: Some("attachment".to_owned()),
        ..ObjectMeta::default()
    }
}

pub(in crate::server::domain) fn at_files(problem: FieldProblem) -> Error {
    Error::at(Field::Files, problem)
}

/// A number of bytes as the database has it.
fn counted(bytes: u64) -> Result<i64, Error> {
    i64::try_from(bytes).map_err(|_| at_files(FieldProblem::TooLarge { limit: i64::MAX.unsigned_abs() }))
}

pub(in crate::server::domain) fn full(error: storage::StorageError) -> Error {
    match error {
        storage::StorageError::Full { .. } => at_files(FieldProblem::NoSpace),
        other => other.into(),
    }
}
