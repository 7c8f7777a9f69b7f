//! Counts what deleting something for ever would remove.

use std::time::Duration;

use crate::model::entry::EntryKind;
use crate::model::id::EntryId;
use crate::model::trash::{Deletion, Doomed};
use crate::server::db::{below, trash};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::account_limiter::AccountPermit;
use crate::server::domain::entries::Entries;

/// The most files and folders that are counted for one answer. Beyond that it says that there are more.
const COUNTED: i64 = 100_000;

/// How many folders are counted at a time, of all accounts and of one: a count takes up to some megabytes, and keeps a
/// processor and the database busy.
pub(super) const PREVIEWS: (usize, usize) = (2, 1);
/// How long a count waits for others to end.
const PATIENCE: Duration = Duration::from_secs(10);

impl Entries {
    /// What deleting an entry of the trash for ever would remove, as far as that is counted.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the trash has no such entry, or the scope is not a whole account; [`Error::NotAllowed`] if the
    /// scope may not see entries (or [`Error::NotFound`] if it has ended); [`Error::TooMany`] if many are being counted.
    pub async fn deletion_preview(&self, scope: &Scope, id: &EntryId) -> Result<Deletion, Error> {
        scope.may_see(self.clock.now())?;
        let row = trash::by_id(&self.pool, scope.whole()?, id).await?.ok_or(Error::NotFound)?;
        let doomed = match row.kind {
            EntryKind::File => {
                let size = row.size.unwrap_or_default().unsigned_abs();
                Doomed { folders: 0, files: 1, size, more: false }
            }
            EntryKind::Folder => {
                let (entries, id) = (self.clone(), id.clone());
                self.count_in_turn(scope, async move { entries.count_below(vec![id], (0, 0)).await }).await?
            }
        };
        Ok(Deletion { name: row.name, kind: row.kind, doomed })
    }

    /// What emptying the trash would remove, as far as that is counted.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope is not a whole account; [`Error::NotAllowed`] if it may not see entries (or
    /// [`Error::NotFound`] if it has ended); [`Error::TooMany`] if many are being counted.
    pub async fn emptying_preview(&self, scope: &Scope) -> Result<Doomed, Error> {
        scope.may_see(self.clock.now())?;
        let (entries, account) = (self.clone(), scope.whole()?.clone());
        let counting = async move {
            let files = trash::files(&entries.pool, &account, COUNTED + 1).await?;
            let folders = trash::folders(&entries.pool, &account, COUNTED + 1).await?;
            entries.count_below(folders, files).await
        };
        self.count_in_turn(scope, counting).await
    }

    /// Counts when it is the account's turn. The count is a task of its own: a statement goes on in the database where the
    /// client leaves, and the permit with it.
    async fn count_in_turn(
        &self,
        scope: &Scope,
        counting: impl Future<Output = Result<Doomed, Error>> + Send + 'static,
    ) -> Result<Doomed, Error> {
        let permit = self.permit_to_measure(scope).await?;
        let counted = self.tasks.spawn(async move {
            let _permit = permit;
            counting.await
        });
        counted.await?
    }

    /// Waits until what is in a folder may be looked through.
    ///
    /// # Errors
    /// [`Error::TooMany`] if that takes too long.
    pub(super) async fn permit_to_measure(&self, scope: &Scope) -> Result<AccountPermit, Error> {
        self.previews.take_within(scope.owner(), PATIENCE).await.map_err(|_| Error::TooMany)
    }

    /// Counts these folders and what is below them, and so many `files` of so many bytes beside them, up to [`COUNTED`]
    /// files and folders.
    async fn count_below(&self, folders: Vec<EntryId>, (files, size): (i64, i64)) -> Result<Doomed, Error> {
        let mut open = folders;
        let (mut folders, mut files, mut size) = (i64::try_from(open.len()).unwrap_or(i64::MAX), files, size);
        let mut more = folders + files > COUNTED;
        while !open.is_empty() && !more {
            let batch = open.split_off(open.len().saturating_sub(below::BATCH));
            // One more than is counted shows that there are more.
            let left = COUNTED - folders - files;
            let (found, bytes) = below::files(&self.pool, &batch, left + 1).await?;
            more = found > left;
            files += found.min(left);
            size += bytes;
            let left = left - found.min(left);
            let inside = below::folders(&self.pool, &batch, left + 1).await?;
            let found = i64::try_from(inside.len()).unwrap_or(i64::MAX);
            more |= found > left;
            folders += found.min(left);
            open.extend(inside);
        }
        Ok(Doomed {
            folders: folders.min(COUNTED).unsigned_abs(),
            files: files.min(COUNTED).unsigned_abs(),
            size: size.unsigned_abs(),
            more,
        })
    }
}
