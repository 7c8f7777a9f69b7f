//! Lists what is in the trash, newest first.

use crate::model::entry::{PagePosition, ROWS_A_PAGE};
use crate::model::id::AccountId;
use crate::model::trash::{TrashPage, TrashRow};
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
    pub async fn list_trash(&self, scope: &Scope, position: &PagePosition) -> Result<TrashPage, Error> {
        scope.may_see(self.clock.now())?;
        let account = scope.whole()?;
        let (PagePosition::Below(cursor) | PagePosition::Above(cursor)) = position else {
            return self.first_page(account).await;
        };
        let Some(at) = rows::by_id(&self.pool, account, &cursor.id).await? else {
            return self.first_page(account).await;
        };
        let (at, is_above) = ((at.trashed, at.id.as_str()), matches!(position, PagePosition::Above(_)));
        let (mut found, more) = cut(match is_above {
            true => rows::newer(&self.pool, account, at, ROWS).await?,
            false => rows::older(&self.pool, account, at, ROWS).await?,
        });
        if found.is_empty() {
            return self.first_page(account).await;
        }
        if is_above {
            found.reverse();
        }
        self.page_of(found, !is_above || more, is_above || more).await
    }

    /// The first page.
    async fn first_page(&self, account: &AccountId) -> Result<TrashPage, Error> {
        let (found, below) = cut(rows::older(&self.pool, account, NEWEST, ROWS).await?);
        self.page_of(found, false, below).await
    }

    async fn page_of(&self, found: Vec<TrashedRecord>, above: bool, below: bool) -> Result<TrashPage, Error> {
        Ok(TrashPage { rows: self.trashed_to_model(found).await?, above, below, days: self.trash_days() })
    }

    async fn trashed_to_model(&self, found: Vec<TrashedRecord>) -> Result<Vec<TrashRow>, Error> {
        let folders = self.folders_above(found.iter().map(|row| &row.parent)).await?;
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
