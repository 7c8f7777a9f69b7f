//! Reading what lies in the store and comparing it with what was sent: part by part where a file came in parts, and as a
//! whole. Stores differ in what they check themselves, so nothing is called verified before Holdall has read it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};
use sqlx::AnyPool;
use tokio::sync::Notify;

use crate::server::clock::{self, milliseconds};
use crate::server::db::checks::ToCheck;
use crate::server::db::parts::{self, PartRow};
use crate::server::db::{blobs, checks as rows};
use crate::server::domain::Error;
use crate::server::domain::blobs::digest::Digest;
use crate::server::domain::integrity::instance::Instance;
use crate::server::storage::{self, Storage};

/// Files that are read at a time, so that downloads keep their share of the store.
const AT_ONCE: usize = 2;
/// For how long one who reads a file says so; after that, somebody else may.
const LEASE: Duration = Duration::from_secs(120);
/// How often the rows are looked at where nobody says that there is something new.
const LOOK: Duration = Duration::from_secs(30);
/// How soon a file that could not be read is tried again; each time twice as late, up to an hour.
const AGAIN: Duration = Duration::from_secs(10);
const LATEST: Duration = Duration::from_secs(3600);
/// Rows of a page.
const PAGE: i64 = 100;

/// What reading a file has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// Every byte is as it was sent.
    Verified,
    /// It is not: what is wrong, for whoever runs the site.
    Damaged(String),
    /// It could not be read now: why.
    Unread(String),
    /// It was deleted meanwhile.
    Gone,
}

/// Checks files.
#[derive(Clone)]
pub struct Checks {
    pool: AnyPool,
    storage: Storage,
    instance: Instance,
    news: Arc<Notify>,
}

impl Checks {
    /// Over this database and store.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage) -> Self {
        let instance = Instance::new(pool.clone(), storage.clone());
        Self { pool, storage, instance, news: Arc::default() }
    }

    /// Says that there is a new file.
    pub fn wake(&self) {
        self.news.notify_one();
    }

    /// Checks what is new, for as long as the server runs, and what was left when it last stopped.
    pub async fn run(self) {
        futures::future::join_all((0..AT_ONCE).map(|_| self.work())).await;
    }

    async fn work(&self) {
        loop {
            match self.once().await {
                Ok(Some(_)) => {
                    // There may be more, and somebody else may have time.
                    self.wake();
                    continue;
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "files cannot be checked now"),
            }
            // Whichever comes first.
            drop(tokio::time::timeout(LOOK, self.news.notified()).await);
        }
    }

    /// Checks the oldest file that was not; nothing where there is none.
    pub async fn once(&self) -> Result<Option<CheckOutcome>, Error> {
        let now = clock::now();
        let Some(row) = rows::lease_unverified(&self.pool, now, now + milliseconds(LEASE)).await? else {
            return Ok(None);
        };
        self.check(&row).await.map(Some)
    }

    /// Reads every stored file again, those that were found damaged too, and says of each what came of it.
    pub async fn all(&self, mut said: impl FnMut(&str, &CheckOutcome)) -> Result<(), Error> {
        let mut after = String::new();
        loop {
            let page = rows::stored(&self.pool, &after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id.clone();
            for row in &page {
                let verdict = self.check(row).await?;
                said(row.key.as_str(), &verdict);
            }
        }
    }

    async fn check(&self, row: &ToCheck) -> Result<CheckOutcome, Error> {
        let verdict = match self.read(row).await {
            Ok(verdict) => verdict,
            Err(Error::Storage(error)) => CheckOutcome::Unread(error.to_string()),
            Err(error) => return Err(error),
        };
        match &verdict {
            CheckOutcome::Verified | CheckOutcome::Gone => {}
            CheckOutcome::Damaged(damage) => {
                tracing::error!(blob = row.id, key = %row.key, damage, "a file is damaged in the store");
                rows::mark_damaged(&self.pool, &row.id, damage).await?;
            }
            CheckOutcome::Unread(error) => {
                tracing::warn!(blob = row.id, error, "a file could not be checked");
                let tries = u32::try_from(row.attempts.clamp(1, 12)).unwrap_or(12);
                let wait = AGAIN.saturating_mul(1 << (tries - 1)).min(LATEST);
                rows::record_failure(&self.pool, &row.id, error, clock::now() + milliseconds(wait)).await?;
            }
        }
        Ok(verdict)
    }

    async fn read(&self, row: &ToCheck) -> Result<CheckOutcome, Error> {
        let size = row.size.unsigned_abs();
        let object = match self.storage.read(&row.key, None).await {
            Err(storage::StorageError::NotFound) => return self.missing(row).await,
            object => object.map_err(Error::Storage)?,
        };
        if object.size != size {
            return Ok(CheckOutcome::Damaged(format!("it has {} bytes and should have {size}", object.size)));
        }
        let mut parts = PartSums::new(parts::all(&self.pool, &row.id).await?);
        let (mut seen, mut body, mut held) = (Digest::default(), object.body, clock::now());
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(Error::Storage)?;
            seen.update(&chunk);
            if let Some(number) = parts.update(chunk) {
                return Ok(CheckOutcome::Damaged(format!("part {number} is not what was sent")));
            }
            let now = clock::now();
            if now - held > milliseconds(LEASE) / 4 {
                held = now;
                if !rows::renew_lease(&self.pool, &row.id, now + milliseconds(LEASE)).await? {
                    return Ok(CheckOutcome::Gone);
                }
            }
        }
        let media_type = seen.media_type();
        let (sha256, crc32) = seen.sums();
        let is_known = !row.sha256.is_empty();
        if is_known && sha256 != row.sha256 {
            return Ok(CheckOutcome::Damaged(format!("its SHA-256 is {sha256} and should be {}", row.sha256)));
        }
        if !is_known && parts.compared != size {
            // So it is where the database is older than the store: the store says it is whole, and nobody knows better.
            let unknown = size - parts.compared;
            tracing::warn!(blob = row.id, unknown, "bytes of a file could not be compared: nobody knows what was sent");
        }
        let mut transaction = self.pool.begin().await?;
        let verified =
            rows::mark_verified(&mut *transaction, &row.id, media_type, (&sha256, &crc32), clock::now()).await?;
        parts::delete_row(&mut *transaction, &row.id).await?;
        transaction.commit().await?;
        Ok(if verified { CheckOutcome::Verified } else { CheckOutcome::Gone })
    }

    /// No object: the file was deleted while this looked for it, or it is missing. That is said only of a store that is
    /// known to be this site's: a folder that is not mounted lacks every file.
    async fn missing(&self, row: &ToCheck) -> Result<CheckOutcome, Error> {
        if !blobs::is_stored(&self.pool, &row.id).await? {
            return Ok(CheckOutcome::Gone);
        }
        Ok(if self.instance.is_ours().await? {
            CheckOutcome::Damaged("it is missing from the store".to_owned())
        } else {
            CheckOutcome::Unread("it is not there, and neither is this site's mark".to_owned())
        })
    }
}

/// The sums of parts, as the bytes of the whole pass by.
struct PartSums {
    parts: VecDeque<PartRow>,
    sum: Sha256,
    /// Bytes of the part that is passing.
    passed: u64,
    /// Bytes that were compared.
    compared: u64,
}

impl PartSums {
    fn new(parts: Vec<PartRow>) -> Self {
        Self { parts: parts.into(), sum: Sha256::new(), passed: 0, compared: 0 }
    }

    /// Takes note of the next bytes; gives the number of a part that is not what it should be.
    fn update(&mut self, mut chunk: Bytes) -> Option<i64> {
        while let Some(part) = self.parts.front().filter(|_| !chunk.is_empty()) {
            let size = part.size.unsigned_abs();
            let left = usize::try_from(size - self.passed).unwrap_or(usize::MAX);
            let of_part = chunk.split_to(left.min(chunk.len()));
            self.passed += of_part.len() as u64;
            self.sum.update(&of_part);
            if self.passed == size {
                let sum = data_encoding::HEXLOWER.encode(&std::mem::take(&mut self.sum).finalize());
                if sum != part.sha256 {
                    return Some(part.number);
                }
                self.compared += size;
                self.passed = 0;
                self.parts.pop_front();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: i64, content: &[u8]) -> PartRow {
        let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(content));
        PartRow { number, size: content.len() as i64, sha256, arrived: None }
    }

    #[test]
    fn each_part_is_compared_however_the_bytes_come() {
        let parts = || vec![part(1, b"abcd"), part(2, b"efgh"), part(3, b"i")];
        for pieces in [vec!["abcdefghi"], vec!["a", "bcde", "fgh", "", "i"], vec!["abcd", "efgh", "i"]] {
            let mut sums = PartSums::new(parts());
            for piece in pieces {
                assert_eq!(sums.update(Bytes::from_static(piece.as_bytes())), None);
            }
            assert_eq!(sums.compared, 9);
        }
        let mut sums = PartSums::new(parts());
        assert_eq!(sums.update(Bytes::from_static(b"abcde")), None);
        assert_eq!(sums.update(Bytes::from_static(b"fgX")), Some(2));
    }
}
