//! Whose store it is. A site and its store have one word in common; where the store has another one, two sites share it,
//! and each would take the other's files for rubbish.

use sqlx::AnyPool;

use super::{Error, new_id};
use crate::server::db::site;
use crate::server::storage::{self, Storage};

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
    /// It cannot be found out now.
    #[error("whose store it is cannot be found out: {0}")]
    Unknown(#[from] Error),
}

impl Instance {
    /// Over this database and store.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage) -> Self {
        Self { pool, storage }
    }

    /// Makes sure that the store is this site's; one that is nobody's becomes so.
    pub async fn confirm(&self) -> Result<(), Unconfirmed> {
        let own = self.word().await?;
        let mut found = self.storage.mark().await.map_err(Error::from)?;
        if found.is_none() {
            match self.storage.leave_mark(&own).await {
                Ok(()) | Err(storage::Error::Exists) => {}
                Err(error) => return Err(Error::from(error).into()),
            }
            // Of two that left it at the same time, the later one has.
            found = self.storage.mark().await.map_err(Error::from)?;
        }
        if found.as_deref() == Some(&*own) { Ok(()) } else { Err(Unconfirmed::Another) }
    }

    async fn word(&self) -> Result<String, Error> {
        site::name(&self.pool, &new_id()).await?;
        Ok(site::instance(&self.pool).await?)
    }
}
