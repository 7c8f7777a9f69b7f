//! The session store of tower-sessions, backed by the domain's sessions.

use axum_login::tower_sessions::cookie::time::OffsetDateTime;
use axum_login::tower_sessions::session::{Id, Record};
use axum_login::tower_sessions::session_store::{Error, Result};

use crate::model::id::AccountId;
use crate::server::domain;
use crate::server::domain::access::sessions::{SessionRecord, Sessions};
use crate::server::subject_queue::SubjectQueue;
use crate::server::web::auth::{ADDRESS, DEVICE, LOADING};

/// How many sessions are looked up at once for one client (IPv6: for a /48). The database has few connections, for which
/// all wait in one line, and anybody can make up cookies.
const LOOK_UPS: usize = 8;

/// Stores sessions in the database.
#[derive(Clone, Debug)]
pub struct SessionStore {
    sessions: Sessions,
    look_ups: SubjectQueue<String>,
}

impl SessionStore {
    /// A store backed by these sessions.
    pub fn new(sessions: Sessions) -> Self {
        Self { sessions, look_ups: SubjectQueue::new(LOOK_UPS) }
    }
}

#[async_trait::async_trait]
impl axum_login::tower_sessions::SessionStore for SessionStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let row = Row::of(record)?;
        while !self.sessions.create(&row.kept(record)).await.map_err(failed)? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.sessions.save(&Row::of(record)?.kept(record)).await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        // There is no network outside a request.
        let network = LOADING.try_with(|loading| loading.network.clone()).unwrap_or_default();
        let permit = self.look_ups.enter(&network).await;
        let found = self.sessions.load(id.0).await.map_err(failed)?;
        drop(permit);
        let Some(session) = found else { return Ok(None) };
        let data = serde_json::from_str(&session.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(session.expires / 1000)
            .map_err(|error| Error::Decode(error.to_string()))?;
        if let Some(account) = session.account {
            // There is nobody to hand it to outside a request.
            let _ = LOADING.try_with(|loading| drop(loading.account.set(account)));
        }
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.sessions.end(id.0).await.map_err(failed)
    }
}

fn failed(error: domain::Error) -> Error {
    Error::Backend(error.to_string())
}

/// A record's values in the types of the columns.
struct Row {
    account: Option<AccountId>,
    data: String,
    device: String,
    address: String,
}

impl Row {
    fn of(record: &Record) -> Result<Self> {
        let text = |key: &str| record.data.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        // axum-login stores {"user_id": …, "auth_hash": …}, where `auth_hash` is the account's session key.
        let account =
            record.data.get("axum-login.data").and_then(|data| data.get("user_id")).and_then(|id| id.as_str());
        Ok(Self {
            account: account.and_then(AccountId::parse),
            data: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
            device: text(DEVICE),
            address: text(ADDRESS),
        })
    }

    fn kept(&self, record: &Record) -> SessionRecord<'_> {
        SessionRecord {
            id: record.id.0,
            account: self.account.as_ref(),
            data: &self.data,
            device: &self.device,
            address: &self.address,
        }
    }
}
