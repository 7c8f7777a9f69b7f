//! An account's folders: making one, the way to one, and deleting one with everything in it. What a folder's list shows
//! is the business of `files`.

use sqlx::{AnyConnection, AnyPool};

use crate::model::entry::{Breadcrumb, DEPTH_LIMIT, Deletion, EntryKind};
use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::{AccountId, EntryId};
use crate::model::problem::FieldProblem;
use crate::server::clock;
use crate::server::db::{self, folders as rows};
use crate::server::domain::access::accounts::Account;
use crate::server::domain::entries::names;
use crate::server::domain::uploads::form::FormUploads;
use crate::server::domain::{Error, new_id};

/// The folders of this site.
#[derive(Clone)]
pub struct Folders {
    pool: AnyPool,
    uploads: FormUploads,
}

impl Folders {
    /// Over this database, with those who know how to take bytes away.
    pub(in crate::server) fn new(pool: AnyPool, uploads: FormUploads) -> Self {
        Self { pool, uploads }
    }

    /// The way to a folder: the outermost first, the folder itself last. Another person's is not there.
    pub async fn path(&self, account: &Account, folder: &EntryId) -> Result<Vec<Breadcrumb>, Error> {
        let path = rows::path(&self.pool, &account.id, folder).await?;
        if path.len() < 2 {
            return Err(Error::NotFound);
        }
        path.into_iter().skip(1).map(|(id, name)| Ok(Breadcrumb { id: entry_id(&id)?, name })).collect()
    }

    /// Makes a folder in a folder of the account, or where its files begin. A name that is taken is refused.
    pub async fn create(&self, account: &Account, parent: Option<&EntryId>, name: &FileName) -> Result<EntryId, Error> {
        let refused = |problem| Error::at(Field::FolderName, problem);
        let mut transaction = self.pool.begin().await?;
        db::accounts::lock_row(&mut *transaction, &account.id).await?;
        let parent = find(&mut *transaction, &account.id, parent).await?;
        if depth(&mut transaction, &account.id, &parent).await? >= DEPTH_LIMIT {
            return Err(refused(FieldProblem::TooDeep { limit: DEPTH_LIMIT }));
        }
        let id = insert(&mut transaction, &account.id, &parent, name).await?;
        let id = id.ok_or_else(|| refused(FieldProblem::NameTaken))?;
        transaction.commit().await?;
        Ok(id)
    }

    /// The folder at this path below a folder of the account, or below where its files begin. Folders that are missing are
    /// made; of several who ask at once, all get the same ones. Where a file has a folder's name, the folder is the one
    /// beside it: “name (1)”.
    pub async fn ensure(
        &self,
        account: &Account,
        parent: Option<&EntryId>,
        path: &[FileName],
    ) -> Result<EntryId, Error> {
        let parent = find(&self.pool, &account.id, parent).await?;
        // A path that is there already is found without waiting for anybody who writes.
        let (mut folder, mut missing) = descend(&mut *self.pool.acquire().await?, parent, path).await?;
        if missing.is_empty() {
            return Ok(folder);
        }
        let mut transaction = self.pool.begin().await?;
        db::accounts::lock_row(&mut *transaction, &account.id).await?;
        if !rows::is_there(&mut *transaction, &account.id, &folder).await? {
            return Err(Error::at(Field::Files, FieldProblem::FolderGone));
        }
        (folder, missing) = descend(&mut transaction, folder, missing).await?;
        if depth(&mut transaction, &account.id, &folder).await? + missing.len() > DEPTH_LIMIT {
            return Err(Error::at(Field::Files, FieldProblem::TooDeep { limit: DEPTH_LIMIT }));
        }
        for name in missing {
            folder = beside_files(&mut transaction, &account.id, &folder, name).await?;
        }
        transaction.commit().await?;
        Ok(folder)
    }

    /// What goes when a folder is deleted. Where an account's files begin is never deleted: it is not there.
    pub(in crate::server::domain) async fn deletion(&self, account: &Account, id: &EntryId) -> Result<Deletion, Error> {
        let tree = rows::tree(&self.pool, &account.id, id).await?.ok_or(Error::NotFound)?;
        Ok(Deletion {
            name: tree.name,
            kind: EntryKind::Folder,
            folders: tree.folders.unsigned_abs(),
            files: tree.files.unsigned_abs(),
            size: tree.size.unsigned_abs(),
            parent: self.visible_id(account, &tree.parent).await?,
        })
    }

    /// Deletes a folder for ever with everything in it, and gives the folder that it was in. It is out of every list when
    /// this returns; the bytes go one after the other from then on, by this process or by a sweep.
    pub(in crate::server::domain) async fn delete(
        &self,
        account: &Account,
        id: &EntryId,
    ) -> Result<Option<EntryId>, Error> {
        let mut transaction = self.pool.begin().await?;
        db::accounts::lock_row(&mut *transaction, &account.id).await?;
        let tree = rows::tree(&mut *transaction, &account.id, id).await?.ok_or(Error::NotFound)?;
        rows::mark_blobs_deleting(&mut *transaction, &account.id, id, clock::now()).await?;
        // Something came into it meanwhile, by a way that does not hold the account's row.
        let again = |error| if db::is_orphan(&error) { Error::Busy } else { error.into() };
        rows::delete(&mut *transaction, &account.id, id).await.map_err(again)?;
        db::accounts::release(&mut *transaction, &account.id, tree.size).await?;
        transaction.commit().await?;
        let uploads = self.uploads.clone();
        tokio::spawn(async move {
            if let Err(error) = uploads.remove_overdue().await {
                tracing::warn!(%error, "the rest of a deleted folder is left to the next sweep");
            }
        });
        self.visible_id(account, &tree.parent).await
    }

    /// A folder as addresses name it: none where it is the root.
    pub(in crate::server::domain) async fn visible_id(
        &self,
        account: &Account,
        folder: &str,
    ) -> Result<Option<EntryId>, Error> {
        let root = rows::root(&self.pool, &account.id).await?;
        if root.as_deref() == Some(folder) { Ok(None) } else { entry_id(folder).map(Some) }
    }
}

/// The id of an account's folder; none is its root. Another person's is not there.
pub(in crate::server::domain) async fn find<'c>(
    db: impl db::Executes<'c>,
    account: &AccountId,
    folder: Option<&EntryId>,
) -> Result<EntryId, Error> {
    let Some(id) = folder else { return entry_id(&rows::root(db, account).await?.ok_or(Error::NotFound)?) };
    if rows::is_there(db, account, id).await? { Ok(id.clone()) } else { Err(Error::NotFound) }
}

/// How many folders there are from the root to this one; the root has none.
async fn depth(transaction: &mut db::Transaction, account: &AccountId, folder: &EntryId) -> Result<usize, Error> {
    Ok(rows::path(&mut **transaction, account, folder).await?.len().saturating_sub(1))
}

/// Goes down the path as far as there are folders; gives the last one and the names that are left.
async fn descend<'p>(
    connection: &mut AnyConnection,
    mut folder: EntryId,
    path: &'p [FileName],
) -> Result<(EntryId, &'p [FileName]), Error> {
    for (at, name) in path.iter().enumerate() {
        match rows::named(&mut *connection, &folder, &names::folded(name.as_str())).await? {
            Some((id, 1)) => folder = entry_id(&id)?,
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
        if let Some((id, 1)) = rows::named(&mut **transaction, parent, &names::folded(candidate.as_str())).await? {
            return entry_id(&id);
        }
        number += 1;
    }
}

/// Makes a folder; none where the name is taken.
async fn insert(
    transaction: &mut db::Transaction,
    account: &AccountId,
    parent: &EntryId,
    name: &FileName,
) -> Result<Option<EntryId>, Error> {
    let id = entry_id(&new_id())?;
    let new = rows::NewFolderRecord {
        id: &id,
        account,
        parent,
        name: name.as_str(),
        folded: &names::folded(name.as_str()),
        sort: &names::sort_key(name.as_str()),
        now: clock::now(),
    };
    Ok(rows::insert(&mut **transaction, &new).await?.then_some(id))
}

pub(in crate::server::domain) fn entry_id(text: &str) -> Result<EntryId, Error> {
    EntryId::parse(text).ok_or_else(|| Error::Internal(format!("entry id {text:?}")))
}
