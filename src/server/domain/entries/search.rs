//! Finds files and folders by the words of their names, and keeps the index by which they are found.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::model::entry::ROWS_A_PAGE;
use crate::model::id::EntryId;
use crate::model::search::{SearchHit, SearchPage, SearchQuery};
use crate::model::trash::FormerFolder;
use crate::server::db::folders::root;
use crate::server::db::search::{self as rows, FoundRecord};
use crate::server::db::{begin, trash};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::search_words::{SearchWords, marks_of_name};

/// How many searches run at a time, and how many of one account.
pub(super) const SEARCHES: (usize, usize) = (8, 2);
/// How long a search waits for its place.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most entries of the folder that comes first that are looked at, and the most that are not in the index yet.
const LOOKED_AT: i64 = 10_000;
/// The most entries from the index that are looked at for one page.
const CANDIDATES: usize = 2000;
/// How many names are put into the index in one transaction, in which nothing else is written to SQLite.
const BATCH: i64 = 200;

impl Entries {
    /// A page of what was found. The first one begins with at most a page of the entries of `query.folder`, or of the account's
    /// root if that is `None`. Whatever was created up to now is found.
    ///
    /// # Errors
    /// [`Error::Busy`] if the account searches too often at once; [`Error::NotFound`] if the scope is not a whole account;
    /// [`Error::NotAllowed`] if it may not see entries (or [`Error::NotFound`] if it has ended).
    pub async fn search(&self, scope: &Scope, query: &SearchQuery) -> Result<SearchPage, Error> {
        scope.may_see(self.clock.now())?;
        let account = scope.whole()?;
        let words = SearchWords::parse(&query.words);
        let mut page = SearchPage::default();
        if words.is_empty() {
            return Ok(page);
        }
        let _permit = self.searches.take_within(account, PATIENCE).await?;
        let folder = match &query.folder {
            Some(folder) => Some(folder.clone()),
            None => root(&self.pool, account).await?,
        };
        let folder = folder.as_ref();
        if query.next.is_none() {
            if let Some(folder) = folder {
                let entries = rows::in_folder(&self.pool, account, folder, LOOKED_AT).await?;
                page.here = self.hits(&words, entries, ROWS_A_PAGE).await?;
            }
            let new = rows::not_yet_indexed(&self.pool, account, LOOKED_AT).await?;
            page.elsewhere = self.hits(&words, elsewhere(new, folder), ROWS_A_PAGE).await?;
        }
        let marks = words.marks(account);
        let (mut below, mut looked_at) = (query.next.unwrap_or(i64::MAX), 0);
        loop {
            let limit = ROWS_A_PAGE;
            let found = rows::marked(&self.pool, account, &marks, below, limit as i64).await?;
            let Some(last) = found.last().and_then(|row| row.indexed) else { break };
            let is_all = found.len() < limit;
            looked_at += found.len();
            below = last;
            page.elsewhere.extend(self.hits(&words, elsewhere(found, folder), limit).await?);
            if is_all {
                break;
            }
            if page.elsewhere.len() >= ROWS_A_PAGE || looked_at >= CANDIDATES {
                page.next = Some(below);
                break;
            }
        }
        Ok(page)
    }

    /// Puts names that are missing into the index. Returns whether more may be.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn index_names(&self) -> Result<bool, Error> {
        let names = rows::unindexed(&self.pool, BATCH).await?;
        if names.is_empty() {
            return Ok(false);
        }
        let more = names.len() as i64 == BATCH;
        let marked: Vec<_> = names
            .into_iter()
            .map(|name| {
                let marks = marks_of_name(&name.account, &name.name);
                (name, marks)
            })
            .collect();
        let mut transaction = begin(&self.pool).await?;
        rows::index(&self.pool, &mut transaction, &marked).await?;
        transaction.commit().await?;
        Ok(more)
    }

    /// Those of the entries in whose names the words stand and that are not below a folder of the trash: at most `limit`.
    async fn hits(&self, words: &SearchWords, found: Vec<FoundRecord>, limit: usize) -> Result<Vec<SearchHit>, Error> {
        let words = words.clone();
        // Thousands of names are compared, and others would have to wait for that.
        let compared = tokio::task::spawn_blocking(move || {
            let matching = found.into_iter().filter_map(|row| words.find_in(&row.name).map(|places| (row, places)));
            matching.take(limit).collect::<Vec<_>>()
        });
        // Ends early only if the process does.
        let matching = compared.await.unwrap_or_default();
        let folders = self.folders_above(matching.iter().map(|(row, _)| &row.parent)).await?;
        let hit = |(row, places): (FoundRecord, Vec<std::ops::Range<usize>>)| {
            let above = folders.get(&row.parent).filter(|above| !above.gone)?;
            Some(SearchHit {
                id: row.id,
                name: row.name,
                places: places.into_iter().map(|place| (place.start, place.end)).collect(),
                kind: row.kind,
                size: row.size.map(i64::unsigned_abs),
                media_type: row.media_type,
                created: row.created,
                folder: row.parent,
                path: above.path.clone(),
            })
        };
        Ok(matching.into_iter().filter_map(hit).collect())
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

/// What is not in the folder that comes first.
fn elsewhere(mut found: Vec<FoundRecord>, folder: Option<&EntryId>) -> Vec<FoundRecord> {
    found.retain(|row| Some(&row.parent) != folder);
    found
}
