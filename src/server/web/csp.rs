//! The headers that say what a page may do.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::model::page::SiteFiles;

/// The policy of a page with this nonce: scripts only by the nonce and what they load, everything else from here and
/// from where the public locations are; workers from what a page has made itself. `pictures` is the origin of avatars,
/// where that is not Holdall itself.
pub fn policy(nonce: &str, files: &SiteFiles, pictures: Option<&str>, parts: Option<&str>) -> HeaderValue {
    // While cargo-leptos watches, its socket tells pages to reload.
    let socket = files.watched.map(|port| format!(" ws://localhost:{port} ws://127.0.0.1:{port}")).unwrap_or_default();
    let also = |origin: Option<&str>| origin.map(|origin| format!(" {origin}")).unwrap_or_default();
    let (own, pictures) = (also(files.origin.as_deref()), also(pictures));
    let pictures = if own == pictures { String::new() } else { pictures };
    let parts = also(parts.filter(|parts| files.origin.as_deref() != Some(parts)));
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'{own}; \
         img-src 'self'{own}{pictures}; font-src 'self'{own}; connect-src 'self'{own}{parts}{socket}; worker-src blob:; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(NOTHING)
}

const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// What every answer says, unless its handler said otherwise.
pub fn fill_in(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::CONTENT_SECURITY_POLICY, NOTHING),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        (header::HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ] {
        headers.entry(name).or_insert(value);
    }
}
