//! The address of the client of a request, also behind reverse proxies. Only proxies named in the settings are believed
//! about it, because anybody can send the header.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr as _;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use ipnet::{IpNet, Ipv6Net};

/// The header in which each proxy appends the address of its own client.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// The length of the prefix that one client of IPv6 has for itself.
const IPV6_PREFIX: u8 = 64;

/// The networks whose hosts are trusted to name their client in `X-Forwarded-For`.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Parses addresses and networks separated by commas, such as `127.0.0.1, 10.0.0.0/8`; `None` if one is invalid.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let network = |text: &str| text.parse().ok().or_else(|| IpAddr::from_str(text).ok().map(IpNet::from));
        text.split(',').map(|one| network(one.trim())).collect::<Option<Vec<_>>>().map(|all| Self(all.into()))
    }

    /// Whether this address belongs to a trusted proxy.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The address of the client of a request; in its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    /// Determines the client of a request: the host that is connected, or where that is a trusted proxy, the last
    /// address in `X-Forwarded-For` that is not another one's. Without a usable address there, it is the proxy.
    #[must_use]
    pub fn of(parts: &Parts, trusted: &TrustedProxies) -> Self {
        let mut client = peer(parts);
        let lines = parts.headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok());
        let hops: Vec<_> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        for hop in hops.into_iter().rev() {
            if !trusted.contains(client) {
                break;
            }
            // What precedes an unreadable address may have been made up.
            let Some(address) = parse(hop) else { break };
            client = address;
        }
        Self(client)
    }

    /// The address of the client of this request as text; empty for a request that did not come by the edge.
    #[must_use]
    pub fn text_of(parts: &Parts) -> String {
        parts.extensions.get::<Self>().map(|client| client.0.to_string()).unwrap_or_default()
    }

    /// What stands for the client of this request where clients are limited; empty for a request that did not come by
    /// the edge.
    #[must_use]
    pub fn subject_of(parts: &Parts) -> String {
        parts.extensions.get::<Self>().map(|client| client.subject()).unwrap_or_default()
    }

    /// What stands for the client where clients are limited: the address, or for IPv6 its network of 64 bits, since
    /// one client has all addresses of such a network.
    #[must_use]
    pub fn subject(self) -> String {
        match self.0 {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                Ipv6Net::new(address, IPV6_PREFIX).map_or_else(|_| address.to_string(), |net| net.trunc().to_string())
            }
        }
    }
}

/// The host that is connected. Requests without a connection, as tests make them, come from the loopback address.
#[must_use]
pub fn peer(parts: &Parts) -> IpAddr {
    let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    info.map_or(IpAddr::V6(Ipv6Addr::LOCALHOST), |info| info.0.ip()).to_canonical()
}

/// An address, with or without a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let with_port = || SocketAddr::from_str(hop).ok().map(|address| address.ip());
    let address = IpAddr::from_str(hop.trim_start_matches('[').trim_end_matches(']')).ok().or_else(with_port)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn client(peer: &str, lines: &[&str], trusted: &str) -> String {
        let mut request = Request::get("/");
        for line in lines {
            request = request.header(FORWARDED_FOR, *line);
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().expect("an address"), 1)));
        let trusted = if trusted.is_empty() {
            TrustedProxies::default()
        } else {
            TrustedProxies::parse(trusted).expect("networks")
        };
        ClientIp::of(&parts, &trusted).0.to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(client("192.0.2.1", &["198.51.100.7"], ""), "192.0.2.1");
        assert_eq!(client("192.0.2.1", &["198.51.100.7"], "10.0.0.0/8"), "192.0.2.1");
        assert_eq!(client("10.1.1.1", &["198.51.100.7"], "10.0.0.0/8"), "198.51.100.7");
        assert_eq!(client("::ffff:10.1.1.1", &["198.51.100.7"], "10.0.0.0/8"), "198.51.100.7");
        assert_eq!(client("10.1.1.1", &[], "10.0.0.0/8"), "10.1.1.1");
    }

    #[test]
    fn what_a_client_put_before_its_address_does_not_count() {
        let lines = ["203.0.113.9, 198.51.100.7", "10.2.2.2"];
        assert_eq!(client("10.1.1.1", &lines, "10.0.0.0/8"), "198.51.100.7");
        assert_eq!(client("10.1.1.1", &["203.0.113.9, unknown"], "10.0.0.0/8"), "10.1.1.1");
        assert_eq!(client("::1", &["[2001:db8::1]:443"], "::1"), "2001:db8::1");
        assert_eq!(client("::1", &["198.51.100.7:443"], "::1"), "198.51.100.7");
    }

    #[test]
    fn one_client_has_a_network_of_ipv6() {
        let subject = |text: &str| ClientIp(text.parse().expect("an address")).subject();
        assert_eq!(subject("2001:db8:1:2:3:4:5:6"), subject("2001:db8:1:2::9"));
        assert_ne!(subject("2001:db8:1:2::1"), subject("2001:db8:1:3::1"));
        assert_eq!(subject("192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn networks_that_cannot_be_read_are_refused() {
        assert!(["10.0.0.0/33", "host.example", "10.0.0.1,,"].iter().all(|text| TrustedProxies::parse(text).is_none()));
    }
}
