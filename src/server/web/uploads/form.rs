//! Uploading files by a form, which browsers without scripts use.

use axum::extract::{Path, Request, State};
use axum::response::Response;

use crate::model::form::{Field, FieldError, FormState};
use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::{FieldProblem, Problem};
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::names::parse_typed;
use crate::server::web::auth::CurrentScope;
use crate::server::web::body::multipart_form::MultipartForm;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::answer;
use crate::server::web::pages;

/// The part in which a running page sends the names of the files that follow, as a JSON list: unlike the names in a
/// form's headers, these arrive unchanged.
const NAMES: &str = "names";

/// `POST /files`: receives one or more files. If one is rejected, those before it are kept.
pub async fn upload(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    request: Request,
) -> Result<Response, ErrorResponse> {
    upload_to(&state, &scope, None, request).await
}

/// `POST /files/{folder}`: receives files into a folder.
pub async fn upload_into(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Path(folder): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let folder = EntryId::parse(&folder).ok_or(Problem::NotFound)?;
    upload_to(&state, &scope, Some(&folder), request).await
}

async fn upload_to(
    state: &AppState,
    scope: &Scope,
    folder: Option<&EntryId>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let (parts, body) = request.into_parts();
    let done = match MultipartForm::new(&parts, body) {
        Ok(mut form) => {
            let received = receive(state, scope, folder, &mut form).await;
            if received.is_err() {
                form.drain().await;
            }
            received
        }
        Err(error) => Err(error),
    };
    let page = paths::folder(folder);
    answer(&parts, done.map_err(|error| vec![error]), &page, Vec::new(), |form: FormState| {
        pages::app_again(state, &parts, &page, form)
    })
    .await
}

async fn receive(
    state: &AppState,
    scope: &Scope,
    folder: Option<&EntryId>,
    form: &mut MultipartForm,
) -> Result<(), Error> {
    let refused = |problem| Error::Refused(FieldError { field: Field::Files, problem });
    let mut names: std::collections::VecDeque<String> = std::collections::VecDeque::new();
    let mut received = 0;
    while let Some(mut part) = form.next().await.map_err(refused)? {
        if part.field == NAMES && part.name.is_none() {
            let text = part.text().await.map_err(refused)?;
            names = serde_json::from_str(&text).map_err(|_| refused(FieldProblem::Malformed))?;
            continue;
        }
        // A file field without a chosen file sends one part without a name.
        let name = names.pop_front().or(part.name.clone()).filter(|name| !name.is_empty());
        let (Some(name), true) = (name, part.field == Field::Files.name()) else {
            part.skip().await.map_err(refused)?;
            continue;
        };
        let name = parse_typed(&name).map_err(refused)?;
        state.form_uploads.receive(scope, folder, &name, &mut part.chunks).await?;
        received += 1;
    }
    if received == 0 { Err(refused(FieldProblem::Empty)) } else { Ok(()) }
}
