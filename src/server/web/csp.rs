//! Security headers, among them the content security policy.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::model::site_files::SiteFiles;

/// What a page shows of people's files.
#[derive(Clone, Copy)]
pub enum Shown<'a> {
    /// Nothing.
    Nothing,
    /// What is in them, which comes from Holdall, or by a redirect from this origin.
    Content(Option<&'a str>),
}

/// The policy of a page with this nonce. Scripts are allowed by the nonce only, together with what they load; workers
/// from `blob:` addresses; everything else from this site and from the public locations. `pictures` is the origin of
/// avatars and `parts` the origin to which parts are sent, where these are not Holdall itself.
pub fn policy(
    nonce: &str,
    files: &SiteFiles,
    pictures: Option<&str>,
    parts: Option<&str>,
    shown: Shown<'_>,
) -> HeaderValue {
    // Under `cargo leptos watch`, a socket tells pages to reload.
    let socket = files.watched.map(|port| format!(" ws://localhost:{port} ws://127.0.0.1:{port}")).unwrap_or_default();
    let also = |origin: Option<&str>| origin.map(|origin| format!(" {origin}")).unwrap_or_default();
    let (own, pictures) = (also(files.origin.as_deref()), also(pictures));
    let pictures = if own == pictures { String::new() } else { pictures };
    let parts = also(parts.filter(|parts| files.origin.as_deref() != Some(parts)));
    let (drawn, played) = match shown {
        Shown::Nothing => (String::new(), String::new()),
        Shown::Content(origin) => (also(origin), format!("media-src 'self'{}; ", also(origin))),
    };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'{own}; \
         img-src 'self'{own}{pictures}{drawn}; {played}font-src 'self'{own}; connect-src 'self'{own}{parts}{socket}; worker-src blob:; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(NOTHING)
}

const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Adds the headers that every response has, unless its handler has set them.
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
    forbid_changes(headers);
}

/// Adds `no-transform` (RFC 9111, section 5.2.2.6): proxies that rewrite pages, as to hide email addresses, would leave
/// ones that the browser half cannot take over, and scripts whose digests are wrong.
fn forbid_changes(headers: &mut HeaderMap) {
    let given = headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !given.contains("no-transform")
        && let Ok(value) = HeaderValue::from_str(&format!("{given}, no-transform"))
    {
        headers.insert(header::CACHE_CONTROL, value);
    }
}
