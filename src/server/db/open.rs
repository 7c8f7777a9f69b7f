//! Opening the database. One connection is made first and asked what a pool would hide behind "timed out": whether the
//! database can be reached, whether it can be written to, and, of SQLite, whether its file is sound.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sqlx::any::AnyPoolOptions;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _};
use tokio::time::Instant;

use crate::server::db::Database;

/// Characters that a folder's name may have, but that mean something else in an address for sqlx.
const NOT_IN_PATH: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

/// How long a database server may take to come up, and how long a request waits for a connection.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The pause before a server that is coming up is tried again.
const AGAIN: Duration = Duration::from_millis(250);
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
            let server = server_of(address);
            check_server(&server, address).await?;
            let options = AnyPoolOptions::new().acquire_timeout(LONGEST_WAIT).max_connections(16);
            options.connect(address).await.map_err(|cause| Unusable::Server { server, cause })
        }
    }
}

async fn open_file(address: &str) -> Result<AnyPool, sqlx::Error> {
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
        .connect(address)
        .await
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

async fn check_server(server: &str, address: &str) -> Result<(), Unusable> {
    let failed = |cause| Unusable::Server { server: server.to_owned(), cause };
    let deadline = Instant::now() + LONGEST_WAIT;
    let mut connection = loop {
        let made = tokio::time::timeout_at(deadline, AnyConnection::connect(address)).await;
        match made.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
            Ok(connection) => break connection,
            Err(error) if is_coming_up(&error) && Instant::now() + AGAIN < deadline => tokio::time::sleep(AGAIN).await,
            Err(sqlx::Error::PoolTimedOut) => {
                let silent = std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer within ten seconds");
                return Err(failed(sqlx::Error::Io(silent)));
            }
            Err(error) => return Err(failed(error)),
        }
    };
    let question = "SELECT current_setting('transaction_read_only'), CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END";
    let (read_only, is_standby): (String, i32) =
        sqlx::query_as(question).fetch_one(&mut connection).await.map_err(failed)?;
    drop(connection.close().await);
    let why = match (read_only.as_str(), is_standby) {
        ("off", 0) => return Ok(()),
        (_, 0) => {
            "its transactions are read-only. Look at default_transaction_read_only of the server, the database and the user"
        }
        _ => "it is a standby, which only copies another server. Name the primary in DATABASE_URL",
    };
    Err(Unusable::ReadOnly { server: server.to_owned(), why })
}

/// Whether a server refuses connections only because it is starting (57P03 is PostgreSQL's `cannot_connect_now`).
fn is_coming_up(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        other => other.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "57P03"),
    }
}

/// SQLite's primary result code, the lower byte of its extended one.
fn code_of(error: &sqlx::Error) -> Option<u32> {
    error.as_database_error()?.code()?.parse::<u32>().ok().map(|code| code & 0xff)
}

/// The server and the database of an address, without user and password.
fn server_of(address: &str) -> String {
    let Ok(options) = PgConnectOptions::from_str(address) else { return "an address that cannot be read".to_owned() };
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    format!("{place}/{}", options.get_database().unwrap_or_default())
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
        crate::server::db::migrate(&pool).await.unwrap();
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

    #[test]
    fn a_server_is_named_without_its_password() {
        assert_eq!(server_of("postgres://ada:secret@db.example:6000/files"), "db.example:6000/files");
    }
}
