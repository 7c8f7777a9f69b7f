//! Form handler that aborts an incomplete upload, for pages with and without scripts.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::model::id::UploadId;
use crate::model::problem::Problem;
use crate::model::upload::UploadProblem;
use crate::server::app::AppState;
use crate::server::web::auth::CurrentScope;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::{Posted, done_at};

/// `POST /uploads/{id}/discard`: aborts the upload and redirects to `at`, the folder on whose page the form is, if any.
/// Succeeds if the upload no longer exists, as after a second click or in another tab.
pub async fn discard(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Path(id): Path<String>,
    Posted { parts, fields }: Posted,
) -> Result<Response, ErrorResponse> {
    let id = UploadId::parse(&id).ok_or(Problem::NotFound)?;
    for answer in state.multipart_uploads.abort(&scope, vec![id]).await? {
        match answer {
            Ok(()) | Err(UploadProblem::NotFound | UploadProblem::Completing) => {}
            Err(_) => return Err(Problem::Unavailable.into()),
        }
    }
    Ok(done_at(&parts, &fields.at()))
}
