//! Which addresses may be looked at: a name of a public host must not lead into the network that we stand in.
//!
//! Names are resolved by us, and the connection is made to what came out and was checked: a name that means another
//! address a moment later gains nothing.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Reach;

/// Resolves names to the addresses that may be reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resolver(pub(super) Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found
                .filter(|address| may_reach(address.ip(), reach))
                .collect();
            if allowed.is_empty() {
                let sentence = "its address lies in a private network, which is looked at only for hosts that an \
                                administrator has added by hand";
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, sentence).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address may be looked at. Those behind which cloud machines keep their secrets never: most are link-local,
/// and [`is_metadata`] has the others.
pub(super) fn may_reach(address: IpAddr, reach: Reach) -> bool {
    let address = innermost(address);
    match reach {
        Reach::Public => is_public(address),
        Reach::Private => !is_forbidden(address),
    }
}

/// The address that one leads to in the end: IPv6 carries IPv4 inside where it is mapped, translated or "compatible", by
/// NAT64 and 6to4, and by Teredo with all bits turned round.
fn innermost(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address.to_canonical() else {
        return address.to_canonical();
    };
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x2002, high, low, ..] => v4(high, low),
        [0x2001, 0, .., high, low] => v4(!high, !low),
        [0, 0, 0, 0, 0, 0, high, low] if !v6.is_loopback() => v4(high, low),
        _ => v6.into(),
    }
}

fn is_forbidden(address: IpAddr) -> bool {
    address.is_unspecified()
        || address.is_multicast()
        || is_metadata(address)
        || match address {
            IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast(),
            IpAddr::V6(v6) => v6.is_unicast_link_local(),
        }
}

/// Where clouds tell their machines about themselves, passwords included, at addresses that are not link-local: AWS (a range
/// of its own inside the private ones), Google, Alibaba, Azure and Oracle.
fn is_metadata(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => matches!(
            v4.octets(),
            [100, 100, 100, 200] | [168, 63, 129, 16] | [192, 0, 0, 192]
        ),
        IpAddr::V6(v6) => matches!(
            v6.segments(),
            [0xfd00, 0xec2, ..] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254]
        ),
    }
}

fn is_public(address: IpAddr) -> bool {
    !is_forbidden(address)
        && !address.is_loopback()
        && match address {
            IpAddr::V4(v4) => is_public_v4(v4),
            IpAddr::V6(v6) => is_public_v6(v6),
        }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol = a == 192 && b == 0 && c == 0;
    let benchmarks = a == 198 && (18..20).contains(&b);
    !(a == 0
        || a >= 240
        || shared
        || protocol
        || benchmarks
        || address.is_private()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Networks have NAT64 of their own; which address is inside only they know.
    let local_nat64 = first == 0x64 && second == 0xff9b;
    let documentation =
        (first == 0x2001 && second == 0xdb8) || (first == 0x3fff && second < 0x1000);
    // What private networks had before there were unique local addresses.
    let site_local = first & 0xffc0 == 0xfec0;
    !(address.is_unique_local() || site_local || local_nat64 || documentation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(address: &str, reach: Reach) -> bool {
        may_reach(address.parse().unwrap(), reach)
    }

    #[test]
    fn public_addresses_may_always_be_reached() {
        for address in [
            "93.184.216.34",
            "2606:2800:220:1::1",
            "::ffff:93.184.216.34",
            "64:ff9b::5db8:d822",
            "2002:5db8:d822::1",
            "::93.184.216.34",
            "::ffff:0:93.184.216.34",
            "2001:0:4136:e378:8000:63bf:a247:27dd",
            "3fff:1000::1",
        ] {
            assert!(may(address, Reach::Public), "{address}");
            assert!(may(address, Reach::Private), "{address}");
        }
    }

    #[test]
    fn private_addresses_need_an_administrator() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:a00:1::1",
            "::10.0.0.1",
            "::127.0.0.1",
            "::2",
            "::ffff:0:10.0.0.1",
            "2001:0:4136:e378:8000:63bf:f5ff:fffe",
            "fec0::1",
            "feff::1",
            "2001:db8::1",
            "3fff::1",
            "3fff:fff::1",
            "192.0.0.1",
        ] {
            assert!(!may(address, Reach::Public), "{address}");
            assert!(may(address, Reach::Private), "{address}");
        }
    }

    #[test]
    fn some_addresses_are_never_looked_at() {
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::169.254.169.254",
            "2002:a9fe:a9fe::1",
            "100.100.100.200",
            "::ffff:100.100.100.200",
            "168.63.129.16",
            "64:ff9b::168.63.129.16",
            "192.0.0.192",
            "::ffff:192.0.0.192",
            "::169.254.169.254",
            "::ffff:0:169.254.169.254",
            "2001:0:4136:e378:8000:63bf:5601:5601",
            "fd00:ec2::254",
            "fd00:ec2::23",
            "fd20:ce::254",
            "fe80::1",
            "0.0.0.0",
            "::",
            "224.0.0.1",
        ] {
            assert!(!may(address, Reach::Public), "{address}");
            assert!(!may(address, Reach::Private), "{address}");
        }
    }
}
