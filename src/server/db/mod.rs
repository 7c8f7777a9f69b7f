//! SQL and nothing else: opening the database, and one file a table. Every statement runs on SQLite and PostgreSQL
//! alike. The functions take whatever executes, a pool or a transaction; what they mean is decided in `domain`.

pub(super) mod accounts;
pub(super) mod audit;
pub(super) mod blobs;
pub(super) mod checks;
pub(super) mod downloads;
pub(super) mod entries;
pub(super) mod folders;
pub(super) mod jobs;
pub(super) mod objects;
pub(super) mod parts;
pub(super) mod renditions;
pub(super) mod sessions;
pub(super) mod site;
pub(super) mod types;
pub(super) mod upload_states;
pub(super) mod uploads;
pub(super) mod within;

use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Any, AnyPool, Encode, Executor, Type};

/// What sqlx reads as something else in an address, and what may stand in a folder's name.
const NOT_IN_PATH: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Whatever a statement can run on.
pub(super) trait Executes<'c>: Executor<'c, Database = Any> {}
impl<'c, E: Executor<'c, Database = Any>> Executes<'c> for E {}

/// Whatever a column can hold.
pub(super) trait Column: for<'q> Encode<'q, Any> + Type<Any> + Clone + Send + Sync + Unpin + 'static {}
impl<T: for<'q> Encode<'q, Any> + Type<Any> + Clone + Send + Sync + Unpin + 'static> Column for T {}

/// A transaction on either database.
pub(super) type Transaction = sqlx::Transaction<'static, Any>;

/// Which database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file; its folder is there.
    Sqlite(PathBuf),
    /// A `postgres://` address, with whatever password it holds.
    Postgres(String),
}

/// Opens the database. SQLite's file is made if it is missing; nothing is migrated yet.
pub(super) async fn open(database: &Database) -> Result<AnyPool, sqlx::Error> {
    sqlx::any::install_default_drivers();
    let options = AnyPoolOptions::new().acquire_timeout(Duration::from_secs(10));
    match database {
        Database::Sqlite(path) => {
            let path = path.to_string_lossy();
            let address = format!("sqlite://{}?mode=rwc", utf8_percent_encode(&path, NOT_IN_PATH));
            options
                .max_connections(8)
                // A file does not hang up: asking first whether it is there doubles the cost of a query.
                .test_before_acquire(false)
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        // FULL: an acknowledged upload survives a power cut.
                        connection
                            .execute(
                                "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; \
                                 PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL;",
                            )
                            .await?;
                        Ok(())
                    })
                })
                .connect(&address)
                .await
        }
        Database::Postgres(address) => options.max_connections(16).connect(address).await,
    }
}

/// Brings the schema up to this binary's. Fails where the database is newer than the binary.
pub(super) async fn migrate(pool: &AnyPool) -> Result<(), MigrateError> {
    name_byte_order(pool).await?;
    MIGRATIONS.run(pool).await
}

/// SQLite calls the order of bytes `binary`. PostgreSQL is taught the name, so that one SQL says it on both: how it orders
/// text by itself is its owner's choice.
async fn name_byte_order(pool: &AnyPool) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    if connection.backend_name() != "PostgreSQL" {
        return Ok(());
    }
    match connection.execute(r#"CREATE COLLATION IF NOT EXISTS "binary" FROM "C""#).await {
        // Another process was quicker by a moment.
        Err(error) if is_taken(&error) => Ok(()),
        done => done.map(|_| ()),
    }
}

/// Whether the database answers.
pub(super) async fn check(pool: &AnyPool) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT 1").execute(pool).await.map(|_| ())
}

/// Whether this is the refusal of a unique index.
pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// Whether this is the refusal of a foreign key: a row was to refer to one that is gone, or to be left behind by it.
pub(super) fn is_orphan(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
}
