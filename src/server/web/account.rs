//! The form handlers of the account page.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;

use crate::model::account::{AVATAR_LIMIT, Name, Password};
use crate::model::form::{Done, Field, FieldError, FormState};
use crate::model::paths;
use crate::model::problem::FieldProblem;
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::web::auth::events::{self, AuthAttempt, AuthEvent};
use crate::server::web::auth::{self, CurrentAccount, Session};
use crate::server::web::body::budget::{BodyBudget, BodyShare};
use crate::server::web::body::multipart_form::MultipartForm;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::{Posted, answer};
use crate::server::web::pages;

/// The timeout of receiving a picture of at most 10 MiB.
const RECEIVING: Duration = Duration::from_secs(90);
/// The bytes of all pictures that are received or processed at once, and the share of one account: one in so many.
const ALL: usize = 80 << 20;
const OF_ACCOUNT: usize = 4;
static PICTURES: BodyBudget = BodyBudget::new(ALL, OF_ACCOUNT);
/// What a form has besides the picture, generously: boundaries, headers and a name.
const BESIDE: u64 = 64 * 1024;

/// `POST /account/name`: changes the name.
pub async fn rename(
    State(state): State<AppState>,
    CurrentAccount(account): CurrentAccount,
    posted: Posted,
) -> Result<Response, ErrorResponse> {
    let Posted { parts, fields } = posted;
    let done = match fields.parse(Field::Name, Name::parse) {
        Ok(name) => state.accounts.rename(&account, &name).await,
        Err(refusal) => Err(Error::Refused(refusal)),
    };
    let values = vec![fields.typed(Field::Name)];
    finish(&state, &parts, done.map_err(|error| vec![error]), Done::Name, values).await
}

/// `POST /account/password`: changes the password and ends all other sessions; this one continues with a new id.
pub async fn change_password(
    State(state): State<AppState>,
    CurrentAccount(account): CurrentAccount,
    mut session: Session,
    posted: Posted,
) -> Result<Response, ErrorResponse> {
    let Posted { parts, fields } = posted;
    let current = fields.text(Field::CurrentPassword);
    let empty =
        current.is_empty().then_some(FieldError { field: Field::CurrentPassword, problem: FieldProblem::Empty });
    let done = match (empty, fields.parse(Field::NewPassword, Password::parse)) {
        (None, Ok(new)) => match state.accounts.change_password(&account, current, &new).await {
            Ok(account) => {
                events::tell(&parts, AuthEvent::PasswordChanged, account.id.as_str());
                auth::start_session(&mut session, &account, &parts).await.map_err(|error| vec![error])
            }
            Err(error) => {
                let errors = vec![error];
                events::tell_refusal(&state, &parts, AuthAttempt::PasswordChange, &account.email, &errors).await;
                Err(errors)
            }
        },
        (empty, new) => Err([empty, new.err()].into_iter().flatten().map(Error::Refused).collect()),
    };
    finish(&state, &parts, done, Done::Password, Vec::new()).await
}

/// `POST /account/avatar`: replaces the avatar.
pub async fn avatar(
    State(state): State<AppState>,
    CurrentAccount(account): CurrentAccount,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let (parts, body) = request.into_parts();
    let done = async {
        refuse_too_large(&parts)?;
        let mut form = MultipartForm::new(&parts, body)?;
        // Held until the picture is processed. It grows with what arrives, so that one that comes slowly keeps no room.
        let mut share = PICTURES.share(account.id.to_string());
        let received = tokio::time::timeout(RECEIVING, receive(&mut form, &mut share)).await;
        let picture = received.unwrap_or_else(|_| Err(Error::at(Field::Avatar, FieldProblem::Interrupted)))?;
        let _place = state.avatars.queue(&account).await?;
        state.avatars.set(&account, picture).await
    };
    let done = done.await;
    finish(&state, &parts, done.map_err(|error| vec![error]), Done::Avatar, Vec::new()).await
}

/// Refuses a form that is longer than the largest picture, before any of it is read: a browser that is still sending
/// stops then.
fn refuse_too_large(parts: &Parts) -> Result<(), Error> {
    let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > AVATAR_LIMIT + BESIDE) {
        return Err(Error::at(Field::Avatar, FieldProblem::TooLarge { limit: AVATAR_LIMIT }));
    }
    Ok(())
}

/// Reads the picture from the form into memory, at most 10 MiB, as far as there is room for it.
async fn receive(upload: &mut MultipartForm, share: &mut BodyShare) -> Result<Bytes, Error> {
    let refused = |problem| Error::at(Field::Avatar, problem);
    loop {
        let Some(mut part) = upload.next().await.map_err(refused)? else { return Err(refused(FieldProblem::Empty)) };
        if part.field != Field::Avatar.name() || part.name.is_none() {
            part.skip().await.map_err(refused)?;
            continue;
        }
        let mut picture = BytesMut::new();
        let mut limit = None;
        while let Some(chunk) = part.chunks.next().await {
            let chunk = chunk.map_err(refused)?;
            if (picture.len() + chunk.len()) as u64 > AVATAR_LIMIT {
                limit = Some(AVATAR_LIMIT);
                break;
            }
            if !share.grow(chunk.len()) {
                return Err(Error::Busy);
            }
            picture.extend_from_slice(&chunk);
        }
        drop(part);
        if let Some(limit) = limit {
            upload.drain().await;
            return Err(refused(FieldProblem::TooLarge { limit }));
        }
        return if picture.is_empty() { Err(refused(FieldProblem::Empty)) } else { Ok(picture.freeze()) };
    }
}

/// `POST /account/avatar/remove`: removes the avatar.
pub async fn remove_avatar(
    State(state): State<AppState>,
    CurrentAccount(account): CurrentAccount,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    let done = state.avatars.remove(&account).await;
    finish(&state, &parts, done.map_err(|error| vec![error]), Done::AvatarRemoved, Vec::new()).await
}

async fn finish(
    state: &AppState,
    parts: &Parts,
    done: Result<(), Vec<Error>>,
    what: Done,
    values: Vec<(Field, String)>,
) -> Result<Response, ErrorResponse> {
    let go = paths::account_done(what);
    answer(parts, done, &go, values, |form: FormState| pages::app_again(state, parts, paths::ACCOUNT, form)).await
}
