//! Form handler for deleting files and folders.

use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;

use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::web::auth::CurrentScope;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::done_at;

/// `POST /files/{id}/delete`: puts a file, or a folder with its content, into the trash.
pub async fn delete(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    let id = EntryId::parse(&id).ok_or(Problem::NotFound)?;
    let folder = state.entries.put_into_trash(&scope, std::slice::from_ref(&id)).await?;
    Ok(done_at(&parts, &paths::folder(folder.as_ref())))
}
