//! Where a request comes from.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::{HttpRequest, http::header::HeaderMap};
use ipnet::IpNet;

/// The proxies that the operator trusts, and the header in which they say for whom they ask.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    /// Their networks.
    pub trusted: Vec<IpNet>,
    /// Whether they write `Forwarded` (RFC 7239), and not `X-Forwarded-For`. A header that they do not write is passed on as
    /// the client has invented it, so only one is read.
    pub forwarded: bool,
}

impl Proxies {
    fn trust(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// The address that a request comes from: the last one on its way that is no proxy of ours.
    #[must_use]
    pub fn client(&self, request: &HttpRequest) -> Option<IpAddr> {
        Some(self.behind(request.peer_addr()?.ip().to_canonical(), request.headers()))
    }

    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let name = if self.forwarded { "forwarded" } else { "x-forwarded-for" };
        let lines: Vec<&str> = headers.get_all(name).filter_map(|line| line.to_str().ok()).collect();
        let mut client = peer;
        for hop in lines.iter().flat_map(|line| line.split(',')).rev() {
            // What an untrusted hop says of those before it is worth nothing.
            if !self.trust(client) {
                break;
            }
            let Some(address) = (if self.forwarded { forwarded_for(hop) } else { address(hop) }) else { break };
            client = address;
        }
        client
    }
}

/// `for=192.0.2.60;proto=http`, `For="[2001:db8::1]:4711"`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, node) = pairs.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
    address(node.trim_matches('"'))
}

/// An address, with or without brackets and a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None if text.matches(':').count() == 1 => text.split(':').next()?,
        None => text,
    };
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// What one subscriber has: an IPv4 address, or the /64 of an IPv6 one.
#[must_use]
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn behind(trusted: &[&str], peer: &str, name: &'static str, values: &[&'static str]) -> String {
        let trusted = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let proxies = Proxies { trusted, forwarded: name == "forwarded" };
        proxies.behind(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        let (ours, name) = (["10.0.0.0/8", "fd00::/8"], "x-forwarded-for");
        for (peer, values, client) in [
            ("198.51.100.1", ["203.0.113.9"].as_slice(), "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["6.6.6.6, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &["6.6.6.6", "203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
        ] {
            assert_eq!(behind(&ours, peer, name, values), client, "{peer} {values:?}");
        }
        let forwarded = ["for=6.6.6.6, For=\"[2001:db8::7]:80\";proto=https"];
        assert_eq!(behind(&ours, "10.0.0.1", "forwarded", &forwarded), "2001:db8::7");
    }

    #[test]
    fn a_subscriber_of_ipv6_has_a_whole_64() {
        let of = |text: &str| subscriber(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:aaaa::1"), of("2001:db8:1:2:bbbb::2"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
    }
}
