//! Breadcrumbs, and the ids by which the caller sees folders.

use crate::model::entry::Breadcrumb;
use crate::model::id::EntryId;
use crate::server::db::folders as rows;
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;

impl Entries {
    /// The breadcrumbs of a folder: the outermost first, the folder itself last. The root of the scope is left out and
    /// has no breadcrumbs itself.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such folder in the scope, or it is the scope's root; [`Error::NotAllowed`]
    /// if the scope may not see it (or [`Error::NotFound`] if it has ended).
    pub async fn path(&self, scope: &Scope, folder: &EntryId) -> Result<Vec<Breadcrumb>, Error> {
        scope.may_see(self.clock.now())?;
        let path = below_root(scope, rows::path(&self.pool, scope.owner(), folder).await?);
        let path = path.filter(|path| !path.is_empty()).ok_or(Error::NotFound)?;
        Ok(path.into_iter().map(|(id, name)| Breadcrumb { id, name }).collect())
    }

    /// A folder's id as addresses have it; `None` for the root of the scope.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn visible_id(&self, scope: &Scope, folder: &EntryId) -> Result<Option<EntryId>, Error> {
        let root = match scope.root() {
            Some(root) => Some(root.clone()),
            None => rows::root(&self.pool, scope.owner()).await?,
        };
        Ok((root.as_ref() != Some(folder)).then(|| folder.clone()))
    }
}

/// Of a folder's path from the account's root, as [`rows::path`] returns it, what lies below the root of the scope;
/// `None` if the folder does not exist or is not in the scope.
pub(in crate::server::domain) fn below_root(
    scope: &Scope,
    mut path: Vec<(EntryId, String)>,
) -> Option<Vec<(EntryId, String)>> {
    let root = match scope.root() {
        Some(root) => path.iter().position(|(id, _)| id == root)?,
        None => 0,
    };
    (root < path.len()).then(|| path.split_off(root + 1))
}
