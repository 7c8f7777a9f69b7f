//! Compression of what Holdall renders: pages and the answers of server functions. People's files leave as they are
//! stored, so nothing is compressed unless its handler says so.
//!
//! A compressed answer that holds both a secret and something that an attacker chose reveals the secret by its length
//! (BREACH, <https://www.breachattack.com>). An attacker can have a browser send requests only from a page of another
//! site, and browsers say so (`Sec-Fetch-Site`, <https://www.w3.org/TR/fetch-metadata/>): those are answered
//! uncompressed.

use axum::extract::Request;
use axum::http::header::ACCEPT_ENCODING;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version};
use axum::response::Response;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

/// The fewest bytes that are worth it: smaller answers fit into one packet anyway.
const WORTH_IT: u64 = 1024;
/// The level of either algorithm (brotli, gzip), where both still take less time than rendering the page.
const QUALITY: i32 = 4;

/// In the extensions of a response that may be compressed.
#[derive(Clone, Copy)]
struct Compressible;

/// Lets an answer to this request be compressed, unless a page of another site has sent the request.
pub fn allow(parts: &Parts, response: &mut Response) {
    let site = parts.headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if matches!(site, None | Some(b"same-origin" | b"none")) {
        response.extensions_mut().insert(Compressible);
    }
}

/// Reduces what the client accepts to the encodings that Holdall has. Everybody gets a plain answer who accepts none of
/// them, as RFC 9110 allows (section 12.5.3): the layer would answer 406 to a client that refuses this, too, after the
/// request has been carried out, and a cache might keep that for others.
pub async fn known_encodings(mut request: Request) -> Request {
    let accepted = request.headers().get_all(ACCEPT_ENCODING);
    let accepted: Vec<_> =
        accepted.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).collect();
    let accepts = |encoding: &str| {
        accepted.iter().any(|item| {
            let mut pieces = item.split(';').map(str::trim);
            let is_it = pieces.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            let refused = |piece: &str| {
                let weight = piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q="));
                weight.is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0))
            };
            is_it && !pieces.any(refused)
        })
    };
    let known = match (accepts("br"), accepts("gzip")) {
        (true, true) => Some("br, gzip"),
        (true, false) => Some("br"),
        (false, true) => Some("gzip"),
        (false, false) => None,
    };
    request.headers_mut().remove(ACCEPT_ENCODING);
    if let Some(known) = known {
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static(known));
    }
    request
}

/// Compresses the answers that [`allow`] has marked, by brotli if the client accepts it, or else by gzip. The requests must
/// have passed [`known_encodings`].
pub fn layer() -> CompressionLayer<impl Predicate> {
    let is_marked =
        |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| extensions.get::<Compressible>().is_some();
    let when = SizeAbove::new(WORTH_IT).and(is_marked);
    CompressionLayer::new().quality(CompressionLevel::Precise(QUALITY)).compress_when(when)
}
