//! Lets entries lie at another place: in another folder, or under another name.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::entry::{DEPTH_LIMIT, EntryKind, PATH_LIMIT};
use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::problem::FieldProblem;
use crate::server::db::{self, below, folders, places};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::path::check_path;
use crate::server::domain::entries::{Entries, names};

/// How long looking through folders waits for others to end.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How far an entry and what is below it reaches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    /// The bytes of the longest path below it, with a separator before each name.
    pub(super) bytes: usize,
    /// How many folders the deepest path has, itself included.
    pub(super) levels: usize,
}

impl Entries {
    /// How far an entry reaches. It is measured before the transaction that gives it another place, which would be long for
    /// a large folder. What is added meanwhile was measured at the old place: a path may become that much too long, and
    /// folders may be nested that much too deeply.
    ///
    /// # Errors
    /// [`Error::TooMany`] if many large folders are being measured; [`Error::Database`].
    pub(super) async fn reach(&self, scope: &Scope, id: &EntryId, kind: EntryKind) -> Result<Reach, Error> {
        let mut reaches = self.reaches(scope, HashMap::from([(id.clone(), kind)])).await?;
        Ok(reaches.remove(id).unwrap_or(Reach::FILE))
    }

    /// The same of several, which are measured one after another in one turn.
    ///
    /// # Errors
    /// As of [`Entries::reach`].
    pub(super) async fn reaches(
        &self,
        scope: &Scope,
        entries: HashMap<EntryId, EntryKind>,
    ) -> Result<HashMap<EntryId, Reach>, Error> {
        let (folders, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, kind)| *kind == EntryKind::Folder);
        let mut reaches: HashMap<_, _> = files.into_iter().map(|(id, _)| (id, Reach::FILE)).collect();
        if folders.is_empty() {
            return Ok(reaches);
        }
        let pool = self.pool.clone();
        let measuring = async move {
            for (id, _) in folders {
                let below = below::reach(&pool, &id).await?;
                let reach = Reach {
                    bytes: usize::try_from(below.bytes).unwrap_or(PATH_LIMIT),
                    levels: usize::try_from(below.levels).unwrap_or(DEPTH_LIMIT).saturating_add(1),
                };
                reaches.insert(id, reach);
            }
            Ok(reaches)
        };
        self.measure_in_turn(scope, measuring).await
    }

    /// Looks through what is in folders when it is the account's turn. That is a task of its own: a statement goes on in the
    /// database where the client leaves, and the permit with it.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the turn does not come soon; those of `measuring`.
    pub(super) async fn measure_in_turn<T: Send + 'static>(
        &self,
        scope: &Scope,
        measuring: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = self.measurings.take_within(scope.owner(), TIMEOUT).await.map_err(|_| Error::TooMany)?;
        let measuring = self.tasks.spawn(async move {
            let _permit = permit;
            measuring.await
        });
        measuring.await?
    }
}

impl Reach {
    /// That of a file.
    const FILE: Self = Self { bytes: 0, levels: 0 };
}

/// Puts an entry of the account into a folder of the scope under this name, which changes one row. `reach` is how far it
/// reaches, or `None` if it reaches no further at its new place. The transaction must have locked the account's row.
///
/// # Errors
/// A refusal at the name field if another entry of the folder has the name, or if paths become too long or folders are
/// nested too deeply; [`Error::Database`].
pub(super) async fn put(
    transaction: &mut db::Transaction,
    scope: &Scope,
    id: &EntryId,
    (parent, name): (&EntryId, &FileName),
    reach: Option<Reach>,
) -> Result<(), Error> {
    let refused = |problem| Error::at(Field::EntryName, problem);
    let same = folders::named(&mut **transaction, parent, &names::folded(name.as_str())).await?;
    if same.is_some_and(|(other, _)| other != *id) {
        return Err(refused(FieldProblem::NameTaken));
    }
    if let Some(reach) = reach {
        let above = folders::path(&mut **transaction, scope.owner(), parent).await?;
        check_reach(&above, name, reach).map_err(refused)?;
    }
    put_checked(transaction, id, (parent, name)).await
}

/// The same without a check: the folder must be in the scope and have no entry of this name, and the entry must fit there
/// ([`check_reach`]).
pub(super) async fn put_checked(
    transaction: &mut db::Transaction,
    id: &EntryId,
    (parent, name): (&EntryId, &FileName),
) -> Result<(), Error> {
    Ok(places::put(&mut **transaction, id, parent, &names::forms(name)).await?)
}

/// Checks that no path becomes too long and no folder is nested too deeply where an entry gets this name, in a folder whose
/// path from the account's root is `above`, as [`folders::path`] returns it.
pub(super) fn check_reach(above: &[(EntryId, String)], name: &FileName, reach: Reach) -> Result<(), FieldProblem> {
    check_path(above, reach.levels, name.as_str().len() + 1 + reach.bytes)
}
