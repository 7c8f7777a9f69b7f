//! Creates folders.

use std::slice;

use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::{AccountId, EntryId};
use crate::model::problem::FieldProblem;
use crate::server::db::{self, folders as rows};
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::path::{check_count, check_nesting};
use crate::server::domain::entries::{Entries, names};
use crate::server::domain::{Error, new_id};

impl Entries {
    /// Creates a folder in `parent`, or in the root of the scope if that is `None`, and returns its id.
    ///
    /// # Errors
    /// A refusal at the name field if the name is taken, the folder would be nested too deeply, or the
    /// account has too many entries or has made too many folders in a minute; [`Error::NotFound`]
    /// if `parent` is not in the scope; [`Error::NotAllowed`] if the scope may not add to it (or [`Error::NotFound`]
    /// if it has ended).
    pub async fn create(&self, scope: &Scope, parent: Option<&EntryId>, name: &FileName) -> Result<EntryId, Error> {
        scope.may_add(self.clock.now())?;
        self.reserve.check(Field::FolderName)?;
        let refused = |problem| Error::at(Field::FolderName, problem);
        let too_fast = |seconds: u32| FieldProblem::TooManyAttempts { seconds: seconds.into() };
        self.may_pass(scope.owner(), 1).map_err(too_fast).map_err(refused)?;
        let mut transaction = db::begin_for(&self.pool, scope.owner()).await?;
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let parent = find(&mut *transaction, scope, parent).await?;
        let above = rows::path(&mut *transaction, scope.owner(), &parent).await?;
        check_nesting(&above, slice::from_ref(name), None).map_err(refused)?;
        let count = db::accounts::entries(&mut *transaction, scope.owner()).await?;
        check_count(count, 1, self.limit).map_err(refused)?;
        let id = insert(&mut transaction, scope.owner(), &parent, name, self.clock.now()).await?;
        let id = id.ok_or_else(|| refused(FieldProblem::NameTaken))?;
        transaction.commit().await?;
        Ok(id)
    }
}

/// Inserts a folder; `None` if the name is taken.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn insert(
    transaction: &mut db::Transaction,
    account: &AccountId,
    parent: &EntryId,
    name: &FileName,
    now: i64,
) -> Result<Option<EntryId>, Error> {
    let id = new_id();
    let new = rows::NewFolderRecord { id: &id, account, parent, name: &names::forms(name), now };
    if !rows::insert(&mut **transaction, &new).await? {
        return Ok(None);
    }
    db::accounts::count_entries(&mut **transaction, account, 1).await?;
    Ok(Some(id))
}
