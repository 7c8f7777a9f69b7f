//! Creates the folders of an uploaded folder where they are missing.

use sqlx::AnyConnection;

use crate::model::entry::EntryKind;
use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::{AccountId, EntryId};
use crate::model::problem::FieldProblem;
use crate::server::db::within::Within;
use crate::server::db::{self, folders as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::create::insert;
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::free_name::free_of_files;
use crate::server::domain::entries::path::{check_count, check_nesting};
use crate::server::domain::entries::{Entries, names};
use crate::server::domain::integrity::reserve::RETRY_AFTER;

impl Entries {
    /// Finds the folder at `path` below `parent`, or below the root of the scope if that is `None`, and creates the
    /// folders that are missing. Concurrent calls get the same folders. Where a file has a folder's name, the folder
    /// gets a free one, such as “name (1)”.
    ///
    /// # Errors
    /// [`Error::NotFound`] if `parent` is not in the scope; [`Error::NotAllowed`] if the scope may not add to it (or
    /// [`Error::NotFound`] if it has ended); a refusal if a folder was deleted meanwhile or would be nested too
    /// deeply, or if the account has too many entries.
    pub async fn ensure(&self, scope: &Scope, parent: Option<&EntryId>, path: &[FileName]) -> Result<EntryId, Error> {
        self.reserve.check(Field::Files)?;
        self.ensure_within(scope, parent, path, self.limit).await
    }

    /// As [`Entries::ensure`], for a file that has arrived: however many entries the account has, as the folders were counted
    /// when the upload was let in.
    ///
    /// # Errors
    /// As of [`Entries::ensure`], but for the number of entries.
    pub(in crate::server::domain) async fn ensure_for_arrived(
        &self,
        scope: &Scope,
        parent: Option<&EntryId>,
        path: &[FileName],
    ) -> Result<EntryId, Error> {
        self.ensure_within(scope, parent, path, u64::MAX).await
    }

    /// Takes the folders that [`Self::ensure_for_arrived`] would make from what the account may make in a minute. The inner
    /// error is the time in seconds after which there may be some again; none are made while the reserve of the disk is in
    /// use. Where `parent` is gone, they would be made below the root of the scope.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope's root is gone; [`Error::Database`].
    pub(in crate::server::domain) async fn take_folders_for(
        &self,
        scope: &Scope,
        parent: Option<&EntryId>,
        path: &[FileName],
    ) -> Result<Result<(), u32>, Error> {
        if path.is_empty() {
            return Ok(Ok(()));
        }
        let parent = match find(&self.pool, scope, parent).await {
            Err(Error::NotFound) => find(&self.pool, scope, None).await?,
            found => found?,
        };
        let (_, missing) = descend(&mut *self.pool.acquire().await?, parent, path).await?;
        Ok(match missing.len() {
            0 => Ok(()),
            // What has arrived waits until there is room for its folders.
            _ if self.reserve.is_in_use() => Err(RETRY_AFTER),
            count => self.may_pass(scope.owner(), count),
        })
    }

    /// Takes so many folders from what the account may make in a minute; the error is the time in seconds after which there
    /// are some again.
    pub(in crate::server::domain) fn may_pass(&self, account: &AccountId, folders: usize) -> Result<(), u32> {
        self.made.take(account, folders, self.clock.now())
    }

    async fn ensure_within(
        &self,
        scope: &Scope,
        parent: Option<&EntryId>,
        path: &[FileName],
        limit: u64,
    ) -> Result<EntryId, Error> {
        scope.may_add(self.clock.now())?;
        let parent = find(&self.pool, scope, parent).await?;
        let account = scope.owner();
        // A path that exists already is found without waiting for the lock.
        let (mut folder, mut missing) = descend(&mut *self.pool.acquire().await?, parent, path).await?;
        if missing.is_empty() {
            return Ok(folder);
        }
        let mut transaction = db::begin_for(&self.pool, account).await?;
        db::accounts::lock_row(&mut *transaction, account).await?;
        if !rows::is_there(&mut *transaction, Within::account(account), &folder).await? {
            return Err(Error::at(Field::Files, FieldProblem::FolderGone));
        }
        (folder, missing) = descend(&mut transaction, folder, missing).await?;
        let refused = |problem| Error::at(Field::Files, problem);
        let above = rows::path(&mut *transaction, account, &folder).await?;
        check_nesting(&above, missing, None).map_err(refused)?;
        let count = db::accounts::entries(&mut *transaction, account).await?;
        check_count(count, missing.len() as u64, limit).map_err(refused)?;
        for name in missing {
            folder = beside_files(&mut transaction, account, &folder, name, self.clock.now()).await?;
        }
        transaction.commit().await?;
        Ok(folder)
    }
}

/// Follows the path as far as its folders exist; returns the last one and the remaining names.
async fn descend<'p>(
    connection: &mut AnyConnection,
    mut folder: EntryId,
    path: &'p [FileName],
) -> Result<(EntryId, &'p [FileName]), Error> {
    for (at, name) in path.iter().enumerate() {
        match rows::named(&mut *connection, &folder, &names::folded(name.as_str())).await? {
            Some((id, EntryKind::Folder)) => folder = id,
            _ => return Ok((folder, &path[at..])),
        }
    }
    Ok((folder, &[]))
}

/// Finds or creates the folder of this name, under a numbered name where files have taken it: in few steps, however many
/// they are.
async fn beside_files(
    transaction: &mut db::Transaction,
    account: &AccountId,
    parent: &EntryId,
    name: &FileName,
    now: i64,
) -> Result<EntryId, Error> {
    let (name, folder) = free_of_files(transaction, parent, name).await?;
    if let Some(folder) = folder {
        return Ok(folder);
    }
    let new = insert(transaction, account, parent, &name, now).await?;
    new.ok_or_else(|| Error::Internal(format!("the name {:?} is free and taken", name.as_str())))
}
