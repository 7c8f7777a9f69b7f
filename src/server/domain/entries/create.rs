//! Making a folder that somebody names.

use crate::model::entry::DEPTH_LIMIT;
use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::{AccountId, EntryId};
use crate::model::problem::FieldProblem;
use crate::server::clock;
use crate::server::db::{self, folders as rows};
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::{Entries, names};
use crate::server::domain::{Error, new_id};

impl Entries {
    /// Makes a folder in a folder of the scope, or where it begins.
    ///
    /// # Errors
    /// At the name's field: a name that is taken, or folders too deep in one another. [`Error::NotFound`] for the folder.
    pub async fn create(&self, scope: &Scope, parent: Option<&EntryId>, name: &FileName) -> Result<EntryId, Error> {
        scope.may_add(clock::now())?;
        let refused = |problem| Error::at(Field::FolderName, problem);
        let mut transaction = self.pool.begin().await?;
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let parent = find(&mut *transaction, scope, parent).await?;
        if depth(&mut transaction, scope.owner(), &parent).await? >= DEPTH_LIMIT {
            return Err(refused(FieldProblem::TooDeep { limit: DEPTH_LIMIT }));
        }
        let id = insert(&mut transaction, scope.owner(), &parent, name).await?;
        let id = id.ok_or_else(|| refused(FieldProblem::NameTaken))?;
        transaction.commit().await?;
        Ok(id)
    }
}

/// How many folders there are from the account's root to this one; the root has none.
pub(super) async fn depth(
    transaction: &mut db::Transaction,
    account: &AccountId,
    folder: &EntryId,
) -> Result<usize, Error> {
    Ok(rows::path(&mut **transaction, account, folder).await?.len().saturating_sub(1))
}

/// Makes a folder; `None` where the name is taken.
pub(super) async fn insert(
    transaction: &mut db::Transaction,
    account: &AccountId,
    parent: &EntryId,
    name: &FileName,
) -> Result<Option<EntryId>, Error> {
    let id = new_id();
    let new = rows::NewFolderRecord {
        id: &id,
        account,
        parent,
        name: name.as_str(),
        folded: &names::folded(name.as_str()),
        sort: &names::sort_key(name.as_str()),
        now: clock::now(),
    };
    if !rows::insert(&mut **transaction, &new).await? {
        return Ok(None);
    }
    db::accounts::count_entries(&mut **transaction, account, 1).await?;
    Ok(Some(id))
}
