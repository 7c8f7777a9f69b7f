//! The figures of a run.

use std::collections::BTreeMap;

use crate::kill_uploads::Killing;
use crate::kill_uploads::compare::Counts;
use crate::kill_uploads::ledger::{FileState, Ledger};

/// The states that a long run must have met. On a local folder, no upload is ever pending.
const STATES: [&str; 6] = ["pending", "uploading", "completing", "stored, unverified", "deleting", "idle"];
const OFTEN: usize = 10;
/// How many kills make a run a long one.
const LONG: usize = 200;

impl Killing {
    /// Checks that the run has covered what it is meant to, and prints its figures.
    pub fn report(&self, wanted: usize, counts: &Counts) {
        let kills = &self.kills;
        for state in STATES.into_iter().filter(|state| wanted >= LONG && (self.bucket.is_some() || *state != "pending"))
        {
            let times = kills.iter().filter(|kill| kill.states.contains(state)).count();
            self.findings.check(times >= OFTEN, || format!("only {times} kills met “{state}”"));
        }
        let sum = |of: &dyn Fn(&Ledger) -> usize| self.ledgers.iter().map(|ledger| of(ledger)).sum::<usize>();
        let store = if self.bucket.is_some() { "bucket" } else { "folder" };
        let targets = tally(kills.iter().map(|kill| (kill.target.as_str(), 1)));
        println!("{store}: {} kills, aimed at: {targets}", kills.len());
        let states = tally(kills.iter().flat_map(|kill| kill.states.iter().map(|state| (state.as_str(), 1))));
        println!("kills that met rows which had just come to a state: {states}");
        let refused = tally(self.refused.borrow().iter().map(|(deed, times)| (*deed, *times)));
        let refused = if refused.is_empty() { "none" } else { &refused };
        println!(
            "done between kills: {} deeds; refused: {refused}",
            kills.iter().map(|kill| kill.deeds).sum::<usize>()
        );
        println!(
            "files sent: {}, kept at the end: {}, in the trash: {}, deleted for ever: {}",
            sum(&|ledger| ledger.files.borrow().len()),
            sum(&|ledger| ledger.files_in(FileState::Kept).len()),
            sum(&|ledger| ledger.files_in(FileState::Trashed).len()),
            sum(&|ledger| ledger.files_in(FileState::Gone).len()),
        );
        let uploads = sum(&|ledger| ledger.uploads.borrow().len());
        println!("uploads in parts: {uploads}; resumed to the end right after a kill: {}", self.resumed);
        println!(
            "files compared byte for byte: {} times; at the end {} blobs and {} pictures with their objects, {} canaries of killed starts",
            sum(&|ledger| ledger.compared.get()),
            counts.blobs,
            counts.pictures,
            counts.canaries,
        );
    }
}

/// Words with their numbers of occurrences.
fn tally<'a>(words: impl Iterator<Item = (&'a str, usize)>) -> String {
    let mut sums = BTreeMap::new();
    for (word, times) in words {
        *sums.entry(word).or_insert(0) += times;
    }
    sums.iter().map(|(word, sum)| format!("{word} {sum}")).collect::<Vec<_>>().join(", ")
}
