//! The tree of an account's files and folders: names, lists, paths, creation and deletion. Contents are in `blobs`,
//! and how files come in is in `uploads`.

mod clear;
mod create;
mod delete;
mod deletion_preview;
mod ensure;
pub(super) mod find;
pub(super) mod free_name;
mod list;
pub mod names;
pub(super) mod pace;
pub(super) mod path;

use std::sync::Arc;

use sqlx::AnyPool;
use tokio::sync::{Mutex, Semaphore};

use crate::server::clock::Clock;
use crate::server::domain::account_limiter::AccountLimiter;
use crate::server::domain::blobs::damage::DamageWatch;
use crate::server::domain::blobs::remove::BlobRemoval;
use crate::server::domain::entries::deletion_preview::PREVIEWS;
use crate::server::domain::entries::pace::MinutePace;
use crate::server::jobs::tasks::Tasks;

/// The verbs over files and folders.
#[derive(Clone)]
pub struct Entries {
    pool: AnyPool,
    removal: BlobRemoval,
    damage: DamageWatch,
    limit: u64,
    pace: MinutePace,
    /// Held by whoever deletes a batch of rows in the background.
    clearing: Arc<Mutex<()>>,
    tasks: Tasks,
    clock: Clock,
}

impl Entries {
    /// Works on this database. `removal` deletes the objects of deleted files, `damage` looks whether those of shown
    /// ones are there, and `limit` is the most entries that an account may have.
    pub(in crate::server) fn new(
        pool: AnyPool,
        removal: BlobRemoval,
        damage: DamageWatch,
        limit: u64,
        tasks: Tasks,
        clock: Clock,
    ) -> Self {
        let (pace, clearing) = (MinutePace::default(), Arc::default());
        Self { pool, removal, damage, limit, pace, clearing, tasks, clock }
    }
}
