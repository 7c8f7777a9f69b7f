//! The table `instance`: the id that ties this database to its store.

use crate::server::db::Executes;

/// Gives this site its instance id, if it has none.
pub async fn insert<'c>(db: impl Executes<'c>, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO instance (one, id) VALUES (1, $1) ON CONFLICT (one) DO NOTHING")
        .bind(id)
        .execute(db)
        .await
        .map(|_| ())
}

/// This site's instance id, if it has one yet.
pub async fn id<'c>(db: impl Executes<'c>) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM instance WHERE one = 1").fetch_optional(db).await
}
