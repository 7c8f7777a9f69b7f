//! The public locations: the site's own files, and avatars.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::site::{SiteAnswer, Source};
use crate::server::web::accept_encoding::accepts;
use crate::server::web::client_ip::ClientIp;
use crate::server::web::error::ErrorResponse;
use crate::server::web::files::range;

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
const NEVER: HeaderValue = HeaderValue::from_static("no-store");

/// `GET /static/{release}/…`: a file of a release.
pub async fn released(
    State(state): State<AppState>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let answer = state.assets.open(&path, accepts(&headers)).await?;
    Ok(file(&answer, &headers, FOR_EVER))
}

/// `GET /pkg/…`: a file that `cargo leptos watch` has just built.
pub async fn watched(
    State(state): State<AppState>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    own(&state, &format!("pkg/{path}"), &headers)
}

/// `GET /start.js`, `/icon.svg`: a file in the root of the site, under `cargo leptos watch`.
pub async fn watched_at_root(
    State(state): State<AppState>,
    address: Uri,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    own(&state, address.path().trim_start_matches('/'), &headers)
}

fn own(state: &AppState, path: &str, headers: &HeaderMap) -> Result<Response, ErrorResponse> {
    if !matches!(state.assets.source(), Source::Watched(_)) {
        return Err(Problem::NotFound.into());
    }
    Ok(file(&state.assets.own(path)?, headers, NEVER))
}

/// `GET /favicon.ico`: browsers request it at the root.
pub async fn favicon(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, ErrorResponse> {
    Ok(file(&state.assets.own("favicon.ico")?, &headers, FOR_AN_HOUR))
}

/// `GET /robots.txt`: crawlers request it at the root.
pub async fn robots(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, ErrorResponse> {
    Ok(file(&state.assets.own("robots.txt")?, &headers, FOR_AN_HOUR))
}

fn file(answer: &SiteAnswer, request: &HeaderMap, caching: HeaderValue) -> Response {
    let bytes = answer.asset.bytes();
    let etag = answer.asset.etag();
    let unchanged = range::is_unchanged(request, &etag);
    let mut response =
        if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { Body::from(bytes).into_response() };
    let headers = response.headers_mut();
    if !unchanged {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.media_type));
        if let Some(encoding) = answer.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, caching);
    // The files are public, so pages of any origin may use them.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// `GET /media/{key}`: an avatar, for any client.
pub async fn picture(
    State(state): State<AppState>,
    Path(key): Path<String>,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    // The content of a key never changes, so the key can be the entity tag.
    let etag = format!("\"{key}\"");
    let picture = state.avatars.find(&key).await?;
    let mut response = if range::is_unchanged(&parts.headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let object = state.avatars.read(&picture, &ClientIp::subject_of(&parts)).await?;
        let mut response = Body::from_stream(object.body).into_response();
        response.headers_mut().insert(header::CONTENT_LENGTH, object.size.into());
        let media_type =
            HeaderValue::from_str(&picture.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    Ok(response)
}
