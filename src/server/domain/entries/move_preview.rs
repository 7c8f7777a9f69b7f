//! What pages show before files and folders are moved.

use crate::model::entry::{Breadcrumb, Cursor, EntryKind, PagePosition, ROWS_A_PAGE};
use crate::model::file_name::FileName;
use crate::model::id::EntryId;
use crate::model::moving::{FolderTarget, Move, Moving, Occupant, TakenName};
use crate::server::db::folders as rows;
use crate::server::db::folders::PlaceRecord;
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::free_name::free_name;
use crate::server::domain::entries::path::below_root;
use crate::server::domain::entries::{Entries, names};

/// How many names are shown of what is to be moved.
const NAMES: usize = 3;
/// A sort key and id that come before every folder's.
const BEFORE_FOLDERS: (&str, &str) = ("", "");

impl Entries {
    /// What is to be moved, and the folder to which it may go. Those that are gone are left out. If the folder at `position`
    /// is not there, the list of folders is the first page.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope has none of the entries, or no such folder; [`Error::NotAllowed`] if the scope may
    /// not see entries (or [`Error::NotFound`] if it has ended).
    pub async fn move_preview(
        &self,
        scope: &Scope,
        Move { entries, to }: &Move,
        position: &PagePosition,
    ) -> Result<Moving, Error> {
        scope.may_see(self.clock.now())?;
        let mut connection = self.pool.acquire().await?;
        let to = find(&mut *connection, scope, to.as_ref()).await?;
        let mut places = Vec::new();
        for id in entries {
            places.extend(rows::place(&mut *connection, scope.within(), id).await?);
        }
        let first = places.first().ok_or(Error::NotFound)?;
        let root = find(&mut *connection, scope, None).await?;
        let path = below_root(scope, rows::path(&mut *connection, scope.owner(), &to).await?);
        let sort = match position {
            PagePosition::Below(Cursor { id, .. }) => {
                rows::sort_of(&mut *connection, &to, id).await?.map(|sort| (sort, id.as_str()))
            }
            _ => None,
        };
        let after = sort.as_ref().map_or(BEFORE_FOLDERS, |(sort, id)| (sort, id));
        let mut folders = rows::after(&mut *connection, &to, after, (ROWS_A_PAGE + 1) as i64).await?;
        let more = folders.len() > ROWS_A_PAGE;
        folders.truncate(ROWS_A_PAGE);
        Ok(Moving {
            names: places.iter().take(NAMES).map(|place| place.name.clone()).collect(),
            count: places.len(),
            from: below(&root, &first.parent),
            path: path.unwrap_or_default().into_iter().map(|(id, name)| Breadcrumb { id, name }).collect(),
            is_here: places.iter().all(|place| place.parent == to),
            below: folders.last().filter(|_| more).map(|last| Cursor { kind: EntryKind::Folder, id: last.id.clone() }),
            folders: folders
                .into_iter()
                .map(|row| FolderTarget { is_moved: entries.contains(&row.id), id: row.id, name: row.name })
                .collect(),
        })
    }

    /// The first of these entries whose name is taken where they are to go; `None` if none is.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope has no such folder; [`Error::NotAllowed`] if the scope may not see entries (or
    /// [`Error::NotFound`] if it has ended).
    pub async fn first_taken_name(
        &self,
        scope: &Scope,
        Move { entries, to }: &Move,
    ) -> Result<Option<TakenName>, Error> {
        scope.may_see(self.clock.now())?;
        let mut connection = self.pool.acquire().await?;
        let to = find(&mut *connection, scope, to.as_ref()).await?;
        let (mut first, mut others) = (None, 0);
        for id in entries {
            let Some(place) = rows::place(&mut *connection, scope.within(), id).await? else { continue };
            let there = rows::named(&mut *connection, &to, &names::folded(&place.name)).await?;
            match there.filter(|_| place.parent != to) {
                Some((there, _)) if first.is_none() => first = Some((place, there)),
                Some(_) => others += 1,
                None => {}
            }
        }
        let Some((place, there)) = first else { return Ok(None) };
        let Some(there) = rows::place(&mut *connection, scope.within(), &there).await? else { return Ok(None) };
        let free_name = free_name(&mut connection, &to, &FileName::fitting(&place.name)).await?;
        let path = below_root(scope, rows::path(&mut *connection, scope.owner(), &to).await?);
        let root = find(&mut *connection, scope, None).await?;
        Ok(Some(TakenName {
            folder: path.and_then(|mut path| path.pop()).map(|(_, name)| name),
            there: occupant(&there),
            coming: occupant(&place),
            free_name: free_name.as_str().to_owned(),
            others,
            from: below(&root, &place.parent),
            name: place.name,
        }))
    }
}

/// A folder's id as addresses have it; `None` for this root.
fn below(root: &EntryId, folder: &EntryId) -> Option<EntryId> {
    (folder != root).then(|| folder.clone())
}

fn occupant(place: &PlaceRecord) -> Occupant {
    Occupant { kind: place.kind, size: place.size.map(i64::unsigned_abs), created: place.created }
}
