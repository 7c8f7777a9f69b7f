//! The page that shows what is in a file.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;

use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::access::principal::Principal;
use crate::server::web::csp::Shown;
use crate::server::web::error::ErrorResponse;
use crate::server::web::files::ranged;
use crate::server::web::pages::to_sign_in;
use crate::server::web::rendering::{Rendering, in_turn, query};
use crate::ui::documents;

/// `GET /files/{id}/preview`: the file as a page, with links to the ones before and after it in the order `sort`.
pub async fn preview(
    State(state): State<AppState>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    let Some(scope) = principal.scope() else { return Ok(to_sign_in(&parts)) };
    let id = EntryId::parse(&id).ok_or(Problem::NotFound)?;
    let order = paths::order(|name| query(&parts.uri, name));
    let preview = state.previews.preview(&scope, &id, order, &ranged::ended(&parts)).await?;
    let rendering = Rendering::start_with(&state, &parts, Shown::Content(state.previews.origin()))?;
    let html = in_turn(&parts, || rendering.html(|| documents::preview(preview))).await?;
    Ok(rendering.answer(html))
}
