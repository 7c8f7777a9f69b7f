//! Comparing rows and objects in both directions, for `holdall sweep`. Looking changes nothing but the memory of what was
//! seen. Mending never deletes what a row calls stored; an object without a row goes only when it is old, was seen by an
//! earlier sweep too, has a name of the kind that Holdall gives, and when few enough do.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sqlx::AnyPool;

use super::Error;
use super::sweep::Sweep;
use crate::server::clock::{self, milliseconds};
use crate::server::db::audit::{self as rows, Known, Miscounted, Waiting};
use crate::server::db::checks;
use crate::server::storage::{self, Beginning, Key, Location, MARK, Media, Private, RandomLocation, Storage};

/// How old an object or a beginning must be before it counts as nobody's.
const OLD: Duration = Duration::from_secs(48 * 3600);
/// How many objects without a row are taken away at most: more of them mean that rows are missing, as after a backup was
/// restored that is older than the store.
const ORPHANS: usize = 100;
/// And at most one of so many objects, unless they are fewer than [`FEW`].
const ONE_OF: usize = 100;
const FEW: usize = 10;
/// Rows of a page.
const PAGE: i64 = 1000;
/// The most rounds of the ordinary sweep, a hundred rows a table each.
const ROUNDS: usize = 10_000;

/// Looks for what has parted.
#[derive(Clone)]
pub struct Audit {
    pool: AnyPool,
    storage: Storage,
    sweep: Sweep,
}

/// An object, or the beginning of one, that no row knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// `private` or `media`.
    pub place: &'static str,
    /// Its name there.
    pub key: String,
    /// Old enough, and seen by an earlier sweep too.
    pub is_ripe: bool,
}

/// A stored row whose object is not there, or has another size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The blob.
    pub id: String,
    /// The object's name.
    pub key: String,
    /// What is wrong.
    pub damage: String,
}

/// What a sweep has found.
#[derive(Clone, Debug)]
pub struct Findings {
    /// Rows that the sweep of a running server has to do with.
    pub waiting: Waiting,
    /// Objects, in both locations.
    pub objects: usize,
    /// Objects whose names are none that Holdall gives; they are never touched.
    pub foreign: usize,
    /// Objects that no row knows.
    pub orphans: Vec<Orphan>,
    /// Unfinished uploads that no row knows and that are old; in a bucket they cost as much as objects.
    pub beginnings: Vec<(&'static str, Beginning)>,
    /// Rows without their object, avatars' rows aside.
    pub lacking: Vec<Lacking>,
    /// Accounts whose count of bytes is wrong.
    pub miscounted: Vec<Miscounted>,
}

/// Why orphans were left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// So many could go.
    pub ripe: usize,
    /// So many may go at a time.
    pub most: usize,
}

impl Findings {
    /// Whether rows and objects belong together.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let Waiting { expired, half_completed, due, damaged, .. } = self.waiting;
        expired + half_completed + due + damaged == 0
            && self.orphans.is_empty()
            && self.beginnings.is_empty()
            && self.lacking.is_empty()
            && self.miscounted.is_empty()
    }
}

impl Audit {
    /// Over this database and store.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, sweep: Sweep) -> Self {
        Self { pool, storage, sweep }
    }

    /// Compares everything.
    pub async fn look(&self) -> Result<Findings, Error> {
        let now = clock::now();
        let mut findings = Findings {
            waiting: rows::waiting(&self.pool, now).await?,
            objects: 0,
            foreign: 0,
            orphans: Vec::new(),
            beginnings: Vec::new(),
            lacking: Vec::new(),
            miscounted: rows::miscounted(&self.pool).await?,
        };
        self.compare::<Private>("private", now, &mut findings).await?;
        self.compare::<Media>("media", now, &mut findings).await?;
        Ok(findings)
    }

    /// Does what the sweep of a running server does, until nothing is left to do; flags rows whose objects are missing;
    /// takes old beginnings away; counts bytes again.
    pub async fn mend(&self, findings: &Findings) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            if self.sweep.once().await? == 0 {
                break;
            }
        }
        for (place, beginning) in &findings.beginnings {
            match *place {
                "private" => self.storage.clear_beginning::<Private>(beginning).await?,
                _ => self.storage.clear_beginning::<Media>(beginning).await?,
            }
        }
        for lacking in &findings.lacking {
            checks::damaged(&self.pool, &lacking.id, &lacking.damage).await?;
        }
        for account in &rows::miscounted(&self.pool).await? {
            rows::recount(&self.pool, account).await?;
        }
        Ok(())
    }

    /// Takes away ripe orphans, or none where they are too many; gives how many went.
    pub async fn delete_orphans(&self, findings: &Findings) -> Result<Result<usize, TooMany>, Error> {
        let ripe: Vec<_> = findings.orphans.iter().filter(|orphan| orphan.is_ripe).collect();
        let most = ORPHANS.min((findings.objects / ONE_OF).max(FEW));
        if ripe.len() > most {
            return Ok(Err(TooMany { ripe: ripe.len(), most }));
        }
        for orphan in &ripe {
            match orphan.place {
                "private" => self.delete_orphan::<Private>(orphan).await?,
                _ => self.delete_orphan::<Media>(orphan).await?,
            }
        }
        Ok(Ok(ripe.len()))
    }

    async fn delete_orphan<L: RandomLocation>(&self, orphan: &Orphan) -> Result<(), Error> {
        let Ok(key) = Key::<L>::parse(&orphan.key) else { return Ok(()) };
        self.storage.discard(&key).await?;
        Ok(rows::forget_stray(&self.pool, orphan.place, &orphan.key).await?)
    }

    /// Objects first, rows after: an object's row is older than the object, so that none looks like an orphan for having
    /// come between the two.
    async fn compare<L: RandomLocation>(
        &self,
        place: &'static str,
        now: i64,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        let listed = self.storage.list::<L>("").await?;
        let beginnings = self.storage.beginnings::<L>().await?;
        let known = self.known::<L>().await?;
        findings.objects += listed.len();
        let mut seen = HashSet::new();
        let mut sizes = HashMap::new();
        for object in listed {
            if known.contains_key(&object.key) {
                sizes.insert(object.key, object.size);
            } else if Key::<L>::parse(&object.key).is_ok() {
                let first = rows::stray(&self.pool, place, &object.key, now).await?;
                let is_ripe = first < now && now - object.written > milliseconds(OLD);
                seen.insert(object.key.clone());
                findings.orphans.push(Orphan { place, key: object.key, is_ripe });
            } else if object.key != MARK {
                findings.foreign += 1;
            }
        }
        for key in rows::strays(&self.pool, place).await? {
            if !seen.contains(&key) {
                rows::forget_stray(&self.pool, place, &key).await?;
            }
        }
        for beginning in beginnings {
            let is_known = known.get(&beginning.key).is_some_and(|row| row.state != "stored");
            if !is_known && Key::<L>::parse(&beginning.key).is_ok() && now - beginning.begun > milliseconds(OLD) {
                findings.beginnings.push((place, beginning));
            }
        }
        if L::PLACE == Private::PLACE {
            for row in known.into_values().filter(|row| row.state == "stored" && row.damage.is_none()) {
                if let Some(damage) = self.lacks(&row, sizes.get(&row.key).copied()).await? {
                    findings.lacking.push(Lacking { id: row.id, key: row.key, damage });
                }
            }
            findings.lacking.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        }
        Ok(())
    }

    /// What is wrong with a stored row's object; one that the listing lacks is asked for by name.
    async fn lacks(&self, row: &Known, listed: Option<u64>) -> Result<Option<String>, Error> {
        let wanted = row.size.unwrap_or_default().unsigned_abs();
        if listed == Some(wanted) {
            return Ok(None);
        }
        let Ok(key) = Key::<Private>::parse(&row.key) else { return Ok(None) };
        match self.storage.head(&key).await {
            Ok(head) if head.size == wanted => Ok(None),
            Ok(head) => Ok(Some(format!("it has {} bytes and should have {wanted}", head.size))),
            Err(storage::Error::NotFound) => Ok(Some("it is missing from the store".to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    async fn known<L: Location>(&self) -> Result<HashMap<String, Known>, Error> {
        let (mut known, mut after) = (HashMap::new(), String::new());
        loop {
            let page = if L::PLACE == Private::PLACE {
                rows::blobs(&self.pool, &after, PAGE).await?
            } else {
                rows::pictures(&self.pool, &after, PAGE).await?
            };
            let Some(last) = page.last() else { return Ok(known) };
            after.clone_from(&last.key);
            known.extend(page.into_iter().map(|row| (row.key.clone(), row)));
        }
    }
}
