//! Deleting files and folders by a form.

use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;

use crate::model::entry::folder_address;
use crate::model::id::EntryId;
use crate::model::page::Fault;
use crate::server::app::AppState;
use crate::server::web::auth::SignedIn;
use crate::server::web::error::Failure;
use crate::server::web::forms::answer;

/// `POST /files/{id}/delete`.
pub async fn delete(
    State(state): State<AppState>,
    SignedIn(account): SignedIn,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response, Failure> {
    let id = EntryId::parse(&id).ok_or(Fault::NotFound)?;
    let folder = state.files.delete(&account, &id).await?;
    answer(&parts, Ok(()), &folder_address(folder.as_ref()), Vec::new(), |_| std::future::ready(Response::default()))
        .await
}
