//! The way to a folder, and how folders are named to whoever asks.

use crate::model::entry::Breadcrumb;
use crate::model::id::EntryId;
use crate::server::clock;
use crate::server::db::folders as rows;
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::find::find;

impl Entries {
    /// The folders down to this one: the outermost first, the folder itself last. The one where the scope begins is not
    /// among them, and has no such path.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such folder, or it lies outside.
    pub async fn path(&self, scope: &Scope, folder: &EntryId) -> Result<Vec<Breadcrumb>, Error> {
        scope.may_see(clock::now())?;
        let folder = find(&self.pool, scope, Some(folder)).await?;
        let path = rows::path(&self.pool, scope.owner(), &folder).await?;
        let begin = scope.root().map_or(0, |root| path.iter().position(|(id, _)| id == root).unwrap_or(0));
        let path: Vec<_> = path.into_iter().skip(begin + 1).collect();
        if path.is_empty() {
            return Err(Error::NotFound);
        }
        Ok(path.into_iter().map(|(id, name)| Breadcrumb { id, name }).collect())
    }

    /// A folder as addresses name it: `None` where the scope begins.
    pub(super) async fn visible_id(&self, scope: &Scope, folder: &EntryId) -> Result<Option<EntryId>, Error> {
        let begin = match scope.root() {
            Some(root) => Some(root.clone()),
            None => rows::root(&self.pool, scope.owner()).await?,
        };
        Ok((begin.as_ref() != Some(folder)).then(|| folder.clone()))
    }
}
