//! Form handlers for creating folders.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::model::form::{Field, FormState};
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::names::parse_typed;
use crate::server::web::auth::CurrentScope;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::{Posted, answer};
use crate::server::web::pages;

/// `POST /files/new-folder`: creates a folder in the root folder, and redirects to it.
pub async fn create(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    posted: Posted,
) -> Result<Response, ErrorResponse> {
    make(&state, &scope, None, posted).await
}

/// `POST /files/{folder}/new-folder`: creates a folder in another folder, and redirects to it.
pub async fn create_in(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Path(folder): Path<String>,
    posted: Posted,
) -> Result<Response, ErrorResponse> {
    let folder = EntryId::parse(&folder).ok_or(Problem::NotFound)?;
    make(&state, &scope, Some(&folder), posted).await
}

async fn make(
    state: &AppState,
    scope: &Scope,
    parent: Option<&EntryId>,
    posted: Posted,
) -> Result<Response, ErrorResponse> {
    let Posted { parts, fields } = posted;
    let made = match fields.parse(Field::FolderName, parse_typed) {
        Ok(name) => state.entries.create(scope, parent, &name).await,
        Err(refusal) => Err(Error::Refused(refusal)),
    };
    let go = paths::folder(made.as_ref().ok());
    let values = vec![fields.typed(Field::FolderName)];
    let page = paths::new_folder(parent);
    answer(&parts, made.map(drop).map_err(|error| vec![error]), &go, values, |form: FormState| {
        pages::app_again(state, &parts, &page, form)
    })
    .await
}
