//! The table `accounts`.

use sqlx::FromRow;

use crate::model::account::Role;
use crate::model::id::AccountId;
use crate::server::db::{Executes, Transaction};

/// A row of the table. It never leaves the server: `password` is a hash, and `session_key` a secret that every session
/// of the account holds.
#[derive(Clone, FromRow)]
pub struct AccountRecord {
    pub id: AccountId,
    pub name: String,
    pub email: String,
    pub password: String,
    pub session_key: String,
    pub role: Role,
    pub quota: Option<i64>,
    pub used: i64,
    pub disabled: Option<i64>,
}

/// The values of a new account.
pub struct NewAccount<'a> {
    pub id: &'a AccountId,
    pub name: &'a str,
    pub email: &'a str,
    pub password: &'a str,
    pub session_key: &'a str,
    pub role: Role,
    pub created: i64,
}

/// Inserts an account.
pub async fn insert<'c>(db: impl Executes<'c>, new: &NewAccount<'_>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO accounts (id, name, email, password, session_key, role, created) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.id)
    .bind(new.name)
    .bind(new.email)
    .bind(new.password)
    .bind(new.session_key)
    .bind(new.role)
    .bind(new.created)
    .execute(db)
    .await
    .map(|_| ())
}

/// Makes an account an administrator if it is the first one. If several are created at once, only one of them is
/// promoted.
pub async fn promote_first_administrator(transaction: &mut Transaction, id: &AccountId) -> Result<(), sqlx::Error> {
    let first =
        sqlx::query("INSERT INTO first_administrator (one, account) VALUES (1, $1) ON CONFLICT (one) DO NOTHING")
            .bind(id)
            .execute(&mut **transaction)
            .await?;
    if first.rows_affected() == 1 {
        sqlx::query("UPDATE accounts SET role = $2 WHERE id = $1")
            .bind(id)
            .bind(Role::Administrator)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

macro_rules! select {
    ($tail:literal) => {
        concat!("SELECT id, name, email, password, session_key, role, quota, used, disabled FROM accounts ", $tail)
    };
}

/// The account of this id.
pub async fn by_id<'c>(db: impl Executes<'c>, id: &AccountId) -> Result<Option<AccountRecord>, sqlx::Error> {
    sqlx::query_as(select!("WHERE id = $1")).bind(id).fetch_optional(db).await
}

/// The account of this folded email address.
pub async fn by_email<'c>(db: impl Executes<'c>, email: &str) -> Result<Option<AccountRecord>, sqlx::Error> {
    sqlx::query_as(select!("WHERE email = $1")).bind(email).fetch_optional(db).await
}

/// At most `limit` accounts after this id, oldest first.
pub async fn page<'c>(db: impl Executes<'c>, after: &str, limit: i64) -> Result<Vec<AccountRecord>, sqlx::Error> {
    sqlx::query_as(select!("WHERE id > $1 ORDER BY id LIMIT $2")).bind(after).bind(limit).fetch_all(db).await
}

/// How many accounts there are.
pub async fn count<'c>(db: impl Executes<'c>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM accounts").fetch_one(db).await
}

/// Changes an account's name.
pub async fn set_name<'c>(db: impl Executes<'c>, id: &AccountId, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE accounts SET name = $1 WHERE id = $2").bind(name).bind(id).execute(db).await.map(|_| ())
}

/// Replaces the password hash with `new`, and the session key with it; false if the hash is not `old` any more, where that
/// is given, or if there is no such account.
pub async fn set_password<'c>(
    db: impl Executes<'c>,
    id: &AccountId,
    (old, new): (Option<&str>, &str),
    session_key: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE accounts SET password = $1, session_key = $4 WHERE id = $2 AND password = COALESCE(CAST($3 AS TEXT), password)")
        .bind(new)
        .bind(id)
        .bind(old)
        .bind(session_key)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Adds `bytes` to the account's used bytes if its own quota, or else the site's, allows that; false if it does not.
pub async fn reserve<'c>(
    db: impl Executes<'c>,
    id: &AccountId,
    bytes: i64,
    site_quota: Option<i64>,
) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "UPDATE accounts SET used = used + $1 \
         WHERE id = $2 AND used + $1 <= COALESCE(quota, $3, 9223372036854775807)",
    )
    .bind(bytes)
    .bind(id)
    .bind(site_quota)
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Subtracts `bytes` from the account's used bytes.
pub async fn release<'c>(db: impl Executes<'c>, id: &AccountId, bytes: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE accounts SET used = used - $1 WHERE id = $2").bind(bytes).bind(id).execute(db).await.map(|_| ())
}

/// Adds `more`, which may be negative, to the account's number of files and folders.
pub async fn count_entries<'c>(db: impl Executes<'c>, id: &AccountId, more: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE accounts SET entries = entries + $1 WHERE id = $2")
        .bind(more)
        .bind(id)
        .execute(db)
        .await
        .map(|_| ())
}

/// How many files and folders an account has.
pub async fn entries<'c>(db: impl Executes<'c>, id: &AccountId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT entries FROM accounts WHERE id = $1").bind(id).fetch_one(db).await
}

/// The account's used bytes, and its own quota in bytes if it has one.
pub async fn usage<'c>(db: impl Executes<'c>, id: &AccountId) -> Result<(i64, Option<i64>), sqlx::Error> {
    sqlx::query_as("SELECT used, quota FROM accounts WHERE id = $1").bind(id).fetch_one(db).await
}

/// Locks the account's row until the transaction ends.
pub async fn lock_row<'c>(db: impl Executes<'c>, id: &AccountId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE accounts SET used = used WHERE id = $1").bind(id).execute(db).await.map(|_| ())
}
