//! The networks that clients of IPv6 belong to. One client counts by its network of 64 bits, but providers hand a home
//! or an office up to 65,536 of those (RIPE-690), so what nobody needs often is limited for the wider network, too.

use ipnet::Ipv6Net;

/// The length of the prefix of what one subscriber may have.
const PREFIX: u8 = 48;

/// The network that this client shares with others who may be the same person; `None` for a client of IPv4, which is given
/// one address.
pub fn network_of(client: &str) -> Option<String> {
    let own: Ipv6Net = client.parse().ok()?;
    Ipv6Net::new(own.addr(), PREFIX).ok().map(|wider| wider.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_of_ipv6_has_one_network_however_many_are_used() {
        assert_eq!(network_of("2001:db8:1:2::/64").as_deref(), Some("2001:db8:1::/48"));
        assert_eq!(network_of("2001:db8:1:ffff::/64"), network_of("2001:db8:1::/64"));
        assert_ne!(network_of("2001:db8:2::/64"), network_of("2001:db8:1::/64"));
        assert_eq!(network_of("192.0.2.1"), None);
        assert_eq!(network_of(""), None);
    }
}
