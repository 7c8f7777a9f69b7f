//! Giving up an unfinished upload by a form, for pages whose scripts are off and for those that run.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::model::id::UploadId;
use crate::model::page::Fault;
use crate::model::upload::UploadRefusal;
use crate::server::app::AppState;
use crate::server::web::auth::SignedIn;
use crate::server::web::error::Failure;
use crate::server::web::forms::{Posted, answer};

/// `POST /uploads/{id}/discard`. One that is gone already is no fault: a second click, or another page. Takes `at`, the
/// folder on whose page the form stands, where it stands on one, and leads back to it.
pub async fn discard(
    State(state): State<AppState>,
    SignedIn(account): SignedIn,
    Path(id): Path<String>,
    Posted { parts, fields }: Posted,
) -> Result<Response, Failure> {
    let id = UploadId::parse(&id).ok_or(Fault::NotFound)?;
    for answer in state.parts.abort(&account, vec![id]).await? {
        match answer {
            Ok(()) | Err(UploadRefusal::NotFound | UploadRefusal::Completing) => {}
            Err(_) => return Err(Fault::Unavailable.into()),
        }
    }
    answer(&parts, Ok(()), &fields.at(), Vec::new(), |_| std::future::ready(Response::default())).await
}
