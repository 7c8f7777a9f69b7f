//! Counts what deleting something for ever would remove.

use std::collections::HashMap;

use crate::model::entry::EntryKind;
use crate::model::id::{BlobId, EntryId};
use crate::model::trash::{Deletion, Doomed};
use crate::server::db::below::{FileCount, SharedContent};
use crate::server::db::{below, trash};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;

/// The most files and folders that are counted for one answer. Beyond that it says that there are more.
const COUNTED: i64 = 100_000;

/// How many folders are counted at a time, of all accounts and of one: a count takes up to some megabytes, and keeps a
/// processor and the database busy.
pub(super) const MEASURINGS: (usize, usize) = (2, 1);

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
                let is_kept = trash::is_shared(&self.pool, id).await?;
                let size = row.size.filter(|_| !is_kept).unwrap_or_default().unsigned_abs();
                Doomed { folders: 0, files: 1, size, is_kept, more: false }
            }
            EntryKind::Folder => {
                let (entries, id) = (self.clone(), id.clone());
                self.measure_in_turn(scope, async move { entries.count_below(vec![id], Counted::default()).await })
                    .await?
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
            let mut counted = Counted::default();
            let files = trash::files(&entries.pool, &account, COUNTED + 1).await?;
            if files.shared > 0 {
                counted.share(trash::shared(&entries.pool, &account, COUNTED + 1).await?);
            }
            counted.add(files);
            let folders = trash::folders(&entries.pool, &account, COUNTED + 1).await?;
            entries.count_below(folders, counted).await
        };
        self.measure_in_turn(scope, counting).await
    }

    /// Counts these folders and what is below them, up to [`COUNTED`] files and folders, those of `counted` included.
    async fn count_below(&self, folders: Vec<EntryId>, mut counted: Counted) -> Result<Doomed, Error> {
        let mut open = folders;
        counted.folders = i64::try_from(open.len()).unwrap_or(i64::MAX);
        let mut more = counted.left() < 0;
        while !open.is_empty() && !more {
            let batch = open.split_off(open.len().saturating_sub(below::BATCH));
            let left = counted.left();
            // One more than is counted shows that there are more.
            let found = below::files(&self.pool, &batch, left + 1).await?;
            if found.shared > 0 {
                counted.share(below::shared(&self.pool, &batch, left + 1).await?);
            }
            more = found.files > left;
            counted.add(found);
            let left = counted.left();
            let inside = below::folders(&self.pool, &batch, left + 1).await?;
            let found = i64::try_from(inside.len()).unwrap_or(i64::MAX);
            more |= found > left;
            counted.folders += found.min(left);
            open.extend(inside);
        }
        let Counted { folders, files, mut size, shared } = counted;
        let blobs: Vec<_> = shared.keys().cloned().collect();
        let mut is_kept = false;
        for batch in blobs.chunks(below::BATCH) {
            for (blob, all) in below::references(&self.pool, batch).await? {
                match shared.get(&blob) {
                    Some((bytes, files)) if *files >= all => size += bytes,
                    _ => is_kept = true,
                }
            }
        }
        Ok(Doomed {
            folders: folders.min(COUNTED).unsigned_abs(),
            files: files.unsigned_abs(),
            size: size.unsigned_abs(),
            is_kept,
            more,
        })
    }
}

/// What has been counted.
#[derive(Default)]
struct Counted {
    folders: i64,
    files: i64,
    /// The bytes of the content that no other file has.
    size: i64,
    /// The bytes of content that several files have, and how many of the counted ones.
    shared: HashMap<BlobId, (i64, i64)>,
}

impl Counted {
    /// How many more are counted; negative if there were too many.
    fn left(&self) -> i64 {
        COUNTED - self.folders - self.files
    }

    /// Adds files, of which no more are counted than are left.
    fn add(&mut self, found: FileCount) {
        self.files += found.files.min(self.left().max(0));
        self.size += found.alone;
    }

    fn share(&mut self, found: Vec<SharedContent>) {
        for SharedContent { blob, size, files } in found {
            self.shared.entry(blob).or_insert((size, 0)).1 += files;
        }
    }
}
