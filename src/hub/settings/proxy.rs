//! Proxies: which one leads to an address, by the variables that every program of a system goes by.

use std::{ffi::OsString, net::IpAddr, str::FromStr};

use ureq::{Proxy, http::Uri};

use super::address::{is_secure, port};

/// Which proxy leads where. As for `curl`, the variable of a scheme wins over the one for all, and lower case over upper case.
///
/// A variable that makes no sense matters only for the addresses that it counts for.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    https: Option<Way>,
    http: Option<Way>,
    exceptions: Vec<Exception>,
}

/// A way out, or the variable that should name one and does not.
pub(in crate::hub) type Way = Result<Route, BadProxy>;

/// A variable that is not the address of a proxy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{variable} is not the address of a proxy; it should look like http://host:port or http://name:password@host:port, \
     with %23 for a # in the password"
)]
pub(in crate::hub) struct BadProxy {
    /// Its name; its value is never shown, since it may hold a password.
    pub(in crate::hub) variable: &'static str,
}

/// A way out of a closed network.
#[derive(Clone, Debug)]
pub(in crate::hub) struct Route {
    /// The variable that names it.
    pub(in crate::hub) variable: &'static str,
    pub(in crate::hub) proxy: Proxy,
}

/// What is reached without a proxy.
#[derive(Clone, Debug, PartialEq)]
struct Exception {
    place: Place,
    /// Only this port; `None` for all of them.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq)]
enum Place {
    Everywhere,
    /// Addresses whose first bits are these.
    Network(IpAddr, u32),
    /// A domain and what is below it.
    Domain(String),
}

impl Proxies {
    /// Reads the variables.
    pub(in crate::hub) fn read(variable: &impl Fn(&str) -> Option<OsString>) -> Self {
        let first = |names: &[&'static str]| {
            let set = names.iter().map(|name| (*name, variable(name).unwrap_or_default()));
            set.into_iter().find(|(_, value)| !value.is_empty())
        };
        let route = |names| first(names).map(|(variable, value)| Route::new(variable, &value));
        let exceptions = first(&["no_proxy", "NO_PROXY"]).unwrap_or_default().1;
        let exceptions = exceptions.to_string_lossy().to_ascii_lowercase();
        let words = exceptions.split(|c: char| c == ',' || c.is_whitespace());
        Self {
            https: route(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            http: route(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
            exceptions: words.filter_map(|word| word.parse().ok()).collect(),
        }
    }

    /// The proxy for an address, if one leads there.
    pub(in crate::hub) fn way(&self, uri: &Uri) -> Option<&Way> {
        let way = if is_secure(uri) { &self.https } else { &self.http };
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']', '.']).to_ascii_lowercase();
        let is_excepted = self.exceptions.iter().any(|exception| exception.covers(&host, port(uri)));
        way.as_ref().filter(|_| !is_excepted)
    }
}

impl Route {
    fn new(variable: &'static str, value: &OsString) -> Way {
        // What follows a # or ? would be dropped, and it may be the better part of a password.
        let address = value.to_str().filter(|address| !address.contains(['#', '?'])).unwrap_or_default();
        let is_whole = |proxy: &Proxy| {
            let place = proxy.uri().authority().map(|place| place.as_str().rsplit('@').next().unwrap_or_default());
            let (_, port) = place.unwrap_or_default().split_at(proxy.host().len());
            !proxy.host().is_empty() && (port.is_empty() || port[1..].parse::<u16>().is_ok())
        };
        let proxy = Proxy::new(address.trim()).ok().filter(is_whole);
        proxy.map(|proxy| Self { variable, proxy }).ok_or(BadProxy { variable })
    }
}

impl FromStr for Exception {
    type Err = ();

    /// Reads a host, `.domain`, `*.domain`, `*`, an address or `address/bits`, all but the last with `:port` if need be.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let at_any_port = |place| Ok(Self { place, port: None });
        if let Some((address, n_bits)) = word.split_once('/') {
            return at_any_port(Place::Network(address.parse().map_err(drop)?, n_bits.parse().map_err(drop)?));
        }
        if word.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            return at_any_port(Place::of(word));
        }
        match word.rsplit_once(':') {
            Some((host, port)) => Ok(Self { place: Place::of(host), port: Some(port.parse().map_err(drop)?) }),
            None if word.is_empty() => Err(()),
            None => at_any_port(Place::of(word)),
        }
    }
}

impl Exception {
    fn covers(&self, host: &str, port: u16) -> bool {
        let is_there = match &self.place {
            Place::Everywhere => true,
            Place::Network(network, n_bits) => host.parse().is_ok_and(|ip| is_in(ip, *network, *n_bits)),
            Place::Domain(domain) => {
                host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
        };
        is_there && self.port.is_none_or(|only| only == port)
    }
}

impl Place {
    fn of(host: &str) -> Self {
        match host.trim_matches(['[', ']']).parse() {
            Ok(ip) => Self::Network(ip, u128::BITS),
            Err(_) if host == "*" => Self::Everywhere,
            Err(_) => Self::Domain(host.trim_start_matches('*').trim_matches('.').to_owned()),
        }
    }
}

/// Whether the first bits of both are the same; an address has no more of them than 32, or 128.
fn is_in(ip: IpAddr, network: IpAddr, n_bits: u32) -> bool {
    let differing = match (ip.to_canonical(), network.to_canonical()) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => u128::from(ip.to_bits() ^ network.to_bits()) << 96,
        (IpAddr::V6(ip), IpAddr::V6(network)) => ip.to_bits() ^ network.to_bits(),
        _ => return false,
    };
    differing.leading_zeros() >= n_bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::read(&|name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    /// The variable by which an address is reached.
    fn by(variables: &[(&str, &str)], address: &str) -> Option<&'static str> {
        proxies(variables).way(&address.parse().unwrap()).map(|way| way.as_ref().unwrap().variable)
    }

    #[test]
    fn the_variable_of_a_scheme_wins() {
        let all = [
            ("all_proxy", "socks5://127.0.0.1:7897"),
            ("https_proxy", "http://127.0.0.1:7897"),
            ("http_proxy", "127.0.0.1:7898"),
        ];
        assert_eq!(by(&all, "https://huggingface.co/a"), Some("https_proxy"));
        assert_eq!(by(&all, "http://huggingface.co/a"), Some("http_proxy"));
        assert_eq!(by(&all[..1], "https://huggingface.co"), Some("all_proxy"));
        let upper = [("ALL_PROXY", "http://127.0.0.1:1"), ("HTTPS_PROXY", "http://127.0.0.1:7897")];
        assert_eq!(by(&upper, "https://huggingface.co"), Some("HTTPS_PROXY"));
        assert_eq!(
            by(&[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "http://b:1")], "https://x.y"),
            Some("https_proxy")
        );
        assert_eq!(by(&[("https_proxy", ""), ("HTTPS_PROXY", "http://a:1")], "https://x.y"), Some("HTTPS_PROXY"));
        assert_eq!(by(&[("http_proxy", "http://a:1")], "https://x.y"), None, "that one is for open connections");
        assert_eq!(by(&[], "https://x.y"), None);
    }

    #[test]
    fn some_places_are_reached_without_a_proxy() {
        let passes_by = |exceptions: &str, address: &str| {
            by(&[("ALL_PROXY", "http://a:1"), ("NO_PROXY", exceptions)], address).is_none()
        };
        for (exceptions, address) in [
            ("huggingface.co", "https://huggingface.co/a"),
            ("huggingface.co", "https://cdn-lfs.huggingface.co/a"),
            ("localhost, .HuggingFace.co", "https://huggingface.co/a"),
            ("localhost *.huggingface.co", "https://cdn.HuggingFace.co./a"),
            ("*", "https://huggingface.co"),
            ("huggingface.co:443", "https://huggingface.co"),
            ("10.0.0.0/8,127.0.0.1", "http://127.0.0.1:8000/a"),
            ("10.0.0.0/8", "http://10.200.3.4/a"),
            ("127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("::1", "http://[::1]:8000/"),
            ("[::1]:8000", "http://[::1]:8000/"),
            ("fd00::/8", "http://[fd12::3]/"),
            ("0.0.0.0/0", "http://9.9.9.9/"),
        ] {
            assert!(passes_by(exceptions, address), "{exceptions} {address}");
        }
        for (exceptions, address) in [
            ("huggingface.co", "https://nothuggingface.co/a"),
            ("huggingface.co", "https://huggingface.co.evil.example"),
            ("huggingface.co:80", "https://huggingface.co"),
            ("10.0.0.0/8", "http://11.0.0.1"),
            ("10.0.0.0/99", "http://10.0.0.1"),
            ("10.0.0.0/x,/,:,a:b", "http://10.0.0.1"),
            ("127.0.0.1", "http://127.0.0.10"),
            ("fd00::/8", "http://9.9.9.9"),
            ("", "https://huggingface.co"),
        ] {
            assert!(!passes_by(exceptions, address), "{exceptions} {address}");
        }
    }

    #[test]
    fn a_bad_variable_matters_only_where_it_counts() {
        let bad = |variables: &[(&str, &str)], address: &str| {
            let read = proxies(variables);
            read.way(&address.parse().unwrap()).and_then(|way| way.as_ref().err()).map(|bad| bad.variable)
        };
        let nonsense = ("ALL_PROXY", "nonsense://");
        assert_eq!(bad(&[nonsense], "https://x.y"), Some("ALL_PROXY"));
        assert_eq!(bad(&[nonsense, ("HTTPS_PROXY", "http://a:1")], "https://x.y"), None);
        assert_eq!(bad(&[nonsense, ("HTTPS_PROXY", "http://a:1")], "http://x.y"), Some("ALL_PROXY"));
        assert_eq!(bad(&[nonsense, ("NO_PROXY", "x.y")], "https://x.y"), None);
        assert_eq!(bad(&[("HTTP_PROXY", "nonsense://")], "https://x.y"), None);
    }

    #[test]
    fn a_password_is_never_shown() {
        let good = proxies(&[("HTTPS_PROXY", "http://me:s3cret@proxy.example:8080")]);
        let password = |way: &Way| way.as_ref().unwrap().proxy.password().map(str::to_owned);
        assert_eq!(good.https.as_ref().and_then(password).as_deref(), Some("s3cret"));
        assert!(!format!("{good:?}").contains("s3cret"));
        for bad in [
            "http://me:s3cret@",
            "ftp://me:s3cret@host",
            "http://me:s3cret@ho st:80",
            "http://me:s3#cret@h:1",
            "http://h:s3cret",
            "://",
            "http://",
        ] {
            let read = proxies(&[("HTTPS_PROXY", bad)]);
            let sentence = read.way(&"https://x.y".parse().unwrap()).unwrap().as_ref().unwrap_err().to_string();
            assert!(!format!("{read:?}").contains("s3cret"), "{read:?}");
            assert!(sentence.starts_with("HTTPS_PROXY is not the address of a proxy"), "{sentence}");
            assert!(!sentence.contains("s3cret"), "{sentence}");
        }
    }
}
