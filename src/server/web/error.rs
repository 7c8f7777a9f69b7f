//! What goes wrong in `domain`, as a browser is told it; and the one place that logs why.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::model::form::{FieldError, FieldProblem};
use crate::model::page::Fault;
use crate::model::problem::Problem as Told;
use crate::server::domain::Error;

/// The id under which the log has a request, in its extensions and in `X-Request-Id`.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// A request that ends with an error page. The page itself is made at the edge, where the request is known.
#[derive(Clone, Debug)]
pub struct Failure {
    fault: Fault,
    cause: Option<String>,
}

/// What a failure leaves in the response for the edge: the page to show and what the log is to say.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The page.
    pub fault: Fault,
    /// For the log alone.
    pub cause: Option<String>,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { fault, cause: None }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let fault = match &error {
            Error::NotFound => return Fault::NotFound.into(),
            Error::Damaged => Fault::Damaged,
            Error::Gone => return Fault::Gone.into(),
            Error::Refused(_) => Fault::BadRequest,
            Error::Busy => Fault::Busy,
            Error::Storage(_) => Fault::Unavailable,
            Error::Database(error) if is_outage(error) => Fault::Unavailable,
            Error::Database(_) | Error::Internal(_) => Fault::Internal { request: String::new() },
        };
        Self { fault, cause: Some(error.to_string()) }
    }
}

/// Whether the database is out of reach, as opposed to having been asked something wrong.
fn is_outage(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed
    ) || error.as_database_error().is_some_and(|error| {
        // PostgreSQL's classes 08 (connection), 57P (shutting down) and 40 (deadlock, to be tried again).
        error.code().is_some_and(|code| {
            code.starts_with("08") || code.starts_with("57P") || code.starts_with("40") || is_sqlite_outage(&code)
        })
    })
}

/// SQLite's busy, I/O error, full and cannot open, in the lower byte of its extended result codes.
fn is_sqlite_outage(code: &str) -> bool {
    code.len() < 5 && code.parse::<u32>().is_ok_and(|code| [5, 10, 13, 14].contains(&(code & 0xff)))
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = status(&self.fault).into_response();
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
        }
        response.extensions_mut().insert(Failed { fault: self.fault, cause: self.cause });
        response
    }
}

/// The status of an error page.
#[must_use]
pub fn status(fault: &Fault) -> StatusCode {
    match fault {
        Fault::NotFound => StatusCode::NOT_FOUND,
        Fault::Gone => StatusCode::GONE,
        Fault::NotSignedIn => StatusCode::UNAUTHORIZED,
        Fault::ForeignForm | Fault::SignUpClosed => StatusCode::FORBIDDEN,
        Fault::Damaged => StatusCode::CONFLICT,
        Fault::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Fault::BadRequest => StatusCode::BAD_REQUEST,
        Fault::Unavailable | Fault::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Fault::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The status of a form that is shown again.
#[must_use]
pub fn status_of_refusal(errors: &[FieldError]) -> StatusCode {
    match errors.first().map(|error| &error.problem) {
        Some(FieldProblem::Taken | FieldProblem::NameTaken | FieldProblem::FolderGone) => StatusCode::CONFLICT,
        Some(FieldProblem::TooLarge { .. } | FieldProblem::TooManyPixels { .. } | FieldProblem::OverQuota { .. }) => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        Some(FieldProblem::NoSpace) => StatusCode::INSUFFICIENT_STORAGE,
        Some(FieldProblem::Interrupted) => StatusCode::REQUEST_TIMEOUT,
        Some(FieldProblem::Malformed) => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// What the running page is told by a server function, and the status of that answer; logs what is Holdall's fault.
#[must_use]
pub fn told(error: Error, request: &RequestId) -> (Told, StatusCode) {
    let failure = Failure::from(error);
    log(&failure.fault, failure.cause.as_deref(), request);
    let told = match &failure.fault {
        Fault::NotFound | Fault::Gone => Told::NotFound,
        Fault::NotSignedIn => Told::NotSignedIn,
        Fault::Unavailable | Fault::Busy => Told::Unavailable,
        _ => Told::Internal { request: request.0.clone() },
    };
    (told, status(&failure.fault))
}

/// Writes why a request failed, once, with the id that the person was given.
pub fn log(fault: &Fault, cause: Option<&str>, request: &RequestId) {
    let RequestId(id) = request;
    match (fault, cause) {
        (Fault::Internal { .. }, cause) => {
            tracing::error!(request = id, cause, "a request failed by a fault of Holdall's own");
        }
        (Fault::ForeignForm, Some(cause)) => {
            tracing::warn!(request = id, cause, "a form from another site was refused");
        }
        (Fault::Unavailable | Fault::Busy, cause) => {
            tracing::warn!(request = id, cause, "a request could not be served now");
        }
        _ => {}
    }
}
