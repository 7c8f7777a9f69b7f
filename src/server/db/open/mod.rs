//! Opening the database. One connection is made first and asked what a pool would hide behind "timed out": whether the
//! database can be reached, whether it can be written to, and, of SQLite, whether its file is sound.

mod server;

use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _};

use crate::server::db::Database;

/// Characters that a folder's name may have, but that mean something else in an address for sqlx.
const NOT_IN_PATH: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

/// How long a database server may take to come up, and how long a request waits for a connection.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The size of a SQLite file from which its check at the start may take seconds, and is announced: 256 MiB.
const LARGE: u64 = 256 << 20;

/// What every connection to SQLite sets. FULL, so that an acknowledged upload survives a power failure.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; \
                       PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL;";

/// Why the database cannot be used, as a sentence for the operator that names its file or server.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// SQLite cannot open the file or cannot write to it.
    #[error(
        "the database {path} cannot be opened and written to: {cause}. The user that runs Holdall needs the right to write \
         to this file, to {name}-wal and {name}-shm beside it, and to the folder {folder}, and the disk must not be mounted \
         read-only",
        path = .path.display(), name = name_of(.path), folder = folder_of(.path).display()
    )]
    File {
        /// The database's file.
        path: PathBuf,
        /// What SQLite says.
        cause: sqlx::Error,
    },
    /// SQLite finds its file damaged.
    #[error(
        "the database {path} is damaged: {what}. Stop every Holdall, keep a copy of the file, and restore a backup; \
         `sqlite3 {path} .recover` saves what can still be read",
        path = .path.display()
    )]
    Damaged {
        /// The database's file.
        path: PathBuf,
        /// What SQLite says.
        what: String,
    },
    /// The server cannot be reached, or refuses.
    #[error("the database at {server} (DATABASE_URL) cannot be used: {cause}")]
    Server {
        /// Host, port and name, without the password.
        server: String,
        /// What the server or the network says.
        cause: sqlx::Error,
    },
    /// The server answers and takes no writes.
    #[error("the database at {server} (DATABASE_URL) cannot be written to: {why}")]
    ReadOnly {
        /// Host, port and name, without the password.
        server: String,
        /// Why it takes none.
        why: &'static str,
    },
    /// The database cannot hold all characters.
    #[error(
        "the database at {server} (DATABASE_URL) keeps text as {encoding}, and names of files need UTF8. An encoding cannot \
         be changed: make a database with CREATE DATABASE holdall ENCODING 'UTF8' TEMPLATE template0 LC_COLLATE 'C' \
         LC_CTYPE 'C', and name that one in DATABASE_URL"
    )]
    Encoding {
        /// Host, port and name, without the password.
        server: String,
        /// PostgreSQL's name of the encoding.
        encoding: String,
    },
    /// A pooler in front of the server loses or mixes up prepared statements.
    #[error(
        "the database at {server} (DATABASE_URL) is behind a pooler that gives each transaction another connection and does \
         not carry prepared statements along, so statements would get lost or mixed up. With PgBouncer: pool_mode = \
         session; or version 1.21 or later with max_prepared_statements above 0, and no statement-cache-capacity=0 in \
         DATABASE_URL. Or name PostgreSQL itself in DATABASE_URL: Holdall has a pool of its own"
    )]
    Pooler {
        /// Host, port and name, without the password.
        server: String,
    },
    /// A pooler refuses how connections begin.
    #[error(
        "the database at {server} (DATABASE_URL) refuses how connections begin: {message}. With PgBouncer: \
         ignore_startup_parameters = extra_float_digits"
    )]
    StartupParameter {
        /// Host, port and name, without the password.
        server: String,
        /// What the pooler says.
        message: String,
    },
}

/// Opens the database, and creates SQLite's file if it is missing. Does not migrate.
///
/// # Errors
/// [`Unusable`], at once, but for a server that is still coming up, which is waited for.
pub async fn open(database: &Database) -> Result<AnyPool, Unusable> {
    sqlx::any::install_default_drivers();
    match database {
        Database::Sqlite(path) => {
            let text = path.to_string_lossy();
            let address = format!("sqlite://{}?mode=rwc", utf8_percent_encode(&text, NOT_IN_PATH));
            check_file(path, &address).await?;
            open_file(&address).await.map_err(|cause| Unusable::File { path: absolute(path), cause })
        }
        Database::Postgres(address) => {
            let server = server::name_of(address);
            server::check(&server, address).await?;
            let options = AnyPoolOptions::new().acquire_timeout(LONGEST_WAIT).max_connections(16);
            options.connect(address).await.map_err(|cause| Unusable::Server { server, cause })
        }
    }
}

async fn open_file(address: &str) -> Result<AnyPool, sqlx::Error> {
    options_for_file().connect(address).await
}

fn options_for_file() -> AnyPoolOptions {
    AnyPoolOptions::new()
        .acquire_timeout(LONGEST_WAIT)
        .max_connections(8)
        // A file does not disconnect, and testing each connection first would double the cost of a query.
        .test_before_acquire(false)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(PRAGMAS).await?;
                Ok(())
            })
        })
        .after_release(|connection, _| Box::pin(is_outside_transaction(connection)))
}

/// Whether a connection may go back to the pool. On a full disk SQLite may end a transaction by itself
/// (<https://www.sqlite.org/lang_transaction.html>, section 3); sqlx then fails to roll it back and still counts it as
/// open: what is committed later would be part of a transaction that nothing ends.
async fn is_outside_transaction(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // The rollback of a transaction that was dropped is still to be done, and comes before the answer.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

async fn check_file(path: &Path, address: &str) -> Result<(), Unusable> {
    let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if size >= LARGE {
        tracing::info!(path = %path.display(), mebibytes = size >> 20, "checking the database, which may take a while");
    }
    let failed = |cause: sqlx::Error| {
        let (path, text) = (absolute(path), cause.to_string());
        // SQLITE_CORRUPT and SQLITE_NOTADB.
        if code_of(&cause).is_some_and(|code| [11, 26].contains(&code)) {
            Unusable::Damaged { path, what: text }
        } else {
            Unusable::File { path, cause }
        }
    };
    let mut connection = AnyConnection::connect(address).await.map_err(failed)?;
    connection.execute(PRAGMAS).await.map_err(failed)?;
    match connection.execute("BEGIN IMMEDIATE; ROLLBACK;").await {
        // Another process is writing, so the file can be written to.
        Err(error) if code_of(&error) == Some(5) => {}
        Err(error) => return Err(failed(error)),
        Ok(_) => {}
    }
    let found: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut connection).await.map_err(failed)?;
    if found != "ok" {
        return Err(Unusable::Damaged { path: absolute(path), what: found });
    }
    // What is left to close is a file that was only read.
    drop(connection.close().await);
    Ok(())
}

/// SQLite's primary result code, the lower byte of its extended one.
fn code_of(error: &sqlx::Error) -> Option<u32> {
    error.as_database_error()?.code()?.parse::<u32>().ok().map(|code| code & 0xff)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::db;

    /// A pool of a single connection to a new file in this folder, and the file's address.
    async fn one_connection(folder: &Path) -> (AnyPool, String) {
        sqlx::any::install_default_drivers();
        let address = format!("sqlite://{}/holdall.db?mode=rwc", folder.display());
        (options_for_file().max_connections(1).connect(&address).await.unwrap(), address)
    }

    #[tokio::test]
    async fn what_is_committed_after_the_file_was_full_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let (pool, address) = one_connection(folder.path()).await;
        pool.execute("CREATE TABLE kept (word TEXT NOT NULL)").await.unwrap();
        pool.execute("PRAGMA max_page_count = 5").await.unwrap();
        let mut full = db::begin(&pool).await.unwrap();
        let error = full.execute("INSERT INTO kept VALUES (hex(zeroblob(100000)))").await.unwrap_err();
        assert_eq!(code_of(&error), Some(13), "{error}");
        drop(full);
        // Rolled back to where it began, it would leave a transaction open that sqlx did not begin.
        let mut refused = db::begin(&pool).await.unwrap();
        refused.execute("INSERT INTO kept VALUES ('refused')").await.unwrap();
        drop(refused);
        let mut after = db::begin(&pool).await.unwrap();
        after.execute("INSERT INTO kept VALUES ('acknowledged')").await.unwrap();
        after.commit().await.unwrap();
        let other = open_file(&address).await.unwrap();
        let kept: Vec<String> = sqlx::query_scalar("SELECT word FROM kept").fetch_all(&other).await.unwrap();
        assert_eq!(kept, ["acknowledged"]);
    }

    #[tokio::test]
    async fn a_connection_whose_transaction_was_rolled_back_is_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let (pool, _) = one_connection(folder.path()).await;
        pool.execute("CREATE TEMP TABLE only_here (word TEXT)").await.unwrap();
        for _ in 0..3 {
            let mut dropped = db::begin(&pool).await.unwrap();
            dropped.execute("INSERT INTO only_here VALUES ('lost')").await.unwrap();
        }
        let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM only_here").fetch_one(&pool).await.unwrap();
        assert_eq!(left, 0);
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_refused_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("holdall.db");
        std::fs::write(&path, vec![b'x'; 8192]).unwrap();
        let refused = open(&Database::Sqlite(path.clone())).await.unwrap_err();
        assert!(matches!(refused, Unusable::Damaged { .. }), "{refused}");
        assert!(refused.to_string().contains(path.to_str().unwrap()), "{refused}");
    }

    #[tokio::test]
    async fn a_database_whose_pages_were_overwritten_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("holdall.db");
        let pool = open(&Database::Sqlite(path.clone())).await.unwrap();
        db::migrate(&pool).await.unwrap();
        pool.close().await;
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[8192..].fill(0xa5);
        std::fs::write(&path, bytes).unwrap();
        let refused = open(&Database::Sqlite(path)).await.unwrap_err();
        assert!(matches!(refused, Unusable::Damaged { .. }), "{refused}");
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_is_named_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("holdall.db");
        let refused = open(&Database::Sqlite(path.clone())).await.unwrap_err().to_string();
        assert!(refused.contains(path.to_str().unwrap()), "{refused}");
        assert!(!refused.contains("timed out"), "{refused}");
    }
}
