//! The table `site`: the values that exist once.

use crate::server::db::Executes;

/// Gives this site its instance id, if it has none.
pub async fn insert_instance<'c>(db: impl Executes<'c>, instance: &str) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO site (one, instance) VALUES (1, $1) ON CONFLICT (one) DO NOTHING")
        .bind(instance)
        .execute(db)
        .await
        .map(|_| ())
}

/// This site's instance id, if it has one yet.
pub async fn instance<'c>(db: impl Executes<'c>) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT instance FROM site WHERE one = 1").fetch_optional(db).await
}
