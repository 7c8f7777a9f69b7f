//! Compares rows with objects in both directions, for `holdall sweep`. It walks both lists in the order of their keys,
//! a page at a time, so that memory does not grow with their number. An audit changes nothing except the table of
//! known orphans; repairs are in `repair.rs`.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::AnyPool;

use crate::server::clock::{Clock, milliseconds};
use crate::server::db::objects::{self, KeyRange, KnownObject};
use crate::server::db::{self, audit as rows, verification};
use crate::server::domain::Error;
use crate::server::domain::blobs::damage::find_damage;
use crate::server::domain::integrity::findings::{Findings, MISCOUNTED, MOST, MissingObject, Orphan};
use crate::server::domain::integrity::instance::Instance;
use crate::server::domain::integrity::maintenance::Maintenance;
use crate::server::storage::{
    INSTANCE_OBJECT, IncompleteUpload, Key, Listed, LocationKind, Media, ObjectPage, PAGE, Private, RandomLocation,
    Storage,
};

/// The age from which an object or an incomplete upload without a row counts as an orphan.
const OLD: Duration = Duration::from_secs(48 * 3600);
/// How long an object must have been known as an orphan before it may be deleted.
const SEEN: Duration = Duration::from_secs(24 * 3600);
/// How many deletions that are due are listed.
const OVERDUE: i64 = 20;
/// The number of rows read at once.
const ROWS: i64 = 1000;
/// A string that sorts after every key.
const LAST: &str = "~";

/// Finds orphans and missing objects, and repairs them.
#[derive(Clone)]
pub struct Audit {
    pub(super) pool: AnyPool,
    pub(super) storage: Storage,
    pub(super) instance: Instance,
    pub(super) maintenance: Maintenance,
    pub(super) clock: Clock,
}

impl Audit {
    /// Audits this database against this store.
    pub(in crate::server) fn new(pool: AnyPool, storage: Storage, maintenance: Maintenance, clock: Clock) -> Self {
        let instance = Instance::new(pool.clone(), storage.clone());
        Self { pool, storage, instance, maintenance, clock }
    }

    /// Compares all rows with all objects, and records when each orphan was first seen.
    ///
    /// # Errors
    /// [`Error::Storage`] if the store cannot be listed; [`Error::Database`].
    pub async fn run(&self) -> Result<Findings, Error> {
        let now = self.clock.now();
        let damaged = verification::damaged(&self.pool, MOST as i64).await?;
        let overdue = rows::overdue_deletions(&self.pool, now, OVERDUE).await?;
        let waiting = rows::waiting(&self.pool, now).await?;
        let mut findings =
            Findings::new(waiting, damaged, overdue, rows::miscounted(&self.pool, "", MISCOUNTED).await?);
        self.compare::<Private>(now, &mut findings).await?;
        self.compare::<Media>(now, &mut findings).await?;
        Ok(findings)
    }

    async fn compare<L: RandomLocation>(&self, now: i64, findings: &mut Findings) -> Result<(), Error> {
        let mut after = String::new();
        loop {
            let ObjectPage { objects, odd, is_last } = self.storage.list_after::<L>("", &after, PAGE).await?;
            for odd in odd {
                findings.odd.push((format!("{}/{}", name_of(L::KIND), odd.name), odd.why));
            }
            let until = match objects.last() {
                Some(last) if !is_last => last.key.clone(),
                _ => LAST.to_owned(),
            };
            self.compare_page::<L>(KeyRange { after: &after, until: &until }, objects, now, findings).await?;
            if is_last {
                break;
            }
            after = until;
        }
        let mut from = None;
        loop {
            let page = self.storage.incomplete_uploads::<L>(from, PAGE).await?;
            findings.hidden_uploads = page.unknown.or(findings.hidden_uploads.take());
            for incomplete in page.uploads {
                if self.is_abandoned::<L>(&incomplete, now).await? {
                    findings.incomplete_uploads.push((name_of(L::KIND), incomplete.key));
                }
            }
            from = page.next;
            if from.is_none() {
                return Ok(());
            }
        }
    }

    /// Compares a page of objects with the rows of the same key range. The rows are read after the objects: every
    /// object is created after its row, so an upload that runs meanwhile never looks like an orphan.
    async fn compare_page<L: RandomLocation>(
        &self,
        range: KeyRange<'_>,
        objects: Vec<Listed>,
        now: i64,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        findings.objects += objects.len();
        let (mut objects, mut orphans) = (objects.into_iter().peekable(), BTreeMap::new());
        let mut after = range.after.to_owned();
        loop {
            let page = objects::page(&self.pool, L::KIND, KeyRange { after: &after, ..range }, ROWS).await?;
            let is_last = page.len() < usize::try_from(ROWS).unwrap_or_default();
            for row in page {
                // If the database sorted keys differently from the store, objects that have a row would look like
                // orphans.
                if row.key <= after {
                    return Err(Error::Internal(format!("the row of {} comes after that of {after}", row.key)));
                }
                after.clone_from(&row.key);
                while let Some(object) = objects.next_if(|object| object.key < row.key) {
                    record_unnamed::<L>(object, &mut orphans, findings);
                }
                let object = objects.next_if(|object| object.key == row.key);
                self.check_row::<L>(row, object.map(|object| object.size), findings).await?;
            }
            if is_last {
                break;
            }
        }
        for object in objects {
            record_unnamed::<L>(object, &mut orphans, findings);
        }
        self.record::<L>(range, orphans, now, findings).await
    }

    /// Records the orphans of a page, and removes the records in its range that are no longer orphans.
    async fn record<L: RandomLocation>(
        &self,
        range: KeyRange<'_>,
        mut orphans: BTreeMap<String, Sighting>,
        now: i64,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        let location = name_of(L::KIND);
        let mut after = range.after.to_owned();
        loop {
            let page = rows::recorded_orphans(&self.pool, location, KeyRange { after: &after, ..range }, ROWS).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.key);
            let mut transaction = db::begin(&self.pool).await?;
            for recorded in page {
                match orphans.get_mut(&recorded.key) {
                    Some(orphan) => orphan.first = Some(recorded.first_seen),
                    None => rows::delete_orphan(&mut *transaction, location, &recorded.key).await?,
                }
            }
            transaction.commit().await?;
        }
        if orphans.is_empty() {
            return Ok(());
        }
        let mut transaction = db::begin(&self.pool).await?;
        for (key, Sighting { first, written }) in orphans {
            if first.is_none() {
                rows::record_orphan(&mut *transaction, location, &key, now).await?;
            }
            let is_seen = first.is_some_and(|first| now - first >= milliseconds(SEEN));
            let orphan = Orphan { location, key, is_eligible: is_seen && now - written > milliseconds(OLD) };
            if orphan.is_eligible {
                findings.eligible.push(orphan.clone());
            }
            findings.orphans.push(orphan);
        }
        Ok(transaction.commit().await?)
    }

    /// Checks a row. `listed` is its object's size in bytes, if the listing has the object.
    async fn check_row<L: RandomLocation>(
        &self,
        row: KnownObject,
        listed: Option<u64>,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        if L::KIND != LocationKind::Private || !row.is_stored() {
            return Ok(());
        }
        let Some(id) = row.blob.clone() else { return Ok(()) };
        findings.files += 1;
        if row.damage.is_none() {
            match self.damage_of(&row, listed).await {
                Ok(None) => {}
                Ok(Some(damage)) => findings.missing.push(MissingObject { id, key: row.key, damage }),
                // The store could be listed; what it cannot say of one object does not end the audit.
                Err(error) => findings.odd.push((format!("{}/{}", name_of(L::KIND), row.key), error.to_string())),
            }
        }
        Ok(())
    }

    /// What is wrong with the object of a stored row. An object that is not in the listing is looked up by its key, as
    /// it may have been added since.
    async fn damage_of(&self, row: &KnownObject, listed: Option<u64>) -> Result<Option<String>, Error> {
        let wanted = row.size.unwrap_or_default().unsigned_abs();
        if listed == Some(wanted) {
            return Ok(None);
        }
        let Ok(key) = Key::<Private>::parse(&row.key) else { return Ok(None) };
        find_damage(&self.storage, &key, wanted).await
    }

    /// Whether an incomplete upload is Holdall's, old, and no longer needed, because it has no row or its row is
    /// stored. The row is read after the listing and is older than the upload.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn is_abandoned<L: RandomLocation>(
        &self,
        incomplete: &IncompleteUpload,
        now: i64,
    ) -> Result<bool, Error> {
        if Key::<L>::parse(&incomplete.key).is_err() || now - incomplete.started <= milliseconds(OLD) {
            return Ok(false);
        }
        let row = objects::find(&self.pool, L::KIND, &incomplete.key).await?;
        Ok(row.is_none_or(|row| row.is_stored()))
    }
}

/// An orphan: when it was written, and when an audit first saw it, in milliseconds.
struct Sighting {
    written: i64,
    first: Option<i64>,
}

/// Records an object without a row: as an orphan, or as unknown if its name is not one that Holdall gives.
fn record_unnamed<L: RandomLocation>(
    object: Listed,
    orphans: &mut BTreeMap<String, Sighting>,
    findings: &mut Findings,
) {
    if Key::<L>::parse(&object.key).is_ok() {
        orphans.insert(object.key, Sighting { written: object.written, first: None });
    } else if object.key != INSTANCE_OBJECT {
        findings.unknown += 1;
    }
}

/// The name of a location in reports and in the table of orphans, independent of its prefix in the store.
const fn name_of(location: LocationKind) -> &'static str {
    match location {
        LocationKind::Static => "static",
        LocationKind::Media => "media",
        LocationKind::Private => "private",
    }
}
