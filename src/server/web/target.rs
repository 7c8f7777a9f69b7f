//! What a request is addressed to, before it is routed: a path of this site, at a host that is ours, by a form of our own
//! pages. A page of another site whose name was made to lead here (DNS rebinding) has a name that is not ours.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, Uri, header};

use crate::model::paths;
use crate::model::problem::Problem;
use crate::server::config::Url;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The addresses that answer under every name: checks of health, and what is public and may stand behind a CDN.
const ANYWHERE: [&str; 4] = [paths::LIVE, paths::READY, paths::STATIC, paths::MEDIA];

/// A host, as it is addressed.
#[derive(Debug, PartialEq, Eq)]
enum Addressee {
    /// An IP address, which no name server can redirect.
    Ip,
    /// A name in lower case.
    Name(String),
}

/// Checks what a request is addressed to, by plain http (`is_plain`) or not, and brings a target in absolute form (RFC
/// 9112 §3.2.2) into the usual one.
///
/// # Errors
/// [`Problem::BadRequest`] for a target that is no path, and without exactly one readable `Host`;
/// [`Problem::OtherHost`] for a host that is not ours; [`Problem::ForeignForm`] for a form of a page of another origin;
/// [`Problem::PlainHttp`] for plain http where the site's address is https;
/// [`Problem::NotFound`] for a path that is not UTF-8.
pub fn check(parts: &mut Parts, url: &Url, is_plain: bool) -> Result<(), Problem> {
    let named = to_origin_form(parts)?;
    if percent_encoding::percent_decode_str(parts.uri.path()).decode_utf8().is_err() {
        return Err(Problem::NotFound);
    }
    let path = parts.uri.path();
    if ANYWHERE.iter().any(|open| path.strip_prefix(open).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    {
        return Ok(());
    }
    let host = only(&parts.headers, &header::HOST).ok_or(Problem::BadRequest)?;
    let addressees = [Some(host), named.as_ref().map(Authority::as_str)];
    for host in addressees.into_iter().flatten() {
        match addressee(host).ok_or(Problem::BadRequest)? {
            Addressee::Name(name) if name != "localhost" && name != url.host() => {
                say_once(&name, url);
                return Err(Problem::OtherHost);
            }
            _ => {}
        }
    }
    if is_plain {
        return Err(Problem::PlainHttp { address: url.origin().to_owned() });
    }
    if is_cross_origin(parts, host, url) { Err(Problem::ForeignForm) } else { Ok(()) }
}

/// Removes scheme and host from a target in absolute form, and returns the host.
fn to_origin_form(parts: &mut Parts) -> Result<Option<Authority>, Problem> {
    let (scheme, authority) = (parts.uri.scheme_str(), parts.uri.authority().cloned());
    let is_http = scheme.is_none_or(|scheme| scheme == "http" || scheme == "https");
    if parts.method == Method::CONNECT || !parts.uri.path().starts_with('/') || scheme.is_some() != authority.is_some()
    {
        return Err(Problem::BadRequest);
    }
    if !is_http || authority.as_ref().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(Problem::BadRequest);
    }
    if authority.is_some() {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let slash = if target.starts_with('/') { "" } else { "/" };
        parts.uri = Uri::from_str(&format!("{slash}{target}")).map_err(|_| Problem::BadRequest)?;
    }
    Ok(authority)
}

/// The value of a header that was sent exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    all.next().filter(|_| all.next().is_none())?.to_str().ok()
}

/// Parses a `Host` (RFC 9110 §7.2); `None` if it is none.
fn addressee(text: &str) -> Option<Addressee> {
    let authority = Authority::from_str(text).ok().filter(|authority| !authority.as_str().contains('@'))?;
    let host = authority.host();
    let port = authority.as_str().strip_prefix(host)?;
    let port = if port.is_empty() { port } else { port.strip_prefix(':')? };
    if host.is_empty() || !(port.is_empty() || port.parse::<u16>().is_ok()) {
        return None;
    }
    if let Some(inside) = host.strip_prefix('[') {
        return Ipv6Addr::from_str(inside.strip_suffix(']')?).ok().map(|_| Addressee::Ip);
    }
    if Ipv4Addr::from_str(host).is_ok() {
        return Some(Addressee::Ip);
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    (!name.is_empty()).then(|| Addressee::Name(name.to_ascii_lowercase()))
}

/// Whether the page that sent a form has another origin than ours: scheme, host and port. Where the browser itself says
/// that it is the same, that holds; the `CsrfLayer` decides about whatever else it says, but without it compares hosts
/// and ports alone.
fn is_cross_origin(parts: &Parts, host: &str, url: &Url) -> bool {
    let vouched = only(&parts.headers, &FETCH_SITE).is_some_and(|site| site == "same-origin" || site == "none");
    if parts.method.is_safe() || vouched || !parts.headers.contains_key(header::ORIGIN) {
        return false;
    }
    let scheme = if url.is_https() { "https" } else { "http" };
    let is_ours = |origin: &str| origin == url.origin() || origin == format!("{scheme}://{host}");
    !only(&parts.headers, &header::ORIGIN).is_some_and(is_ours)
}

/// Tells the operator once in a process, since anybody can cause it.
fn say_once(name: &str, url: &Url) {
    static SAID: AtomicBool = AtomicBool::new(false);
    if !SAID.swap(true, Ordering::Relaxed) {
        let name: String = name.chars().take(253).collect();
        tracing::warn!(
            host = name,
            "a request for another host was refused with 421: HOLDALL_URL is {}. If people reach this site by that \
             name, set HOLDALL_URL to the address that they type; a proxy in front must leave Host as it is. Further \
             ones are not reported",
            url.origin()
        );
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn url() -> Url {
        Url::parse("https://files.example.org:8443").expect("an address")
    }

    fn checked(target: &str, headers: &[(&str, &str)]) -> Result<String, Problem> {
        let mut request = Request::post(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        check(&mut parts, &url(), false).map(|()| parts.uri.to_string())
    }

    #[test]
    fn our_hosts_are_the_one_people_type_this_machine_and_ip_addresses() {
        let ours = ["files.example.org:8443", "FILES.example.org", "files.example.org.", "localhost:3000", "10.0.0.7"];
        for host in ours.iter().chain(&["[::1]:3000", "[2001:db8::1]", "127.0.0.1:65535", "files.example.org:"]) {
            assert_eq!(checked("/files", &[("host", host)]).as_deref(), Ok("/files"), "{host}");
        }
        for host in
            ["evil.example", "example.org", "a.files.example.org", "files.example.org.evil", "localhost.evil", "0x7f.1"]
        {
            assert_eq!(checked("/files", &[("host", host)]), Err(Problem::OtherHost), "{host}");
        }
    }

    #[test]
    fn a_request_has_one_readable_host() {
        assert_eq!(checked("/", &[]), Err(Problem::BadRequest));
        let twice = [("host", "localhost"), ("host", "localhost")];
        assert_eq!(checked("/", &twice), Err(Problem::BadRequest));
        for host in [
            "",
            "a b",
            "[::1",
            "::1",
            "[x]",
            "localhost:99999999",
            "localhost:-1",
            "http://localhost",
            "/",
            "?#",
            "a@localhost",
            ":80",
            ".",
            "\u{7f}",
        ] {
            let request = Request::get("/").header("host", host).body(());
            let Ok(request) = request else { continue };
            let (mut parts, ()) = request.into_parts();
            assert_eq!(check(&mut parts, &url(), false), Err(Problem::BadRequest), "{host}");
        }
        for open in [paths::LIVE, paths::READY, "/static/x/y", "/media/x"] {
            assert_eq!(checked(open, &[]).as_deref(), Ok(open), "asked by machines");
        }
        assert_eq!(checked("/staticx", &[]), Err(Problem::BadRequest));
    }

    #[test]
    fn a_target_in_absolute_form_is_held_to_the_same_rules() {
        let host = [("host", "files.example.org:8443")];
        assert_eq!(checked("http://localhost/a?b", &host).as_deref(), Ok("/a?b"));
        assert_eq!(checked("http://localhost?b", &host).as_deref(), Ok("/?b"));
        assert_eq!(checked("https://files.example.org", &host).as_deref(), Ok("/"));
        assert_eq!(checked("http://evil.example/", &host), Err(Problem::OtherHost));
        for odd in ["ftp://localhost/", "http://a@localhost/", "localhost:80", "*"] {
            assert_eq!(checked(odd, &host), Err(Problem::BadRequest), "{odd}");
        }
        let (mut parts, ()) = Request::connect("localhost:80").body(()).expect("a request").into_parts();
        assert_eq!(check(&mut parts, &url(), false), Err(Problem::BadRequest));
    }

    #[test]
    fn a_path_that_is_no_text_leads_nowhere() {
        for path in ["/files/%ff", "/%c3%28/x", "/files/%ed%a0%80/content", "/static/%ff"] {
            assert_eq!(checked(path, &[("host", "localhost")]), Err(Problem::NotFound), "{path}");
        }
    }

    #[test]
    fn a_form_comes_from_the_same_scheme_host_and_port() {
        let from = |host: &str, origin: &str| checked("/a", &[("host", host), ("origin", origin)]).is_ok();
        assert!(from("files.example.org:8443", "https://files.example.org:8443"));
        assert!(from("10.0.0.7:3000", "https://files.example.org:8443"), "a proxy that asks by address");
        assert!(from("10.0.0.7", "https://10.0.0.7"));
        for origin in
            ["http://files.example.org:8443", "https://files.example.org", "https://files.example.org:1", "null", ""]
        {
            assert!(!from("files.example.org:8443", origin), "{origin}");
        }
        let vouched = [("host", "localhost"), ("origin", "http://localhost"), ("sec-fetch-site", "same-origin")];
        assert!(checked("/a", &vouched).is_ok());
        let twice = [("host", "localhost"), ("origin", "https://localhost"), ("origin", "https://localhost")];
        assert_eq!(checked("/a", &twice), Err(Problem::ForeignForm));
    }
}
