//! Moves files and folders into other folders.

use std::collections::{HashMap, HashSet};

use crate::model::entry::EntryKind;
use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::moving::NameChoice;
use crate::model::problem::FieldProblem;
use crate::server::db::places::PlaceRecord;
use crate::server::db::{self, folders, places, trash};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::free_name::free_name;
use crate::server::domain::entries::place::{Reach, check_reach, put_checked};
use crate::server::domain::entries::{Entries, names};

/// What is done where names are taken.
#[derive(Clone, Debug)]
pub struct OnTaken {
    /// What is done.
    pub choice: NameChoice,
    /// The entry about which was asked, if it was one.
    pub asked: Option<EntryId>,
    /// What had its name then. If something else has it now, that is asked about again.
    pub there: Option<EntryId>,
    /// Whether the same is done for all others.
    pub for_all: bool,
}

impl OnTaken {
    /// What is done with an entry whose name this other one has, if that is said.
    fn choice_for(&self, id: &EntryId, other: &EntryId) -> Option<NameChoice> {
        let is_meant = match self.asked.as_ref() {
            Some(asked) if asked == id => self.there.as_ref().is_none_or(|there| there == other),
            Some(_) => self.for_all,
            None => true,
        };
        is_meant.then_some(self.choice)
    }
}

impl Entries {
    /// Moves files and folders into a folder, or into the root of the scope if that is `None`, which changes one row for each
    /// however much is in it. All of it happens in one transaction. Those that are gone already are passed over. They may be
    /// at most [`crate::model::moving::MOVED_LIMIT`].
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
        on_taken: Option<&OnTaken>,
    ) -> Result<Vec<EntryId>, Error> {
        let now = self.clock.now();
        scope.may_change(now)?;
        let measured = places::places(&self.pool, scope.within(), ids).await?;
        let measured = measured.into_iter().filter(|place| to != Some(&place.parent));
        let reaches = self.reaches(scope, measured.map(|place| (place.id, place.kind)).collect()).await?;
        let mut transaction = db::begin_for(&self.pool, scope.owner()).await?;
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let to = match find(&mut *transaction, scope, to).await {
            Err(Error::NotFound) => return Err(refused(FieldProblem::FolderGone)),
            found => found?,
        };
        let above = folders::path(&mut *transaction, scope.owner(), &to).await?;
        let mut found = places_of(&mut *transaction, scope, ids).await?;
        if found.is_empty() {
            return Err(Error::NotFound);
        }
        if found.iter().any(|place| above.iter().any(|(folder, _)| *folder == place.id)) {
            return Err(refused(FieldProblem::IntoItself));
        }
        found.retain(|place| place.parent != to);
        let taken = taken_names(&mut *transaction, &to, &found).await?;
        let moved: Vec<_> = found.iter().map(|place| place.id.clone()).collect();
        let mut irreplaceable = HashSet::new();
        if on_taken.is_some_and(|on| on.choice == NameChoice::Replace) && !taken.is_empty() {
            irreplaceable.extend(places::above(&mut *transaction, &moved).await?);
        }
        irreplaceable.extend(moved);
        let mut target = Target { transaction, scope, to, above, taken, irreplaceable, now };
        let mut left = Vec::new();
        for place in found {
            // It has come to the scope since the others were measured.
            let Some(reach) = reaches.get(&place.id) else { continue };
            if !target.take(&place, *reach, on_taken).await? {
                left.push(place.id);
            }
        }
        target.transaction.commit().await?;
        Ok(left)
    }
}

/// The folder into which entries are moved, in a transaction that has locked the account's row.
struct Target<'a> {
    transaction: db::Transaction,
    scope: &'a Scope,
    to: EntryId,
    /// The folders from the account's root down to it.
    above: Vec<(EntryId, String)>,
    /// What has the names there that entries have which are to come, by those folded names.
    taken: HashMap<String, (EntryId, EntryKind)>,
    /// What is moved, and all folders in which that lies: they must not go to the trash.
    irreplaceable: HashSet<EntryId>,
    /// In milliseconds since 1970.
    now: i64,
}

impl Target<'_> {
    /// Moves an entry there. Returns false if its name is taken, and nothing is said about that.
    async fn take(&mut self, place: &PlaceRecord, reach: Reach, on_taken: Option<&OnTaken>) -> Result<bool, Error> {
        let mut name = FileName::fitting(&place.name);
        if let Some((other, _)) = self.taken.get(&folded(place)).cloned() {
            match on_taken.and_then(|on| on.choice_for(&place.id, &other)) {
                None => return Ok(false),
                Some(NameChoice::Skip) => return Ok(true),
                Some(NameChoice::KeepBoth) => name = free_name(&mut self.transaction, &self.to, &name).await?,
                Some(NameChoice::Replace) => self.replace(&other).await?,
            }
        }
        check_reach(&self.above, &name, reach).map_err(refused)?;
        put_checked(&mut self.transaction, &place.id, (&self.to, &name)).await?;
        // Another one of the same name may come from another folder.
        self.taken.insert(names::folded(name.as_str()), (place.id.clone(), place.kind));
        Ok(true)
    }

    /// Puts an entry of the folder into the trash, unless it is or contains what is to be moved.
    async fn replace(&mut self, other: &EntryId) -> Result<(), Error> {
        if self.irreplaceable.contains(other) {
            return Err(refused(FieldProblem::ReplacesItself));
        }
        trash::put(&mut *self.transaction, self.scope.within(), other, self.now).await?;
        Ok(())
    }
}

/// Those of these entries that are in the scope, in the order in which they are given: it is that in which one is asked about
/// them.
pub(super) async fn places_of<'c>(
    db: impl db::Executes<'c>,
    scope: &Scope,
    ids: &[EntryId],
) -> Result<Vec<PlaceRecord>, Error> {
    let mut found = places::places(db, scope.within(), ids).await?;
    found.sort_by_key(|place| ids.iter().position(|id| *id == place.id));
    Ok(found)
}

/// What has the names in a folder that these entries would have there, by those folded names.
pub(super) async fn taken_names<'c>(
    db: impl db::Executes<'c>,
    folder: &EntryId,
    coming: &[PlaceRecord],
) -> Result<HashMap<String, (EntryId, EntryKind)>, Error> {
    let names: Vec<_> = coming.iter().map(folded).collect();
    let taken = places::all_named(db, folder, &names).await?;
    Ok(taken.into_iter().map(|(name, id, kind)| (name, (id, kind))).collect())
}

/// The folded name that an entry has where it is moved, if that is free.
pub(super) fn folded(place: &PlaceRecord) -> String {
    names::folded(FileName::fitting(&place.name).as_str())
}

fn refused(problem: FieldProblem) -> Error {
    Error::at(Field::Entries, problem)
}
