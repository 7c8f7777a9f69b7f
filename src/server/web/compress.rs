//! Compression of what Holdall renders: pages and the answers of server functions. People's files leave as they are
//! stored, so nothing is compressed unless its handler says so.
//!
//! A compressed answer that holds both a secret and something that an attacker chose reveals the secret by its length
//! (BREACH, <https://www.breachattack.com>). An attacker can have a browser send requests only from a page of another
//! site, and browsers say so (`Sec-Fetch-Site`, <https://www.w3.org/TR/fetch-metadata/>): those are answered
//! uncompressed.

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
pub struct Compressible;

impl Compressible {
    /// For the answer to a request with these headers; `None` if a page of another site has sent it.
    pub fn answer_to(headers: &HeaderMap) -> Option<Self> {
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        matches!(site, None | Some(b"same-origin" | b"none")).then_some(Self)
    }
}

/// Lets an answer be compressed, if the request allows it.
pub fn allow(response: &mut Response, compressible: Option<Compressible>) {
    if let Some(compressible) = compressible {
        response.extensions_mut().insert(compressible);
    }
}

/// Compresses the answers that [`allow`] has marked, by brotli if the client accepts it, or else by gzip. The requests
/// must have passed [`reduce`](super::accept_encoding::reduce).
pub fn layer() -> CompressionLayer<impl Predicate> {
    let is_marked =
        |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| extensions.get::<Compressible>().is_some();
    let when = SizeAbove::new(WORTH_IT).and(is_marked);
    CompressionLayer::new().quality(CompressionLevel::Precise(QUALITY)).compress_when(when)
}
