//! What a PostgreSQL server, and a pooler in front of it, have to be able to do: asked once, at the start.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AnyConnection, Connection as _, Executor as _};
use tokio::time::{Instant, timeout, timeout_at};

use crate::server::db::open::{LONGEST_WAIT, Unusable};

/// The pause before a server that is coming up is tried again.
const AGAIN: Duration = Duration::from_millis(250);
/// The longest that is waited to see whether a pooler changes servers under a connection.
const PROBE: Duration = Duration::from_secs(5);
/// How many other transactions are open during the probe, so that a pooler must use other connections to the server.
const OTHERS: usize = 3;

/// What the server says about itself: its encoding, whether transactions are read-only, whether it is a standby.
const QUESTION: &str = "SELECT current_setting('server_encoding'), current_setting('transaction_read_only'), \
                        CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END";

/// Connects, waiting for a server that is still coming up, and looks whether Holdall can work with it.
///
/// # Errors
/// [`Unusable`], with the reason.
pub async fn check(server: &str, address: &str) -> Result<(), Unusable> {
    let failed = |cause| unusable(server, cause);
    let mut connection = connect(server, address).await?;
    let (encoding, read_only, is_standby): (String, String, i32) =
        sqlx::query_as(QUESTION).fetch_one(&mut connection).await.map_err(failed)?;
    if encoding != "UTF8" {
        return Err(Unusable::Encoding { server: server.to_owned(), encoding });
    }
    let why = match (read_only.as_str(), is_standby) {
        ("off", 0) => None,
        (_, 0) => Some(
            "its transactions are read-only. Look at default_transaction_read_only of the server, the database and the \
             user",
        ),
        _ => Some("it is a standby, which only copies another server. Name the primary in DATABASE_URL"),
    };
    if let Some(why) = why {
        return Err(Unusable::ReadOnly { server: server.to_owned(), why });
    }
    match timeout(PROBE, changes_servers(&mut connection, address)).await {
        Ok(Ok(true)) if is_without_names(address) => return Err(Unusable::Pooler { server: server.to_owned() }),
        Ok(Ok(true)) => tracing::info!("connections to the database are pooled, and keep their prepared statements"),
        Ok(Err(error)) if is_forgotten(&error) => return Err(failed(error)),
        // That no more connections are to be had now is no reason not to start.
        _ => {}
    }
    drop(connection.close().await);
    Ok(())
}

async fn connect(server: &str, address: &str) -> Result<AnyConnection, Unusable> {
    let failed = |cause| unusable(server, cause);
    let deadline = Instant::now() + LONGEST_WAIT;
    loop {
        let made = timeout_at(deadline, AnyConnection::connect(address)).await;
        match made.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
            Ok(connection) => return Ok(connection),
            Err(error) if is_coming_up(&error) && Instant::now() + AGAIN < deadline => tokio::time::sleep(AGAIN).await,
            Err(sqlx::Error::PoolTimedOut) => {
                let silent = std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer within ten seconds");
                return Err(failed(sqlx::Error::Io(silent)));
            }
            Err(error) => return Err(failed(error)),
        }
    }
}

/// Whether a pooler lends this connection another server for each transaction. Others hold transactions open between two
/// questions of this connection, so that its server is lent to one of them. A pooler that does not carry prepared
/// statements along, such as PgBouncer before 1.21, makes one of the questions fail ([`is_forgotten`]).
async fn changes_servers(connection: &mut AnyConnection, address: &str) -> Result<bool, sqlx::Error> {
    let before = process(connection).await?;
    let mut others = Vec::with_capacity(OTHERS);
    for _ in 0..OTHERS {
        let mut other = AnyConnection::connect(address).await?;
        other.execute("BEGIN").await?;
        process(&mut other).await?;
        others.push(other);
    }
    let after = process(connection).await?;
    for other in others {
        drop(other.close().await);
    }
    Ok(before != after)
}

/// The server process that answers.
async fn process(connection: &mut AnyConnection) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(connection).await
}

/// Why a server cannot be used, where it is a pooler's doing in words about poolers.
fn unusable(server: &str, cause: sqlx::Error) -> Unusable {
    let server = server.to_owned();
    if is_forgotten(&cause) {
        return Unusable::Pooler { server };
    }
    match cause.as_database_error().map(DatabaseError::message) {
        Some(message) if message.contains("startup parameter") => {
            Unusable::StartupParameter { server, message: message.to_owned() }
        }
        _ => Unusable::Server { server, cause },
    }
}

/// Whether prepared statements got mixed up or lost: PostgreSQL's `duplicate_prepared_statement` and
/// `invalid_sql_statement_name`.
fn is_forgotten(error: &sqlx::Error) -> bool {
    code_is(error, &["42P05", "26000"])
}

/// Whether the address turns named prepared statements off. What is then prepared and what is executed may reach
/// different servers behind a pooler, and nothing would notice.
fn is_without_names(address: &str) -> bool {
    let url = url::Url::parse(address);
    url.is_ok_and(|url| url.query_pairs().any(|(name, value)| name == "statement-cache-capacity" && value == "0"))
}

/// Whether a server refuses connections only because it is starting (57P03 is PostgreSQL's `cannot_connect_now`).
fn is_coming_up(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        other => code_is(other, &["57P03"]),
    }
}

fn code_is(error: &sqlx::Error, codes: &[&str]) -> bool {
    error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| codes.contains(&code.as_ref()))
}

/// The server and the database of an address, without user and password.
pub fn name_of(address: &str) -> String {
    let Ok(options) = PgConnectOptions::from_str(address) else { return "an address that cannot be read".to_owned() };
    let server = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    format!("{server}/{}", options.get_database().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_without_its_password() {
        assert_eq!(name_of("postgres://ada:secret@db.example:6000/files"), "db.example:6000/files");
    }

    /// An error as a server or a pooler sends it.
    #[derive(Debug, thiserror::Error)]
    #[error("{message}")]
    struct Said {
        code: &'static str,
        message: &'static str,
    }

    impl DatabaseError for Said {
        fn message(&self) -> &str {
            self.message
        }
        fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
            Some(self.code.into())
        }
        fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
            self
        }
        fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
            self
        }
        fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
            self
        }
        fn kind(&self) -> sqlx::error::ErrorKind {
            sqlx::error::ErrorKind::Other
        }
    }

    #[test]
    fn what_a_pooler_does_is_said_in_words_about_poolers() {
        let refusal = |code, message| {
            let cause = sqlx::Error::Database(Box::new(Said { code, message }));
            unusable("db.example:6432/files", cause).to_string()
        };
        for (code, message) in [
            ("42P05", "prepared statement \"sqlx_s_1\" already exists"),
            ("26000", "prepared statement \"sqlx_s_1\" does not exist"),
        ] {
            let words = refusal(code, message);
            assert!(words.contains("pool_mode = session") && words.contains("db.example:6432/files"), "{words}");
        }
        let words = refusal("08P01", "unsupported startup parameter: extra_float_digits");
        assert!(words.contains("ignore_startup_parameters = extra_float_digits"), "{words}");
        let words = refusal("28P01", "password authentication failed for user \"ada\"");
        assert!(words.contains("password authentication failed") && !words.contains("PgBouncer"), "{words}");
    }

    #[test]
    fn an_address_may_turn_named_statements_off() {
        assert!(is_without_names("postgres://db.example/files?sslmode=disable&statement-cache-capacity=0"));
        for named in ["postgres://db.example/files", "postgres://db.example/files?statement-cache-capacity=50"] {
            assert!(!is_without_names(named), "{named}");
        }
    }
}
