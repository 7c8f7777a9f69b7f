//! Responses to conditional and range requests: the whole content, a part, or none.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use tokio_util::sync::CancellationToken;

use crate::server::web::files::range::{self, RangeOutcome, Representation};
use crate::server::web::listen::progress::Progress;

/// How long a client may pause a download: people do so, and computers sleep.
const PAUSED: Duration = Duration::from_secs(600);

/// Is cancelled to close the connection of this request, where its client reads nothing of a download that has ended.
pub fn ended(parts: &Parts) -> CancellationToken {
    parts.extensions.get::<Arc<Progress>>().map(|progress| progress.cut_off()).unwrap_or_default()
}

/// The head of the response to a download, which its client may pause for ten minutes, and the range of bytes that its
/// body must have; `None` for a response without a body.
pub fn head(parts: &Parts, known: &Representation<'_>) -> (Response, Option<Range<u64>>) {
    if let Some(progress) = parts.extensions.get::<Arc<Progress>>() {
        progress.set_timeout(PAUSED);
    }
    let verdict = range::decide(&parts.method, &parts.headers, known);
    let (status, part) = match &verdict {
        RangeOutcome::Whole => (StatusCode::OK, Some(0..known.length)),
        RangeOutcome::Partial(range) => (StatusCode::PARTIAL_CONTENT, Some(range.clone())),
        RangeOutcome::NotModified => (StatusCode::NOT_MODIFIED, None),
        RangeOutcome::PreconditionFailed => (StatusCode::PRECONDITION_FAILED, None),
        RangeOutcome::NotSatisfiable => (StatusCode::RANGE_NOT_SATISFIABLE, None),
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(range) = &part {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    }
    let content_range = match &verdict {
        RangeOutcome::Partial(range) => Some(format!("bytes {}-{}/{}", range.start, range.end - 1, known.length)),
        RangeOutcome::NotSatisfiable => Some(format!("bytes */{}", known.length)),
        _ => None,
    };
    if let Some(content_range) = content_range {
        headers.insert(header::CONTENT_RANGE, value(&content_range));
    }
    headers.insert(header::ETAG, value(known.etag));
    headers.insert(header::LAST_MODIFIED, value(&range::date(known.modified)));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    (response, part.filter(|range| parts.method == Method::GET && !range.is_empty()))
}

/// Adds the media type, if the response has a body, and the name under which browsers save it.
pub fn describe(response: &mut Response, content_type: &str, disposition: &str) {
    let has_body = matches!(response.status(), StatusCode::OK | StatusCode::PARTIAL_CONTENT);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, value(disposition));
    if has_body {
        headers.insert(header::CONTENT_TYPE, value(content_type));
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("ids, numbers, dates, media types and encoded names are visible ASCII")
}
