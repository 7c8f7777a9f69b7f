//! Counts the folders that uploads will make when they are complete, each once, however many files go into it. They count
//! as entries of the account from the start, so that a file that has arrived finds its folder.

use std::collections::HashMap;

use sqlx::{AnyConnection, AnyPool};

use crate::model::entry::{DEPTH_LIMIT, EntryKind};
use crate::model::file_name::FileName;
use crate::model::id::{AccountId, EntryId};
use crate::model::upload::OPEN_UPLOADS;
use crate::server::db::{accounts, folders, uploads as rows};
use crate::server::domain::Error;
use crate::server::domain::entries::names::folded;
use crate::server::domain::subject_limiter::{AccountQueue, AccountQueuePermit};

/// A folder, which is there or is yet to be made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Folder {
    InStore(EntryId),
    New(u64),
}

/// The folders that uploads go into, as far as they were looked up. Looking them up takes long and a connection of the few
/// that there are, so that few do at once.
#[derive(Debug)]
pub(super) struct Claims {
    _turn: AccountQueuePermit,
    root: EntryId,
    /// By the folder around and the folded name.
    known: HashMap<(Folder, String), Folder>,
    new: u64,
}

/// Whether folders have to be counted.
#[derive(Debug)]
pub(super) enum Counting {
    /// The account may begin no more uploads.
    Full,
    /// It stays below the limit even if each upload makes the most folders it can.
    NotNeeded,
    /// They were counted.
    Counted(Claims),
}

impl Claims {
    /// The folders that an account's unfinished uploads will make, counted when it is the account's turn, if that is needed
    /// to know whether the account stays below the `limit` of entries with `more` uploads.
    ///
    /// # Errors
    /// [`Error::Busy`] if its turn does not come in time; [`Error::Database`].
    pub(super) async fn of(
        pool: &AnyPool,
        turns: &AccountQueue,
        account: &AccountId,
        more: usize,
        limit: u64,
    ) -> Result<Counting, Error> {
        let (entries, open) = (accounts::entries(pool, account).await?, rows::count(pool, account).await?);
        let most = (open.unsigned_abs() + more as u64) * (DEPTH_LIMIT as u64 + 1);
        if open.unsigned_abs() >= OPEN_UPLOADS {
            return Ok(Counting::Full);
        }
        if entries.unsigned_abs() + most <= limit {
            return Ok(Counting::NotNeeded);
        }
        let turn = turns.take(account).await?;
        let root = folders::root(pool, account).await?.ok_or(Error::NotFound)?;
        let mut claims = Self { _turn: turn, root, known: HashMap::new(), new: 0 };
        // One connection for all: who holds one and waits for another can wait for those who do the same.
        let mut connection = pool.acquire().await?;
        for (folder, path) in rows::targets(&mut *connection, account, OPEN_UPLOADS.cast_signed()).await? {
            claims.add(&mut connection, folder.as_ref(), &path.0).await?;
        }
        Ok(Counting::Counted(claims))
    }

    /// How many folders will be made in all.
    pub(super) fn count(&self) -> u64 {
        self.new
    }

    /// Adds the folders of one path below `folder`, or below the account's root.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn add(
        &mut self,
        connection: &mut AnyConnection,
        folder: Option<&EntryId>,
        path: &[FileName],
    ) -> Result<(), Error> {
        let mut at = Folder::InStore(folder.unwrap_or(&self.root).clone());
        for name in path {
            let key = (at, folded(name.as_str()));
            at = match self.known.get(&key) {
                Some(known) => known.clone(),
                None => {
                    let found = self.look_up(connection, &key).await?;
                    self.known.entry(key).insert_entry(found).get().clone()
                }
            };
        }
        Ok(())
    }

    async fn look_up(&mut self, connection: &mut AnyConnection, key: &(Folder, String)) -> Result<Folder, Error> {
        if let (Folder::InStore(parent), name) = key
            && let Some((id, EntryKind::Folder)) = folders::named(&mut *connection, parent, name).await?
        {
            return Ok(Folder::InStore(id));
        }
        self.new += 1;
        Ok(Folder::New(self.new))
    }

    /// Takes back what was added since there were `count`.
    pub(super) fn take_back_to(&mut self, count: u64) {
        self.known.retain(|_, folder| !matches!(folder, Folder::New(number) if *number > count));
        self.new = count;
    }
}
