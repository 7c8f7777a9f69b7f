//! The database rows of sessions, for the session layer in `web`. A row is found by the hash of the session's id; the
//! id itself is not stored.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sqlx::AnyPool;

use crate::model::id::AccountId;
use crate::server::clock::{Clock, milliseconds};
use crate::server::db::sessions as rows;
use crate::server::domain::Error;
use crate::server::domain::access::accounts::Account;

/// How long a session lasts without a request: thirty days.
pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How many sessions an account has at most.
const OF_ACCOUNT: i64 = 100;

/// A session to be stored.
pub struct SessionRecord<'a> {
    /// The session's id, as in the cookie.
    pub id: i128,
    /// The account that is signed in, if one is.
    pub account: Option<&'a AccountId>,
    /// The session's values, as JSON.
    pub data: &'a str,
    /// The client's description of itself, from its `User-Agent` header.
    pub device: &'a str,
    /// The client's IP address.
    pub address: &'a str,
}

/// A session as it is stored.
pub struct LoadedSession {
    /// The session's values, as JSON.
    pub data: String,
    /// When it expires, in milliseconds since 1970.
    pub expires: i64,
    /// The account that is signed in, if one is and it is not disabled.
    pub account: Option<Account>,
}

/// The verbs over sessions.
#[derive(Clone, Debug)]
pub struct Sessions {
    pool: AnyPool,
    clock: Clock,
}

impl Sessions {
    /// Works on this database.
    pub(in crate::server) fn new(pool: AnyPool, clock: Clock) -> Self {
        Self { pool, clock }
    }

    /// Adds a session; false if its id is taken, and the caller must try another one. If the account has more than a
    /// hundred, the one that was used longest ago ends.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn create(&self, session: &SessionRecord<'_>) -> Result<bool, Error> {
        let is_new = rows::insert(&self.pool, &row(session, &hashed(session.id), self.clock.now())).await?;
        if is_new && let Some(account) = session.account {
            rows::delete_oldest(&self.pool, account, OF_ACCOUNT).await?;
        }
        Ok(is_new)
    }

    /// Updates a session. One that was ended meanwhile stays ended.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn save(&self, session: &SessionRecord<'_>) -> Result<(), Error> {
        Ok(rows::update(&self.pool, &row(session, &hashed(session.id), self.clock.now())).await?)
    }

    /// A session that has not expired; `None` if there is none of this id.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn load(&self, id: i128) -> Result<Option<LoadedSession>, Error> {
        let mut rows = rows::load(&self.pool, &hashed(id), self.clock.now()).await?;
        let pictures = rows.iter_mut().filter_map(|row| row.picture.take()).collect();
        Ok(rows.into_iter().next().map(|row| LoadedSession {
            data: row.data,
            expires: row.expires,
            account: row.account.filter(|row| row.disabled.is_none()).map(|row| Account::of(row, pictures)),
        }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn end(&self, id: i128) -> Result<(), Error> {
        Ok(rows::delete(&self.pool, &hashed(id)).await?)
    }
}

/// The hash of a session's id. SHA-256 needs no salt here, as ids are 128 random bits.
fn hashed(id: i128) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(id.to_be_bytes()))
}

fn row<'a>(session: &SessionRecord<'a>, hash: &'a str, now: i64) -> rows::SessionValues<'a> {
    rows::SessionValues {
        hash,
        account: session.account,
        data: session.data,
        device: session.device,
        address: session.address,
        now,
        expires: now + milliseconds(LIFETIME),
    }
}
