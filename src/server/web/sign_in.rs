//! Signing up, in and out.

use std::future::ready;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::response::Response;

use crate::model::account::{Email, Name, Password, SignUp};
use crate::model::form::{Field, FieldError, FormState};
use crate::model::paths::{self, ReturnTo};
use crate::model::problem::{FieldProblem, Problem};
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::access::accounts::Account;
use crate::server::web::auth::events::{self, AuthAttempt, AuthEvent};
use crate::server::web::auth::{self, Session};
use crate::server::web::client_ip::ClientIp;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::{Fields, Posted, answer, done_at};
use crate::server::web::pages::{self, Document};

/// What a browser forgets when somebody signs out: what it keeps of pages and in its storage. Not cookies: those of
/// neighbouring sites under the same domain would go too, and the session's is removed anyway.
const CLEARED: HeaderValue = HeaderValue::from_static("\"cache\", \"storage\"");

/// `POST /sign-up`: creates an account and signs it in.
pub async fn sign_up(
    State(state): State<AppState>,
    mut session: Session,
    posted: Posted,
) -> Result<Response, ErrorResponse> {
    if state.accounts.sign_up_is() == SignUp::Closed {
        return Err(Problem::SignUpClosed.into());
    }
    let Posted { parts, fields } = posted;
    let made = create(&state, &parts, &fields).await;
    finish(&state, &mut session, parts, &fields, made, Document::SignUp).await
}

async fn create(state: &AppState, parts: &Parts, fields: &Fields) -> Result<Account, Vec<Error>> {
    let (name, email, password) = (
        fields.parse(Field::Name, Name::parse),
        fields.parse(Field::Email, Email::parse),
        fields.parse(Field::Password, Password::parse),
    );
    match (name, email, password) {
        (Ok(name), Ok(email), Ok(password)) => {
            let client = ClientIp::subject_of(parts);
            state.accounts.sign_up(&name, &email, &password, &client).await.map_err(|error| vec![error])
        }
        (name, email, password) => {
            Err([name.err(), email.err(), password.err()].into_iter().flatten().map(Error::Refused).collect())
        }
    }
}

/// `POST /sign-in`: starts a session.
pub async fn sign_in(
    State(state): State<AppState>,
    mut session: Session,
    posted: Posted,
) -> Result<Response, ErrorResponse> {
    let Posted { parts, fields } = posted;
    let missing: Vec<_> = [Field::Email, Field::Password]
        .into_iter()
        .filter(|field| fields.text(*field).is_empty())
        .map(|field| Error::Refused(FieldError { field, problem: FieldProblem::Empty }))
        .collect();
    let found = if missing.is_empty() {
        state
            .accounts
            .sign_in(fields.text(Field::Email), fields.text(Field::Password), &ClientIp::subject_of(&parts))
            .await
            .map_err(|error| vec![error])
    } else {
        Err(missing)
    };
    finish(&state, &mut session, parts, &fields, found, Document::SignIn).await
}

async fn finish(
    state: &AppState,
    session: &mut Session,
    parts: Parts,
    fields: &Fields,
    found: Result<Account, Vec<Error>>,
    page: Document,
) -> Result<Response, ErrorResponse> {
    let next = ReturnTo::parse(fields.next());
    // By http, browsers keep no cookie of a site by https: the way leads past a page that looks whether they did.
    let go = if state.url.is_https() { paths::signed_in(&next) } else { next.as_str().to_owned() };
    let (event, attempt) = match page {
        Document::SignUp => (AuthEvent::SignedUp, AuthAttempt::SignUp),
        Document::SignIn => (AuthEvent::SignedIn, AuthAttempt::SignIn),
    };
    let done = match found {
        Ok(account) => {
            let started = auth::start_session(session, &account, &parts).await;
            started.map(|()| events::tell(&parts, event, account.id.as_str())).map_err(|error| vec![error])
        }
        Err(errors) => {
            events::tell_refusal(state, &parts, attempt, fields.text(Field::Email), &errors).await;
            Err(errors)
        }
    };
    let values = [Field::Name, Field::Email].map(|field| fields.typed(field)).to_vec();
    answer(&parts, done, &go, values, |form: FormState| ready(pages::document(state, &parts, page, form, &next))).await
}

/// `POST /sign-out`: ends the session on the server.
pub async fn sign_out(mut session: Session, parts: Parts) -> Result<Response, ErrorResponse> {
    let left = session.logout().await;
    let left = left.map_err(|error| ErrorResponse::from(Error::Internal(format!("session: {error}"))))?;
    if let Some(account) = left {
        events::tell(&parts, AuthEvent::SignedOut, account.id.as_str());
    }
    let mut response = done_at(&parts, paths::LANDING);
    response.headers_mut().insert("clear-site-data", CLEARED);
    Ok(response)
}
