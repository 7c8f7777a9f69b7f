//! The folders and the files of a folder in the order of its list, from an entry on, in either direction.

use crate::model::entry::ListOrder;
use crate::model::id::EntryId;
use crate::server::db::entries::FileRecord;
use crate::server::db::folders::FolderRecord;
use crate::server::db::{entries, folders, places};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::path::below_root;

/// A sort key with an id that comes before all others.
pub(super) const FIRST: (&str, &str) = ("", "");
/// One that comes after all others.
const BEYOND: (&str, &str) = ("g", "");

/// In which direction a list is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// As it is shown.
    Forward,
    /// In reverse.
    Backward,
}

/// A stretch of a folder's list: of its folders, or of its files.
#[derive(Clone, Copy)]
pub(super) struct Stretch<'a> {
    folder: &'a EntryId,
    pub(super) order: ListOrder,
    /// The entry after which it begins in this direction; `None` is the end of the list where that begins.
    from: Option<&'a EntryId>,
    direction: Direction,
    /// The most that it has.
    limit: i64,
}

impl<'a> Stretch<'a> {
    /// At most `limit` of what comes after the entry `from`, or of the first.
    pub(super) fn after(folder: &'a EntryId, order: ListOrder, from: Option<&'a EntryId>, limit: i64) -> Self {
        Self { folder, order, from, direction: Direction::Forward, limit }
    }

    /// At most `limit` of what comes before the entry `from`, or of the last, in reverse.
    pub(super) fn before(folder: &'a EntryId, order: ListOrder, from: Option<&'a EntryId>, limit: i64) -> Self {
        Self { folder, order, from, direction: Direction::Backward, limit }
    }
}

impl Entries {
    /// The folder that contains a file, with its name, `None` for the root of the scope, and the files before and after it in
    /// this order.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file in the scope; [`Error::NotAllowed`] if the scope may not see it (or
    /// [`Error::NotFound`] if it has ended).
    pub(in crate::server::domain) async fn neighbours(
        &self,
        scope: &Scope,
        file: &EntryId,
        order: ListOrder,
    ) -> Result<(Option<(EntryId, String)>, [Option<EntryId>; 2]), Error> {
        scope.may_see(self.clock.now())?;
        // A scope that is this file alone has nothing beside it.
        let Some(place) = places::place(&self.pool, scope.within(), file).await? else {
            return Ok((None, [None, None]));
        };
        let mut beside = [None, None];
        for (beside, stretch) in beside.iter_mut().zip([Stretch::before, Stretch::after]) {
            let found = self.file_records(stretch(&place.parent, order, Some(file), 1)).await?;
            *beside = found.and_then(|mut found| found.pop()).map(|file| file.id);
        }
        let path = below_root(scope, folders::path(&self.pool, scope.owner(), &place.parent).await?);
        Ok((path.ok_or(Error::NotFound)?.pop(), beside))
    }

    /// The folders of a stretch; `None` if the one after which it begins is gone.
    pub(super) async fn folder_records(&self, stretch: Stretch<'_>) -> Result<Option<Vec<FolderRecord>>, Error> {
        let Stretch { folder, order, from, direction, limit } = stretch;
        let ascends = (direction == Direction::Forward) != (order == ListOrder::NameReversed);
        let Some((sort, id)) = self.key(folder, from, ascends).await? else { return Ok(None) };
        let from = (sort.as_str(), id.as_str());
        let found = match ascends {
            true => folders::after(&self.pool, folder, from, limit).await?,
            false => folders::before(&self.pool, folder, from, limit).await?,
        };
        Ok(Some(found))
    }

    /// The same of files.
    pub(super) async fn file_records(&self, stretch: Stretch<'_>) -> Result<Option<Vec<FileRecord>>, Error> {
        let Stretch { folder, order, from, direction, limit } = stretch;
        let is_by_name = matches!(order, ListOrder::Name | ListOrder::NameReversed);
        let ascends = (direction == Direction::Forward) == matches!(order, ListOrder::Name | ListOrder::Oldest);
        let found = if is_by_name {
            let Some((sort, id)) = self.key(folder, from, ascends).await? else { return Ok(None) };
            let from = (sort.as_str(), id.as_str());
            match ascends {
                true => entries::after(&self.pool, folder, from, limit).await?,
                false => entries::before(&self.pool, folder, from, limit).await?,
            }
        } else {
            match ascends {
                true => entries::newer(&self.pool, folder, from, limit).await?,
                false => entries::older(&self.pool, folder, from, limit).await?,
            }
        };
        Ok(Some(found))
    }

    /// The sort key and the id from which on a list by name is read; `None` if the entry is gone.
    async fn key(
        &self,
        folder: &EntryId,
        from: Option<&EntryId>,
        ascends: bool,
    ) -> Result<Option<(String, String)>, Error> {
        let Some(id) = from else {
            let (sort, id) = if ascends { FIRST } else { BEYOND };
            return Ok(Some((sort.to_owned(), id.to_owned())));
        };
        let sort = folders::sort_of(&self.pool, folder, id).await?;
        Ok(sort.map(|sort| (sort, id.to_string())))
    }
}
