//! SQL and nothing else: `open` opens the database, and each table has a file. Every statement runs on SQLite and
//! PostgreSQL alike, but for those of `search`. Functions take a pool or a transaction, and make no decisions: those are in
//! `domain`.

pub(super) mod accounts;
pub(super) mod audit;
mod batch_insert;
pub(super) mod below;
pub(super) mod blobs;
pub(super) mod copies;
pub(super) mod detached;
pub(super) mod download_entries;
pub(super) mod downloads;
pub(super) mod entries;
pub(super) mod folders;
mod id_list;
pub(super) mod instance;
pub(super) mod jobs;
pub(super) mod limits;
pub(super) mod objects;
mod open;
pub(super) mod parts;
pub(super) mod places;
pub(super) mod renditions;
pub(super) mod search;
pub(super) mod selections;
pub(super) mod sessions;
mod transaction;
pub(super) mod trash;
pub(super) mod types;
pub(super) mod upload_states;
pub(super) mod uploads;
pub(super) mod verification;
pub(super) mod within;

use std::path::PathBuf;
use std::sync::LazyLock;

use sqlx::any::AnyArguments;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Any, AnyPool, Encode, Executor, Type};

pub(super) use open::{Unusable, open};
pub(super) use transaction::{Transaction, begin, begin_for};

/// The schema's migrations. They take no lock of their own: sqlx's belongs to a session, and a pooler may end a session's
/// statements in another one.
static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrations = sqlx::migrate!();
    migrations.set_locking(false);
    migrations
});

/// Waits until no other process migrates this PostgreSQL database; the lock ends with the transaction. A block, because
/// the function returns a type that sqlx's `Any` cannot read. The number is `holdall` in ASCII.
const MIGRATION_LOCK: &str = "DO $$ BEGIN PERFORM pg_advisory_xact_lock(29395908909165676); END $$";

/// A statement whose values are being bound.
pub(super) type Query<'q> = sqlx::query::Query<'q, Any, AnyArguments>;

/// Anything that a statement can run on: a pool, a connection or a transaction.
pub(super) trait Executes<'c>: Executor<'c, Database = Any> {}
impl<'c, E: Executor<'c, Database = Any>> Executes<'c> for E {}

/// A type that a column can hold.
pub(super) trait Column: for<'q> Encode<'q, Any> + Type<Any> + Clone + Send + Sync + Unpin + 'static {}
impl<T: for<'q> Encode<'q, Any> + Type<Any> + Clone + Send + Sync + Unpin + 'static> Column for T {}

/// Which database to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file, in a folder that exists.
    Sqlite(PathBuf),
    /// A `postgres://` address, which may include a password.
    Postgres(String),
}

/// Migrates the schema to this binary's version, on PostgreSQL in one transaction. Fails if the database is newer than the
/// binary.
pub(super) async fn migrate(pool: &AnyPool) -> Result<(), MigrateError> {
    if !is_postgres(pool).await? {
        MIGRATIONS.run(pool).await?;
        return Ok(search::create(&mut *pool.acquire().await?, true).await?);
    }
    name_byte_order(pool).await?;
    let mut transaction = begin(pool).await?;
    transaction.execute(MIGRATION_LOCK).await?;
    MIGRATIONS.run(&mut *transaction).await?;
    search::create(&mut transaction, false).await?;
    Ok(transaction.commit().await?)
}

async fn is_postgres(pool: &AnyPool) -> Result<bool, sqlx::Error> {
    Ok(pool.acquire().await?.backend_name() == "PostgreSQL")
}

/// Creates a collation `binary` in PostgreSQL, the name that SQLite has for the order of bytes, so that the same SQL
/// sorts alike on both whatever the database's default collation is.
async fn name_byte_order(pool: &AnyPool) -> Result<(), sqlx::Error> {
    match pool.execute(r#"CREATE COLLATION IF NOT EXISTS "binary" FROM "C""#).await {
        // Another process has created it at the same time.
        Err(error) if is_taken(&error) => Ok(()),
        done => done.map(|_| ()),
    }
}

/// Checks that the database can be written to, by writing the time to a row that has no other use.
pub(super) async fn check(pool: &AnyPool, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO readiness (one, written) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET written = excluded.written",
    )
    .bind(now)
    .execute(pool)
    .await
    .map(|_| ())
}

/// Whether the error may mean that the disk or a quota of the database is used up. SQLite has a code for the former, and
/// for a quota only those of writes that fail (<https://www.sqlite.org/rescode.html>).
pub(super) fn may_be_full(error: &sqlx::Error) -> bool {
    // SQLite's FULL, IOERR_WRITE, IOERR_FSYNC, IOERR_TRUNCATE and IOERR_SHMSIZE, and PostgreSQL's `disk_full`.
    const CODES: [&str; 6] = ["13", "778", "1034", "1546", "4874", "53100"];
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| CODES.contains(&&*code))
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
