//! The table `limits`: token buckets, each a time. Times are in milliseconds since 1970, spans in milliseconds.

use crate::server::db::Executes;

/// Takes a token, which moves the row's time ahead by `cost`, unless it lies more than `slack` after `now`; false if it
/// does.
pub async fn take<'c>(
    db: impl Executes<'c>,
    (bucket, subject): (&str, &str),
    now: i64,
    (cost, slack): (i64, i64),
) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "INSERT INTO limits (bucket, subject, until) VALUES ($1, $2, $3 + $4) ON CONFLICT (bucket, subject) DO UPDATE \
         SET until = CASE WHEN limits.until > $3 THEN limits.until ELSE $3 END + $4 WHERE limits.until <= $3 + $5",
    )
    .bind(bucket)
    .bind(subject)
    .bind(now)
    .bind(cost)
    .bind(slack)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Moves the row's time back to `until`, if it lies after it.
pub async fn cap<'c>(db: impl Executes<'c>, bucket: &str, subject: &str, until: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE limits SET until = $3 WHERE bucket = $1 AND subject = $2 AND until > $3")
        .bind(bucket)
        .bind(subject)
        .bind(until)
        .execute(db)
        .await
        .map(|_| ())
}

/// Puts a token back.
pub async fn give_back<'c>(db: impl Executes<'c>, bucket: &str, subject: &str, cost: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE limits SET until = until - $3 WHERE bucket = $1 AND subject = $2")
        .bind(bucket)
        .bind(subject)
        .bind(cost)
        .execute(db)
        .await
        .map(|_| ())
}

/// The row's time; `None` if there is no row.
pub async fn until<'c>(db: impl Executes<'c>, bucket: &str, subject: &str) -> Result<Option<i64>, sqlx::Error> {
    let until = sqlx::query_scalar("SELECT until FROM limits WHERE bucket = $1 AND subject = $2");
    until.bind(bucket).bind(subject).fetch_optional(db).await
}

/// Sets the row's time.
pub async fn set<'c>(db: impl Executes<'c>, bucket: &str, subject: &str, until: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO limits (bucket, subject, until) VALUES ($1, $2, $3) \
         ON CONFLICT (bucket, subject) DO UPDATE SET until = excluded.until",
    )
    .bind(bucket)
    .bind(subject)
    .bind(until)
    .execute(db)
    .await
    .map(|_| ())
}

/// Deletes at most `limit` rows whose time has passed, and returns how many there were.
pub async fn delete_past<'c>(db: impl Executes<'c>, now: i64, limit: i64) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "DELETE FROM limits WHERE until <= $1 AND (bucket, subject) IN \
         (SELECT bucket, subject FROM limits WHERE until <= $1 LIMIT $2)",
    )
    .bind(now)
    .bind(limit)
    .execute(db)
    .await
    .map(|done| done.rows_affected())
}
