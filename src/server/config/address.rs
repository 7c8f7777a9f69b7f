//! Addresses in settings, parsed by the URL rules of browsers.

use std::net::SocketAddr;

use url::Host;

/// The site's public address: scheme and host, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    origin: String,
    host: String,
    loopback: bool,
}

impl Url {
    /// The address as browsers write it in `Origin`: `https://files.example.org`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The name or address of its host alone, as browsers write it.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether browsers use https to reach the site.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Whether the address is reachable from this machine only.
    pub(super) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The address of a site whose `HOLDALL_URL` is not set, derived from the address it listens on.
    pub(super) fn listening(address: SocketAddr) -> Self {
        Self {
            origin: format!("http://{address}"),
            host: address.ip().to_string(),
            loopback: address.ip().is_loopback(),
        }
    }

    /// Parses the setting; `None` if it is not scheme and host alone.
    pub(in crate::server) fn parse(text: &str) -> Option<Self> {
        let url = server(text).filter(|url| url.path() == "/")?;
        let loopback = match url.host()? {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        let host = url.host_str()?.to_owned();
        Some(Self { origin: url.origin().ascii_serialization(), host, loopback })
    }
}

/// Parses an address that paths are appended to, and removes trailing slashes.
pub(super) fn base(text: &str) -> Option<String> {
    server(text).map(|url| url.as_str().trim_end_matches('/').to_owned())
}

/// Parses an http or https address without query, fragment and user name.
fn server(text: &str) -> Option<url::Url> {
    let url: url::Url = text.parse().ok()?;
    let anonymous = url.username().is_empty() && url.password().is_none();
    let plain = anonymous && url.query().is_none() && url.fragment().is_none();
    (plain && ["http", "https"].contains(&url.scheme())).then_some(url)
}
