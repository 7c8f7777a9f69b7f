//! The table `sessions`.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use crate::model::id::AccountId;
use crate::server::db::accounts::AccountRecord;
use crate::server::db::renditions::RenditionRecord;
use crate::server::db::{Executes, Query};

/// The values of a row.
pub struct SessionValues<'a> {
    pub hash: &'a str,
    pub account: Option<&'a AccountId>,
    pub data: &'a str,
    pub device: &'a str,
    pub address: &'a str,
    pub now: i64,
    pub expires: i64,
}

/// Inserts a session; false if the hash is taken.
pub async fn insert<'c>(db: impl Executes<'c>, row: &SessionValues<'_>) -> Result<bool, sqlx::Error> {
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
pub async fn update<'c>(db: impl Executes<'c>, row: &SessionValues<'_>) -> Result<(), sqlx::Error> {
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

fn bind<'q>(query: Query<'q>, row: &'q SessionValues<'_>) -> Query<'q> {
    query
        .bind(row.hash)
        .bind(row.account)
        .bind(row.data)
        .bind(row.device)
        .bind(row.address)
        .bind(row.now)
        .bind(row.expires)
}

/// A session with its account and one of the account's avatar pictures.
pub struct SessionWithAccount {
    pub data: String,
    pub expires: i64,
    pub account: Option<AccountRecord>,
    pub picture: Option<RenditionRecord>,
}

impl<'r> FromRow<'r, AnyRow> for SessionWithAccount {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        let has = |column| row.try_get::<Option<String>, _>(column).map(|value| value.is_some());
        Ok(Self {
            data: row.try_get("data")?,
            expires: row.try_get("expires")?,
            account: if has("id")? { Some(AccountRecord::from_row(row)?) } else { None },
            picture: if has("key")? { Some(RenditionRecord::from_row(row)?) } else { None },
        })
    }
}

/// A session that has not expired at `now` (milliseconds since 1970), with its account: one row for each picture of the
/// account's avatar, smallest first, or one row if there is none; no row if there is no such session. In one statement,
/// since every request needs all of it.
pub async fn load<'c>(db: impl Executes<'c>, hash: &str, now: i64) -> Result<Vec<SessionWithAccount>, sqlx::Error> {
    sqlx::query_as(
        "SELECT s.data, s.expires, a.id, a.name, a.email, a.password, a.session_key, a.role, a.quota, a.used, a.disabled, \
         r.key, r.edge FROM sessions s LEFT JOIN accounts a ON a.id = s.account \
         LEFT JOIN renditions r ON r.account = a.id AND r.location = 'media' AND r.state = 'stored' \
         WHERE s.hash = $1 AND s.expires > $2 ORDER BY r.edge",
    )
    .bind(hash)
    .bind(now)
    .fetch_all(db)
    .await
}

/// Deletes a session.
pub async fn delete<'c>(db: impl Executes<'c>, hash: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE hash = $1").bind(hash).execute(db).await.map(|_| ())
}

/// Deletes the sessions of an account but those `kept` that were used last.
pub async fn delete_oldest<'c>(db: impl Executes<'c>, account: &AccountId, kept: i64) -> Result<(), sqlx::Error> {
    let oldest = "DELETE FROM sessions WHERE account = $1 AND hash NOT IN \
        (SELECT hash FROM sessions WHERE account = $1 ORDER BY seen DESC, hash LIMIT $2)";
    sqlx::query(oldest).bind(account).bind(kept).execute(db).await.map(|_| ())
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
