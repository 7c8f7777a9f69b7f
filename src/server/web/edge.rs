//! The outermost layer: gives each request an id, renders error pages, adds headers, and logs one line per request.

use std::any::Any;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response as HttpResponse, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::ResponseForPanic;

use crate::model::problem::{ANSWERED_BY, Problem};
use crate::server::app::AppState;
use crate::server::web::client_ip::ClientIp;
use crate::server::web::error::{self, ErrorCause, ErrorResponse, RequestId};
use crate::server::web::{csp, forms, pages, plain_http, request_log, target};

/// How many characters of a path or a header are logged.
const LOGGED: usize = 200;
/// The same of a method; the longest registered one has 17.
const LOGGED_METHOD: usize = 20;
/// How long browsers use https alone, for this host and those below it.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Handles a request: everything between assigning its id and logging it.
pub async fn edge(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let mut id = [0; 10];
    // If the system provides no random numbers, the id is all zeros, and the request is served nevertheless.
    let _ = getrandom::fill(&mut id);
    let id = RequestId(data_encoding::BASE32_DNSSEC.encode(&id));
    request.extensions_mut().insert(id.clone());
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(ClientIp::of(&parts, &state.trusted_proxies));
    let path: String = parts.uri.path().chars().take(LOGGED).collect();
    let method: String = parts.method.as_str().chars().take(LOGGED_METHOD).collect();
    let is_plain = plain_http::is_certain(&parts, &state.url, &state.trusted_proxies);
    let mut response = match target::check(&mut parts, &state.url, is_plain) {
        Ok(()) => next.run(Request::from_parts(parts.clone(), body)).await,
        Err(problem) => ErrorResponse::from(problem).into_response(),
    };
    if is_of_a_layer(&response) {
        // The session layer could not read the session. It has logged the reason, and answers with a bare 500.
        response = ErrorResponse::from(Problem::Unavailable).into_response();
    }

    if let Some(ErrorCause { problem, cause }) = failed(&response) {
        // A proxy that changes `Host` or `Origin`, or a wrong `HOLDALL_URL`, looks like that, too: log what arrived.
        let is_of_origin = matches!(problem, Problem::ForeignForm | Problem::PlainHttp { .. });
        let cause = cause.or_else(|| is_of_origin.then(|| origins(&state, &parts)));
        let problem = problem.with_request(&id.0);
        error::log(&problem, cause.as_deref(), &id, Some(&parts));
        // The error page is rendered for an anonymous client, because the principal is not known in this layer.
        parts.extensions.remove::<crate::server::domain::access::principal::Principal>();
        response = explained(&state, &parts, &problem, response).await;
    }
    if is_doubtful(response.status()) {
        state.reserve.doubt();
    }
    let headers = response.headers_mut();
    csp::fill_in(headers);
    if state.url.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    headers.insert(ANSWERED_BY.0, HeaderValue::from_static(ANSWERED_BY.1));
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert("x-request-id", value);
    }
    if request_log::has_line(&parts, response.status()) {
        tracing::info!(
            request = id.0,
            method,
            path,
            status = response.status().as_u16(),
            milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "answered"
        );
    }
    response
}

/// The origin of a form and the expected one, for the log.
fn origins(state: &AppState, parts: &axum::http::request::Parts) -> String {
    let header = |name| -> String {
        parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("none").chars().take(LOGGED).collect()
    };
    format!("Origin {}, Host {}, HOLDALL_URL {}", header(header::ORIGIN), header(header::HOST), state.url.origin())
}

/// The cause that a handler has attached to a failed response, if any.
fn failed(response: &Response) -> Option<ErrorCause> {
    response.extensions().get().cloned()
}

/// Whether a layer failed: its response is a 500 without a body.
fn is_of_a_layer(response: &Response) -> bool {
    response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && !response.headers().contains_key(header::CONTENT_TYPE)
        && failed(response).is_none()
}

/// The problem as a page, or as data if a running page sent the request.
async fn explained(
    state: &AppState,
    parts: &axum::http::request::Parts,
    problem: &Problem,
    bare: Response,
) -> Response {
    let mut response = if forms::wants_data(parts) {
        // A page of this version never sends such a request, so the page must be of an older one.
        let shown = match problem {
            Problem::MethodNotAllowed | Problem::BadRequest => &Problem::Outdated,
            problem => problem,
        };
        axum::Json(shown).into_response()
    } else {
        pages::problem(state, parts, problem)
    };
    *response.status_mut() = bare.status();
    for name in [header::RETRY_AFTER, header::ALLOW, header::SET_COOKIE, header::WWW_AUTHENTICATE] {
        if let Some(value) = bare.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

/// Whether a write may have failed for want of room: the database's, or the store's.
fn is_doubtful(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::INTERNAL_SERVER_ERROR | StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE
    )
}

/// Turns a panic into a failed request instead of a broken connection.
#[derive(Clone)]
pub struct Panicked;

impl ResponseForPanic for Panicked {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, panic: Box<dyn Any + Send + 'static>) -> HttpResponse<Body> {
        let words =
            panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        let cause = format!("a panic: {}", words.unwrap_or_default());
        ErrorResponse::from(crate::server::domain::Error::Internal(cause)).into_response()
    }
}
