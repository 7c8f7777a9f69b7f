//! What a client accepts, by `Accept-Encoding` (RFC 9110, section 12.5.3).

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{ACCEPT_ENCODING, HeaderMap};

use crate::server::domain::site::Accepts;

/// The compressions that the client accepts. A weight of zero excludes one.
pub fn accepts(headers: &HeaderMap) -> Accepts {
    let lines = headers.get_all(ACCEPT_ENCODING);
    let takes = |coding: &str| {
        let mut items = lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
        items.any(|item| {
            let mut pieces = item.split(';').map(str::trim);
            let is_it = pieces.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
            is_it && !pieces.any(is_weight_of_zero)
        })
    };
    Accepts { brotli: takes("br"), gzip: takes("gzip") }
}

fn is_weight_of_zero(parameter: &str) -> bool {
    let weight = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="));
    weight.is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0))
}

/// Reduces what the client accepts to the compressions that Holdall has. Everybody gets a plain answer who accepts none of
/// them, as the RFC allows: the layer that compresses would answer 406 to a client that refuses this, too, after the
/// request has been carried out, and a cache might keep that for others.
pub async fn reduce(mut request: Request) -> Request {
    let known = match accepts(request.headers()) {
        Accepts { brotli: true, gzip: true } => Some("br, gzip"),
        Accepts { brotli: true, gzip: false } => Some("br"),
        Accepts { brotli: false, gzip: true } => Some("gzip"),
        Accepts { brotli: false, gzip: false } => None,
    };
    request.headers_mut().remove(ACCEPT_ENCODING);
    if let Some(known) = known {
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static(known));
    }
    request
}
