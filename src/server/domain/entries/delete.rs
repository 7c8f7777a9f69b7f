//! Deletes files and folders.

use crate::model::id::EntryId;
use crate::server::clock::milliseconds;
use crate::server::db::{self, blobs, entries, folders};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::remove::RETRY;
use crate::server::domain::entries::Entries;

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
        let mut transaction = db::begin(&self.pool).await?;
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
        if let Some(deleting) = deleting
            && let Err(error) = self.removal.remove(&deleting.id, &deleting.key).await
        {
            tracing::warn!(%error, blob = %deleting.id, "a deletion is left to the next maintenance");
        }
        self.visible_id(scope, &folder).await
    }

    /// Deletes a folder with everything in it. The transaction must have locked the account's row. The objects are
    /// deleted in the background, or by the maintenance if that fails.
    async fn delete_folder(
        &self,
        mut transaction: db::Transaction,
        scope: &Scope,
        id: &EntryId,
    ) -> Result<Option<EntryId>, Error> {
        let (parent, size) = folders::tree(&mut *transaction, scope.within(), id).await?.ok_or(Error::NotFound)?;
        folders::mark_blobs_deleting(&mut transaction, scope.within(), id, self.clock.now()).await?;
        // An entry was added by a path that does not lock the account's row.
        let busy_if_orphan = |error| if db::is_orphan(&error) { Error::Busy } else { error.into() };
        let deleted = folders::delete(&mut *transaction, scope.within(), id).await.map_err(busy_if_orphan)?;
        let deleted =
            i64::try_from(deleted).map_err(|_| Error::Internal(format!("{deleted} entries of one folder")))?;
        db::accounts::count_entries(&mut *transaction, scope.owner(), -deleted).await?;
        db::accounts::release(&mut *transaction, scope.owner(), size).await?;
        transaction.commit().await?;
        let removal = self.removal.clone();
        self.tasks.spawn(async move {
            if let Err(error) = removal.remove_all_due().await {
                tracing::warn!(%error, "the rest of a deleted folder is left to the next maintenance");
            }
        });
        self.visible_id(scope, &parent).await
    }
}
