//! Gives files and folders other names.

use crate::model::entry::EntryPlace;
use crate::model::file_name::FileName;
use crate::model::id::EntryId;
use crate::server::db::places::PlaceRecord;
use crate::server::db::{self, places as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::path::id_below_root;
use crate::server::domain::entries::place::put;

impl Entries {
    /// A file or folder, and where it lies.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope has no such entry, or it is the scope's own root; [`Error::NotAllowed`] if the
    /// scope may not see entries (or [`Error::NotFound`] if it has ended).
    pub async fn place(&self, scope: &Scope, id: &EntryId) -> Result<EntryPlace, Error> {
        scope.may_see(self.clock.now())?;
        let PlaceRecord { name, kind, parent, .. } =
            rows::place(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        Ok(EntryPlace { name, kind, parent: id_below_root(&self.pool, scope, &parent).await? })
    }

    /// Gives a file or folder another name, which changes one row however much is in it. Returns the folder that contains
    /// it, or `None` if that is the root of the scope.
    ///
    /// # Errors
    /// A refusal at the name field if another entry of the folder has the name, or it makes a path too long;
    /// [`Error::NotFound`] if the scope has no such entry, or it is the scope's own root; [`Error::NotAllowed`] if the
    /// scope may not change entries (or [`Error::NotFound`] if it has ended); [`Error::TooMany`] if large folders are being
    /// measured.
    pub async fn rename(&self, scope: &Scope, id: &EntryId, name: &FileName) -> Result<Option<EntryId>, Error> {
        scope.may_change(self.clock.now())?;
        let place = rows::place(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        let reach = match is_longer(name, &place) {
            true => Some(self.reach(scope, id, place.kind).await?),
            false => None,
        };
        let mut transaction = db::begin_for(&self.pool, scope.owner()).await?;
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let place = rows::place(&mut *transaction, scope.within(), id).await?.ok_or(Error::NotFound)?;
        put(&mut transaction, scope, id, (&place.parent, name), reach).await?;
        transaction.commit().await?;
        id_below_root(&self.pool, scope, &place.parent).await
    }
}

fn is_longer(name: &FileName, place: &PlaceRecord) -> bool {
    name.as_str().len() > place.name.len()
}
