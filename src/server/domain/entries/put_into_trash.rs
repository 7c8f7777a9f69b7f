//! Puts files and folders into the trash.

use crate::model::id::EntryId;
use crate::server::db::{self, trash};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::path::id_below_root;

impl Entries {
    /// Puts files and folders into the trash, each with everything in it, which changes one row for each. They are in no
    /// list any more when this returns, and still count to the account. Those that are gone already are passed over.
    /// Returns the folder that contained the first, or `None` if that is the root of the scope.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope has none of these entries, or only its own root is among them;
    /// [`Error::NotAllowed`] if the scope may not change entries (or [`Error::NotFound`] if it has ended).
    pub async fn put_into_trash(&self, scope: &Scope, ids: &[EntryId]) -> Result<Option<EntryId>, Error> {
        let now = self.clock.now();
        scope.may_change(now)?;
        let mut transaction = db::begin_for(&self.pool, scope.owner()).await?;
        // The account's row is locked first, as uploads do: transactions that lock in different orders can deadlock.
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let mut first = None;
        for id in ids {
            let folder = trash::put(&mut *transaction, scope.within(), id, now).await?;
            first = first.or(folder);
        }
        let first = first.ok_or(Error::NotFound)?;
        transaction.commit().await?;
        id_below_root(&self.pool, scope, &first).await
    }
}
