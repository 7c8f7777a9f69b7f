//! Receiving a file as one stream: the row first, then the bytes, then row and entry in one transaction. Whatever
//! ends an upload early takes its object and its row away again.

mod pace;
pub(super) mod seen;
pub(super) mod turns;

use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use sqlx::AnyPool;

use self::pace::Pace;
use self::seen::Seen;
use self::turns::Turns;
use super::accounts::Account;
use super::checks::Checks;
use super::{Error, folders, names, new_id};
use crate::model::file::FileName;
use crate::model::form::{Field, Problem};
use crate::model::id::{AccountId, EntryId};
use crate::server::clock::{self, milliseconds};
use crate::server::db::{self, blobs, entries};
use crate::server::storage::{self, Key, ObjectMeta, Private, Storage, Writer};

/// How much room a disk must have left for an upload to begin: 1 GiB.
pub(super) const ROOM: u64 = 1 << 30;
/// How many numbers are tried one by one before a free one is searched for.
const ONE_BY_ONE: u32 = 20;
/// With how little room left an upload that is under way is ended: 256 MiB.
pub(super) const LAST_ROOM: u64 = 256 << 20;
/// How often that is looked at, in bytes that came.
const LOOK: u64 = 64 << 20;
/// How many deletions are taken up in one go.
const AT_ONCE: i64 = 100;
/// How soon a failed deletion may be tried again by a sweep.
pub(super) const RETRY: Duration = Duration::from_secs(60);

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
pub struct Uploads {
    pool: AnyPool,
    storage: Storage,
    limits: Limits,
    checks: Checks,
    turns: Turns,
}

impl Uploads {
    /// Over this database and store.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, limits: Limits, checks: Checks) -> Self {
        Self { pool, storage, limits, checks, turns: Turns::default() }
    }

    /// What uploads may cost.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The most bytes an account may keep.
    #[must_use]
    pub fn quota_of(&self, account: &Account) -> Option<u64> {
        account.quota.or(self.limits.quota)
    }

    /// Refuses where fewer than `least` bytes are left on the disk.
    pub(super) async fn room(&self, least: u64) -> Result<(), Error> {
        let storage = self.storage.clone();
        match tokio::task::spawn_blocking(move || storage.free_bytes()).await?? {
            Some(free) if free < least => Err(at_files(Problem::NoSpace)),
            _ => Ok(()),
        }
    }

    /// Receives one file and puts it into a folder of the account, or where its files begin, beside one of the same
    /// name if there is one. The file is durable and its rows are committed when this returns; if it fails, or is
    /// dropped, nothing is left.
    pub async fn receive<S>(
        &self,
        account: &Account,
        folder: Option<&EntryId>,
        name: &FileName,
        mut body: S,
    ) -> Result<EntryId, Error>
    where
        S: Stream<Item = Result<Bytes, Problem>> + Unpin + Send,
    {
        let folder = folders::find(&self.pool, &account.id, folder).await?;
        let _turn = self.turns.take(&account.id)?;
        self.room(ROOM).await?;
        let quota = self.quota_of(account);
        let remaining = quota.map(|quota| quota.saturating_sub(account.used));
        let unfinished = self.begin(&account.id).await?;
        let mut writer = self.storage.writer(&unfinished.key, &private());
        let mut seen = Seen::default();
        let mut kept_alive = clock::now();
        let mut pace = Pace::new();
        while let Some(chunk) = pace.next(&self.storage, &mut body).await {
            let chunk = chunk.map_err(at_files)?;
            let looked = seen.size / LOOK;
            seen.update(&chunk);
            if seen.size / LOOK > looked {
                self.room(LAST_ROOM).await?;
            }
            if let Some(limit) = self.limits.file.filter(|limit| seen.size > *limit) {
                return Err(at_files(Problem::TooLarge { limit }));
            }
            if let (Some(remaining), Some(quota)) = (remaining, quota)
                && seen.size > remaining
            {
                return Err(at_files(Problem::OverQuota { used: account.used, quota }));
            }
            writer.write(chunk).await.map_err(full)?;
            let now = clock::now();
            if now - kept_alive > milliseconds(self.limits.age) / 4 {
                kept_alive = now;
                blobs::keep_alive(&self.pool, &unfinished.id, now + milliseconds(self.limits.age)).await?;
            }
        }
        // All bytes are here: from now on it is finished whether or not somebody waits for the answer. Left half way,
        // the object could come into being after its row has gone.
        let (uploads, account, name) = (self.clone(), account.clone(), name.clone());
        tokio::spawn(async move { uploads.finish(&account, &folder, &name, writer, unfinished, seen).await }).await?
    }

    async fn finish(
        &self,
        account: &Account,
        folder: &EntryId,
        name: &FileName,
        writer: Writer,
        unfinished: Unfinished,
        seen: Seen,
    ) -> Result<EntryId, Error> {
        let written = writer.finish().await.map_err(full)?;
        if written != seen.size {
            return Err(Error::Internal(format!("{written} bytes were written of {}", seen.size)));
        }
        let entry = self.commit(account, folder, name, &unfinished.id, seen).await?;
        unfinished.keep();
        self.checks.wake();
        Ok(entry)
    }

    async fn begin(&self, account: &AccountId) -> Result<Unfinished, Error> {
        let unfinished = Unfinished { uploads: Some(self.clone()), id: new_id(), key: Key::random() };
        let now = clock::now();
        let expires = now + milliseconds(self.limits.age);
        blobs::insert(&self.pool, &unfinished.id, account, &unfinished.key, now, expires).await?;
        Ok(unfinished)
    }

    async fn commit(
        &self,
        account: &Account,
        folder: &EntryId,
        name: &FileName,
        blob: &str,
        seen: Seen,
    ) -> Result<EntryId, Error> {
        let size =
            i64::try_from(seen.size).map_err(|_| at_files(Problem::TooLarge { limit: i64::MAX.unsigned_abs() }))?;
        let media_type = seen.media_type();
        let (sha256, crc32) = seen.sums();
        let sums = blobs::Sums { size, media_type, sha256: &sha256, crc32: &crc32 };
        let site_quota = self.limits.quota.map(|quota| i64::try_from(quota).unwrap_or(i64::MAX));
        let id = EntryId::parse(&new_id()).ok_or_else(|| Error::Internal("a new id is none".to_owned()))?;
        let mut transaction = self.pool.begin().await?;
        if !db::accounts::take(&mut *transaction, &account.id, size, site_quota).await? {
            let quota = self.quota_of(account).unwrap_or_default();
            return Err(at_files(Problem::OverQuota { used: account.used, quota }));
        }
        if !blobs::store(&mut *transaction, blob, &sums).await? {
            return Err(at_files(Problem::Interrupted));
        }
        name_it(&mut transaction, account, folder, &id, name, blob).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Takes what there is of an unfinished upload out of the store, and then its row; what fails is left to a sweep.
    pub(super) async fn discard(&self, id: &str, key: &Key<Private>) -> Result<(), Error> {
        let again = clock::now() + milliseconds(RETRY);
        if let Some(leaving) = blobs::retire_unfinished(&self.pool, id, again).await? {
            return self.remove(&leaving.id, &leaving.key).await;
        }
        // Where a sweep took the row meanwhile, the object may have come into being after that.
        if blobs::is_stored(&self.pool, id).await? { Ok(()) } else { Ok(self.storage.discard(key).await?) }
    }

    /// Takes out of the store whatever is overdue there, until nothing is or the store refuses.
    pub(super) async fn remove_overdue(&self) -> Result<(), Error> {
        loop {
            let now = clock::now();
            let overdue = blobs::claim_overdue(&self.pool, now, now + milliseconds(RETRY), AT_ONCE).await?;
            if overdue.is_empty() {
                return Ok(());
            }
            for blob in overdue {
                self.remove(&blob.id, &blob.key).await?;
            }
        }
    }

    /// Takes the object of a row in state `deleting` out of the store, and then the row.
    pub(super) async fn remove(&self, id: &str, key: &Key<Private>) -> Result<(), Error> {
        match self.storage.discard(key).await {
            Ok(()) => {
                // Whatever still arrives is deleted again before the row goes.
                if !blobs::forget(&self.pool, id, clock::now()).await? {
                    blobs::linger(&self.pool, id).await?;
                }
                Ok(())
            }
            Err(error) => {
                blobs::note_failure(&self.pool, id, &error.to_string()).await?;
                Err(error.into())
            }
        }
    }
}

/// Adds the entry under the first name that is free: the name itself, “name (1)”, “name (2)” … The transaction holds the
/// account's row: a folder that is there now stays until it ends.
pub(super) async fn name_it(
    transaction: &mut db::Transaction,
    account: &Account,
    folder: &EntryId,
    id: &EntryId,
    name: &FileName,
    blob: &str,
) -> Result<(), Error> {
    let gone = || at_files(Problem::FolderGone);
    if !db::folders::is_there(&mut **transaction, &account.id, folder).await? {
        return Err(gone());
    }
    let mut number = 0;
    loop {
        let candidate = if number == 0 { name.clone() } else { name.numbered(number) };
        let (folded, sort) = (names::folded(candidate.as_str()), names::sort_key(candidate.as_str()));
        let new = entries::NewFile {
            id,
            account: &account.id,
            folder,
            name: candidate.as_str(),
            folded: &folded,
            sort: &sort,
            blob,
            now: clock::now(),
        };
        let inserted = entries::insert_file(&mut **transaction, &new).await;
        if inserted.map_err(|error| if db::is_orphan(&error) { gone() } else { error.into() })? {
            return Ok(());
        }
        number = if number < ONE_BY_ONE { number + 1 } else { free_number(transaction, folder, name, number).await? };
    }
}

/// A number that is free though the one before it is taken: found by leaps and then by halves, so that the
/// ten-thousandth “image.png” is as quick as the tenth.
async fn free_number(
    transaction: &mut db::Transaction,
    folder: &EntryId,
    name: &FileName,
    mut taken: u32,
) -> Result<u32, Error> {
    let mut free = taken.saturating_mul(2);
    let mut known_free = false;
    while !known_free || free - taken > 1 {
        let number = if known_free { taken + (free - taken) / 2 } else { free };
        let folded = names::folded(name.numbered(number).as_str());
        if !entries::is_taken(&mut **transaction, folder, &folded).await? {
            (free, known_free) = (number, true);
        } else if number == u32::MAX {
            return Err(Error::Internal("four thousand million files of one name".to_owned()));
        } else {
            taken = number;
            free = if known_free { free } else { number.saturating_mul(2) };
        }
    }
    Ok(free)
}

/// An upload under way: unless it is kept, its object and row go when this is dropped, by whatever cause.
struct Unfinished {
    uploads: Option<Uploads>,
    id: String,
    key: Key<Private>,
}

impl Unfinished {
    fn keep(mut self) {
        self.uploads = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let (Some(uploads), Ok(runtime)) = (self.uploads.take(), tokio::runtime::Handle::try_current()) else { return };
        let (id, key) = (std::mem::take(&mut self.id), self.key.clone());
        runtime.spawn(async move {
            if let Err(error) = uploads.discard(&id, &key).await {
                tracing::warn!(%error, blob = id, "a broken upload is left to the next sweep");
            }
        });
    }
}

/// What the store is told of a private object: nothing that would make a browser show it.
pub(super) fn private() -> ObjectMeta {
    ObjectMeta {
        content_type: "application/octet-stream".to_owned(),
        cache_control: Some("private, no-store"),
        content_disposition: Some("attachment".to_owned()),
        ..ObjectMeta::default()
    }
}

pub(super) fn at_files(problem: Problem) -> Error {
    Error::at(Field::Files, problem)
}

pub(super) fn full(error: storage::Error) -> Error {
    match error {
        storage::Error::Full { .. } => at_files(Problem::NoSpace),
        other => other.into(),
    }
}
