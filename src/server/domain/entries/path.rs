//! Breadcrumbs, the ids by which the caller sees folders, and how deep entries may be nested and how many there may be.

use std::collections::{HashMap, HashSet};

use crate::model::entry::{Breadcrumb, DEPTH_LIMIT, PATH_LIMIT};
use crate::model::file_name::FileName;
use crate::model::id::EntryId;
use crate::model::problem::FieldProblem;
use crate::model::trash::FormerFolder;
use crate::server::db::{Executes, folders as rows, trash};
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

    /// The paths of these folders, which are at most a page.
    pub(super) async fn folders_above(
        &self,
        folders: impl Iterator<Item = &EntryId>,
    ) -> Result<HashMap<EntryId, FormerFolder>, Error> {
        let folders: HashSet<_> = folders.cloned().collect();
        let folders: Vec<_> = folders.into_iter().collect();
        let mut paths: HashMap<EntryId, FormerFolder> = HashMap::new();
        if !folders.is_empty() {
            for step in trash::former_parents(&self.pool, &folders).await? {
                let folder = paths.entry(step.start).or_default();
                folder.gone |= step.trashed.is_some();
                // The root has no name.
                folder.path.extend(Some(step.name).filter(|name| !name.is_empty()));
            }
        }
        Ok(paths)
    }
}

/// A folder's id as addresses have it; `None` for the root of the scope.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn id_below_root<'c>(
    db: impl Executes<'c>,
    scope: &Scope,
    folder: &EntryId,
) -> Result<Option<EntryId>, Error> {
    let root = match scope.root() {
        Some(root) => Some(root.clone()),
        None => rows::root(db, scope.owner()).await?,
    };
    Ok((root.as_ref() != Some(folder)).then(|| folder.clone()))
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

/// Checks that an account with `count` entries may have `more`, where it may have `limit`.
pub(in crate::server::domain) fn check_count(count: i64, more: u64, limit: u64) -> Result<(), FieldProblem> {
    if count.unsigned_abs().saturating_add(more) > limit { Err(FieldProblem::EntryLimit { limit }) } else { Ok(()) }
}

/// Checks that entries may be nested like this: in a folder whose path from the account's root is `above`, as
/// [`rows::path`] returns it, `folders` one in another, and in the innermost of them a file.
pub(in crate::server::domain) fn check_nesting(
    above: &[(EntryId, String)],
    folders: &[FileName],
    file: Option<&FileName>,
) -> Result<(), FieldProblem> {
    check_path(above, folders.len(), folders.iter().chain(file).map(|name| name.as_str().len() + 1).sum())
}

/// Checks that a path may go on like this below a folder whose path from the account's root is `above`, as [`rows::path`]
/// returns it: with so many more folders and bytes, a separator before each name included.
pub(super) fn check_path(above: &[(EntryId, String)], levels: usize, bytes: usize) -> Result<(), FieldProblem> {
    // The first row is the root, which has no name and does not count as a level.
    let above = above.iter().skip(1).map(|(_, name)| name.len() + 1);
    if above.len() + levels > DEPTH_LIMIT {
        return Err(FieldProblem::TooDeep { limit: DEPTH_LIMIT });
    }
    if above.sum::<usize>() + bytes > PATH_LIMIT {
        return Err(FieldProblem::LongPath { limit: PATH_LIMIT });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_at_most_a_hundred_levels_and_4096_bytes() {
        let name = |length: usize| FileName::parse(&"n".repeat(length)).expect("a name");
        let above = |levels: usize| {
            let id = || EntryId::parse(&"0".repeat(26)).expect("an id");
            (0..=levels)
                .map(|level| (id(), if level == 0 { String::new() } else { "n".repeat(255) }))
                .collect::<Vec<_>>()
        };
        assert_eq!(check_nesting(&above(0), &vec![name(1); 100], Some(&name(255))), Ok(()));
        assert_eq!(check_nesting(&above(1), &vec![name(1); 100], None), Err(FieldProblem::TooDeep { limit: 100 }));
        assert_eq!(check_nesting(&above(15), &[], Some(&name(255))), Ok(()));
        assert_eq!(check_nesting(&above(15), &[name(255)], None), Ok(()));
        assert_eq!(
            check_nesting(&above(15), &[name(254)], Some(&name(1))),
            Err(FieldProblem::LongPath { limit: 4096 })
        );
        assert_eq!(check_nesting(&above(16), &[], Some(&name(1))), Err(FieldProblem::LongPath { limit: 4096 }));
        assert_eq!(check_nesting(&[], &vec![name(255); 17], None), Err(FieldProblem::LongPath { limit: 4096 }));
    }
}
