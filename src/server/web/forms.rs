//! Plain forms: parsing them, and answering all in the same way: a 303 redirect if successful, otherwise the page again
//! with the typed values; or the same as data for a running page.

use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use url::form_urlencoded;

use crate::model::control;
use crate::model::form::{Field, FieldError, FormAnswer, FormState};
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::{FieldProblem, Problem};
use crate::server::domain::Error;
use crate::server::web::body::budget::BodyShare;
use crate::server::web::body::collected::{Collected, collect};
use crate::server::web::error::{ErrorResponse, retry_after, status_of_refusal};

/// The maximum pairs of a form: more than an archive may have entries.
const PAIRS: usize = 150_000;
/// The maximum different names among them that are kept.
const NAMES: usize = 32;

/// The most bytes of a value that are shown again.
const SHOWN_AGAIN: usize = 10_000;

/// The values of a form by the names of its controls, parsed as `application/x-www-form-urlencoded`. Only a selection
/// has several values of one name; of all others, the first is kept.
#[derive(Default)]
pub struct Fields {
    first: Vec<(String, String)>,
    selected: Vec<String>,
    _held: Option<BodyShare>,
}

impl Fields {
    /// Parses a form. What nobody asks for takes no memory, so that a form costs little more than its bytes. `None` if
    /// it has too many pairs.
    fn of(Collected { bytes, held }: Collected) -> Option<Self> {
        if bytes.iter().filter(|byte| **byte == b'&').count() >= PAIRS {
            return None;
        }
        let mut fields = Self { _held: held, ..Self::default() };
        for (name, value) in form_urlencoded::parse(&bytes) {
            if name == Field::Entries.name() {
                fields.selected.push(value.into_owned());
            } else if fields.first.len() < NAMES && fields.first.iter().all(|(of, _)| *of != name) {
                fields.first.push((name.into_owned(), value.into_owned()));
            }
        }
        Some(fields)
    }

    /// The text in a field; empty if the field was not sent.
    pub fn text(&self, field: Field) -> &str {
        self.named(field.name())
    }

    /// A field and what was typed into it, to be shown again. What is far longer than anything that may be typed is cut:
    /// nobody has typed it, and a page can be ten times as long as what it shows.
    pub fn typed(&self, field: Field) -> (Field, String) {
        let text = self.text(field);
        (field, text[..text.floor_char_boundary(SHOWN_AGAIN)].to_owned())
    }

    /// The address to go to afterwards, as the client sent it.
    pub fn next(&self) -> &str {
        self.named(paths::NEXT)
    }

    /// The address of the list on whose page the form is, from its control `at`; the root folder's if there is none.
    pub fn at(&self) -> String {
        paths::folder(self.value(control::AT).and_then(EntryId::parse).as_ref())
    }

    /// The value of a control of this name, if one was sent.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.first.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    /// The entries that are selected, as they were sent.
    pub fn selected(&self) -> impl Iterator<Item = &str> {
        self.selected.iter().map(String::as_str)
    }

    /// The selected entries.
    ///
    /// # Errors
    /// [`Problem::NotFound`] if one of the ids is malformed, as if it did not exist; [`Problem::TooLarge`] if they are more
    /// than `most`.
    pub fn entries(&self, most: usize) -> Result<Vec<EntryId>, Problem> {
        let ids = self.selected().map(EntryId::parse).collect::<Option<Vec<_>>>().ok_or(Problem::NotFound)?;
        if ids.len() > most { Err(Problem::TooLarge) } else { Ok(ids) }
    }

    fn named(&self, name: &str) -> &str {
        self.value(name).unwrap_or_default()
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

    async fn from_request(request: Request, _: &S) -> Result<Self, ErrorResponse> {
        let (parts, body) = request.into_parts();
        let fields = Fields::of(collect(&parts, body).await?).ok_or(Problem::BadRequest)?;
        Ok(Self { parts, fields })
    }
}

/// Whether a running page sent the request, and expects data instead of a page.
pub fn wants_data(parts: &Parts) -> bool {
    let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    parts.uri.path().starts_with(paths::FUNCTIONS)
        || accept.is_some_and(|accept| accept.starts_with("application/json"))
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
        return Ok(done_at(parts, go));
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

/// The refusal of a form that needs selected entries and has none.
pub fn nothing_selected() -> Error {
    Error::at(Field::Entries, FieldProblem::Empty)
}

/// Answers a form that is done, and leads to `go`.
pub fn done_at(parts: &Parts, go: &str) -> Response {
    if wants_data(parts) {
        data(StatusCode::OK, &FormAnswer::Go(go.to_owned()))
    } else {
        Redirect::to(go).into_response()
    }
}

fn data(status: StatusCode, answer: &FormAnswer) -> Response {
    let mut response = (status, axum::Json(answer)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(form: impl Into<Vec<u8>>) -> Option<Fields> {
        Fields::of(Collected { bytes: form.into().into(), held: None })
    }

    #[test]
    fn a_form_is_read_as_it_was_typed() {
        let form = fields("name=A+%26+B&x&entries=1&at=&name=second&entries=2&password=%20").expect("a form");
        assert_eq!((form.text(Field::Name), form.text(Field::Password), form.text(Field::Email)), ("A & B", " ", ""));
        assert_eq!(form.selected().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((form.value("x"), form.value("y")), (Some(""), None));
    }

    #[test]
    fn what_nobody_asks_for_is_not_kept() {
        assert!(fields(b"a&".repeat(2_000_000)).is_none(), "too many pairs");
        let many: String = (0..100_000).map(|number| format!("{number}=x&")).collect();
        let form = fields(format!("name=ada&{many}entries=1")).expect("a form");
        assert_eq!((form.first.len(), form.text(Field::Name), form.selected.len()), (NAMES, "ada", 1));
        assert_eq!(fields(b"all&".repeat(100_000)).expect("a form").first.len(), 1);
    }
}
