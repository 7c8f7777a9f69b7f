//! Finds folders within a scope.

use crate::model::id::EntryId;
use crate::server::db::{self, folders as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;

/// Finds a folder in the scope; `None` stands for the scope's root.
///
/// # Errors
/// [`Error::NotFound`] if there is no such folder in the scope.
pub(in crate::server::domain) async fn find<'c>(
    db: impl db::Executes<'c>,
    scope: &Scope,
    folder: Option<&EntryId>,
) -> Result<EntryId, Error> {
    let Some(id) = folder.or(scope.root()) else {
        return rows::root(db, scope.owner()).await?.ok_or(Error::NotFound);
    };
    if rows::is_there(db, scope.within(), id).await? { Ok(id.clone()) } else { Err(Error::NotFound) }
}
