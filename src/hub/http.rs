//! One request: where it may go, what may go with it, and what its answer means.

use std::time::Duration;

use ureq::{
    Agent, Body, ProxyProtocol,
    http::{Response, Uri, header},
};

use super::{
    error::{HubError, RequestError},
    settings::{Settings, Token},
};

/// Links that are followed at most for one request.
const MOST_LINKS: usize = 8;

/// Makes requests; cloning it is cheap, and stopping one stops all.
#[derive(Clone, Debug)]
pub(super) struct Http {
    agent: Agent,
    endpoint: Uri,
    token: Option<Token>,
    stall: Duration,
}

impl Http {
    pub(super) fn new(settings: &Settings) -> Result<Self, HubError> {
        let setting = |text: &str| Err(HubError::Setting(text.to_owned()));
        let endpoint = settings.endpoint.trim_end_matches('/');
        let endpoint: Uri = match endpoint.parse::<Uri>() {
            Ok(uri) if uri.host().is_some() && matches!(uri.scheme_str(), Some("http" | "https")) => uri,
            _ => return setting("HF_ENDPOINT is not an address; it should look like https://huggingface.co"),
        };
        if settings.token.is_some() && !is_secure(&endpoint) && !is_this_computer(&endpoint) {
            return setting(
                "HF_TOKEN is not sent over an unencrypted connection; use https in HF_ENDPOINT, or unset HF_TOKEN",
            );
        }
        let is_known = |proxy: &ureq::Proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
        if !settings.proxy.as_ref().is_none_or(is_known) {
            return setting("SOCKS proxies are not supported; set HTTPS_PROXY to an http:// proxy, or unset it");
        }
        let stall = settings.patience.stall;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(settings.proxy.clone())
            .user_agent(concat!("kosmoscope/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(stall))
            .timeout_connect(Some(stall))
            .timeout_recv_response(Some(stall))
            .timeout_per_read(Some(stall))
            .build()
            .new_agent();
        Ok(Self { agent, endpoint, token: settings.token.clone(), stall })
    }

    /// The address of a path at the endpoint.
    pub(super) fn address(&self, path: &str) -> String {
        let endpoint = self.endpoint.to_string();
        format!("{}{path}", endpoint.trim_end_matches('/'))
    }

    /// Ends all requests under way, and refuses new ones.
    pub(super) fn stop(&self) {
        self.agent.clone().shutdown();
    }

    /// Asks for an address, follows links, and gives an answer whose status is 200 or 206.
    pub(super) fn get(
        &self,
        address: &str,
        headers: &[(header::HeaderName, String)],
    ) -> Result<Response<Body>, RequestError> {
        let nonsense = |what: &str| RequestError::Nonsense(what.to_owned());
        let mut uri: Uri = address.parse().map_err(|_| nonsense("a bad address"))?;
        for _ in 0..=MOST_LINKS {
            let mut request = self.agent.get(uri.clone());
            for (name, value) in headers {
                request = request.header(name, value);
            }
            let token = self.token.as_ref().filter(|_| is_same_place(&uri, &self.endpoint));
            if let Some(Token(token)) = token {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            let response = request.call().map_err(|e| self.error_of(e, &uri))?;
            match response.status().as_u16() {
                200 | 206 => return Ok(response),
                301 | 302 | 303 | 307 | 308 => uri = follow(&uri, &response)?,
                401 | 403 => return Err(RequestError::NoAccess { had_token: token.is_some() }),
                404 | 410 => return Err(RequestError::NotFound),
                status => return Err(RequestError::Status { status, retry_after: retry_after(&response) }),
            }
        }
        Err(nonsense("it redirects without end"))
    }

    /// Reads a short answer whole.
    pub(super) fn get_text(&self, path: &str, most_bytes: u64) -> Result<Vec<u8>, RequestError> {
        let address = self.address(path);
        let mut response = self.get(&address, &[])?;
        let read = response.body_mut().with_config().limit(most_bytes).read_to_vec();
        read.map_err(|e| self.error_of(e, &self.endpoint))
    }

    /// What a failure while an answer is read means.
    pub(super) fn error_while_reading(&self, error: std::io::Error) -> RequestError {
        self.error_of(error.into(), &self.endpoint)
    }

    /// What a failure of the library means.
    fn error_of(&self, error: ureq::Error, uri: &Uri) -> RequestError {
        let host = uri.host().unwrap_or_default().to_owned();
        match error {
            ureq::Error::Timeout(_) => RequestError::Stalled(self.stall),
            ureq::Error::HostNotFound => {
                RequestError::Unreachable { host, reason: "the host name is not known".to_owned() }
            }
            ureq::Error::ConnectionFailed => RequestError::Unreachable { host, reason: "no connection".to_owned() },
            ureq::Error::ConnectProxyFailed(reason) => RequestError::Unreachable { host, reason },
            ureq::Error::Io(e) if is_connecting(e.kind()) => RequestError::Unreachable { host, reason: e.to_string() },
            ureq::Error::Io(e) if !e.to_string().contains("certificate") => RequestError::Cut(e.to_string()),
            ureq::Error::BodyExceedsLimit(_) => RequestError::Nonsense("it is much too long".to_owned()),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => RequestError::Nonsense("a bad address".to_owned()),
            // A certificate that is refused comes in either shape.
            error => match error.to_string().trim_start_matches("io: ").to_owned() {
                reason if reason.contains("certificate") => RequestError::NotSecure { host, reason },
                reason => RequestError::Cut(reason),
            },
        }
    }
}

fn is_connecting(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind as Kind;
    matches!(kind, Kind::ConnectionRefused | Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown)
}

fn is_secure(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

fn is_this_computer(uri: &Uri) -> bool {
    matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// Whether both have the same scheme, host and port; the token is sent to no other place.
fn is_same_place(a: &Uri, b: &Uri) -> bool {
    let port = |uri: &Uri| uri.port_u16().unwrap_or(if is_secure(uri) { 443 } else { 80 });
    let same_host = a.host().zip(b.host()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    same_host && a.scheme_str() == b.scheme_str() && port(a) == port(b)
}

/// Where a link leads. From a secure connection only to another one.
fn follow(from: &Uri, response: &Response<Body>) -> Result<Uri, RequestError> {
    let host = from.host().unwrap_or_default().to_owned();
    let nonsense = || RequestError::Nonsense(format!("{host} redirects to nowhere"));
    let link = response.headers().get(header::LOCATION).and_then(|link| link.to_str().ok()).ok_or_else(nonsense)?;
    let (scheme, place) = (from.scheme_str().unwrap_or_default(), from.authority().ok_or_else(nonsense)?);
    let address = match link {
        _ if link.starts_with("//") => format!("{scheme}:{link}"),
        _ if link.starts_with('/') => format!("{scheme}://{place}{link}"),
        _ => link.to_owned(),
    };
    let to: Uri = address.parse().map_err(|_| nonsense())?;
    match to.scheme_str() {
        Some("https") => Ok(to),
        Some("http") if !is_secure(from) => Ok(to),
        Some("http") => Err(RequestError::Downgrade { host }),
        _ => Err(nonsense()),
    }
}

/// In seconds; a date, which the standard allows too, is passed over.
fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
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

    #[test]
    fn links_are_followed_but_not_into_the_open() {
        let follow = |from: &str, link: &str| {
            let response = Response::builder().header("location", link).body(Body::builder().data("")).unwrap();
            follow(&uri(from), &response).map(|to| to.to_string()).map_err(|e| e.to_string())
        };
        let from = "https://a.example:8443/x/y";
        assert_eq!(follow(from, "/z?q"), Ok("https://a.example:8443/z?q".to_owned()));
        assert_eq!(follow(from, "//b.example/z"), Ok("https://b.example/z".to_owned()));
        assert_eq!(follow(from, "https://b.example/z"), Ok("https://b.example/z".to_owned()));
        assert_eq!(follow("http://a.example/", "http://b.example/"), Ok("http://b.example/".to_owned()));
        assert!(follow(from, "http://b.example/z").unwrap_err().contains("not secure"));
        for link in ["ftp://b.example/", "z", "", "file:///etc/passwd"] {
            assert!(follow(from, link).is_err(), "{link}");
        }
    }

    #[test]
    fn no_clock_says_how_long_to_leave_a_server_alone() {
        let asked_for = |value: &str| {
            let response = Response::builder().header("retry-after", value).body(Body::builder().data("")).unwrap();
            retry_after(&response)
        };
        assert_eq!(asked_for(" 20 "), Some(Duration::from_secs(20)));
        // A date would be held against this computer's clock, which may be years off; the usual waits do without it.
        for other in ["Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 2099 23:59:59 GMT", "-1", "1.5", ""] {
            assert_eq!(asked_for(other), None, "{other}");
        }
    }

    #[test]
    fn a_token_is_not_sent_in_the_open() {
        let check = |endpoint: &str| {
            let settings = Settings::new(Some(endpoint.to_owned()), Some("hf_x".to_owned()));
            Http::new(&settings).map(|_| ()).map_err(|e| e.to_string())
        };
        assert_eq!(check("https://mirror.example/"), Ok(()));
        assert_eq!(check("http://127.0.0.1:99"), Ok(()));
        assert!(check("http://mirror.example").unwrap_err().contains("unencrypted connection"));
        assert!(check("mirror.example").unwrap_err().contains("not an address"));
        assert!(check("ftp://mirror.example").unwrap_err().contains("not an address"));
    }
}
