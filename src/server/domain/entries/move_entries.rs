//! Moves files and folders into other folders.

use crate::model::entry::EntryKind;
use crate::model::file_name::FileName;
use crate::model::form::{Field, FieldError};
use crate::model::id::EntryId;
use crate::model::moving::NameChoice;
use crate::model::problem::FieldProblem;
use crate::server::db::folders::PlaceRecord;
use crate::server::db::{self, folders as rows, trash};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::free_name::free_name;
use crate::server::domain::entries::place::{Reach, put};
use crate::server::domain::entries::{Entries, names};

/// What is done where names are taken.
#[derive(Clone, Copy, Debug)]
pub struct OnTaken {
    /// What is done.
    pub choice: NameChoice,
    /// Whether it is done for all of them, and not for the first alone.
    pub for_all: bool,
}

impl Entries {
    /// Moves files and folders into a folder, or into the root of the scope if that is `None`, which changes one row for each
    /// however much is in it. All of it happens in one transaction. Those that are gone already are passed over.
    ///
    /// Returns those that stay where they are, because another entry there has their name and `on_taken` does not say what
    /// to do about it.
    ///
    /// # Errors
    /// A refusal at the selected entries if the folder is gone, is one of them or lies in one of them, or if paths become too
    /// long or folders are nested too deeply; nothing is moved then. [`Error::NotFound`] if the scope has none of them, or
    /// only its own root is among them; [`Error::NotAllowed`] if the scope may not change entries (or [`Error::NotFound`] if
    /// it has ended); [`Error::TooMany`] if large folders are being measured.
    pub async fn move_entries(
        &self,
        scope: &Scope,
        ids: &[EntryId],
        to: Option<&EntryId>,
        on_taken: Option<OnTaken>,
    ) -> Result<Vec<EntryId>, Error> {
        let now = self.clock.now();
        scope.may_change(now)?;
        let mut reaches = Vec::with_capacity(ids.len());
        for id in ids {
            let place = rows::place(&self.pool, scope.within(), id).await?;
            reaches.push(match place {
                Some(place) => Some(self.reach(scope, id, place.kind).await?),
                None => None,
            });
        }
        let mut transaction = db::begin_for(&self.pool, scope.owner()).await?;
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let to = match find(&mut *transaction, scope, to).await {
            Err(Error::NotFound) => return Err(refused(FieldProblem::FolderGone)),
            found => found?,
        };
        let above = rows::path(&mut *transaction, scope.owner(), &to).await?;
        if ids.iter().any(|id| above.iter().any(|(folder, _)| folder == id)) {
            return Err(refused(FieldProblem::IntoItself));
        }
        let mut moving = MoveInto { transaction, scope, to, on_taken, now };
        let (mut left, mut any) = (Vec::new(), false);
        for (id, reach) in ids.iter().zip(reaches) {
            let Some(reach) = reach else { continue };
            let Some(place) = rows::place(&mut *moving.transaction, scope.within(), id).await? else { continue };
            any = true;
            if !moving.move_one(id, place, reach).await.map_err(at_entries)? {
                left.push(id.clone());
            }
        }
        if !any {
            return Err(Error::NotFound);
        }
        moving.transaction.commit().await?;
        Ok(left)
    }
}

/// MoveInto into one folder, in one transaction that has locked the account's row.
struct MoveInto<'a> {
    transaction: db::Transaction,
    scope: &'a Scope,
    to: EntryId,
    on_taken: Option<OnTaken>,
    /// In milliseconds since 1970.
    now: i64,
}

impl MoveInto<'_> {
    /// Moves an entry. Returns false if its name is taken, and nothing is said about that.
    async fn move_one(&mut self, id: &EntryId, place: PlaceRecord, reach: Reach) -> Result<bool, Error> {
        if place.parent == self.to {
            return Ok(true);
        }
        let mut name = FileName::fitting(&place.name);
        let there = rows::named(&mut *self.transaction, &self.to, &names::folded(name.as_str())).await?;
        if let Some((other, kind)) = there {
            let Some(OnTaken { choice, for_all }) = self.on_taken else { return Ok(false) };
            if !for_all {
                self.on_taken = None;
            }
            match choice {
                NameChoice::Skip => return Ok(true),
                NameChoice::KeepBoth => name = free_name(&mut self.transaction, &self.to, &name).await?,
                NameChoice::Replace => self.replace(&other, kind, &place).await?,
            }
        }
        put(&mut self.transaction, self.scope, id, (&self.to, &name), Some(reach)).await?;
        Ok(true)
    }

    /// Puts what has the name of an entry that lies at `place` into the trash.
    async fn replace(&mut self, other: &EntryId, kind: EntryKind, place: &PlaceRecord) -> Result<(), Error> {
        if kind == EntryKind::Folder {
            let above = rows::path(&mut *self.transaction, self.scope.owner(), &place.parent).await?;
            if above.iter().any(|(folder, _)| folder == other) {
                return Err(refused(FieldProblem::ReplacesItself));
            }
        }
        trash::put(&mut *self.transaction, self.scope.within(), other, self.now).await?;
        Ok(())
    }
}

fn refused(problem: FieldProblem) -> Error {
    Error::at(Field::Entries, problem)
}

/// The same refusal, at the selected entries.
fn at_entries(error: Error) -> Error {
    match error {
        Error::Refused(FieldError { problem, .. }) => refused(problem),
        other => other,
    }
}
