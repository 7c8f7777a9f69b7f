//! Translates errors of `domain` into what a browser is shown; the only place that logs their causes.

use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::model::form::FieldError;
use crate::model::problem::{FieldProblem, Problem};
use crate::server::domain::Error;
use crate::server::web::request_log;

/// The id of a request, in its extensions, in the log and in `X-Request-Id`.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The error of a request that ends with an error page. The page is rendered in `edge.rs`, which knows the request.
#[derive(Clone, Debug)]
pub struct ErrorResponse {
    problem: Problem,
    cause: Option<String>,
}

/// A response extension for `edge.rs`: the problem to show, and the cause to log.
#[derive(Clone, Debug)]
pub struct ErrorCause {
    /// The problem that the page shows.
    pub problem: Problem,
    /// The cause, for the log only.
    pub cause: Option<String>,
}

impl From<Problem> for ErrorResponse {
    fn from(problem: Problem) -> Self {
        Self { problem, cause: None }
    }
}

impl From<Error> for ErrorResponse {
    fn from(error: Error) -> Self {
        let problem = match &error {
            Error::NotFound => return Problem::NotFound.into(),
            Error::NotAllowed => return Problem::NotAllowed.into(),
            Error::Damaged => Problem::Damaged,
            Error::Mismatched => return Problem::Mismatched.into(),
            Error::Gone => return Problem::Gone.into(),
            Error::Refused(_) => Problem::BadRequest,
            Error::Busy => Problem::Busy,
            Error::TooMany => Problem::TooMany,
            Error::Storage(_) => Problem::Unavailable,
            Error::Database(error) if is_outage(error) => Problem::Unavailable,
            Error::Database(_) | Error::Internal(_) => Problem::Internal { request: String::new() },
        };
        Self { problem, cause: Some(error.to_string()) }
    }
}

/// Whether the database is unavailable, as opposed to a wrong statement.
fn is_outage(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed
    ) || error
        .as_database_error()
        .is_some_and(|error| error.code().is_some_and(|code| is_postgres_outage(&code) || is_sqlite_outage(&code)))
}

/// PostgreSQL's classes for connections, resources (a full disk), shutdown and deadlocks, which may succeed when repeated,
/// the code of a server that takes no changes because another one has taken its place, and those of a row that was waited
/// for too long and of a transaction that stood still too long.
fn is_postgres_outage(code: &str) -> bool {
    let of_class = ["08", "53", "57P", "40"].iter().any(|class| code.starts_with(class));
    code.len() == 5 && (of_class || ["25006", "55P03", "25P03"].contains(&code))
}

/// SQLite's codes for busy, read-only, I/O error, full and cannot open, in the lower byte of its extended result codes.
fn is_sqlite_outage(code: &str) -> bool {
    code.len() < 5 && code.parse::<u32>().is_ok_and(|code| [5, 8, 10, 13, 14].contains(&(code & 0xff)))
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let mut response = status(&self.problem).into_response();
        if matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
        }
        response.extensions_mut().insert(ErrorCause { problem: self.problem, cause: self.cause });
        response
    }
}

/// The status of an error page.
#[must_use]
pub fn status(problem: &Problem) -> StatusCode {
    match problem {
        Problem::NotFound => StatusCode::NOT_FOUND,
        Problem::Gone => StatusCode::GONE,
        Problem::NotSignedIn => StatusCode::UNAUTHORIZED,
        Problem::ForeignForm | Problem::SignUpClosed | Problem::NotAllowed | Problem::CookieNotKept { .. } => {
            StatusCode::FORBIDDEN
        }
        Problem::Damaged | Problem::Mismatched => StatusCode::CONFLICT,
        Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Problem::TooSlow => StatusCode::REQUEST_TIMEOUT,
        // RFC 9110, section 15.5.20: neither for this host nor for this scheme.
        Problem::OtherHost | Problem::PlainHttp { .. } => StatusCode::MISDIRECTED_REQUEST,
        Problem::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        // The browser detects `Outdated` and `Network` itself; no error of the server turns into them.
        Problem::BadRequest | Problem::Outdated | Problem::Network | Problem::OnTheWay { .. } => {
            StatusCode::BAD_REQUEST
        }
        Problem::Unavailable | Problem::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Problem::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Problem::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The status of a rejected form.
#[must_use]
pub fn status_of_refusal(errors: &[FieldError]) -> StatusCode {
    match errors.first().map(|error| &error.problem) {
        Some(
            FieldProblem::Taken
            | FieldProblem::NameTaken
            | FieldProblem::FolderGone
            | FieldProblem::FormerFolderGone
            | FieldProblem::IntoItself
            | FieldProblem::ReplacesItself,
        ) => StatusCode::CONFLICT,
        Some(
            FieldProblem::TooLarge { .. }
            | FieldProblem::TooManyPixels { .. }
            | FieldProblem::OverQuota { .. }
            | FieldProblem::EntryLimit { .. },
        ) => StatusCode::PAYLOAD_TOO_LARGE,
        Some(FieldProblem::TooManyAttempts { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(FieldProblem::TooManyAccounts { .. }) => StatusCode::FORBIDDEN,
        Some(FieldProblem::NoSpace | FieldProblem::NoRoom) => StatusCode::INSUFFICIENT_STORAGE,
        Some(FieldProblem::StoreRefused { for_good: true, .. }) => StatusCode::FAILED_DEPENDENCY,
        Some(FieldProblem::StoreRefused { for_good: false, .. }) => StatusCode::SERVICE_UNAVAILABLE,
        Some(FieldProblem::Interrupted) => StatusCode::REQUEST_TIMEOUT,
        Some(FieldProblem::Malformed) => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The seconds after which a rejected form may be sent again, for `Retry-After` (RFC 9110 section 10.2.3).
#[must_use]
pub fn retry_after(errors: &[FieldError]) -> Option<u64> {
    errors.iter().find_map(|error| match error.problem {
        FieldProblem::TooManyAttempts { seconds } => Some(seconds),
        FieldProblem::StoreRefused { for_good: false, .. } => Some(10),
        _ => None,
    })
}

/// What a server function returns to the running page, and the response's status. Logs the cause of internal errors.
#[must_use]
pub fn to_problem(error: Error, request: &RequestId, parts: Option<&Parts>) -> (Problem, StatusCode) {
    let ErrorResponse { problem, cause } = error.into();
    let problem = problem.with_request(&request.0);
    log(&problem, cause.as_deref(), request, parts);
    let status = status(&problem);
    (problem, status)
}

/// Logs the cause of a failed request once, with the id that the error page shows, unless its client has had many such
/// lines.
pub fn log(problem: &Problem, cause: Option<&str>, request: &RequestId, parts: Option<&Parts>) {
    let words = match problem {
        Problem::Internal { .. } => "a request failed by a fault of Holdall's own",
        Problem::ForeignForm => "a form from another site was refused",
        Problem::PlainHttp { .. } => "a request by plain http was led to https",
        Problem::Unavailable | Problem::Busy => "a request could not be served now",
        _ => return,
    };
    if parts.is_some_and(|parts| !request_log::has_cause(parts)) {
        return;
    }
    let RequestId(id) = request;
    if matches!(problem, Problem::Internal { .. }) {
        tracing::error!(request = id, cause, "{words}");
    } else {
        tracing::warn!(request = id, cause, "{words}");
    }
}
