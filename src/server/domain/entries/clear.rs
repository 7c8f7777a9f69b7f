//! Deletes the rows of detached entries in batches, so that others write in between however much was in a folder:
//! SQLite has one writer. Entries are given back to the account in the transaction that deletes their rows, so that they
//! are given back once, whatever breaks off. Their bytes count until the objects are deleted (`blobs/remove.rs`), so that
//! nobody fills the store by deleting faster than it deletes. What is left to do is in the rows alone.

use std::sync::Arc;
use std::time::Duration;

use crate::model::entry::EntryKind;
use crate::model::id::{AccountId, EntryId};
use crate::server::db::detached::{self as rows, BATCH, LeavingEntry};
use crate::server::db::{self, accounts};
use crate::server::domain::Error;
use crate::server::domain::entries::Entries;

/// For how long it is left to others to write before the next batch.
const PAUSE: Duration = Duration::from_millis(20);
/// How long the objects of a deleted folder are waited for.
const SOON: Duration = Duration::from_secs(1);

impl Entries {
    /// Deletes what is left of detached entries, of all accounts in turn: of those whose deletion broke off with its
    /// process.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn clear_detached(&self) -> Result<(), Error> {
        let mut after = String::new();
        let mut any = false;
        loop {
            match rows::next_account(&self.pool, &after).await? {
                Some(account) => {
                    self.clear_in_turn(&account).await?;
                    (after, any) = (account.to_string(), true);
                }
                None if after.is_empty() => break,
                None => after.clear(),
            }
        }
        if any {
            self.remove_objects().await;
        }
        Ok(())
    }

    /// Goes on deleting an account's detached entries in the background, until none is left. The site does not wait for
    /// it when it stops.
    pub(super) fn clear_in_background(&self, account: &AccountId) {
        // Those who do so already go on with what was detached since.
        let Ok(permit) = self.clearers.take(account) else { return };
        let (entries, account, permit) = (self.clone(), account.clone(), Arc::new(permit));
        self.tasks.every(move || {
            let (entries, account, permit) = (entries.clone(), account.clone(), permit.clone());
            async move {
                let _permit = permit;
                match entries.clear_in_turn(&account).await {
                    Ok(true) => return Some(Duration::ZERO),
                    Ok(false) => entries.remove_objects().await,
                    Err(error) => tracing::warn!(%error, "the rest of a deleted folder is left for later"),
                }
                None
            }
        });
    }

    /// One batch and the pause after it, while nobody else in this process deletes one.
    async fn clear_in_turn(&self, account: &AccountId) -> Result<bool, Error> {
        let _turn = self.clearing.lock().await;
        let more = self.clear_batch(account).await?;
        if more {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(more)
    }

    /// Deletes at most about [`BATCH`] rows of an account's detached entries; returns whether more may be left.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn clear_batch(&self, account: &AccountId) -> Result<bool, Error> {
        self.clear_batch_in(db::begin(&self.pool).await?, account).await
    }

    /// The same in this transaction, which is committed.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn clear_batch_in(
        &self,
        mut transaction: db::Transaction,
        account: &AccountId,
    ) -> Result<bool, Error> {
        accounts::lock_row(&mut *transaction, account).await?;
        let now = self.clock.now();
        let (mut left, mut entries) = (BATCH, 0);
        let more = loop {
            if left == 0 {
                break true;
            }
            let (folders, files) = by_kind(rows::entries(&mut *transaction, account, left).await?);
            if folders.is_empty() && files.is_empty() {
                break false;
            }
            left -= files.len();
            delete_files(&mut transaction, &files, now).await?;
            if folders.is_empty() || left == 0 {
                continue;
            }
            let (inner, files) = by_kind(rows::children(&mut *transaction, &folders, left).await?);
            if !inner.is_empty() {
                rows::detach(&mut *transaction, &inner, now).await?;
            }
            delete_files(&mut transaction, &files, now).await?;
            entries += inner.len() + files.len();
            left -= inner.len() + files.len();
            if left > 0 {
                // All that was in them has been read, and is gone.
                left -= rows::keep_trashed(&mut *transaction, account, &folders, left).await?;
            }
            if left > 0 {
                rows::delete(&mut *transaction, &folders).await?;
                left = left.saturating_sub(folders.len());
            }
        };
        accounts::count_entries(&mut *transaction, account, -i64::try_from(entries).unwrap_or(i64::MAX)).await?;
        transaction.commit().await?;
        Ok(more)
    }

    /// Deletes the objects of deleted files in the background; the maintenance does if that fails. Ends when they are
    /// deleted, or before that if it takes long.
    pub(super) async fn remove_objects(&self) {
        // One that waits for its turn will find these objects, too.
        let Ok(permit) = self.removers.clone().try_acquire_owned() else { return };
        let (removal, removing) = (self.removal.clone(), self.removing.clone());
        let removed = self.tasks.spawn(async move {
            let _permit = permit;
            let _turn = removing.lock().await;
            if let Err(error) = removal.remove_all_due().await {
                tracing::warn!(%error, "the rest of a deleted folder is left to the next maintenance");
            }
        });
        // So that the bytes of a small folder can be used again at once.
        drop(tokio::time::timeout(SOON, removed).await);
    }
}

/// The ids of folders, and files.
fn by_kind(entries: Vec<LeavingEntry>) -> (Vec<EntryId>, Vec<LeavingEntry>) {
    let (folders, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.kind == EntryKind::Folder);
    (folders.into_iter().map(|folder| folder.id).collect(), files)
}

/// Deletes the rows of files, and marks the blobs that no other file has.
async fn delete_files(transaction: &mut db::Transaction, files: &[LeavingEntry], now: i64) -> Result<(), Error> {
    if files.is_empty() {
        return Ok(());
    }
    let blobs: Vec<_> = files.iter().filter_map(|file| file.blob.clone()).collect();
    let files: Vec<_> = files.iter().map(|file| file.id.clone()).collect();
    rows::mark_archives_gone(&mut **transaction, &files, now).await?;
    rows::delete(&mut **transaction, &files).await?;
    rows::mark_blobs_deleting(transaction, &blobs, now).await?;
    Ok(())
}
