//! Addresses: what is secure, and whether two of them are one place.

use ureq::http::Uri;

pub(in crate::hub) fn is_secure(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

pub(in crate::hub) fn is_this_computer(uri: &Uri) -> bool {
    matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

pub(super) fn port(uri: &Uri) -> u16 {
    uri.port_u16().unwrap_or(if is_secure(uri) { 443 } else { 80 })
}

/// Whether both have the same scheme, host and port; the token is sent to no other place.
pub(in crate::hub) fn is_same_place(a: &Uri, b: &Uri) -> bool {
    let same_host = a.host().zip(b.host()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    same_host && a.scheme_str() == b.scheme_str() && port(a) == port(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn a_place_is_scheme_host_and_port() {
        let hub = uri("https://huggingface.co");
        for same in ["https://huggingface.co/a/b?c", "https://HuggingFace.co:443/"] {
            assert!(is_same_place(&uri(same), &hub), "{same}");
        }
        for other in [
            "http://huggingface.co/",
            "https://huggingface.co:444/",
            "https://cdn.huggingface.co/",
            "https://huggingface.co.evil.example/",
            "https://huggingface.co@evil.example/",
        ] {
            assert!(!is_same_place(&uri(other), &hub), "{other}");
        }
    }
}
