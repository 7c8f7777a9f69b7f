//! Requests by plain http to a site whose address begins with https. Browsers keep none of its cookies there, so signing
//! in would lead back to the sign-in page without a word.

use axum::http::request::Parts;
use axum::http::{HeaderName, header};

use crate::server::config::Url;
use crate::server::web::client_ip::{TrustedProxies, peer};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The header in which a proxy says by which scheme its client came.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Whether it is certain that a request came by plain http although the site's address is https: the browser says so of
/// the page that sent a form, or a trusted proxy says so and the browser does not contradict. A proxy that speaks TLS
/// itself may say nothing, or that the one before it came by http, so what the browser says goes first.
pub fn is_certain(parts: &Parts, url: &Url, trusted: &TrustedProxies) -> bool {
    // Browsers send Sec-Fetch-Site only by https, and to this machine, where they keep cookies by http, too (Fetch
    // Metadata Request Headers, section 2; Secure Contexts, section 3.1).
    if !url.is_https() || parts.headers.contains_key(FETCH_SITE) {
        return false;
    }
    let text = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    match (text(&header::ORIGIN), text(&header::HOST)) {
        (Some(origin), Some(host)) if origin.strip_prefix("http://") == Some(host) => true,
        (Some(origin), _) if origin.starts_with("https://") => false,
        _ => trusted.contains(peer(parts)) && is_forwarded_http(parts),
    }
}

/// Whether the proxies before Holdall all say http; each may append its own word.
fn is_forwarded_http(parts: &Parts) -> bool {
    let lines = parts.headers.get_all(FORWARDED_PROTO).iter().filter_map(|line| line.to_str().ok());
    let mut schemes = lines.flat_map(|line| line.split(',')).map(str::trim).peekable();
    schemes.peek().is_some() && schemes.all(|scheme| scheme.eq_ignore_ascii_case("http"))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    const HOST: (&str, &str) = ("host", "files.example.org");

    fn is_plain(headers: &[(&str, &str)]) -> bool {
        is_plain_at("https://files.example.org", headers, "::1")
    }

    fn is_plain_at(url: &str, headers: &[(&str, &str)], trusted: &str) -> bool {
        let mut request = Request::post("/sign-in");
        for (name, value) in headers.iter().chain([&HOST]) {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let (url, trusted) = (Url::parse(url).expect("an address"), TrustedProxies::parse(trusted).expect("addresses"));
        is_certain(&parts, &url, &trusted)
    }

    #[test]
    fn the_page_of_a_form_says_by_what_it_came() {
        assert!(is_plain(&[("origin", "http://files.example.org")]));
        for origin in ["https://files.example.org", "http://evil.example", "http://files.example.org:81", "null"] {
            assert!(!is_plain(&[("origin", origin)]), "{origin}");
        }
        let here = [("origin", "http://files.example.org"), ("sec-fetch-site", "same-origin")];
        assert!(!is_plain(&here), "browsers send this where they keep the cookie");
        assert!(!is_plain_at("http://files.example.org", &here[..1], "::1"), "a site by http is one");
    }

    #[test]
    fn a_trusted_proxy_is_believed_unless_the_browser_knows_better() {
        let http = ("x-forwarded-proto", "http");
        assert!(is_plain(&[http]) && is_plain(&[http, http]) && is_plain(&[("x-forwarded-proto", "HTTP")]));
        assert!(!is_plain_at("https://files.example.org", &[http], "10.0.0.0/8"), "not trusted");
        for more in
            [("x-forwarded-proto", "https"), ("sec-fetch-site", "none"), ("origin", "https://files.example.org")]
        {
            assert!(!is_plain(&[http, more]), "{more:?}");
        }
        for proto in ["https, http", "http, https", "", "wss"] {
            assert!(!is_plain(&[("x-forwarded-proto", proto)]), "{proto:?}");
        }
        assert!(!is_plain(&[]), "a proxy that speaks TLS need not say so");
    }
}
