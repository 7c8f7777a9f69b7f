//! The two databases that every test runs on, and the macro that makes two tests out of one.

use std::path::Path;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

/// Where a test's rows are.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file in the data folder.
    Sqlite,
    /// A database of the test's own on the server of `HOLDALL_TEST_POSTGRES`.
    Postgres {
        /// The server's address, up to the database's name.
        server: String,
        /// What follows the name.
        query: String,
        /// The database's name.
        name: String,
    },
}

impl Database {
    /// Makes an empty database on the server that the environment names; fails where it names none.
    pub async fn postgres() -> Self {
        Self::made_with("").await
    }

    /// The same, ordering text as Czech does by itself: `ch` comes between `h` and `i`.
    pub async fn czech_postgres() -> Self {
        Self::made_with("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'cs' LOCALE 'C'").await
    }

    async fn made_with(options: &str) -> Self {
        let given = given("HOLDALL_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres");
        sqlx::any::install_default_drivers();
        let name = format!("holdall_{}", random());
        run_on(&given, format!("CREATE DATABASE {name} {options}")).await;
        let (address, query) = given.split_once('?').map_or((given.as_str(), ""), |(address, query)| (address, query));
        let server = address.rsplit_once('/').expect("a database in HOLDALL_TEST_POSTGRES").0.to_owned();
        Self::Postgres { server, query: query.to_owned(), name }
    }

    /// The address, as Holdall is given it.
    pub fn url(&self, data: &Path) -> String {
        match self {
            Self::Sqlite => format!("sqlite://{}/holdall.db", data.display()),
            Self::Postgres { server, query, name } => format!("{server}/{name}?{query}"),
        }
    }

    /// Takes the test's own database away again, whoever is still connected to it.
    pub async fn remove(self) {
        if let Self::Postgres { server, query, name } = self {
            run_on(&format!("{server}/postgres?{query}"), format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

async fn run_on(address: &str, statement: String) {
    let mut connection = AnyConnection::connect(address).await.expect("the server of HOLDALL_TEST_POSTGRES");
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.expect("a statement that is carried out");
    connection.close().await.expect("a connection that ends");
}

/// A server for tests, as the environment names it. Without one the test fails: a run that could not be made never passes.
pub fn given(variable: &str, example: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "servers for tests are no setting of Holdall's")]
    let given = std::env::var(variable);
    given.unwrap_or_else(|_| panic!("{variable} must name a server, such as {example}: script/test starts one"))
}

/// Letters and digits that nobody else has.
pub fn random() -> String {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).expect("randomness");
    data_encoding::BASE32_DNSSEC.encode(&bytes)
}

/// Runs the functions named, each with a fresh database, as tests in the modules `sqlite` and `postgres`.
macro_rules! on_both_databases {
    ($($name:ident,)+) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name($crate::database::Database::Sqlite).await;
                }
            )+
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread")]
                #[ignore = "needs PostgreSQL: script/test runs it"]
                async fn $name() {
                    let database = $crate::database::Database::postgres().await;
                    super::$name(database.clone()).await;
                    database.remove().await;
                }
            )+
        }
    };
}

pub(crate) use on_both_databases;
