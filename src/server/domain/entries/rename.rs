//! Gives files and folders other names.

use crate::model::entry::{EntryKind, EntryPlace, PATH_LIMIT};
use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::problem::FieldProblem;
use crate::server::db::folders::PlaceRecord;
use crate::server::db::{self, below, folders as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::path::check_length;
use crate::server::domain::entries::{Entries, names};

impl Entries {
    /// A file or folder, and where it lies.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope has no such entry, or it is the scope's own root; [`Error::NotAllowed`] if the
    /// scope may not see entries (or [`Error::NotFound`] if it has ended).
    pub async fn place(&self, scope: &Scope, id: &EntryId) -> Result<EntryPlace, Error> {
        scope.may_see(self.clock.now())?;
        let PlaceRecord { name, kind, parent } =
            rows::place(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        Ok(EntryPlace { name, kind, parent: self.id_below_root(scope, &parent).await? })
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
        let refused = |problem| Error::at(Field::EntryName, problem);
        let place = rows::place(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        let below = match place.kind {
            EntryKind::Folder if is_longer(name, &place) => self.longest_below(scope, id).await?,
            _ => 0,
        };
        let mut transaction = db::begin_for(&self.pool, scope.owner()).await?;
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let place = rows::place(&mut *transaction, scope.within(), id).await?.ok_or(Error::NotFound)?;
        let folded = names::folded(name.as_str());
        let same = rows::named(&mut *transaction, &place.parent, &folded).await?;
        if same.is_some_and(|(other, _)| other != *id) {
            return Err(refused(FieldProblem::NameTaken));
        }
        if is_longer(name, &place) {
            let above = rows::path(&mut *transaction, scope.owner(), &place.parent).await?;
            check_length(&above, name, below).map_err(refused)?;
        }
        let sort = names::sort_key(name.as_str());
        rows::rename(&mut *transaction, id, (name.as_str(), &folded, &sort)).await?;
        transaction.commit().await?;
        self.id_below_root(scope, &place.parent).await
    }

    /// The bytes of the longest path below a folder. It is measured before the folder is renamed, since the transaction
    /// would be long for a large one. What is added meanwhile was measured with the old name: a path may become that much
    /// too long, and is still bounded by its levels.
    async fn longest_below(&self, scope: &Scope, folder: &EntryId) -> Result<usize, Error> {
        let _permit = self.permit_to_measure(scope).await?;
        Ok(usize::try_from(below::longest(&self.pool, folder).await?).unwrap_or(PATH_LIMIT))
    }
}

fn is_longer(name: &FileName, place: &PlaceRecord) -> bool {
    name.as_str().len() > place.name.len()
}
