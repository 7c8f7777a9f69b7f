//! What pages show before files and folders are moved or copied.

use crate::model::entry::{Breadcrumb, Cursor, EntryKind, PagePosition, ROWS_A_PAGE};
use crate::model::file_name::FileName;
use crate::model::moving::{FolderTarget, MoveOrCopy, MoveRequest, Moving, Occupant, TakenName};
use crate::server::db::places::PlaceRecord;
use crate::server::db::{folders, places};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::destination::{folded, places_of, taken_names};
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::free_name::free_name;
use crate::server::domain::entries::ordered::FIRST;
use crate::server::domain::entries::path::{below_root, id_below_root};

/// How many names are shown of what is to be moved or copied.
const NAMES: usize = 3;

impl Entries {
    /// What is to be moved or copied, and the folder to which it may go. Those that are gone are left out. If the folder at `position`
    /// is not there, the list of folders is the first page.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope has none of the entries, or no such folder; [`Error::NotAllowed`] if the scope may
    /// not see entries (or [`Error::NotFound`] if it has ended).
    pub async fn move_preview(
        &self,
        scope: &Scope,
        request: &MoveRequest,
        position: &PagePosition,
    ) -> Result<Moving, Error> {
        scope.may_see(self.clock.now())?;
        let mut connection = self.pool.acquire().await?;
        let to = find(&mut *connection, scope, request.to.as_ref()).await?;
        let found = places_of(&mut *connection, scope, &request.entries).await?;
        let first = found.first().ok_or(Error::NotFound)?;
        let path = below_root(scope, folders::path(&mut *connection, scope.owner(), &to).await?);
        let sort = match position {
            PagePosition::Below(Cursor { id, .. }) => {
                folders::sort_of(&mut *connection, &to, id).await?.map(|sort| (sort, id.as_str()))
            }
            _ => None,
        };
        let after = sort.as_ref().map_or(FIRST, |(sort, id)| (sort, id));
        let mut rows = folders::after(&mut *connection, &to, after, (ROWS_A_PAGE + 1) as i64).await?;
        let more = rows.len() > ROWS_A_PAGE;
        rows.truncate(ROWS_A_PAGE);
        Ok(Moving {
            names: found.iter().take(NAMES).map(|place| place.name.clone()).collect(),
            count: found.len(),
            from: id_below_root(&mut *connection, scope, &first.parent).await?,
            path: path.unwrap_or_default().into_iter().map(|(id, name)| Breadcrumb { id, name }).collect(),
            is_here: request.operation == MoveOrCopy::Move && found.iter().all(|place| place.parent == to),
            below: rows.last().filter(|_| more).map(|last| Cursor { kind: EntryKind::Folder, id: last.id.clone() }),
            folders: rows
                .into_iter()
                .map(|row| FolderTarget { is_selected: request.entries.contains(&row.id), id: row.id, name: row.name })
                .collect(),
        })
    }

    /// The first of these entries whose name is taken where they are to go; `None` if none is.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope has none of the entries, or no such folder; [`Error::NotAllowed`] if the scope may
    /// not see entries (or [`Error::NotFound`] if it has ended).
    pub async fn first_taken_name(&self, scope: &Scope, request: &MoveRequest) -> Result<Option<TakenName>, Error> {
        scope.may_see(self.clock.now())?;
        let mut connection = self.pool.acquire().await?;
        let to = find(&mut *connection, scope, request.to.as_ref()).await?;
        let mut found = places_of(&mut *connection, scope, &request.entries).await?;
        if found.is_empty() {
            return Err(Error::NotFound);
        }
        found.retain(|place| place.parent != to);
        let taken = taken_names(&mut *connection, &to, &found).await?;
        let mut all = found.iter().filter_map(|place| taken.get(&folded(place)).map(|id| (place, id)));
        let Some((place, there)) = all.next() else { return Ok(None) };
        let others = all.count();
        let Some(there) = places::place(&mut *connection, scope.within(), there).await? else { return Ok(None) };
        let free_name = free_name(&mut connection, &to, &FileName::fitting(&place.name)).await?;
        let path = below_root(scope, folders::path(&mut *connection, scope.owner(), &to).await?);
        Ok(Some(TakenName {
            name: place.name.clone(),
            folder: path.and_then(|mut path| path.pop()).map(|(_, name)| name),
            there: occupant(&there),
            coming: occupant(place),
            free_name: free_name.as_str().to_owned(),
            others,
            from: id_below_root(&mut *connection, scope, &place.parent).await?,
        }))
    }
}

fn occupant(place: &PlaceRecord) -> Occupant {
    Occupant { id: place.id.clone(), kind: place.kind, size: place.size.map(i64::unsigned_abs), created: place.created }
}
