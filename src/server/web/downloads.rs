//! Downloads of several entries as one archive: preparing it, and sending its bytes. Holdall always streams these
//! itself, because stores cannot create archives.

use std::ops::Range;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use futures::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;

use crate::model::control;
use crate::model::form::FormState;
use crate::model::id::{DownloadId, EntryId};
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::access::principal::Principal;
use crate::server::domain::downloads::{Download, Selection};
use crate::server::web::auth::CurrentScope;
use crate::server::web::disposition::disposition;
use crate::server::web::error::ErrorResponse;
use crate::server::web::files::content::signed_out;
use crate::server::web::files::range::Representation;
use crate::server::web::files::ranged;
use crate::server::web::forms::{Posted, answer};
use crate::server::web::pages;

/// `POST /downloads`: prepares an archive and redirects to it. The form has any number of `entries` (ids), `folder` (an
/// id) or `all`; `at` is the folder on whose page the form is, if any.
pub async fn make(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    Posted { parts, fields }: Posted,
) -> Result<Response, ErrorResponse> {
    let selection = if fields.value(control::ALL).is_some() {
        Selection::Everything
    } else {
        let ids = fields.value(control::FOLDER).into_iter().chain(fields.selected());
        // An invalid id is treated like one that does not exist.
        Selection::These(ids.map(EntryId::parse).collect::<Option<_>>().ok_or(Problem::NotFound)?)
    };
    let made = state.downloads.make(&scope, selection).await;
    let (done, go) = match made {
        Ok(path) => (Ok(()), path),
        Err(error) => (Err(vec![error]), String::new()),
    };
    let page = fields.at();
    answer(&parts, done, &go, Vec::new(), |form: FormState| pages::app_again(&state, &parts, &page, form)).await
}

/// `GET`, `HEAD /downloads/{id}`: the archive. Its name tells of people's folders, so it is in `Content-Disposition` alone,
/// and neither in the address nor in a log.
pub async fn archive(
    State(state): State<AppState>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    let Some(scope) = principal.scope() else { return signed_out(&parts) };
    let id = DownloadId::parse(&id).ok_or(Problem::NotFound)?;
    let download = state.downloads.open(&scope, &id).await?;
    let etag = format!("\"{}\"", download.version);
    let known = Representation { etag: &etag, modified: download.created / 1000, length: download.length };
    let (mut response, part) = ranged::head(&parts, &known);
    if let Some(range) = part {
        *response.body_mut() = body(&state, &download, range, &ranged::ended(&parts)).await?;
    }
    ranged::describe(&mut response, "application/zip", &disposition("attachment", &download.name));
    Ok(response)
}

/// The bytes of a range. The first of them are produced before the response starts, so that a store that does not
/// respond leads to an error page and not to a truncated download.
async fn body(
    state: &AppState,
    download: &Download,
    range: Range<u64>,
    ended: &CancellationToken,
) -> Result<Body, Error> {
    let mut bytes = state.downloads.read(download, range, ended).await?;
    let first = bytes.next().await.transpose()?.unwrap_or_default();
    Ok(Body::from_stream(stream::iter([Ok(first)]).chain(bytes)))
}
