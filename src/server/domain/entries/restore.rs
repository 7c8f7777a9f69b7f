//! Puts what is in the trash back.

use std::collections::HashMap;

use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::problem::FieldProblem;
use crate::model::trash::Restoring;
use crate::server::db::trash::TrashedRecord;
use crate::server::db::within::Within;
use crate::server::db::{self, folders, trash};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::free_name::free_name;
use crate::server::domain::entries::path::id_below_root;
use crate::server::domain::entries::place::{Reach, put};

/// Where an entry of the trash goes, and under which name.
#[derive(Clone, Debug, Default)]
pub struct RestoreTo {
    /// Under which name, if not the one that it had.
    pub name: Option<FileName>,
    /// Whether it is to lie in the account's root, and not in the folder that it was in.
    pub to_root: bool,
}

impl Entries {
    /// Puts an entry of the trash back to where it was, or as `back` says, and returns the folder in which it lies now;
    /// `None` is the account's root.
    ///
    /// # Errors
    /// A refusal at the name field if the folder is gone, another entry there has the name, or paths become too long or
    /// folders are nested too deeply; [`Error::NotFound`] if the trash has no such entry, or the scope is not a whole
    /// account; [`Error::NotAllowed`] if the scope may not change entries (or [`Error::NotFound`] if it has ended);
    /// [`Error::TooMany`] if large folders are being measured.
    pub async fn restore(&self, scope: &Scope, id: &EntryId, back: &RestoreTo) -> Result<Option<EntryId>, Error> {
        scope.may_change(self.clock.now())?;
        let account = scope.whole()?;
        let kind = trash::by_id(&self.pool, account, id).await?.ok_or(Error::NotFound)?.kind;
        let reach = self.reach(scope, id, kind).await?;
        self.restore_measured(scope, id, back, reach).await
    }

    /// The same of an entry that was measured.
    async fn restore_measured(
        &self,
        scope: &Scope,
        id: &EntryId,
        back: &RestoreTo,
        reach: Reach,
    ) -> Result<Option<EntryId>, Error> {
        let account = scope.whole()?;
        let mut transaction = db::begin_for(&self.pool, account).await?;
        db::accounts::lock_row(&mut *transaction, account).await?;
        let trashed = trash::by_id(&mut *transaction, account, id).await?.ok_or(Error::NotFound)?;
        let parent = match back.to_root {
            true => folders::root(&mut *transaction, account).await?.ok_or(Error::NotFound)?,
            false => trashed.parent,
        };
        if !folders::is_there(&mut *transaction, Within::account(account), &parent).await? {
            return Err(Error::at(Field::EntryName, FieldProblem::FormerFolderGone));
        }
        let name = back.name.clone().unwrap_or_else(|| FileName::fitting(&trashed.name));
        // Nowhere do paths become shorter than in the root, so it is the way out where they have become too long.
        let reach = Some(reach).filter(|_| !back.to_root || name.as_str().len() > trashed.name.len());
        put(&mut transaction, scope, id, (&parent, &name), reach).await?;
        transaction.commit().await?;
        id_below_root(&self.pool, scope, &parent).await
    }

    /// Puts several entries of the trash back to where they were, one by one. Those that are there no more are passed over.
    /// Returns the first that was refused, if any; it stays in the trash.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the trash has none of them; otherwise as of [`Entries::restore`], after some may have been put
    /// back.
    pub async fn restore_all(&self, scope: &Scope, ids: &[EntryId]) -> Result<Option<EntryId>, Error> {
        scope.may_change(self.clock.now())?;
        let account = scope.whole()?;
        let mut kinds = HashMap::new();
        for id in ids {
            if let Some(row) = trash::by_id(&self.pool, account, id).await? {
                kinds.insert(id.clone(), row.kind);
            }
        }
        let reaches = self.reaches(scope, kinds).await?;
        let (mut refused, mut any) = (None, false);
        for id in ids {
            let Some(reach) = reaches.get(id) else { continue };
            match self.restore_measured(scope, id, &RestoreTo::default(), *reach).await {
                Err(Error::NotFound) => continue,
                Err(Error::Refused(_)) => refused = refused.or_else(|| Some(id.clone())),
                restored => drop(restored?),
            }
            any = true;
        }
        if any { Ok(refused) } else { Err(Error::NotFound) }
    }

    /// What stands in the way of putting an entry of the trash back to where it was, and how it could come back instead.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the trash has no such entry, or the scope is not a whole account; [`Error::NotAllowed`] if the
    /// scope may not see entries (or [`Error::NotFound`] if it has ended).
    pub async fn restoring_preview(&self, scope: &Scope, id: &EntryId) -> Result<Restoring, Error> {
        scope.may_see(self.clock.now())?;
        let account = scope.whole()?;
        let mut connection = self.pool.acquire().await?;
        let TrashedRecord { name, parent, .. } =
            trash::by_id(&mut *connection, account, id).await?.ok_or(Error::NotFound)?;
        let is_there = folders::is_there(&mut *connection, Within::account(account), &parent).await?;
        let parent = match is_there {
            true => parent,
            false => folders::root(&mut *connection, account).await?.ok_or(Error::NotFound)?,
        };
        let folder = folders::path(&mut *connection, account, &parent).await?.pop();
        let given = FileName::fitting(&name);
        let free = free_name(&mut connection, &parent, &given).await?;
        Ok(Restoring {
            // The root has no name.
            folder: folder.map(|(_, name)| name).filter(|name| !name.is_empty()),
            folder_gone: !is_there,
            free_name: Some(free).filter(|free| *free != given).map(|free| free.as_str().to_owned()),
            name,
        })
    }
}
