//! The findings of an audit: counts, and the first items of each kind. Memory is bounded however many there are.

use crate::model::id::BlobId;
use crate::server::db::audit::{Miscounted, OverdueDeletion, Waiting};
use crate::server::db::verification::DamagedRecord;

/// The most items that are deleted or flagged at once. More of them suggest that rows are missing, as after restoring
/// a backup that is older than the store, or that the store is incomplete. Findings list as many.
pub(super) const MOST: usize = 100;
/// How many accounts that are counted wrong are found at once.
pub(super) const MISCOUNTED: i64 = 1000;

/// A count of items, and the first of them: all of them, if there are few enough to be repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally<T> {
    /// The number of items.
    pub count: usize,
    /// The first items in the order of their keys, at most as many as may be repaired at once.
    pub first: Vec<T>,
}

/// An object that no row refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// `private` or `media`.
    pub location: &'static str,
    /// The key in that location.
    pub key: String,
    /// Whether it may be deleted: it is old enough, and was first seen as an orphan at least a day ago.
    pub is_eligible: bool,
}

/// A blob in state `stored` whose object is missing or has another size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingObject {
    /// The blob's id.
    pub id: BlobId,
    /// The object's key.
    pub key: String,
    /// A sentence that says what is wrong.
    pub damage: String,
}

/// Everything that an audit found.
#[derive(Clone, Debug)]
pub struct Findings {
    /// Rows that wait for the maintenance.
    pub waiting: Waiting,
    /// The first deletions that are due or have failed; `waiting` counts them all.
    pub overdue: Vec<OverdueDeletion>,
    /// The number of objects in the private and media locations.
    pub objects: usize,
    /// The number of objects whose names are not ones that Holdall gives; these are never touched.
    pub unknown: usize,
    /// The number of files that the database has as stored.
    pub files: usize,
    /// Objects that no row refers to.
    pub orphans: Tally<Orphan>,
    /// The orphans that may be deleted.
    pub eligible: Tally<Orphan>,
    /// Old incomplete uploads that no row refers to, by location and key. In a bucket they cost as much as objects.
    pub incomplete_uploads: Tally<(&'static str, String)>,
    /// Why there may be incomplete uploads that the store does not list; `None` if it lists all.
    pub hidden_uploads: Option<String>,
    /// Files whose objects are missing or have the wrong size. Avatars are left out, as they can be uploaded again.
    pub missing: Tally<MissingObject>,
    /// What was met in the store and is no object, and objects that cannot be looked at: path or key, and why. Nothing of
    /// it is touched.
    pub odd: Tally<(String, String)>,
    /// The files that are flagged as damaged: as many as `waiting` says, of which the first are named.
    pub damaged: Tally<DamagedRecord>,
    /// The first accounts whose used bytes are not the sum of their blobs, or whose entries are counted wrong.
    pub miscounted: Vec<Miscounted>,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self { count: 0, first: Vec::new() }
    }
}

impl<T> Tally<T> {
    /// Adds one item.
    pub(super) fn push(&mut self, one: T) {
        self.count += 1;
        if self.first.len() < MOST {
            self.first.push(one);
        }
    }
}

impl Findings {
    /// Findings with what the database alone shows, before objects are compared.
    pub(super) fn new(
        waiting: Waiting,
        damaged: Vec<DamagedRecord>,
        overdue: Vec<OverdueDeletion>,
        miscounted: Vec<Miscounted>,
    ) -> Self {
        Self {
            waiting,
            damaged: Tally { count: usize::try_from(waiting.damaged).unwrap_or_default(), first: damaged },
            odd: Tally::default(),
            overdue,
            objects: 0,
            unknown: 0,
            files: 0,
            orphans: Tally::default(),
            eligible: Tally::default(),
            incomplete_uploads: Tally::default(),
            hidden_uploads: None,
            missing: Tally::default(),
            miscounted,
        }
    }

    /// Whether rows and objects are consistent.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let Waiting { expired, half_completed, due, damaged, .. } = self.waiting;
        expired + half_completed + due + damaged == 0
            && self.orphans.count + self.incomplete_uploads.count + self.missing.count + self.odd.count == 0
            && self.miscounted.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_counts_all_and_names_as_many_as_may_be_repaired() {
        let mut tally = Tally::default();
        (0..1_000_000).for_each(|number| tally.push(number));
        assert_eq!((tally.count, tally.first), (1_000_000, (0..MOST).collect()));
    }
}
