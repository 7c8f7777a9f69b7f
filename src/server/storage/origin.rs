//! Origins, other than Holdall's own, that browsers fetch from or send to.

use url::Url;

/// The origin (scheme, host and port) of an address, as browsers send it in `Origin`; `None` for a relative address.
pub fn origin_of(address: &str) -> Option<String> {
    let origin = Url::parse(address).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_and_host() {
        let origin = |address| origin_of(address).unwrap_or_default();
        assert_eq!(origin("https://cdn.example.org:8443/static/x?y"), "https://cdn.example.org:8443");
        assert_eq!(origin("http://127.0.0.1"), "http://127.0.0.1");
        assert_eq!(origin("https://a.b:1/c?d"), "https://a.b:1");
        assert_eq!(origin("https://Files.example.org:443/"), "https://files.example.org");
        assert_eq!(origin_of("/static/x"), None);
    }
}
