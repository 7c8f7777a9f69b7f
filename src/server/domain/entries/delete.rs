//! Deletes files and folders.

use std::slice;
use std::time::Duration;

use tokio::time::timeout;

use crate::model::entry::EntryKind;
use crate::model::id::EntryId;
use crate::server::clock::milliseconds;
use crate::server::db::{self, blobs, detached, entries, folders};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::remove::RETRY;
use crate::server::domain::entries::Entries;

/// How long the object of a deleted file is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

impl Entries {
    /// Deletes a file, or a folder with everything in it, for good. Returns the folder that contained it, or `None` if
    /// that is the root of the scope. When this returns, the entry is in no list any more; objects that the store
    /// cannot delete now are left to the maintenance.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope has no such entry, or it is the scope's own root; [`Error::NotAllowed`] if the
    /// scope may not change entries (or [`Error::NotFound`] if it has ended); [`Error::Busy`] if something was added to
    /// the folder at the same time.
    pub async fn delete(&self, scope: &Scope, id: &EntryId) -> Result<Option<EntryId>, Error> {
        scope.may_change(self.clock.now())?;
        let mut transaction = db::begin_for(&self.pool, scope.owner()).await?;
        // The account's row is locked first, as uploads do: transactions that lock in different orders can deadlock.
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let Some((blob, folder)) = entries::delete_file(&mut *transaction, scope.within(), id).await? else {
            return self.delete_folder(transaction, scope, id).await;
        };
        let now = self.clock.now();
        let deleting = blobs::mark_deleting(&mut transaction, &blob, (now, now + milliseconds(RETRY))).await?;
        let size = deleting.as_ref().map(|deleting| deleting.size).unwrap_or_default();
        db::accounts::release(&mut *transaction, scope.owner(), size).await?;
        db::accounts::count_entries(&mut *transaction, scope.owner(), -1).await?;
        transaction.commit().await?;
        if let Some(deleting) = deleting {
            let (removal, account) = (self.removal.clone(), scope.owner().clone());
            let removed = self.tasks.spawn(async move {
                if let Err(error) = removal.remove(&deleting.id, &deleting.key, Some(&account), None).await {
                    tracing::warn!(%error, blob = %deleting.id, "a deletion is left to the next maintenance");
                }
            });
            // A store that does not answer keeps nobody waiting: the file is gone from the list already.
            drop(timeout(PATIENCE, removed).await);
        }
        self.id_below_root(scope, &folder).await
    }

    /// Takes a folder with everything in it out of the tree, which is one short transaction whatever its size, and deletes
    /// its rows batch by batch: the first at once, which is all of a small folder, and others in the background. The
    /// transaction must have locked the account's row, so that nobody adds to the folder meanwhile.
    async fn delete_folder(
        &self,
        mut transaction: db::Transaction,
        scope: &Scope,
        id: &EntryId,
    ) -> Result<Option<EntryId>, Error> {
        let account = scope.owner();
        let place = folders::place(&mut *transaction, scope.within(), id).await?;
        let place = place.filter(|place| place.kind == EntryKind::Folder).ok_or(Error::NotFound)?;
        detached::detach(&mut *transaction, slice::from_ref(id), self.clock.now()).await?;
        // Folders that are being deleted do not count themselves; what is in them counts until its row goes.
        db::accounts::count_entries(&mut *transaction, account, -1).await?;
        transaction.commit().await?;
        let cleared = match db::begin_for(&self.pool, account).await {
            Ok(transaction) => self.clear_batch_in(transaction, account).await,
            Err(error) => Err(error.into()),
        };
        match cleared {
            Ok(false) => self.remove_objects().await,
            Ok(true) => self.clear_in_background(account),
            Err(error) => {
                tracing::warn!(%error, "a deleted folder is cleared in the background");
                self.clear_in_background(account);
            }
        }
        self.id_below_root(scope, &place.parent).await
    }
}
