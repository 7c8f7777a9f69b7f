//! Lists what is in the trash, newest first.

use std::collections::{HashMap, HashSet};

use crate::model::entry::{PagePosition, ROWS_A_PAGE};
use crate::model::id::EntryId;
use crate::model::trash::{FormerFolder, TrashPage, TrashRow};
use crate::server::clock::milliseconds;
use crate::server::db::trash::{self as rows, TrashedRecord};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;

/// A time and an id that come after all others.
const NEWEST: (i64, &str) = (i64::MAX, "w");
/// How many rows are read to know whether there is another page.
const ROWS: i64 = ROWS_A_PAGE as i64 + 1;

impl Entries {
    /// One page of the trash. If the row at `position` is there no more, this is the first page.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the scope is not a whole account; [`Error::NotAllowed`] if it may not see entries (or
    /// [`Error::NotFound`] if it has ended).
    pub async fn trash(&self, scope: &Scope, position: &PagePosition) -> Result<TrashPage, Error> {
        scope.may_see(self.clock.now())?;
        let account = scope.whole()?;
        let mut page = match position {
            PagePosition::Top => None,
            PagePosition::Below(at) | PagePosition::Above(at) => {
                let at = rows::by_id(&self.pool, account, &at.id).await?.map(|row| (row.trashed, row.id));
                match (position, at) {
                    (PagePosition::Above(_), Some((when, id))) => {
                        let mut found = rows::newer(&self.pool, account, (when, id.as_str()), ROWS).await?;
                        let above = found.len() > ROWS_A_PAGE;
                        found.truncate(ROWS_A_PAGE);
                        found.reverse();
                        Some((found, above, true))
                    }
                    (_, Some((when, id))) => {
                        let (found, below) = cut(rows::older(&self.pool, account, (when, id.as_str()), ROWS).await?);
                        Some((found, true, below))
                    }
                    (_, None) => None,
                }
            }
        };
        page = page.filter(|(found, ..)| !found.is_empty());
        let (found, above, below) = match page {
            Some(page) => page,
            None => {
                let (found, below) = cut(rows::older(&self.pool, account, NEWEST, ROWS).await?);
                (found, false, below)
            }
        };
        Ok(TrashPage { rows: self.to_model(found).await?, above, below, days: self.trash_days() })
    }

    async fn to_model(&self, found: Vec<TrashedRecord>) -> Result<Vec<TrashRow>, Error> {
        let parents: HashSet<_> = found.iter().map(|row| row.parent.clone()).collect();
        let parents: Vec<_> = parents.into_iter().collect();
        let mut folders: HashMap<EntryId, FormerFolder> = HashMap::new();
        if !parents.is_empty() {
            for step in rows::former_parents(&self.pool, &parents).await? {
                let folder = folders.entry(step.start).or_default();
                folder.gone |= step.trashed.is_some();
                // The root has no name.
                folder.path.extend(Some(step.name).filter(|name| !name.is_empty()));
            }
        }
        let age = milliseconds(self.trash_age);
        let row = |row: TrashedRecord| TrashRow {
            was_in: folders.get(&row.parent).cloned().unwrap_or_default(),
            id: row.id,
            name: row.name,
            kind: row.kind,
            size: row.size.map(i64::unsigned_abs),
            media_type: row.media_type,
            trashed: row.trashed,
            until: row.trashed.saturating_add(age),
        };
        Ok(found.into_iter().map(row).collect())
    }

    /// For how many days entries stay in the trash.
    fn trash_days(&self) -> u64 {
        self.trash_age.as_secs().div_ceil(86400)
    }
}

/// A page of what was read, and whether there was more.
fn cut(mut found: Vec<TrashedRecord>) -> (Vec<TrashedRecord>, bool) {
    let more = found.len() > ROWS_A_PAGE;
    found.truncate(ROWS_A_PAGE);
    (found, more)
}
