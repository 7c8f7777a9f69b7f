//! What a comparison has found: counts, and the first of each kind by name. It takes no more memory where a million files
//! have parted from their rows than where one has.

use crate::model::id::BlobId;
use crate::server::db::audit::{Miscounted, Waiting};

/// The most that are taken away or flagged at a time: more of them mean that rows are missing, as after a backup was
/// restored that is older than the store, or that the store is not whole. Findings name as many.
pub(super) const MOST: usize = 100;

/// Things of one kind: how many, and the first of them. All of them are there where they are few enough to be repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally<T> {
    /// How many there are.
    pub count: usize,
    /// The first of them, in the order of names: no more than may be repaired at a time.
    pub first: Vec<T>,
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
    pub id: BlobId,
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
    pub orphans: Tally<Orphan>,
    /// Those among them that may be taken away.
    pub eligible: Tally<Orphan>,
    /// Unfinished uploads that no row knows and that are old, by place and name; in a bucket they cost as much as objects.
    pub incomplete_uploads: Tally<(&'static str, String)>,
    /// Rows without their object, avatars' rows aside.
    pub missing: Tally<MissingObject>,
    /// Accounts whose count of bytes is wrong.
    pub miscounted: Vec<Miscounted>,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self { count: 0, first: Vec::new() }
    }
}

impl<T> Tally<T> {
    /// Counts one more.
    pub(super) fn push(&mut self, one: T) {
        self.count += 1;
        if self.first.len() < MOST {
            self.first.push(one);
        }
    }
}

impl Findings {
    /// Nothing found yet, but what rows alone say.
    pub(super) fn new(waiting: Waiting, miscounted: Vec<Miscounted>) -> Self {
        Self {
            waiting,
            objects: 0,
            unknown: 0,
            files: 0,
            orphans: Tally::default(),
            eligible: Tally::default(),
            incomplete_uploads: Tally::default(),
            missing: Tally::default(),
            miscounted,
        }
    }

    /// Whether rows and objects belong together.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let Waiting { expired, half_completed, due, damaged, .. } = self.waiting;
        expired + half_completed + due + damaged == 0
            && self.orphans.count + self.incomplete_uploads.count + self.missing.count == 0
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
