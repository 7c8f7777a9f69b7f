//! The tree of an account's files and folders: names, lists, paths, creation and deletion. Contents are in `blobs`,
//! and how files come in is in `uploads`.

mod create;
mod delete;
mod ensure;
pub(super) mod find;
pub(super) mod free_name;
mod list;
pub(super) mod names;
pub(super) mod path;

use sqlx::AnyPool;

use crate::server::clock::Clock;
use crate::server::domain::uploads::form::FormUploads;

/// The verbs over files and folders.
#[derive(Clone)]
pub struct Entries {
    pool: AnyPool,
    uploads: FormUploads,
    clock: Clock,
}

impl Entries {
    /// Works on this database. `uploads` deletes the objects of deleted files.
    pub(in crate::server) fn new(pool: AnyPool, uploads: FormUploads, clock: Clock) -> Self {
        Self { pool, uploads, clock }
    }
}
