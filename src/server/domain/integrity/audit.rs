//! Comparing rows and objects in both directions, for `holdall sweep`. Looking changes nothing but the memory of what was
//! seen. What is done about it stands in `repair.rs`.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sqlx::AnyPool;

use crate::server::clock::{self, milliseconds};
use crate::server::db::audit as rows;
use crate::server::db::audit::{KnownObject, Miscounted, Waiting};
use crate::server::domain::Error;
use crate::server::domain::integrity::instance::Instance;
use crate::server::domain::integrity::sweep::Sweep;
use crate::server::storage::{self, IncompleteUpload, Key, Location, MARK, Media, Private, RandomLocation, Storage};

/// How old an object or a beginning must be before it counts as nobody's.
const OLD: Duration = Duration::from_secs(48 * 3600);
/// How long before it may be taken away an object must have been seen without a row for the first time.
const SEEN: Duration = Duration::from_secs(24 * 3600);
/// Rows of a page.
const PAGE: i64 = 1000;

/// Looks for what has parted.
#[derive(Clone)]
pub struct Audit {
    pub(super) pool: AnyPool,
    pub(super) storage: Storage,
    pub(super) instance: Instance,
    pub(super) sweep: Sweep,
}

/// An object, or the beginning of one, that no row knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// `private` or `media`.
    pub place: &'static str,
    /// Its name there.
    pub key: String,
    /// Old enough, and first seen by a sweep at least a day ago.
    pub is_eligible: bool,
}

/// A stored row whose object is not there, or has another size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingObject {
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
    pub unknown: usize,
    /// Rows of files.
    pub files: usize,
    /// Objects that no row knows.
    pub orphans: Vec<Orphan>,
    /// Unfinished uploads that no row knows and that are old; in a bucket they cost as much as objects.
    pub incomplete_uploads: Vec<(&'static str, IncompleteUpload)>,
    /// Rows without their object, avatars' rows aside.
    pub missing: Vec<MissingObject>,
    /// Accounts whose count of bytes is wrong.
    pub miscounted: Vec<Miscounted>,
}

impl Findings {
    /// Whether rows and objects belong together.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let Waiting { expired, half_completed, due, damaged, .. } = self.waiting;
        expired + half_completed + due + damaged == 0
            && self.orphans.is_empty()
            && self.incomplete_uploads.is_empty()
            && self.missing.is_empty()
            && self.miscounted.is_empty()
    }
}

impl Audit {
    /// Over this database and store.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, sweep: Sweep) -> Self {
        let instance = Instance::new(pool.clone(), storage.clone());
        Self { pool, storage, instance, sweep }
    }

    /// Compares everything.
    pub async fn look(&self) -> Result<Findings, Error> {
        let now = clock::now();
        let mut findings = Findings {
            waiting: rows::waiting(&self.pool, now).await?,
            objects: 0,
            unknown: 0,
            files: 0,
            orphans: Vec::new(),
            incomplete_uploads: Vec::new(),
            missing: Vec::new(),
            miscounted: rows::miscounted(&self.pool).await?,
        };
        self.compare::<Private>("private", now, &mut findings).await?;
        self.compare::<Media>("media", now, &mut findings).await?;
        Ok(findings)
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
        let incomplete_uploads = self.storage.incomplete_uploads::<L>().await?;
        let known = self.known::<L>().await?;
        findings.objects += listed.len();
        let mut seen = HashSet::new();
        let mut sizes = HashMap::new();
        for object in listed {
            if known.contains_key(&object.key) {
                sizes.insert(object.key, object.size);
            } else if Key::<L>::parse(&object.key).is_ok() {
                let first = rows::record_orphan(&self.pool, place, &object.key, now).await?;
                let is_eligible = now - first >= milliseconds(SEEN) && now - object.written > milliseconds(OLD);
                seen.insert(object.key.clone());
                findings.orphans.push(Orphan { place, key: object.key, is_eligible });
            } else if object.key != MARK {
                findings.unknown += 1;
            }
        }
        for key in rows::orphans(&self.pool, place).await? {
            if !seen.contains(&key) {
                rows::delete_orphan(&self.pool, place, &key).await?;
            }
        }
        for incomplete in incomplete_uploads {
            let state = known.get(&incomplete.key).map(|row| &*row.state);
            if is_old::<L>(&incomplete, now) && is_nobodys(state) {
                findings.incomplete_uploads.push((place, incomplete));
            }
        }
        if L::PLACE == Private::PLACE {
            for row in known.into_values().filter(|row| row.state == "stored") {
                findings.files += 1;
                if row.damage.is_some() {
                    continue;
                }
                if let Some(damage) = self.lacks(&row, sizes.get(&row.key).copied()).await? {
                    findings.missing.push(MissingObject { id: row.id, key: row.key, damage });
                }
            }
            findings.missing.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        }
        Ok(())
    }

    /// What is wrong with a stored row's object; one that the listing lacks is asked for by name.
    async fn lacks(&self, row: &KnownObject, listed: Option<u64>) -> Result<Option<String>, Error> {
        let wanted = row.size.unwrap_or_default().unsigned_abs();
        if listed == Some(wanted) {
            return Ok(None);
        }
        let Ok(key) = Key::<Private>::parse(&row.key) else { return Ok(None) };
        match self.storage.head(&key).await {
            Ok(head) if head.size == wanted => Ok(None),
            Ok(head) => Ok(Some(format!("it has {} bytes and should have {wanted}", head.size))),
            Err(storage::StorageError::NotFound) => Ok(Some("it is missing from the store".to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    async fn known<L: Location>(&self) -> Result<HashMap<String, KnownObject>, Error> {
        let (mut known, mut after) = (HashMap::new(), String::new());
        loop {
            let page = if L::PLACE == Private::PLACE {
                rows::blob_objects(&self.pool, &after, PAGE).await?
            } else {
                rows::picture_objects(&self.pool, &after, PAGE).await?
            };
            let Some(last) = page.last() else { return Ok(known) };
            after.clone_from(&last.key);
            known.extend(page.into_iter().map(|row| (row.key.clone(), row)));
        }
    }
}

/// Whether it is one of Holdall's, and so old that nobody goes on with it.
pub(super) fn is_old<L: RandomLocation>(incomplete: &IncompleteUpload, now: i64) -> bool {
    Key::<L>::parse(&incomplete.key).is_ok() && now - incomplete.begun > milliseconds(OLD)
}

/// Whether a beginning is nobody's, as its key's row says, if there is one: whoever still needs it is not stored.
pub(super) fn is_nobodys(state: Option<&str>) -> bool {
    state.is_none_or(|state| state == "stored")
}
