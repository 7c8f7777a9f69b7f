//! The folders and the files of a folder in the order of its list, from an entry on, in either direction.

use crate::model::entry::ListOrder;
use crate::model::id::EntryId;
use crate::server::db::entries::FileRecord;
use crate::server::db::folders::FolderRecord;
use crate::server::db::{entries, folders, places};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::path::id_below_root;

/// Sort keys with ids that come before and after all others.
const FIRST: (&str, &str) = ("", "");
const BEYOND: (&str, &str) = ("g", "");

/// In which direction a list is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// As it is shown.
    Forward,
    /// In reverse.
    Backward,
}

impl Entries {
    /// The folder that contains a file, `None` for the root of the scope, and the files before and after it in this order.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file in the scope; [`Error::NotAllowed`] if the scope may not see it (or
    /// [`Error::NotFound`] if it has ended).
    pub(in crate::server::domain) async fn neighbours(
        &self,
        scope: &Scope,
        file: &EntryId,
        order: ListOrder,
    ) -> Result<(Option<EntryId>, [Option<EntryId>; 2]), Error> {
        scope.may_see(self.clock.now())?;
        // A scope that is this file alone has nothing beside it.
        let Some(place) = places::place(&self.pool, scope.within(), file).await? else {
            return Ok((None, [None, None]));
        };
        let mut beside = [None, None];
        for (beside, direction) in beside.iter_mut().zip([Direction::Backward, Direction::Forward]) {
            let found = self.file_records(&place.parent, order, Some(file), direction, 1).await?;
            *beside = found.and_then(|mut found| found.pop()).map(|file| file.id);
        }
        Ok((id_below_root(&self.pool, scope, &place.parent).await?, beside))
    }

    /// At most `limit` folders that come after the one with the id `from` in this direction, or from the end of the list where
    /// that begins; `None` if that one is gone.
    pub(super) async fn folder_records(
        &self,
        folder: &EntryId,
        order: ListOrder,
        from: Option<&EntryId>,
        direction: Direction,
        limit: i64,
    ) -> Result<Option<Vec<FolderRecord>>, Error> {
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
    pub(super) async fn file_records(
        &self,
        folder: &EntryId,
        order: ListOrder,
        from: Option<&EntryId>,
        direction: Direction,
        limit: i64,
    ) -> Result<Option<Vec<FileRecord>>, Error> {
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
