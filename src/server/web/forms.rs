//! Plain forms: parsing them, and answering all in the same way: a 303 redirect if successful, otherwise the page again
//! with the typed values; or the same as data for a running page.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::model::form::{Field, FieldError, FormAnswer, FormState};
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::{FieldProblem, Problem};
use crate::server::domain::Error;
use crate::server::web::error::{ErrorResponse, retry_after, status_of_refusal};

/// The values of a form by the names of its controls, parsed as `application/x-www-form-urlencoded`.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The text in a field; empty if the field was not sent.
    pub fn text(&self, field: Field) -> &str {
        self.named(field.name())
    }

    /// The address to go to afterwards, as the client sent it.
    pub fn next(&self) -> &str {
        self.named(paths::NEXT)
    }

    /// The address of the list on whose page the form is, from its control `at`; the root folder's if there is none.
    pub fn at(&self) -> String {
        paths::folder(self.all("at").find_map(EntryId::parse).as_ref())
    }

    /// Whether a control of this name was sent.
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The values of all controls of this name, in their order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    fn named(&self, name: &str) -> &str {
        self.0.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value)
    }

    /// The value of a field, parsed by the given rule.
    pub fn parse<T>(&self, field: Field, rule: impl Fn(&str) -> Result<T, FieldProblem>) -> Result<T, FieldError> {
        rule(self.text(field)).map_err(|problem| FieldError { field, problem })
    }
}

/// A form, and the rest of its request.
pub struct Posted {
    /// The request without its body.
    pub parts: Parts,
    /// The form.
    pub fields: Fields,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, ErrorResponse> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let body = Bytes::from_request(request, state).await.map_err(|_| ErrorResponse::from(Problem::BadRequest))?;
        let fields = serde_urlencoded::from_bytes(&body).map_err(|_| ErrorResponse::from(Problem::BadRequest))?;
        Ok(Self { parts, fields: Fields(fields) })
    }
}

/// Whether a running page sent the request, and expects data instead of a page.
pub fn wants_data(parts: &Parts) -> bool {
    parts
        .headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.starts_with("application/json"))
}

/// Answers a form. Problems at fields show the form again with `again`; any other problem shows an error page.
pub async fn answer<F>(
    parts: &Parts,
    done: Result<(), Vec<Error>>,
    go: &str,
    values: Vec<(Field, String)>,
    again: impl FnOnce(FormState) -> F,
) -> Result<Response, ErrorResponse>
where
    F: Future<Output = Response>,
{
    let mut refusals = Vec::new();
    for error in done.err().unwrap_or_default() {
        match error {
            Error::Refused(refusal) => refusals.push(refusal),
            other => return Err(other.into()),
        }
    }
    if refusals.is_empty() {
        return Ok(if wants_data(parts) {
            data(StatusCode::OK, &FormAnswer::Go(go.to_owned()))
        } else {
            Redirect::to(go).into_response()
        });
    }
    let (status, wait) = (status_of_refusal(&refusals), retry_after(&refusals));
    let form = FormState::refused(values, refusals);
    let mut response = if wants_data(parts) {
        data(status, &FormAnswer::Refused(form))
    } else {
        let mut page = again(form).await;
        *page.status_mut() = status;
        page
    };
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

fn data(status: StatusCode, answer: &FormAnswer) -> Response {
    let mut response = (status, axum::Json(answer)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
