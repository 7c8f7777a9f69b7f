//! Plain forms: reading them, and answering them in one way: 303 where it is done, the page again with what was typed
//! where it is refused, or the same as data for a page that runs.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::model::entry::folder_address;
use crate::model::form::{Field, FieldError, FormAnswer, FormState};
use crate::model::id::EntryId;
use crate::model::problem::{FieldProblem, Problem};
use crate::server::domain::Error;
use crate::server::web::error::{ErrorResponse, status_of_refusal};

/// What a form sent, by its controls' names. Read by the rules of `application/x-www-form-urlencoded`.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// What was typed in a field, or nothing.
    pub fn text(&self, field: Field) -> &str {
        self.named(field.name())
    }

    /// Where one wanted to go.
    pub fn next(&self) -> &str {
        self.named("next")
    }

    /// The list on whose page the form stands, as its control `at` says; without one, that of where one's files begin.
    pub fn at(&self) -> String {
        folder_address(self.all("at").find_map(EntryId::parse).as_ref())
    }

    /// Whether a control of this name was sent.
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// What was sent by every control of this name, in their order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    fn named(&self, name: &str) -> &str {
        self.0.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value)
    }

    /// What was typed in a field, as the rule of its kind takes it.
    pub fn parse<T>(&self, field: Field, rule: impl Fn(&str) -> Result<T, FieldProblem>) -> Result<T, FieldError> {
        rule(self.text(field)).map_err(|problem| FieldError { field, problem })
    }
}

/// A form, with the rest of its request.
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

/// Whether the request was sent by a running page, which reads the answer as data.
pub fn wants_data(parts: &Parts) -> bool {
    parts
        .headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.starts_with("application/json"))
}

/// Answers a form. Refusals at fields are shown by `again`; whatever else went wrong is an error page.
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
    let status = status_of_refusal(&refusals);
    let form = FormState::refused(values, refusals);
    if wants_data(parts) {
        return Ok(data(status, &FormAnswer::Refused(form)));
    }
    let mut page = again(form).await;
    *page.status_mut() = status;
    Ok(page)
}

fn data(status: StatusCode, answer: &FormAnswer) -> Response {
    let mut response = (status, axum::Json(answer)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
