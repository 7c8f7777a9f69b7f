//! Holdall's SQLite database, opened while the server is not running.

use std::path::PathBuf;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Connection as _, FromRow, SqliteConnection};

use crate::Result;

/// The database file of one site.
pub struct Database {
    path: PathBuf,
}

impl Database {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The rows that a query returns from a copy of the database: opening the original would repair what a killed
    /// server left.
    pub async fn rows<T>(&self, query: &'static str) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
    {
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join("holdall.db");
        for end in ["", "-wal"] {
            let from = PathBuf::from(format!("{}{end}", self.path.display()));
            if from.exists() {
                std::fs::copy(from, format!("{}{end}", copy.display()))?;
            }
        }
        let mut copy = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(copy)).await?;
        let rows = sqlx::query_as(query).fetch_all(&mut copy).await?;
        copy.close().await?;
        Ok(rows)
    }

    /// The number of rows that a query returns.
    pub async fn count(&self, query: &'static str) -> Result<usize> {
        Ok(self.rows::<(String,)>(query).await?.len())
    }

    /// Changes the original database.
    pub async fn change(&self, statements: &'static str) -> Result<()> {
        let mut database = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&self.path)).await?;
        sqlx::raw_sql(statements).execute(&mut database).await?;
        Ok(database.close().await?)
    }
}
