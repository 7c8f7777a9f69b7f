//! Deletes for ever what is in the trash.

use std::time::Duration;

use tokio::time::timeout;

use crate::model::id::{AccountId, EntryId};
use crate::server::clock::milliseconds;
use crate::server::db::{self, detached, trash};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;

/// How long somebody who empties the trash waits for it; the rest goes on in the background.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Entries {
    /// Deletes a file in the trash, or a folder with everything in it, for ever: it is out of the trash when this returns.
    /// Objects that the store cannot delete now are left to the maintenance.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the trash has no such entry, or the scope is not a whole account; [`Error::NotAllowed`] if the
    /// scope may not change entries (or [`Error::NotFound`] if it has ended).
    pub async fn delete_for_ever(&self, scope: &Scope, id: &EntryId) -> Result<(), Error> {
        scope.may_change(self.clock.now())?;
        let account = scope.whole()?;
        let mut transaction = db::begin_for(&self.pool, account).await?;
        db::accounts::lock_row(&mut *transaction, account).await?;
        trash::by_id(&mut *transaction, account, id).await?.ok_or(Error::NotFound)?;
        self.detach(transaction, account, std::slice::from_ref(id)).await?;
        self.clear_soon(account).await;
        Ok(())
    }

    /// Deletes everything for ever that is in the trash now. If there is so much that it takes long, it goes on in the
    /// background.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope is not a whole account; [`Error::NotAllowed`] if it may not change entries (or
    /// [`Error::NotFound`] if it has ended).
    pub async fn empty_trash(&self, scope: &Scope) -> Result<(), Error> {
        scope.may_change(self.clock.now())?;
        let account = scope.whole()?.clone();
        // Not the present time: a process whose clock is ahead may have put something there.
        let Some(until) = trash::newest(&self.pool, &account).await? else { return Ok(()) };
        let entries = self.clone();
        let emptied = self.tasks.spawn(async move { entries.detach_until(&account, until).await });
        match timeout(TIMEOUT, emptied).await {
            Ok(Ok(emptied)) => emptied,
            Ok(Err(error)) => Err(Error::Internal(error.to_string())),
            Err(_) => Ok(()),
        }
    }

    /// Deletes everything for ever that has been in a trash for as long as it stays there, of all accounts.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn expire_trash(&self) -> Result<(), Error> {
        let until = self.clock.now() - milliseconds(self.trash_age);
        while let Some(account) = trash::account_until(&self.pool, until).await? {
            self.detach_until(&account, until).await?;
        }
        Ok(())
    }

    /// Deletes for ever what was put into an account's trash at `until` or before, batch by batch, so that others write in
    /// between.
    async fn detach_until(&self, account: &AccountId, until: i64) -> Result<(), Error> {
        loop {
            let mut transaction = db::begin_for(&self.pool, account).await?;
            db::accounts::lock_row(&mut *transaction, account).await?;
            let ids = trash::some_until(&mut *transaction, account, until).await?;
            if ids.is_empty() {
                return Ok(());
            }
            self.detach(transaction, account, &ids).await?;
            self.clear_soon(account).await;
        }
    }

    /// Takes these entries of the trash, with everything in them, out of the tree, and commits. From then on they do not
    /// count themselves; what is in them counts until its row goes.
    async fn detach(
        &self,
        mut transaction: db::Transaction,
        account: &AccountId,
        ids: &[EntryId],
    ) -> Result<(), Error> {
        detached::detach(&mut *transaction, ids, self.clock.now()).await?;
        let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        db::accounts::count_entries(&mut *transaction, account, -count).await?;
        Ok(transaction.commit().await?)
    }

    /// Deletes the rows and objects of an account's detached entries: a batch at once, which is all of a small folder, and
    /// others in the background.
    async fn clear_soon(&self, account: &AccountId) {
        let cleared = match db::begin_for(&self.pool, account).await {
            Ok(transaction) => self.clear_batch_in(transaction, account).await,
            Err(error) => Err(error.into()),
        };
        match cleared {
            Ok(false) => self.remove_objects().await,
            Ok(true) => self.clear_in_background(account),
            Err(error) => {
                tracing::warn!(%error, "what was deleted is cleared in the background");
                self.clear_in_background(account);
            }
        }
    }
}
