//! Checks that the store belongs to this site. Both hold the same random instance id; if the store holds another one,
//! two sites share it, and each would delete the other's files as orphans. A store without an id is adopted only if
//! that is safe, since an empty folder or a wrong setting looks just like a store that has lost all files.

use data_encoding::BASE32_DNSSEC;
use sha2::{Digest as _, Sha256};
use sqlx::AnyPool;

use crate::server::db::{blobs, instance};
use crate::server::domain::{Error, new_text};
use crate::server::storage::{self, Storage};

/// How many files, at most, are looked for in a store without an id. Keys are random, so finding one is proof enough.
const LOOKED_FOR: i64 = 100;

/// How many bytes of a digest make the end of a cookie's name: eight letters.
const COOKIE_SUFFIX: usize = 5;

/// This site's identity in its store.
#[derive(Clone)]
pub struct Instance {
    pool: AnyPool,
    storage: Storage,
}

/// Why the store could not be confirmed as this site's.
#[derive(Debug, thiserror::Error)]
pub enum Unconfirmed {
    /// The store has another site's id.
    #[error(
        "the store belongs to another Holdall: its {} in the private location is not this database's. Two sites in one \
         store would delete each other's files. Give this site a bucket or locations of its own; where the other site is \
         gone for good, take that object away and start again",
        storage::INSTANCE_OBJECT
    )]
    Another,
    /// The store has no id and none of the files that were looked for, although the database has files.
    #[error(
        "this does not look like this site's store: the database has files, and the private location has none of them, nor \
         the {object} that Holdall leaves there. Look whether the volume of the data folder is mounted, and whether \
         HOLDALL_DATA, HOLDALL_BUCKET and HOLDALL_PRIVATE_LOCATION are what they were. After moving to another bucket or \
         restoring a backup, bring the files there first. If they are lost and this place is to be used from now on, put \
         an object {object} there with the line {id}, and start again. Nothing was changed",
        object = storage::INSTANCE_OBJECT
    )]
    Missing {
        /// This site's id.
        id: String,
    },
    /// The store or the database did not answer.
    #[error("whose store it is cannot be found out: {0}")]
    Unknown(#[from] Error),
}

impl From<Unconfirmed> for Error {
    fn from(unconfirmed: Unconfirmed) -> Self {
        match unconfirmed {
            Unconfirmed::Unknown(error) => error,
            other => Self::Storage(storage::StorageError::unavailable("instance id", other)),
        }
    }
}

impl Instance {
    /// The identity that this database has, to be compared with that of this store.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage) -> Self {
        Self { pool, storage }
    }

    /// Confirms that the store is this site's. A store without an id is given one if the database has no files yet, or
    /// if the store has one of them, as after an upgrade or a move that left the id behind.
    ///
    /// # Errors
    /// [`Unconfirmed`], with the reason.
    pub async fn confirm(&self) -> Result<(), Unconfirmed> {
        let mut found = self.storage.instance_id().await.map_err(Error::from)?;
        if found.is_none() {
            instance::insert(&self.pool, &new_text()).await.map_err(Error::from)?;
            let id = self.expected_id().await?.unwrap_or_default();
            if self.misses_every_file().await? {
                return Err(Unconfirmed::Missing { id });
            }
            match self.storage.write_instance_id(&id).await {
                Ok(()) | Err(storage::StorageError::Exists) => {}
                Err(error) => return Err(Error::from(error).into()),
            }
            // Read again: if two sites wrote an id at the same time, the later one is in effect.
            found = self.storage.instance_id().await.map_err(Error::from)?;
        }
        if found.is_some() && found == self.expected_id().await? { Ok(()) } else { Err(Unconfirmed::Another) }
    }

    /// Whether the store has this site's id now. To be called before a missing object is reported as lost. Costs one
    /// small read and changes nothing.
    ///
    /// # Errors
    /// [`Error::Storage`] if the store does not answer; [`Error::Database`].
    pub async fn is_ours(&self) -> Result<bool, Error> {
        let found = self.storage.instance_id().await?;
        Ok(found.is_some() && found == self.expected_id().await?)
    }

    /// A word that stands for this site among others on its host, such as in the names of cookies, which do not tell ports
    /// apart: the same in every process of the site and after every restart, and nothing of the instance id can be read
    /// from it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(in crate::server) async fn cookie_suffix(&self) -> Result<String, Error> {
        instance::insert(&self.pool, &new_text()).await?;
        let id = self.expected_id().await?.unwrap_or_default();
        Ok(BASE32_DNSSEC.encode(&Sha256::digest(id)[..COOKIE_SUFFIX]))
    }

    async fn expected_id(&self) -> Result<Option<String>, Error> {
        Ok(instance::id(&self.pool).await?)
    }

    /// Whether the database has files, and the store has none of those that were looked for.
    async fn misses_every_file(&self) -> Result<bool, Error> {
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
