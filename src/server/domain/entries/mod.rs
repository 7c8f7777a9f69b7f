//! The tree of an account's files and folders: names, lists, paths, creation, copies and deletion. Contents are in `blobs`,
//! and how files come in is in `uploads`.

mod clear;
mod copy_entries;
mod create;
mod delete_for_ever;
mod deletion_preview;
pub mod destination;
mod ensure;
pub(super) mod find;
pub(super) mod free_name;
mod list;
mod list_trash;
mod move_entries;
mod move_preview;
pub mod names;
mod ordered;
pub(super) mod path;
mod place;
mod put_into_trash;
mod rename;
pub mod restore;
mod search;
pub mod search_words;

use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyPool;
use tokio::sync::{Mutex, Semaphore};

use crate::server::clock::Clock;
use crate::server::domain::blobs::damage::DamageWatch;
use crate::server::domain::blobs::remove::BlobRemoval;
use crate::server::domain::entries::deletion_preview::MEASURINGS;
use crate::server::domain::entries::search::SEARCHES;
use crate::server::domain::integrity::reserve::DiskReserve;
use crate::server::domain::minute_limiter::MinuteLimiter;
use crate::server::domain::subject_limiter::SubjectLimiter;
use crate::server::jobs::tasks::Tasks;

/// How many entries an account may have, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct EntryLimits {
    /// The most files and folders of an account, those in its trash included.
    pub entries: u64,
    /// How long what was deleted stays in the trash.
    pub trash_age: Duration,
}

/// The verbs over files and folders.
#[derive(Clone)]
pub struct Entries {
    pool: AnyPool,
    removal: BlobRemoval,
    damage: DamageWatch,
    reserve: DiskReserve,
    limit: u64,
    trash_age: Duration,
    made: MinuteLimiter,
    /// The counts of what deletions would remove, and of how long the paths in folders are.
    measurings: SubjectLimiter,
    searches: SubjectLimiter,
    /// Held by whoever deletes a batch of rows in the background.
    clearing: Arc<Mutex<()>>,
    /// Those who do so: of each account one, and one more that sees what has come meanwhile.
    clearers: SubjectLimiter,
    /// The same of those who delete objects. They take turns.
    removers: Arc<Semaphore>,
    removing: Arc<Mutex<()>>,
    tasks: Tasks,
    clock: Clock,
}

impl Entries {
    /// Works on this database. `removal` deletes the objects of deleted files, `damage` looks whether those of shown
    /// ones are there, and `reserve` says when the disk is full.
    pub(in crate::server) fn new(
        pool: AnyPool,
        removal: BlobRemoval,
        damage: DamageWatch,
        reserve: DiskReserve,
        limits: EntryLimits,
        tasks: Tasks,
        clock: Clock,
    ) -> Self {
        Self {
            pool,
            removal,
            damage,
            reserve,
            limit: limits.entries,
            trash_age: limits.trash_age,
            made: MinuteLimiter::default(),
            measurings: SubjectLimiter::new(MEASURINGS.0, MEASURINGS.1),
            searches: SubjectLimiter::new(SEARCHES.0, SEARCHES.1),
            clearing: Arc::default(),
            clearers: SubjectLimiter::new(usize::MAX, 2),
            removers: Arc::new(Semaphore::new(2)),
            removing: Arc::default(),
            tasks,
            clock,
        }
    }
}
