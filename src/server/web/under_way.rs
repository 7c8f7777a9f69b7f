//! How many requests are under way at once for one account and for one client, whatever they are for and however many
//! connections bring them. Behind a proxy, all people come from one address, and only here it is known whose a request is.

use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::timeout;

use crate::model::id::AccountId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::server::domain::access::principal::Principal;
use crate::server::domain::subject_limiter::SubjectLimiter;
use crate::server::held_body::HeldBody;
use crate::server::subject_queue::SubjectQueue;
use crate::server::web::client_ip::{ClientIp, TrustedProxies};
use crate::server::web::error::ErrorResponse;

/// The most requests of an account that are handled at once: more than a person's browsers ever have.
const OF_ACCOUNT: usize = 12;
/// The most that wait for that, and for how long.
const WAITING: usize = 128;
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most requests of an account that bring files.
const FILES: usize = 256;
/// The most requests of one client, until their answers are handed over: as many as its connections without a proxy.
const OF_CLIENT: usize = 512;

/// The limits of accounts; cheap to clone.
#[derive(Clone)]
pub struct AccountRequests {
    handled: SubjectQueue<AccountId>,
    /// Those that are handled, and those that wait for it.
    waiting: SubjectLimiter,
    files: SubjectLimiter,
}

/// The limits of clients; cheap to clone.
#[derive(Clone)]
pub struct ClientRequests {
    under_way: SubjectLimiter<String>,
    trusted: TrustedProxies,
}

impl Default for AccountRequests {
    fn default() -> Self {
        Self {
            handled: SubjectQueue::new(OF_ACCOUNT),
            waiting: SubjectLimiter::new(usize::MAX, OF_ACCOUNT + WAITING),
            files: SubjectLimiter::new(usize::MAX, FILES),
        }
    }
}

impl ClientRequests {
    /// The limits of all clients but these proxies.
    pub fn new(trusted: TrustedProxies) -> Self {
        Self { under_way: SubjectLimiter::new(usize::MAX, OF_CLIENT), trusted }
    }
}

/// Handles a request once the account has few enough under way, and answers [`Problem::TooMany`], before a byte of the body
/// is read, if too many wait already. Requests that bring files take long, and do not wait here: they have places of their
/// own where their bytes are received. What goes on after an answer has begun has limits of its own, too.
pub async fn limit_account(
    State(requests): State<AccountRequests>,
    Extension(principal): Extension<Principal>,
    request: Request,
    next: Next,
) -> Response {
    let Some(scope) = principal.scope() else { return next.run(request).await };
    let brings_file = brings_file(&request);
    let all = if brings_file { &requests.files } else { &requests.waiting };
    let Ok(_place) = all.take(scope.owner()) else { return too_many() };
    if brings_file {
        return next.run(request).await;
    }
    match timeout(TIMEOUT, requests.handled.enter(scope.owner())).await {
        Ok(_permit) => next.run(request).await,
        Err(_) => too_many(),
    }
}

fn too_many() -> Response {
    ErrorResponse::from(Problem::TooMany).into_response()
}

/// Whether the body of a request is a part of a file, or a form with files.
fn brings_file(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let is_form = route.is_some_and(|route| [paths::FILES, paths::FOLDER, paths::ACCOUNT_AVATAR].contains(&route));
    (route == Some(paths::UPLOAD_PART) && request.method() == Method::PUT)
        || (is_form && request.method() == Method::POST)
}

/// Handles a request, which counts until the last piece of its answer was handed over (an answer from memory is one piece),
/// and answers [`Problem::TooMany`] if the client has too many already. This machine and trusted proxies stand for many
/// people, and are not limited.
pub async fn limit_client(State(requests): State<ClientRequests>, request: Request, next: Next) -> Response {
    let client = request.extensions().get::<ClientIp>().copied();
    let is_one = |client: &ClientIp| !client.0.is_loopback() && !requests.trusted.contains(client.0);
    let Some(client) = client.filter(is_one) else { return next.run(request).await };
    match requests.under_way.take(&client.subject()) {
        Ok(place) => next.run(request).await.map(|body| Body::new(HeldBody::new(body, place))),
        Err(_) => too_many(),
    }
}
