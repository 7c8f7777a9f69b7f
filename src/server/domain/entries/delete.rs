//! Deleting files and folders, and saying beforehand what goes.

use crate::model::entry::{Deletion, EntryKind};
use crate::model::id::EntryId;
use crate::server::clock::{self, milliseconds};
use crate::server::db::{self, blobs, entries, folders};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::uploads::form::RETRY;

impl Entries {
    /// What goes when an entry is deleted, be it a file or a folder with all that is in it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such entry, it lies outside the scope, or the scope begins there.
    pub async fn deletion_preview(&self, scope: &Scope, id: &EntryId) -> Result<Deletion, Error> {
        scope.may_see(clock::now())?;
        if let Some(file) = entries::content(&self.pool, scope.within(), id).await? {
            return Ok(Deletion {
                name: file.name,
                kind: EntryKind::File,
                folders: 0,
                files: 1,
                size: file.size.unsigned_abs(),
                parent: self.visible_id(scope, &file.parent).await?,
            });
        }
        let tree = folders::tree(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        Ok(Deletion {
            name: tree.name,
            kind: EntryKind::Folder,
            folders: tree.folders.unsigned_abs(),
            files: tree.files.unsigned_abs(),
            size: tree.size.unsigned_abs(),
            parent: self.visible_id(scope, &tree.parent).await?,
        })
    }

    /// Deletes a file or a folder for ever, and gives the folder that it was in, where the scope does not begin there. It
    /// is out of every list when this returns; bytes that the store does not let go yet are left to a sweep.
    ///
    /// # Errors
    /// As [`Entries::deletion_preview`]; [`Error::Busy`] where something came into the folder at that moment.
    pub async fn delete(&self, scope: &Scope, id: &EntryId) -> Result<Option<EntryId>, Error> {
        scope.may_change(clock::now())?;
        let mut transaction = self.pool.begin().await?;
        // First, as an upload does it too: two that take the same rows in another order wait for each other for ever.
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let Some((blob, folder)) = entries::delete_file(&mut *transaction, scope.within(), id).await? else {
            return self.delete_folder(transaction, scope, id).await;
        };
        let leaving = blobs::mark_deleting(&mut transaction, &blob, clock::now() + milliseconds(RETRY)).await?;
        let size = leaving.as_ref().map(|leaving| leaving.size).unwrap_or_default();
        db::accounts::release(&mut *transaction, scope.owner(), size).await?;
        db::accounts::count_entries(&mut *transaction, scope.owner(), -1).await?;
        transaction.commit().await?;
        if let Some(leaving) = leaving
            && let Err(error) = self.uploads.remove(&leaving.id, &leaving.key).await
        {
            tracing::warn!(%error, blob = %leaving.id, "a deletion is left to the next sweep");
        }
        self.visible_id(scope, &folder).await
    }

    /// Deletes a folder with everything in it, in a transaction that holds the account's row. The bytes go one after the
    /// other from then on, by this process or by a sweep.
    async fn delete_folder(
        &self,
        mut transaction: db::Transaction,
        scope: &Scope,
        id: &EntryId,
    ) -> Result<Option<EntryId>, Error> {
        let tree = folders::tree(&mut *transaction, scope.within(), id).await?.ok_or(Error::NotFound)?;
        folders::mark_blobs_deleting(&mut transaction, scope.within(), id, clock::now()).await?;
        // Something came into it meanwhile, by a way that does not hold the account's row.
        let again = |error| if db::is_orphan(&error) { Error::Busy } else { error.into() };
        let gone = folders::delete(&mut *transaction, scope.within(), id).await.map_err(again)?;
        let gone = i64::try_from(gone).map_err(|_| Error::Internal(format!("{gone} entries of one folder")))?;
        db::accounts::count_entries(&mut *transaction, scope.owner(), -gone).await?;
        db::accounts::release(&mut *transaction, scope.owner(), tree.size).await?;
        transaction.commit().await?;
        let uploads = self.uploads.clone();
        self.uploads.tasks().spawn(async move {
            if let Err(error) = uploads.remove_all_due().await {
                tracing::warn!(%error, "the rest of a deleted folder is left to the next sweep");
            }
        });
        self.visible_id(scope, &tree.parent).await
    }
}
