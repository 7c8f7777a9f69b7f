//! SQL and nothing else: this module opens the database, and each table has a file. Every statement runs on SQLite and
//! PostgreSQL alike. Functions take a pool or a transaction, and make no decisions: those are in `domain`.

pub(super) mod accounts;
pub(super) mod audit;
pub(super) mod blobs;
pub(super) mod checks;
pub(super) mod downloads;
pub(super) mod entries;
pub(super) mod folders;
pub(super) mod instance;
pub(super) mod jobs;
pub(super) mod limits;
pub(super) mod objects;
pub(super) mod parts;
pub(super) mod renditions;
pub(super) mod sessions;
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

/// Characters that a folder's name may have, but that mean something else in an address for sqlx.
const NOT_IN_PATH: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Anything that a statement can run on: a pool, a connection or a transaction.
pub(super) trait Executes<'c>: Executor<'c, Database = Any> {}
impl<'c, E: Executor<'c, Database = Any>> Executes<'c> for E {}

/// A type that a column can hold.
pub(super) trait Column: for<'q> Encode<'q, Any> + Type<Any> + Clone + Send + Sync + Unpin + 'static {}
impl<T: for<'q> Encode<'q, Any> + Type<Any> + Clone + Send + Sync + Unpin + 'static> Column for T {}

/// A transaction on either database.
pub(super) type Transaction = sqlx::Transaction<'static, Any>;

/// Which database to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file, in a folder that exists.
    Sqlite(PathBuf),
    /// A `postgres://` address, which may include a password.
    Postgres(String),
}

/// Opens the database, and creates SQLite's file if it is missing. Does not migrate.
pub(super) async fn open(database: &Database) -> Result<AnyPool, sqlx::Error> {
    sqlx::any::install_default_drivers();
    let options = AnyPoolOptions::new().acquire_timeout(Duration::from_secs(10));
    match database {
        Database::Sqlite(path) => {
            let path = path.to_string_lossy();
            let address = format!("sqlite://{}?mode=rwc", utf8_percent_encode(&path, NOT_IN_PATH));
            options
                .max_connections(8)
                // A file does not disconnect, and testing each connection first would double the cost of a query.
                .test_before_acquire(false)
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        // FULL, so that an acknowledged upload survives a power failure.
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

/// Migrates the schema to this binary's version. Fails if the database is newer than the binary.
pub(super) async fn migrate(pool: &AnyPool) -> Result<(), MigrateError> {
    name_byte_order(pool).await?;
    MIGRATIONS.run(pool).await
}

/// Creates a collation `binary` in PostgreSQL, the name that SQLite has for the order of bytes, so that the same SQL
/// sorts alike on both whatever the database's default collation is.
async fn name_byte_order(pool: &AnyPool) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    if connection.backend_name() != "PostgreSQL" {
        return Ok(());
    }
    match connection.execute(r#"CREATE COLLATION IF NOT EXISTS "binary" FROM "C""#).await {
        // Another process has created it at the same time.
        Err(error) if is_taken(&error) => Ok(()),
        done => done.map(|_| ()),
    }
}

/// Checks that the database answers.
pub(super) async fn check(pool: &AnyPool) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT 1").execute(pool).await.map(|_| ())
}

/// Whether the error is the violation of a unique index.
pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// Whether the error is the violation of a foreign key: a row refers to one that does not exist any more, or a row
/// that is still referred to was to be deleted.
pub(super) fn is_orphan(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
}
