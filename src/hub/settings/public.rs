//! Whether an address is one of the open internet. Names are looked up first, and the very address that was looked at is the
//! one connected to; so neither a redirect nor a name that changes its address leads inside.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// Why nothing is connected to, as the library carries it.
pub(in crate::hub) const PRIVATE: &str = "an address within a private network";

/// Looks names up, and gives no address of a private network.
#[derive(Debug, Default)]
pub(in crate::hub) struct Public(DefaultLookUp);

/// The library's own way, which can't be shown.
#[derive(Default)]
struct DefaultLookUp(DefaultResolver);

impl std::fmt::Debug for DefaultLookUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DefaultResolver")
    }
}

impl Resolver for Public {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.0.resolve(uri, config, timeout)?;
        // One private address among them is enough: nobody tells which would be taken.
        if found.iter().all(|address| is_public(address.ip())) {
            Ok(found)
        } else {
            Err(ureq::Error::Io(io::Error::new(io::ErrorKind::PermissionDenied, PRIVATE)))
        }
    }
}

/// Whether a host that a proxy will look up is certainly one of a private network, as far as its name tells.
pub(in crate::hub) fn is_named_private(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).trim_end_matches('.').to_lowercase();
    match host.parse::<IpAddr>() {
        Ok(address) => !is_public(address),
        // Numbers are read in many ways, as 2130706433 and 0x7f.1 are.
        Err(_) => {
            let is_number = host
                .rsplit('.')
                .next()
                .is_some_and(|last| last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit()));
            is_number
                || !host.contains('.')
                || [".localhost", ".local", ".internal"].iter().any(|end| host.ends_with(end))
        }
    }
}

/// Whether an address is one of the open internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// By IANA's registry of special addresses.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || matches!((a, b, c), (0 | 224.., ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18 | 19, _));
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let within = |high: u16, low: u16| {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match [a, b, c, d, e, f] {
        // These hold an address of the other kind.
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => within(g, h),
        [0x2002, b, c, ..] => within(b, c),
        // Only these are given to anybody; of them not those for documentation and tunnels.
        [a, b, ..] => (0x2000..0x4000).contains(&a) && !(a == 0x2001 && (b < 0x200 || b == 0xdb8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_in_all_their_forms() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::7f00:1",
            "64:ff9b:1::a00:1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "2002:101:101::"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn names_that_a_proxy_would_look_up_inside_are_told() {
        let is_private = |host: &str| is_named_private(&format!("http://{host}/a.jpg").parse().unwrap());
        for private in
            ["localhost", "router", "a.local", "x.localhost.", "127.0.0.1", "[::1]", "2130706433", "0x7f.1", "127.1"]
        {
            assert!(is_private(private), "{private}");
        }
        for public in ["example.org", "1.1.1.1", "[2606:4700::1111]"] {
            assert!(!is_private(public), "{public}");
        }
    }
}
