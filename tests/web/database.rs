//! The two databases on which every test runs, and the macro that generates both tests.

use std::path::Path;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

/// The database of a test.
#[derive(Clone, Debug)]
pub enum Database {
    /// An SQLite file in the data folder.
    Sqlite,
    /// A database for one test on the server of `HOLDALL_TEST_POSTGRES`.
    Postgres {
        /// The server's address up to the database's name.
        server: String,
        /// The part of the address after the name.
        query: String,
        /// The database's name.
        name: String,
    },
}

impl Database {
    /// Creates an empty database on the server that the environment names; panics if it names none.
    pub async fn postgres() -> Self {
        Self::made_with("").await
    }

    /// The same with Czech collation, in which `ch` sorts between `h` and `i`.
    pub async fn czech_postgres() -> Self {
        Self::made_with("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'cs' LOCALE 'C'").await
    }

    /// The same, keeping text in this encoding.
    pub async fn postgres_in(encoding: &str) -> Self {
        Self::made_with(&format!("TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")).await
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

    /// The database's address as a setting of Holdall.
    pub fn url(&self, data: &Path) -> String {
        match self {
            Self::Sqlite => format!("sqlite://{}/holdall.db", data.display()),
            Self::Postgres { server, query, name } => format!("{server}/{name}?{query}"),
        }
    }

    /// Drops the test's database, even if clients are still connected.
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

/// The server that the environment names. Panics without one, because a test that could not run must not pass.
pub fn given(variable: &str, example: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "servers for tests are no setting of Holdall's")]
    let given = std::env::var(variable);
    given.unwrap_or_else(|_| panic!("{variable} must name a server, such as {example}: script/test starts one"))
}

/// A random name that no other test uses.
pub fn random() -> String {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).expect("randomness");
    data_encoding::BASE32_DNSSEC.encode(&bytes)
}

/// Generates tests in the modules `sqlite` and `postgres`, each of which runs one of these functions with a fresh
/// database.
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
