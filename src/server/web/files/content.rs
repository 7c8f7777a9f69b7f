//! The bytes of private files. The principal is determined before anything else.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::model::id::EntryId;
use crate::model::preview::{Medium, PreviewKind};
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::access::principal::Principal;
use crate::server::domain::blobs::deliver::File;
use crate::server::storage::Delivery;
use crate::server::web::disposition::disposition;
use crate::server::web::error::ErrorResponse;
use crate::server::web::files::range::Representation;
use crate::server::web::files::ranged;

/// The policy of what browsers play. They put it into a page of their own, which loads the same address again, in parts:
/// that takes `media-src`, and the cookie, which `sandbox` would keep back. That page is the browser's and runs nothing of
/// the file; scripts, forms, frames and all else stay forbidden.
const PLAYER: &str =
    "default-src 'none'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whether browsers may display this media type; all others are saved. Of text, that is only what no program interprets.
fn is_shown(media_type: &str) -> bool {
    match PreviewKind::of(media_type) {
        Some(PreviewKind::Text) => media_type == "text/plain",
        kind => kind.is_some(),
    }
}

/// Whether browsers play this media type rather than draw it.
fn is_played(media_type: &str) -> bool {
    matches!(PreviewKind::of(media_type), Some(PreviewKind::Medium(Medium::Sound | Medium::Film)))
}

/// `GET`, `HEAD /files/{id}/content`: the bytes, or a redirect to a presigned address.
pub async fn content(
    State(state): State<AppState>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    let Some(scope) = principal.scope() else { return signed_out(&parts) };
    let id = EntryId::parse(&id).ok_or(Problem::NotFound)?;
    let file = state.contents.open(&scope, &id).await?;
    if let Some(fault) = file.fault {
        return Err(Error::from(fault).into());
    }
    let shown = is_shown(&file.media_type);
    let content_type = match file.media_type.as_str() {
        "text/plain" => "text/plain; charset=utf-8",
        _ if shown => &file.media_type,
        _ => "application/octet-stream",
    };
    // HEAD is answered from the database, because an address presigned for GET accepts no other method.
    if parts.method == Method::GET
        && let Delivery::Redirect(address) =
            state.contents.deliver(&file, content_type, &disposition("attachment", &file.name)).await?
    {
        return redirected(&address);
    }
    // These answers read nothing from the store, so whether the object is there has to be asked for.
    if parts.method == Method::HEAD || file.size == 0 {
        state.contents.check_object(&file).await?;
    }
    let mut response = streamed(&state, &file, &parts).await?;
    if is_played(content_type) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PLAYER));
    }
    let kind = if shown { "inline" } else { "attachment" };
    ranged::describe(&mut response, content_type, &disposition(kind, &file.name));
    Ok(response)
}

/// Redirects a document request to the sign-in page; answers 401 to what a page itself fetches.
pub(in crate::server::web) fn signed_out(parts: &Parts) -> Result<Response, ErrorResponse> {
    let header = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let document = match header("sec-fetch-dest") {
        Some(destination) => destination == "document",
        None => header("accept").is_some_and(|accept| accept.contains("text/html")),
    };
    if document { Ok(crate::server::web::pages::to_sign_in(parts)) } else { Err(Problem::NotSignedIn.into()) }
}

fn redirected(address: &str) -> Result<Response, ErrorResponse> {
    let mut response = Redirect::temporary(address).into_response();
    // Anyone who has the address can read the file, so no cache may store it.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

async fn streamed(state: &AppState, file: &File, parts: &Parts) -> Result<Response, ErrorResponse> {
    let etag = format!("\"{}\"", file.version);
    let known = Representation { etag: &etag, modified: file.created / 1000, length: file.size };
    let (mut response, part) = ranged::head(parts, &known);
    if let Some(range) = part {
        let partial = (response.status() == StatusCode::PARTIAL_CONTENT).then_some(range);
        *response.body_mut() = Body::from_stream(state.contents.read(file, partial, &ranged::ended(parts)).await?.body);
    }
    Ok(response)
}
