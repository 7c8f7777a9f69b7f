//! Finds files and folders by the words of their names, and keeps the index by which they are found.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::model::entry::{ListOrder, ROWS_A_PAGE};
use crate::model::id::{AccountId, EntryId};
use crate::model::preview;
use crate::model::search::{SearchHit, SearchPage, SearchPart, SearchQuery};
use crate::server::db::begin;
use crate::server::db::folders::root;
use crate::server::db::search::{self as rows, ComparedName};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::search_words::{SearchWords, grams_of_name};
use crate::server::domain::subject_limiter::SubjectPermit;

/// How many searches run at a time, and how many of one account: fewer than SQLite has connections, since they read more than
/// most do.
pub(super) const SEARCHES: (usize, usize) = (3, 2);
/// How long a search waits for its place.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How many names are read at a time of those in the index, most of which match.
const READ_MATCHING: i64 = 100;
/// How many are read at a time of those that are not in the index yet.
const READ: i64 = 500;
/// How many times names are read for one list of a page.
const READS: usize = 20;
/// How many names are put into the index in one transaction, in which nothing else is written to SQLite.
const BATCH: i64 = 100;

/// One search that is under way.
struct Search<'a> {
    entries: &'a Entries,
    account: &'a AccountId,
    words: Arc<SearchWords>,
    /// The folder where it began.
    folder: EntryId,
    /// Also held by what goes on if nobody waits for the search any more.
    permit: Arc<SubjectPermit>,
}

impl Entries {
    /// A part of what is found. The first part has what is found in `query.folder` (the account's root if that is `None`), and
    /// what is found elsewhere; also what was created a moment ago, unless [`SearchPage::is_incomplete`].
    ///
    /// # Errors
    /// [`Error::Busy`] if the account searches too often at once; [`Error::NotFound`] if the scope is not a whole account;
    /// [`Error::NotAllowed`] if it may not see entries (or [`Error::NotFound`] if it has ended).
    pub async fn search(&self, scope: &Scope, query: &SearchQuery) -> Result<SearchPage, Error> {
        scope.may_see(self.clock.now())?;
        let account = scope.whole()?;
        let words = SearchWords::parse(&query.words);
        if words.is_empty() {
            return Ok(SearchPage::default());
        }
        let folder = match &query.folder {
            Some(folder) => folder.clone(),
            None => root(&self.pool, account).await?.ok_or(Error::NotFound)?,
        };
        let permit = Arc::new(self.searches.take_within(account, TIMEOUT).await?);
        let search = Search { entries: self, account, words: Arc::new(words), folder, permit };
        let mut page = SearchPage::default();
        let (here, index) = match query.part.clone() {
            SearchPart::First => (Some(Source::Here(None)), Some(search.index_below(i64::MAX))),
            SearchPart::HereBelow(id) => (Some(Source::Here(Some(id))), None),
            SearchPart::ElsewhereBelow(number) => (None, Some(search.index_below(number))),
        };
        if let Some(source) = here {
            let (hits, left) = search.fill(Vec::new(), source).await?;
            (page.here, page.more_here) = (hits, left.and_then(Source::part));
        }
        let mut new = Vec::new();
        if query.part == SearchPart::First {
            let left;
            (new, left) = search.fill(new, Source::NotYetIndexed(None)).await?;
            page.is_incomplete = left.is_some();
        }
        if let Some(source) = index {
            let (hits, left) = search.fill(new, source).await?;
            (page.elsewhere, page.more_elsewhere) = (hits, left.and_then(Source::part));
        }
        Ok(page)
    }

    /// Puts names that are missing into the index. Returns whether more may be put into it at once.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn index_names(&self) -> Result<bool, Error> {
        let names = rows::next_to_index(&self.pool, BATCH).await?;
        if names.is_empty() {
            return Ok(false);
        }
        let is_full = names.len() as i64 == BATCH;
        let with_grams = tokio::task::spawn_blocking(move || {
            let with_grams = |name: rows::UnindexedName| {
                let grams = grams_of_name(&name.account, &name.name);
                (name, grams)
            };
            names.into_iter().map(with_grams).collect::<Vec<_>>()
        });
        let with_grams = with_grams.await?;
        let mut transaction = begin(&self.pool).await?;
        let count = rows::index(&self.pool, &mut transaction, &with_grams).await?;
        transaction.commit().await?;
        Ok(is_full && count > 0)
    }
}

/// Names that are read, and from which place on.
#[derive(Clone)]
enum Source {
    /// Those of the folder where the search began, older than this one.
    Here(Option<EntryId>),
    /// Those elsewhere that are not in the index yet, older than this one.
    NotYetIndexed(Option<EntryId>),
    /// Those elsewhere that have all grams, with numbers below this one.
    Index { grams: Arc<str>, below: i64 },
}

impl Source {
    /// What is left of it after this name, which is one of it.
    fn after(&self, name: &ComparedName) -> Self {
        match self {
            Self::Here(_) => Self::Here(Some(name.id.clone())),
            Self::NotYetIndexed(_) => Self::NotYetIndexed(Some(name.id.clone())),
            Self::Index { grams, .. } => Self::Index { grams: grams.clone(), below: name.indexed.unwrap_or_default() },
        }
    }

    /// The part of what is found that begins there.
    fn part(self) -> Option<SearchPart> {
        match self {
            Self::Here(below) => below.map(SearchPart::HereBelow),
            Self::NotYetIndexed(_) => None,
            Self::Index { below, .. } => Some(SearchPart::ElsewhereBelow(below)),
        }
    }
}

impl Search<'_> {
    fn index_below(&self, below: i64) -> Source {
        Source::Index { grams: self.words.grams(self.account).into(), below }
    }

    /// The next names, and what is left of the source after them; `None` if nothing is.
    async fn read(&self, source: &Source) -> Result<(Vec<ComparedName>, Option<Source>), sqlx::Error> {
        let (pool, account, folder) = (&self.entries.pool, self.account, &self.folder);
        let mut names = match source {
            Source::Here(below) => rows::in_folder(pool, account, folder, below.as_ref(), READ).await?,
            Source::NotYetIndexed(below) => rows::unindexed(pool, account, below.as_ref(), READ).await?,
            Source::Index { grams, below } => {
                let (names, rest) = rows::with_grams(pool, account, folder, (grams, *below), READ_MATCHING).await?;
                return Ok((names, rest.map(|below| Source::Index { grams: grams.clone(), below })));
            }
        };
        let left = names.last().filter(|_| names.len() as i64 == READ).map(|last| source.after(last));
        if let Source::NotYetIndexed(_) = source {
            names.retain(|name| name.parent != *folder);
        }
        Ok((names, left))
    }

    /// Adds to the hits those names in which the words stand, until there is a page of them, or enough were compared. Returns
    /// them with what is left of the source; `None` if nothing is.
    async fn fill(
        &self,
        mut hits: Vec<SearchHit>,
        mut source: Source,
    ) -> Result<(Vec<SearchHit>, Option<Source>), Error> {
        let known: HashSet<_> = hits.iter().map(|hit| hit.id.clone()).collect();
        // What is left after the last name that is shown.
        let mut left = source.clone();
        for _ in 0..READS {
            let (names, rest) = self.read(&source).await?;
            let mut matching = self.compare(names).await?;
            matching.retain(|(name, _)| !known.contains(&name.id));
            for some in matching.chunks(ROWS_A_PAGE) {
                for (name, hit) in self.hits(some).await? {
                    if hits.len() == ROWS_A_PAGE {
                        return Ok((hits, Some(left)));
                    }
                    left = left.after(name);
                    hits.push(hit);
                }
            }
            match rest {
                Some(rest) => source = rest,
                None => return Ok((hits, None)),
            }
        }
        Ok((hits, Some(source)))
    }

    /// Those of the names in which the words stand, and where.
    async fn compare(&self, names: Vec<ComparedName>) -> Result<Vec<(ComparedName, Vec<Range<usize>>)>, Error> {
        let (words, permit) = (self.words.clone(), self.permit.clone());
        let compared = tokio::task::spawn_blocking(move || {
            let matching = names.into_iter().filter_map(|name| {
                let places = words.find_in(&name.name)?;
                Some((name, places))
            });
            let matching = matching.collect();
            drop(permit);
            matching
        });
        Ok(compared.await?)
    }

    /// What is shown of these, which are at most a page. Those below a folder of the trash are left out.
    async fn hits<'n>(
        &self,
        names: &'n [(ComparedName, Vec<Range<usize>>)],
    ) -> Result<Vec<(&'n ComparedName, SearchHit)>, Error> {
        let folders = self.entries.folders_above(names.iter().map(|(name, _)| &name.parent)).await?;
        let ids: Vec<_> = names.iter().map(|(name, _)| name.id.clone()).collect();
        let found = rows::found(&self.entries.pool, &ids).await?;
        let mut found: HashMap<_, _> = found.into_iter().map(|record| (record.id.clone(), record)).collect();
        let hit = |(name, places): &'n (ComparedName, Vec<Range<usize>>)| {
            let above = folders.get(&name.parent).filter(|above| !above.gone)?;
            let record = found.remove(&name.id)?;
            let hit = SearchHit {
                preview: record
                    .media_type
                    .as_deref()
                    .and_then(|kind| preview::address(&record.id, kind, ListOrder::default())),
                id: record.id,
                name: name.name.clone(),
                highlights: places.iter().map(|place| (place.start, place.end)).collect(),
                kind: record.kind,
                size: record.size.map(i64::unsigned_abs),
                media_type: record.media_type,
                created: record.created,
                folder: name.parent.clone(),
                path: above.path.clone(),
            };
            Some((name, hit))
        };
        Ok(names.iter().filter_map(hit).collect())
    }
}
