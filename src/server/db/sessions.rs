//! The table `sessions`.

use crate::model::id::AccountId;
use crate::server::db::Executes;

/// The values of a row.
pub struct SessionRow<'a> {
    pub hash: &'a str,
    pub account: Option<&'a AccountId>,
    pub data: &'a str,
    pub device: &'a str,
    pub address: &'a str,
    pub now: i64,
    pub expires: i64,
}

/// Inserts a session; false if the hash is taken.
pub async fn insert<'c>(db: impl Executes<'c>, row: &SessionRow<'_>) -> Result<bool, sqlx::Error> {
    bind(
        sqlx::query(
            "INSERT INTO sessions (hash, account, data, device, address, created, seen, expires) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT (hash) DO NOTHING",
        ),
        row,
    )
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Updates a session. One that was deleted meanwhile is not inserted again.
pub async fn update<'c>(db: impl Executes<'c>, row: &SessionRow<'_>) -> Result<(), sqlx::Error> {
    bind(
        sqlx::query(
            "UPDATE sessions SET account = $2, data = $3, device = $4, address = $5, seen = $6, expires = $7 WHERE hash = $1",
        ),
        row,
    )
    .execute(db)
    .await
    .map(|_| ())
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind<'q>(query: Query<'q>, row: &'q SessionRow<'_>) -> Query<'q> {
    query
        .bind(row.hash)
        .bind(row.account)
        .bind(row.data)
        .bind(row.device)
        .bind(row.address)
        .bind(row.now)
        .bind(row.expires)
}

/// The data and the expiry (milliseconds since 1970) of a session that has not expired at `now`.
pub async fn load<'c>(db: impl Executes<'c>, hash: &str, now: i64) -> Result<Option<(String, i64)>, sqlx::Error> {
    sqlx::query_as("SELECT data, expires FROM sessions WHERE hash = $1 AND expires > $2")
        .bind(hash)
        .bind(now)
        .fetch_optional(db)
        .await
}

/// Deletes a session.
pub async fn delete<'c>(db: impl Executes<'c>, hash: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE hash = $1").bind(hash).execute(db).await.map(|_| ())
}

/// Deletes all sessions of an account.
pub async fn delete_of<'c>(db: impl Executes<'c>, account: &AccountId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE account = $1").bind(account).execute(db).await.map(|_| ())
}

/// Deletes at most `limit` sessions that expired before `now`, and returns how many there were.
pub async fn delete_expired<'c>(db: impl Executes<'c>, now: i64, limit: i64) -> Result<u64, sqlx::Error> {
    let expired = "DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions WHERE expires <= $1 LIMIT $2)";
    sqlx::query(expired).bind(now).bind(limit).execute(db).await.map(|done| done.rows_affected())
}
