//! Deleting files and folders by a form.

use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;

use crate::model::entry::folder_address;
use crate::model::id::EntryId;
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::web::auth::CurrentScope;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::answer;

/// `POST /files/{id}/delete`.
pub async fn delete(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    let id = EntryId::parse(&id).ok_or(Problem::NotFound)?;
    let folder = state.entries.delete(&scope, &id).await?;
    answer(&parts, Ok(()), &folder_address(folder.as_ref()), Vec::new(), |_| std::future::ready(Response::default()))
        .await
}
