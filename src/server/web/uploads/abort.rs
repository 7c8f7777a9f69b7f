//! Giving up an unfinished upload by a form, for pages whose scripts are off and for those that run.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::model::id::UploadId;
use crate::model::problem::Problem;
use crate::model::upload::UploadProblem;
use crate::server::app::AppState;
use crate::server::web::auth::CurrentScope;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::{Posted, answer};

/// `POST /uploads/{id}/discard`. One that is gone already is no fault: a second click, or another page. Takes `at`, the
/// folder on whose page the form stands, where it stands on one, and leads back to it.
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
    answer(&parts, Ok(()), &fields.at(), Vec::new(), |_| std::future::ready(Response::default())).await
}
