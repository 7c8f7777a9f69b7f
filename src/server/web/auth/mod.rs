//! Who acts: found once for each request, and handed to handlers, pages and server functions as a [`Principal`].

pub(super) mod session_store;

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use axum_login::{AuthUser, AuthnBackend};

use crate::model::id::AccountId;
use crate::model::problem::Problem;
use crate::server::domain::access::accounts::{Account, Accounts};
use crate::server::domain::access::principal::Principal;
use crate::server::domain::access::scope::Scope;
use crate::server::web::error::ErrorResponse;
use crate::server::{clock, domain};

/// The session of the person who asks.
pub type Session = axum_login::AuthSession<Backend>;

/// Where a session keeps what the browser says it is.
pub(super) const DEVICE: &str = "device";
/// How much of that is kept, in bytes.
const DEVICE_LIMIT: usize = 200;
/// Where a session keeps where it came from.
pub(super) const ADDRESS: &str = "address";
/// Where a session keeps when it was last written, in milliseconds.
const SEEN: &str = "seen";
/// How often a session in use is written again, so that it lives on: an hour.
const REFRESH: i64 = 3_600_000;

/// How axum-login finds accounts.
#[derive(Clone)]
pub struct Backend(pub Accounts);

impl AuthUser for Account {
    type Id = AccountId;

    fn id(&self) -> AccountId {
        self.id.clone()
    }

    fn session_auth_hash(&self) -> &[u8] {
        self.session_key()
    }
}

impl AuthnBackend for Backend {
    type User = Account;
    /// Email and password, as typed.
    type Credentials = (String, String);
    type Error = domain::Error;

    async fn authenticate(&self, (email, password): Self::Credentials) -> Result<Option<Account>, domain::Error> {
        self.0.sign_in(&email, &password).await.map(Some)
    }

    async fn get_user(&self, id: &AccountId) -> Result<Option<Account>, domain::Error> {
        self.0.by_id(id).await
    }
}

/// Puts the [`Principal`] into the request, and keeps a session that is in use alive.
pub async fn find_principal(session: Session, mut request: Request, next: Next) -> Result<Response, ErrorResponse> {
    if session.user.is_some() {
        let now = clock::now();
        let seen: Option<i64> = session.session.get(SEEN).await.map_err(|error| failed(&error))?;
        if seen.is_none_or(|seen| now - seen > REFRESH) {
            session.session.insert(SEEN, now).await.map_err(|error| failed(&error))?;
        }
    }
    request.extensions_mut().insert(session.user.map_or(Principal::Anonymous, Principal::Session));
    Ok(next.run(request).await)
}

/// Begins a session of its own for this account; one that was there before ends.
pub async fn start_session(session: &mut Session, account: &Account, parts: &Parts) -> Result<(), domain::Error> {
    let internal = |error: &dyn std::fmt::Display| domain::Error::Internal(format!("session: {error}"));
    if session.user.is_some() {
        session.logout().await.map_err(|error| internal(&error))?;
    }
    let device = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let device = &device[..device.floor_char_boundary(DEVICE_LIMIT)];
    let address =
        parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string()).unwrap_or_default();
    // A new id in any case: an id from before signing in is never one that is signed in.
    session.session.cycle_id().await.map_err(|error| internal(&error))?;
    session.session.insert(DEVICE, device).await.map_err(|error| internal(&error))?;
    session.session.insert(ADDRESS, address).await.map_err(|error| internal(&error))?;
    session.login(account).await.map_err(|error| internal(&error))
}

fn failed(error: &dyn std::fmt::Display) -> ErrorResponse {
    domain::Error::Internal(format!("session: {error}")).into()
}

/// A handler that takes this is for people who are signed in; others get 401.
pub struct CurrentAccount(pub Account);

impl<S: Sync> FromRequestParts<S> for CurrentAccount {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let account = parts.extensions.get::<Principal>().and_then(Principal::account);
        account.cloned().map(Self).ok_or_else(|| Problem::NotSignedIn.into())
    }
}

/// A handler that takes this works on what the principal may touch; whoever may touch nothing gets 401.
pub struct CurrentScope(pub Scope);

impl<S: Sync> FromRequestParts<S> for CurrentScope {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let scope = parts.extensions.get::<Principal>().and_then(Principal::scope);
        scope.map(Self).ok_or_else(|| Problem::NotSignedIn.into())
    }
}
