//! Form handlers of the trash.

use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;

use crate::model::control;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::entries::names::parse_typed;
use crate::server::domain::entries::restore::RestoreTo;
use crate::server::web::auth::CurrentScope;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::{Posted, answer, done_at, nothing_selected};
use crate::server::web::pages;

/// The most files and folders of one request. A page of a list has fewer.
const MOST: usize = 1000;

/// `POST /trash`: puts the selected `entries` (ids) into the trash; `at` is the folder on whose page the form is, if any.
pub async fn put(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Posted { parts, fields }: Posted,
) -> Result<Response, ErrorResponse> {
    let deleted = match fields.entries(MOST)? {
        ids if ids.is_empty() => Err(nothing_selected()),
        ids => state.entries.put_into_trash(&scope, &ids).await,
    };
    let page = fields.at();
    answer(&parts, deleted.map(drop).map_err(|error| vec![error]), &page, Vec::new(), |form| {
        pages::app_again(&state, &parts, &page, form)
    })
    .await
}

/// `POST /trash/restore`: puts the selected `entries` (ids) back to where they were, or of all these the one named `only`.
/// Redirects to the trash, or to the page of the first that could not be put back.
pub async fn restore_selected(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Posted { parts, fields }: Posted,
) -> Result<Response, ErrorResponse> {
    let ids = match fields.value(control::ONLY) {
        Some(only) => vec![EntryId::parse(only).ok_or(Problem::NotFound)?],
        None => fields.entries(MOST)?,
    };
    let restored = match ids.is_empty() {
        true => Err(nothing_selected()),
        false => state.entries.restore_all(&scope, &ids).await,
    };
    let refused = restored.as_ref().ok().and_then(Option::as_ref);
    let go = refused.map_or_else(|| paths::TRASH.to_owned(), paths::restore);
    answer(&parts, restored.map(drop).map_err(|error| vec![error]), &go, Vec::new(), |form| {
        pages::app_again(&state, &parts, paths::TRASH, form)
    })
    .await
}

/// `POST /trash/{id}/restore`: puts an entry of the trash back, under the name that was typed, if any, and with `to-root` to
/// where the account's files begin. Redirects to the folder in which it lies then.
pub async fn restore(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Path(id): Path<String>,
    Posted { parts, fields }: Posted,
) -> Result<Response, ErrorResponse> {
    let id = EntryId::parse(&id).ok_or(Problem::NotFound)?;
    let name = match fields.value(Field::EntryName.name()) {
        Some(_) => fields.parse(Field::EntryName, parse_typed).map(Some),
        None => Ok(None),
    };
    let restored = match name {
        Ok(name) => {
            let back = RestoreTo { name, to_root: fields.value(control::TO_ROOT).is_some() };
            state.entries.restore(&scope, &id, &back).await
        }
        Err(refusal) => Err(Error::Refused(refusal)),
    };
    let go = paths::folder(restored.as_ref().ok().and_then(Option::as_ref));
    let values = vec![fields.typed(Field::EntryName)];
    let page = paths::restore(&id);
    answer(&parts, restored.map(drop).map_err(|error| vec![error]), &go, values, |form| {
        pages::app_again(&state, &parts, &page, form)
    })
    .await
}

/// `POST /trash/{id}/delete`: deletes an entry of the trash for ever.
pub async fn delete_for_ever(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    let id = EntryId::parse(&id).ok_or(Problem::NotFound)?;
    state.entries.delete_for_ever(&scope, &id).await?;
    Ok(done_at(&parts, paths::TRASH))
}

/// `POST /trash/empty`: deletes everything for ever that is in the trash.
pub async fn empty(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    state.entries.empty_trash(&scope).await?;
    Ok(done_at(&parts, paths::TRASH))
}
