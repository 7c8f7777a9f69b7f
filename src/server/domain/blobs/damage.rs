//! Notices that a file's object is missing, is not as long as its row says, or was written to since it was verified,
//! wherever the object is looked at. What is missing or of another length is flagged at once, and what was written to is
//! read again first. A damaged file is not given out from then on, and whoever asks for it is told that it is damaged. It
//! is flagged only once the store has shown this site's instance id: in a folder whose volume is not mounted, every file
//! looks as if it were missing.

use std::ops::Range;
use std::sync::Arc;

use sqlx::AnyPool;
use tokio::sync::Mutex;

use crate::model::id::BlobId;
use crate::server::clock::Clock;
use crate::server::db::{blobs, verification};
use crate::server::domain::Error;
use crate::server::domain::access::administration::Administrator;
use crate::server::domain::blobs::content_fault::{MISSING, other_size};
use crate::server::domain::blobs::verify::Verifier;
use crate::server::domain::integrity::instance::Instance;
use crate::server::storage::{Key, Object, Private, Storage, StorageError};

/// How long a count of damaged files is good, in milliseconds.
const COUNT_AGE: i64 = 1000;

/// Looks at the objects of files and flags those that are damaged.
#[derive(Clone)]
pub struct DamageWatch {
    pool: AnyPool,
    storage: Storage,
    instance: Instance,
    verifier: Verifier,
    /// The last count of damaged files, and when it was made.
    counted: Arc<Mutex<Option<(i64, u64)>>>,
    clock: Clock,
}

/// A stored file as its row describes it.
#[derive(Clone, Copy, Debug)]
pub(in crate::server::domain) struct Expected<'a> {
    /// Its blob.
    pub blob: &'a BlobId,
    /// Its object.
    pub key: &'a Key<Private>,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last verified, in milliseconds since 1970, even if it is to be read again since; `None` if it never was.
    pub verified: Option<i64>,
}

/// What is seen of a file in passing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server::domain) enum ObjectFault {
    /// Its object is missing, or has another length.
    Damaged,
    /// Its object was written to, and is being read again.
    Rechecked,
}

impl DamageWatch {
    /// Flags the files of this database whose objects in this store are damaged.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, verifier: Verifier, clock: Clock) -> Self {
        let instance = Instance::new(pool.clone(), storage.clone());
        Self { pool, storage, instance, verifier, counted: Arc::default(), clock }
    }

    /// How many files are damaged, at most a second ago: every page shows it to administrators.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn count(&self, _: Administrator) -> Result<u64, Error> {
        let mut counted = self.counted.lock().await;
        let now = self.clock.now();
        match *counted {
            Some((at, count)) if (0..COUNT_AGE).contains(&(now - at)) => Ok(count),
            _ => {
                let count = verification::count_damaged(&self.pool).await?.unsigned_abs();
                *counted = Some((now, count));
                Ok(count)
            }
        }
    }

    /// Checks that the object of a file is there and as long as it should be, and, in a folder, was not written to.
    ///
    /// # Errors
    /// [`Error::Damaged`] if its bytes are not there, and the file is flagged then; [`Error::NotFound`] if the file was deleted
    /// meanwhile; [`Error::Storage`] if the store does not answer, or is not known to be this site's.
    pub(in crate::server::domain) async fn check_object(&self, file: Expected<'_>) -> Result<(), Error> {
        if let Some(damage) = find_damage(&self.storage, file.key, file.size).await? {
            return Err(self.flag(file.blob, &damage).await?);
        }
        let stats = self.storage.stats(std::slice::from_ref(file.key)).await?.unwrap_or_default();
        match self.rewritten(file, stats.first().copied().flatten().map(|stat| stat.written)) {
            Some(verified) => self.recheck(file, verified).await,
            None => Ok(()),
        }
    }

    /// Whether a file's object was written to after it was verified, which Holdall never does: then the time at which it was
    /// verified. Both times are of this machine's clock; one in the future comes from a wrong clock and means nothing.
    fn rewritten(&self, file: Expected<'_>, written: Option<i64>) -> Option<i64> {
        file.verified
            .filter(|verified| written.is_some_and(|written| (*verified..self.clock.now()).contains(&(written - 1))))
    }

    async fn recheck(&self, file: Expected<'_>, verified: i64) -> Result<(), Error> {
        let checked = self.verifier.recheck(file.blob, file.size, verified).await;
        *self.counted.lock().await = None;
        checked
    }

    /// Reads a file, or a range of its bytes.
    ///
    /// # Errors
    /// As of [`DamageWatch::check_object`].
    pub(in crate::server::domain) async fn read(
        &self,
        file: Expected<'_>,
        range: Option<Range<u64>>,
    ) -> Result<Object, Error> {
        let wanted = range.as_ref().map_or(file.size, |range| range.end - range.start);
        match self.storage.read(file.key, range).await {
            Ok(object) if object.whole == file.size && object.size == wanted => {
                if let Some(verified) = self.rewritten(file, object.written) {
                    self.recheck(file, verified).await?;
                }
                Ok(object)
            }
            Ok(object) => {
                self.check_object(file).await?;
                let detail = format!("{} bytes of an object of {wanted}", object.size);
                Err(Error::Storage(StorageError::unavailable("read", detail)))
            }
            // Of a file that has become shorter, the range may be what the store complains about.
            Err(error @ (StorageError::NotFound | StorageError::NotAFile { .. } | StorageError::Broken { .. })) => {
                self.check_object(file).await?;
                Err(Error::Storage(error))
            }
            Err(error) => Err(Error::Storage(error)),
        }
    }

    /// The positions of the files with whose objects something is wrong, and what. Only a folder is looked at, at the cost
    /// of one call of the operating system a file; of a bucket nothing is known. A file that cannot be looked at now
    /// counts as sound.
    pub(in crate::server::domain) async fn findings(&self, files: &[Expected<'_>]) -> Vec<(usize, ObjectFault)> {
        let keys: Vec<_> = files.iter().map(|file| file.key.clone()).collect();
        let Ok(Some(stats)) = self.storage.stats(&keys).await else { return Vec::new() };
        let mut findings = Vec::new();
        for (at, (file, stat)) in files.iter().zip(stats).enumerate() {
            if stat.map(|stat| stat.size) != Some(file.size) {
                if matches!(self.check_object(*file).await, Err(Error::Damaged)) {
                    findings.push((at, ObjectFault::Damaged));
                }
            } else if let Some(verified) = self.rewritten(*file, stat.map(|stat| stat.written))
                && self.verifier.recheck_later(file.blob, verified).await.is_ok()
            {
                findings.push((at, ObjectFault::Rechecked));
            }
        }
        findings
    }

    /// Flags a file, and returns the error that says so.
    ///
    /// # Errors
    /// As of [`DamageWatch::check_object`].
    async fn flag(&self, blob: &BlobId, damage: &str) -> Result<Error, Error> {
        if !blobs::is_stored(&self.pool, blob).await? {
            return Err(Error::NotFound);
        }
        if !self.instance.is_ours().await? {
            let detail = format!("{damage}, and neither is this site's instance id there");
            return Err(Error::Storage(StorageError::Broken { operation: "look", detail }));
        }
        tracing::error!(%blob, damage, "a file is damaged in the store");
        verification::mark_damaged(&self.pool, blob, damage, self.clock.now()).await?;
        *self.counted.lock().await = None;
        Ok(Error::Damaged)
    }
}

/// What is wrong with an object that should have `wanted` bytes, as a sentence for the operator; `None` if nothing is.
///
/// # Errors
/// The store's error, if it could not say.
pub(in crate::server::domain) async fn find_damage(
    storage: &Storage,
    key: &Key<Private>,
    wanted: u64,
) -> Result<Option<String>, Error> {
    let size = match storage.head(key).await {
        // A 404 to HEAD has no body and may come from any proxy in between. The answer to GET has one, which tells.
        Err(StorageError::NotFound) => storage.read(key, None).await.map(|object| object.whole),
        head => head.map(|head| head.size),
    };
    damage_of(size, wanted)
}

fn damage_of(size: Result<u64, StorageError>, wanted: u64) -> Result<Option<String>, Error> {
    match size {
        Ok(size) => Ok(other_size(size, wanted)),
        Err(StorageError::NotFound) => Ok(Some(MISSING.to_owned())),
        Err(StorageError::NotAFile { detail, .. }) => Ok(Some(detail)),
        Err(error) => Err(Error::Storage(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_store_says_itself_is_damage() {
        let detail = || ("head", "a pipe".to_owned());
        assert_eq!(damage_of(Ok(7), 7).expect("an answer"), None);
        assert!(damage_of(Ok(8), 7).expect("an answer").is_some_and(|damage| damage.contains("8 bytes")));
        assert!(damage_of(Err(StorageError::NotFound), 7).expect("an answer").is_some());
        let (operation, what) = detail();
        assert!(damage_of(Err(StorageError::NotAFile { operation, detail: what }), 7).expect("an answer").is_some());
        let (operation, what) = detail();
        assert!(damage_of(Err(StorageError::unavailable(operation, what)), 7).is_err());
    }
}
