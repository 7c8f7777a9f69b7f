//! Whose store it is. A site and its store have one word in common; where the store has another one, two sites share it,
//! and each would take the other's files for rubbish. Where it has none, it is taken as this site's only if that is sure:
//! an empty folder or a wrong name looks just like a store that lost every file.

use sqlx::AnyPool;

use crate::server::db::{blobs, site};
use crate::server::domain::{Error, new_text};
use crate::server::storage::{self, Storage};

/// How many files are looked for in a store that lacks the mark, at most. One of them is proof enough: keys are random.
const LOOKED_FOR: i64 = 100;

/// This site, as its store knows it.
#[derive(Clone)]
pub struct Instance {
    pool: AnyPool,
    storage: Storage,
}

/// Why the store is not known to be this site's.
#[derive(Debug, thiserror::Error)]
pub enum Unconfirmed {
    /// The store has another site's mark.
    #[error(
        "the store belongs to another Holdall: its {} in the private location is not this database's. Two sites in one \
         store would delete each other's files. Give this site a bucket or locations of its own; where the other site is \
         gone for good, take that object away and start again",
        storage::MARK
    )]
    Another,
    /// The store has no mark and none of the files that were looked for, though the database has files.
    #[error(
        "this does not look like this site's store: the database has files, and the private location has none of them, nor \
         the {mark} that Holdall leaves there. Look whether the volume of the data folder is mounted, and whether \
         HOLDALL_DATA, HOLDALL_BUCKET and HOLDALL_PRIVATE_LOCATION are what they were. After moving to another bucket or \
         restoring a backup, bring the files there first. If they are lost and this place is to be used from now on, put \
         an object {mark} there with the line {word}, and start again. Nothing was changed",
        mark = storage::MARK
    )]
    Missing {
        /// This site's word.
        word: String,
    },
    /// It cannot be found out now.
    #[error("whose store it is cannot be found out: {0}")]
    Unknown(#[from] Error),
}

impl From<Unconfirmed> for Error {
    fn from(unconfirmed: Unconfirmed) -> Self {
        match unconfirmed {
            Unconfirmed::Unknown(error) => error,
            other => Self::Storage(storage::StorageError::Unavailable { operation: "mark", detail: other.to_string() }),
        }
    }
}

impl Instance {
    /// Over this database and store.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage) -> Self {
        Self { pool, storage }
    }

    /// Makes sure that the store is this site's. One without a mark becomes so where the database has no files yet, or
    /// where one of them is there: so it is after an upgrade, and after a move that left the mark behind.
    pub async fn confirm(&self) -> Result<(), Unconfirmed> {
        let mut found = self.storage.mark().await.map_err(Error::from)?;
        if found.is_none() {
            site::insert_instance(&self.pool, &new_text()).await.map_err(Error::from)?;
            let word = self.word().await?.unwrap_or_default();
            if self.lacks_every_file().await? {
                return Err(Unconfirmed::Missing { word });
            }
            match self.storage.leave_mark(&word).await {
                Ok(()) | Err(storage::StorageError::Exists) => {}
                Err(error) => return Err(Error::from(error).into()),
            }
            // Of two that left it at the same time, the later one has.
            found = self.storage.mark().await.map_err(Error::from)?;
        }
        if found.is_some() && found == self.word().await? { Ok(()) } else { Err(Unconfirmed::Another) }
    }

    /// Whether the store has this site's mark now: whoever would take a missing object for a lost one asks first. It
    /// costs one small read and changes nothing.
    pub async fn is_ours(&self) -> Result<bool, Error> {
        let found = self.storage.mark().await?;
        Ok(found.is_some() && found == self.word().await?)
    }

    async fn word(&self) -> Result<Option<String>, Error> {
        Ok(site::instance(&self.pool).await?)
    }

    /// Whether the database has files and the store none of those that were looked for.
    async fn lacks_every_file(&self) -> Result<bool, Error> {
        let keys = blobs::some_stored(&self.pool, LOOKED_FOR).await?;
        for key in &keys {
            match self.storage.head(key).await {
                Ok(_) => return Ok(false),
                Err(storage::StorageError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(!keys.is_empty())
    }
}
