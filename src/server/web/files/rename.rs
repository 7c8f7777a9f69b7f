//! Form handler for renaming files and folders.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::entries::names::parse_typed;
use crate::server::web::auth::CurrentScope;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::{Posted, answer};
use crate::server::web::pages;

/// `POST /files/{id}/rename`: gives a file or a folder another name, and redirects to the folder that contains it.
pub async fn rename(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ErrorResponse> {
    let id = EntryId::parse(&id).ok_or(Problem::NotFound)?;
    let Posted { parts, fields } = posted;
    let renamed = match fields.parse(Field::EntryName, parse_typed) {
        Ok(name) => state.entries.rename(&scope, &id, &name).await,
        Err(refusal) => Err(Error::Refused(refusal)),
    };
    let go = paths::folder(renamed.as_ref().ok().and_then(Option::as_ref));
    let values = vec![fields.typed(Field::EntryName)];
    let page = paths::rename(&id);
    answer(&parts, renamed.map(drop).map_err(|error| vec![error]), &go, values, |form| {
        pages::app_again(&state, &parts, &page, form)
    })
    .await
}
