//! The principal of a request: determined once, and passed to handlers, pages and server functions as a [`Principal`].

pub(super) mod events;
pub(super) mod session_store;

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use axum_login::{AuthUser, AuthnBackend};

use crate::model::id::AccountId;
use crate::model::problem::Problem;
use crate::server::clock::Clock;
use crate::server::domain;
use crate::server::domain::access::accounts::{Account, Accounts};
use crate::server::domain::access::limits::network::network_of;
use crate::server::domain::access::principal::Principal;
use crate::server::domain::access::scope::Scope;
use crate::server::web::client_ip::ClientIp;
use crate::server::web::error::ErrorResponse;
use crate::server::web::listen::progress::Progress;

/// The session of the request.
pub type Session = axum_login::AuthSession<Backend>;

/// The name under which a session stores the browser's `User-Agent`.
pub(super) const DEVICE: &str = "device";
/// How many bytes of that are stored.
const DEVICE_LIMIT: usize = 200;
/// The name under which a session stores the client's address.
pub(super) const ADDRESS: &str = "address";
/// The name under which a session stores when it was last saved, in milliseconds since 1970.
const SEEN: &str = "seen";
/// How often a session in use is saved again, which extends its expiry, in milliseconds: an hour.
const REFRESH: i64 = 3_600_000;

/// What the session store and [`Backend`] know of the request for which axum-login asks them.
struct Loading {
    /// The network of the client: all that one subscriber has.
    network: String,
    /// The account that came with the session's row, so that it need not be asked for again.
    account: OnceLock<Account>,
}

tokio::task_local! {
    static LOADING: Loading;
}

/// Marks a `__Host-` cookie that is removed as `Secure`, which the session layer leaves out: browsers ignore a removal
/// without it, and keep the cookie (RFC 6265bis, section 5.7).
pub async fn secure_removals(mut response: Response) -> Response {
    for (name, value) in response.headers_mut() {
        let cookie = value.to_str().ok().filter(|_| *name == header::SET_COOKIE);
        let removal = cookie.filter(|cookie| cookie.starts_with("__Host-") && !cookie.contains("; Secure"));
        if let Some(secure) = removal.and_then(|cookie| format!("{cookie}; Secure").parse().ok()) {
            *value = secure;
        }
    }
    response
}

/// Tells the session store whose the request is, and lets it hand the account, which its row brings with it, to [`Backend`].
/// This layer must be outside the layers of both.
pub async fn share_request(request: Request, next: Next) -> Response {
    let client = request.extensions().get::<ClientIp>().map(|client| client.subject()).unwrap_or_default();
    let network = network_of(&client).unwrap_or(client);
    LOADING.scope(Loading { network, account: OnceLock::new() }, next.run(request)).await
}

/// Looks up accounts for axum-login.
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
    /// Email and password, as typed, and what stands for the client where clients are limited.
    type Credentials = (String, String, String);
    type Error = domain::Error;

    /// Required by axum-login. Signing in goes by `web/sign_in.rs`.
    async fn authenticate(
        &self,
        (email, password, client): Self::Credentials,
    ) -> Result<Option<Account>, domain::Error> {
        self.0.sign_in(&email, &password, &client).await.map(Some)
    }

    async fn get_user(&self, id: &AccountId) -> Result<Option<Account>, domain::Error> {
        match LOADING.try_with(|loading| loading.account.get().filter(|account| account.id == *id).cloned()) {
            Ok(Some(account)) => Ok(Some(account)),
            _ => self.0.by_id(id).await,
        }
    }
}

/// Adds the [`Principal`] to the request, and extends a session that is in use.
pub async fn find_principal(
    State(clock): State<Clock>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Result<Response, ErrorResponse> {
    if session.user.is_some() {
        let now = clock.now();
        let seen: Option<i64> = session.session.get(SEEN).await.map_err(|error| failed(&error))?;
        if seen.is_none_or(|seen| now - seen > REFRESH) {
            session.session.insert(SEEN, now).await.map_err(|error| failed(&error))?;
        }
    }
    if session.user.is_some()
        && let Some(progress) = request.extensions().get::<Arc<Progress>>()
    {
        progress.is_signed_in();
    }
    request.extensions_mut().insert(session.user.map_or(Principal::Anonymous, Principal::Session));
    Ok(next.run(request).await)
}

/// Answers 401 to whoever may touch nothing, before a byte of the body is read. Getting a page is left to its handler,
/// which leads a person to the sign-in page.
pub async fn require_principal(request: Request, next: Next) -> Result<Response, ErrorResponse> {
    let is_known = request.extensions().get::<Principal>().is_some_and(|principal| principal.scope().is_some());
    if is_known || request.method().is_safe() { Ok(next.run(request).await) } else { Err(Problem::NotSignedIn.into()) }
}

/// Starts a new session for this account; the browser's previous session ends.
pub async fn start_session(session: &mut Session, account: &Account, parts: &Parts) -> Result<(), domain::Error> {
    let internal = |error: &dyn std::fmt::Display| domain::Error::Internal(format!("session: {error}"));
    if session.user.is_some() {
        session.logout().await.map_err(|error| internal(&error))?;
    }
    let device = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let device = &device[..device.floor_char_boundary(DEVICE_LIMIT)];
    let address = ClientIp::text_of(parts);
    // The session always gets a new id, so that an id from before signing in can never be signed in.
    session.session.cycle_id().await.map_err(|error| internal(&error))?;
    session.session.insert(DEVICE, device).await.map_err(|error| internal(&error))?;
    session.session.insert(ADDRESS, address).await.map_err(|error| internal(&error))?;
    session.login(account).await.map_err(|error| internal(&error))
}

fn failed(error: &dyn std::fmt::Display) -> ErrorResponse {
    domain::Error::Internal(format!("session: {error}")).into()
}

/// Extracts the account that is signed in; answers 401 if there is none.
pub struct CurrentAccount(pub Account);

impl<S: Sync> FromRequestParts<S> for CurrentAccount {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let account = parts.extensions.get::<Principal>().and_then(Principal::account);
        account.cloned().map(Self).ok_or_else(|| Problem::NotSignedIn.into())
    }
}

/// Extracts the scope of the principal; answers 401 for a principal without one.
pub struct CurrentScope(pub Scope);

impl<S: Sync> FromRequestParts<S> for CurrentScope {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let scope = parts.extensions.get::<Principal>().and_then(Principal::scope);
        scope.map(Self).ok_or_else(|| Problem::NotSignedIn.into())
    }
}
