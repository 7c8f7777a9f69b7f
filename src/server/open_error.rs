//! Why the site cannot be opened.

use crate::server::{db, storage};

/// Why the site cannot be opened, as a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be created.
    #[error("the data folder {0} cannot be made: {1}")]
    Data(String, std::io::Error),
    /// The database cannot be opened or written to.
    #[error("{0}")]
    Database(#[from] db::Unusable),
    /// The schema cannot be migrated to this binary's version.
    #[error("the database cannot be migrated: {0}")]
    Migrate(sqlx::migrate::MigrateError),
    /// The database was used by a newer Holdall.
    #[error("the database is newer than this holdall: it was migrated to {0}. Run the newer one, or restore a backup")]
    Newer(i64),
    /// The storage cannot be opened.
    #[error("the storage cannot be opened: {0}")]
    Storage(#[from] storage::StorageError),
    /// Something else failed.
    #[error("{0}")]
    Other(#[from] crate::server::domain::Error),
}
