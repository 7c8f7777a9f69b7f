//! Previews what a deletion would remove.

use std::time::Duration;

use crate::model::entry::{Deletion, EntryKind};
use crate::model::id::EntryId;
use crate::server::db::folders::PlaceRecord;
use crate::server::db::{below, entries, folders};
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

/// What is in a folder, which is counted itself.
struct Counted {
    folders: i64,
    files: i64,
    /// In bytes.
    size: i64,
    /// Whether there is more than was counted.
    more: bool,
}

impl Entries {
    /// What a deletion of this file or folder would remove, with everything below it, as far as that is counted.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope has no such entry, or it is the scope's own root; [`Error::NotAllowed`] if the
    /// scope may not see entries (or [`Error::NotFound`] if it has ended); [`Error::TooMany`] if many are being counted.
    pub async fn deletion_preview(&self, scope: &Scope, id: &EntryId) -> Result<Deletion, Error> {
        scope.may_see(self.clock.now())?;
        if let Some(file) = entries::content(&self.pool, scope.within(), id).await? {
            return Ok(Deletion {
                name: file.name,
                kind: EntryKind::File,
                folders: 0,
                files: 1,
                size: file.size.unsigned_abs(),
                more: false,
                parent: self.id_below_root(scope, &file.parent).await?,
            });
        }
        let place = folders::place(&self.pool, scope.within(), id).await?;
        let PlaceRecord { name, parent, .. } =
            place.filter(|place| place.kind == EntryKind::Folder).ok_or(Error::NotFound)?;
        let permit = self.permit_to_measure(scope).await?;
        let counted = self.count_below(id).await?;
        drop(permit);
        Ok(Deletion {
            name,
            kind: EntryKind::Folder,
            folders: counted.folders.unsigned_abs(),
            files: counted.files.unsigned_abs(),
            size: counted.size.unsigned_abs(),
            more: counted.more,
            parent: self.id_below_root(scope, &parent).await?,
        })
    }

    /// Waits until what is in a folder may be looked through.
    ///
    /// # Errors
    /// [`Error::TooMany`] if that takes too long.
    pub(super) async fn permit_to_measure(&self, scope: &Scope) -> Result<AccountPermit, Error> {
        self.previews.take_within(scope.owner(), PATIENCE).await.map_err(|_| Error::TooMany)
    }

    /// Counts a folder and what is below it, up to [`COUNTED`] files and folders.
    async fn count_below(&self, folder: &EntryId) -> Result<Counted, Error> {
        let mut counted = Counted { folders: 1, files: 0, size: 0, more: false };
        let mut open = vec![folder.clone()];
        while !open.is_empty() && !counted.more {
            let batch = open.split_off(open.len().saturating_sub(below::BATCH));
            // One more than is counted shows that there are more.
            let left = COUNTED - counted.folders - counted.files;
            let (files, size) = below::files(&self.pool, &batch, left + 1).await?;
            counted.more = files > left;
            counted.files += files.min(left);
            counted.size += size;
            let left = left - files.min(left);
            let inside = below::folders(&self.pool, &batch, left + 1).await?;
            let found = i64::try_from(inside.len()).unwrap_or(i64::MAX);
            counted.more |= found > left;
            counted.folders += found.min(left);
            open.extend(inside);
        }
        Ok(counted)
    }
}
