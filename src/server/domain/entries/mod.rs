//! The tree of files and folders of an account: names, lists, paths, and what is made and deleted in it. Their bytes are
//! the business of `blobs`, how they come in that of `uploads`.

mod create;
mod delete;
mod ensure;
pub(super) mod find;
pub(super) mod free_name;
mod list;
pub(super) mod names;
mod path;

use sqlx::AnyPool;

use crate::server::domain::uploads::form::FormUploads;

/// The entries of this site.
#[derive(Clone)]
pub struct Entries {
    pool: AnyPool,
    uploads: FormUploads,
}

impl Entries {
    /// Over this database, with those who know how to take bytes away.
    pub(in crate::server) fn new(pool: AnyPool, uploads: FormUploads) -> Self {
        Self { pool, uploads }
    }
}
