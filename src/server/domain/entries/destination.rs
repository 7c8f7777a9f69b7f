//! The folder to which entries are moved or copied, and what is done with the names that are taken there.

use std::collections::{HashMap, HashSet};

use sqlx::AnyPool;

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
use crate::server::domain::entries::names;

/// What is done where names are taken.
#[derive(Clone, Debug)]
pub struct TakenNameChoice {
    /// What is done.
    pub choice: NameChoice,
    /// The entry about which was asked, if it was one.
    pub asked: Option<EntryId>,
    /// What had its name then. If something else has it now, that is asked about again.
    pub there: Option<EntryId>,
    /// Whether the same is done for all others.
    pub for_all: bool,
}

impl TakenNameChoice {
    /// What is done with an entry whose name this other one has, if that is said.
    pub(super) fn choice_for(&self, id: &EntryId, other: &EntryId) -> Option<NameChoice> {
        let is_meant = match self.asked.as_ref() {
            Some(asked) if asked == id => self.there.as_ref().is_none_or(|there| there == other),
            Some(_) => self.for_all,
            None => true,
        };
        is_meant.then_some(self.choice)
    }
}

/// A folder of a scope, in a transaction that has locked the account's row.
pub(super) struct Destination<'a> {
    pub(super) transaction: db::Transaction,
    scope: &'a Scope,
    pub(super) id: EntryId,
    /// The folders from the account's root down to it.
    pub(super) above: Vec<(EntryId, String)>,
    /// What has the names there that entries have which are to come, by those folded names.
    taken: HashMap<String, EntryId>,
    /// What is moved or copied, all folders in which that lies, and what has come: they must not go to the trash.
    irreplaceable: HashSet<EntryId>,
    on_taken: Option<&'a TakenNameChoice>,
    /// Those that do not come, since their names are taken and nothing is said about that.
    left: Vec<EntryId>,
    /// In milliseconds since 1970.
    pub(super) now: i64,
}

impl<'a> Destination<'a> {
    /// Opens a folder of the scope, or its root if that is `None`, to these entries. Returns those of them that are there, in
    /// the given order.
    ///
    /// # Errors
    /// A refusal at the selected entries if the folder is gone, is one of them or lies in one of them; [`Error::NotFound`] if
    /// the scope has none of them, or only its own root is among them.
    pub(super) async fn open(
        pool: &AnyPool,
        scope: &'a Scope,
        ids: &[EntryId],
        to: Option<&EntryId>,
        on_taken: Option<&'a TakenNameChoice>,
        now: i64,
    ) -> Result<(Self, Vec<PlaceRecord>), Error> {
        let mut transaction = db::begin_for(pool, scope.owner()).await?;
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let id = folder(&mut *transaction, scope, to).await?;
        let above = folders::path(&mut *transaction, scope.owner(), &id).await?;
        let found = places_of(&mut *transaction, scope, ids).await?;
        if found.is_empty() {
            return Err(Error::NotFound);
        }
        if found.iter().any(|place| above.iter().any(|(folder, _)| *folder == place.id)) {
            return Err(refused(FieldProblem::IntoItself));
        }
        let taken = taken_names(&mut *transaction, &id, &found).await?;
        let coming: Vec<_> = found.iter().map(|place| place.id.clone()).collect();
        let mut irreplaceable = HashSet::new();
        if on_taken.is_some_and(|on| on.choice == NameChoice::Replace) && !taken.is_empty() {
            irreplaceable.extend(places::above(&mut *transaction, &coming).await?);
        }
        irreplaceable.extend(coming);
        Ok((Self { transaction, scope, id, above, taken, irreplaceable, on_taken, left: Vec::new(), now }, found))
    }

    /// Finds the name under which an entry comes, which is free then: what it replaces goes to the trash, and one that comes to
    /// lie beside itself gets a name of its own. `None` if it does not come.
    ///
    /// # Errors
    /// A refusal at the selected entries if what would be replaced is or contains one of them; [`Error::Database`].
    pub(super) async fn arrival(&mut self, place: &PlaceRecord) -> Result<Option<FileName>, Error> {
        let name = FileName::fitting(&place.name);
        let Some(other) = self.taken.get(&folded(place)).cloned() else { return Ok(Some(name)) };
        let choice = match place.parent == self.id {
            true => Some(NameChoice::KeepBoth),
            false => self.on_taken.and_then(|on| on.choice_for(&place.id, &other)),
        };
        Ok(match choice {
            None => {
                self.left.push(place.id.clone());
                None
            }
            Some(NameChoice::Skip) => None,
            Some(NameChoice::KeepBoth) => Some(free_name(&mut self.transaction, &self.id, &name).await?),
            Some(NameChoice::Replace) if self.irreplaceable.contains(&other) => {
                return Err(refused(FieldProblem::ReplacesItself));
            }
            Some(NameChoice::Replace) => {
                trash::put(&mut *self.transaction, self.scope.within(), &other, self.now).await?;
                Some(name)
            }
        })
    }

    /// Notes that an entry has come: another one of the same name may come from another folder.
    pub(super) fn has_come(&mut self, id: EntryId, name: &FileName) {
        self.irreplaceable.insert(id.clone());
        self.taken.insert(names::folded(name.as_str()), id);
    }

    /// Commits, and returns those that did not come, since their names are taken and nothing is said about that.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn close(self) -> Result<Vec<EntryId>, Error> {
        self.transaction.commit().await?;
        Ok(self.left)
    }
}

/// The folder to which entries are to go; `None` is the root of the scope.
///
/// # Errors
/// A refusal at the selected entries if it is gone; [`Error::Database`].
pub(super) async fn folder<'c>(
    db: impl db::Executes<'c>,
    scope: &Scope,
    to: Option<&EntryId>,
) -> Result<EntryId, Error> {
    match find(db, scope, to).await {
        Err(Error::NotFound) => Err(refused(FieldProblem::FolderGone)),
        found => found,
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
) -> Result<HashMap<String, EntryId>, Error> {
    let names: Vec<_> = coming.iter().map(folded).collect();
    Ok(places::all_named(db, folder, &names).await?.into_iter().collect())
}

/// The folded name that an entry has where it is moved, if that is free.
pub(super) fn folded(place: &PlaceRecord) -> String {
    names::folded(FileName::fitting(&place.name).as_str())
}

pub(super) fn refused(problem: FieldProblem) -> Error {
    Error::at(Field::Entries, problem)
}
