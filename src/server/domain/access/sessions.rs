//! Sessions as rows: what the web's session layer keeps, under the hash of a session's id and never the id itself.

use sha2::{Digest as _, Sha256};
use sqlx::AnyPool;

use crate::model::id::AccountId;
use crate::server::clock;
use crate::server::db::sessions as rows;
use crate::server::domain::Error;

/// A session to be kept.
pub struct SessionRecord<'a> {
    /// The session's id, as the cookie holds it.
    pub id: i128,
    /// Who is signed in.
    pub account: Option<&'a AccountId>,
    /// The session's values, as JSON.
    pub data: &'a str,
    /// What the browser says it is.
    pub device: &'a str,
    /// Where it came from.
    pub address: &'a str,
    /// When it ends: milliseconds.
    pub expires: i64,
}

/// The sessions of this site.
#[derive(Clone, Debug)]
pub struct Sessions {
    pool: AnyPool,
}

impl Sessions {
    /// Over this database.
    pub(in crate::server) fn new(pool: AnyPool) -> Self {
        Self { pool }
    }

    /// Adds a session; false where its id is in use, and another must be tried.
    pub async fn create(&self, session: &SessionRecord<'_>) -> Result<bool, Error> {
        Ok(rows::insert(&self.pool, &row(session, &hashed(session.id))).await?)
    }

    /// Writes a session that is there; one that was ended meanwhile stays ended.
    pub async fn save(&self, session: &SessionRecord<'_>) -> Result<(), Error> {
        Ok(rows::update(&self.pool, &row(session, &hashed(session.id))).await?)
    }

    /// The values and the end (milliseconds) of a session that has not ended.
    pub async fn load(&self, id: i128) -> Result<Option<(String, i64)>, Error> {
        Ok(rows::load(&self.pool, &hashed(id), clock::now()).await?)
    }

    /// Ends a session.
    pub async fn end(&self, id: i128) -> Result<(), Error> {
        Ok(rows::delete(&self.pool, &hashed(id)).await?)
    }
}

/// SHA-256 needs no salt here: the ids are 128 random bits.
fn hashed(id: i128) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(id.to_be_bytes()))
}

fn row<'a>(session: &SessionRecord<'a>, hash: &'a str) -> rows::SessionRow<'a> {
    rows::SessionRow {
        hash,
        account: session.account,
        data: session.data,
        device: session.device,
        address: session.address,
        now: clock::now(),
        expires: session.expires,
    }
}
