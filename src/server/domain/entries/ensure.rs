//! Making the folders of a dropped folder where they are missing.

use sqlx::AnyConnection;

use crate::model::entry::{DEPTH_LIMIT, EntryKind};
use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::{AccountId, EntryId};
use crate::model::problem::FieldProblem;
use crate::server::clock;
use crate::server::db::within::Within;
use crate::server::db::{self, folders as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::create::{depth, insert};
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::{Entries, names};

impl Entries {
    /// The folder at this path below a folder of the scope, or below where it begins. Folders that are missing are made; of
    /// several who ask at once, all get the same ones. Where a file has a folder's name, the folder is the one beside it:
    /// “name (1)”.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the folder; refused where it is deleted meanwhile, or for folders too deep in one another.
    pub async fn ensure(&self, scope: &Scope, parent: Option<&EntryId>, path: &[FileName]) -> Result<EntryId, Error> {
        scope.may_add(clock::now())?;
        let parent = find(&self.pool, scope, parent).await?;
        let account = scope.owner();
        // A path that is there already is found without waiting for anybody who writes.
        let (mut folder, mut missing) = descend(&mut *self.pool.acquire().await?, parent, path).await?;
        if missing.is_empty() {
            return Ok(folder);
        }
        let mut transaction = self.pool.begin().await?;
        db::accounts::lock_row(&mut *transaction, account).await?;
        if !rows::is_there(&mut *transaction, Within::account(account), &folder).await? {
            return Err(Error::at(Field::Files, FieldProblem::FolderGone));
        }
        (folder, missing) = descend(&mut transaction, folder, missing).await?;
        if depth(&mut transaction, account, &folder).await? + missing.len() > DEPTH_LIMIT {
            return Err(Error::at(Field::Files, FieldProblem::TooDeep { limit: DEPTH_LIMIT }));
        }
        for name in missing {
            folder = beside_files(&mut transaction, account, &folder, name).await?;
        }
        transaction.commit().await?;
        Ok(folder)
    }
}

/// Goes down the path as far as there are folders; gives the last one and the names that are left.
async fn descend<'p>(
    connection: &mut AnyConnection,
    mut folder: EntryId,
    path: &'p [FileName],
) -> Result<(EntryId, &'p [FileName]), Error> {
    for (at, name) in path.iter().enumerate() {
        match rows::named(&mut *connection, &folder, &names::folded(name.as_str())).await? {
            Some((id, EntryKind::Folder)) => folder = id,
            _ => return Ok((folder, &path[at..])),
        }
    }
    Ok((folder, &[]))
}

/// The folder of this name, made if it is missing; beside files of the same name.
async fn beside_files(
    transaction: &mut db::Transaction,
    account: &AccountId,
    parent: &EntryId,
    name: &FileName,
) -> Result<EntryId, Error> {
    let mut number = 0;
    loop {
        let candidate = if number == 0 { name.clone() } else { name.numbered(number) };
        if let Some(id) = insert(transaction, account, parent, &candidate).await? {
            return Ok(id);
        }
        if let Some((id, EntryKind::Folder)) =
            rows::named(&mut **transaction, parent, &names::folded(candidate.as_str())).await?
        {
            return Ok(id);
        }
        number += 1;
    }
}
