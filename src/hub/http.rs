//! One request: where it may go, what may go with it, and what its answer means.

use std::time::Duration;

use ureq::{
    Agent, Body,
    config::Config,
    http::{Response, Uri, header},
    tls::TlsConfig,
    unversioned::transport::DefaultConnector,
};

use super::{
    error::{HubError, RequestError},
    settings::{
        BadProxy, DEFAULT_ENDPOINT, PRIVATE, Proxies, Public, Route, Secret, Settings, Token, is_named_private,
        is_same_place, is_secure, is_this_computer,
    },
};
use crate::words;

/// Characters that are repeated of what another side says.
const MOST_REPEATED: usize = 120;
/// Links that are followed at most for one request.
const MOST_LINKS: usize = 8;

/// Makes requests; cloning it is cheap, and stopping one stops all.
#[derive(Clone, Debug)]
pub(super) struct Http {
    agent: Agent,
    /// What goes by a proxy, where the other way is guarded.
    open_agent: Option<Agent>,
    endpoint: Uri,
    token: Option<Secret>,
    proxies: Proxies,
    stall: Duration,
}

impl Http {
    pub(super) fn new(settings: &Settings) -> Result<Self, HubError> {
        let setting = |text: &str| Err(HubError::Setting(text.to_owned()));
        if let Some(problem) = &settings.problem {
            return setting(problem);
        }
        let endpoint = settings.endpoint.trim_end_matches('/');
        let endpoint: Uri = match endpoint.parse::<Uri>() {
            Ok(uri) if uri.host().is_some() && matches!(uri.scheme_str(), Some("http" | "https")) => uri,
            _ => return setting("HF_ENDPOINT is not an address; it should look like https://huggingface.co"),
        };
        let token = settings.token.as_ref().map(Token::read).transpose()?.flatten();
        let is_open = !is_secure(&endpoint) && !is_this_computer(&endpoint);
        if let Some(Secret { place, is_implicit: false, .. }) = token.as_ref().filter(|_| is_open) {
            return setting(&format!(
                "{place} is not sent over an unencrypted connection; use https in HF_ENDPOINT, or unset {place}"
            ));
        }
        let agent = config(settings)?.new_agent();
        let token = token.filter(|_| !is_open);
        let (proxies, stall) = (settings.proxies.clone(), settings.patience.stall);
        Ok(Self { agent, open_agent: None, endpoint, token, proxies, stall })
    }

    /// For addresses that others wrote: without a token, and to the open internet alone unless `allow_private`.
    pub(super) fn outside(settings: &Settings, allow_private: bool) -> Result<Self, HubError> {
        let without_token = Settings { token: None, endpoint: DEFAULT_ENDPOINT.to_owned(), ..settings.clone() };
        let http = Self::new(&without_token)?;
        if allow_private {
            return Ok(http);
        }
        let agent = Agent::with_parts(config(settings)?, DefaultConnector::new(), Public::default());
        Ok(Self { open_agent: Some(http.agent), agent, ..http })
    }

    /// The address of a path at the endpoint.
    pub(super) fn address(&self, path: &str) -> String {
        let endpoint = self.endpoint.to_string();
        format!("{}{path}", endpoint.trim_end_matches('/'))
    }

    /// Ends all requests under way, and refuses new ones.
    pub(super) fn stop(&self) {
        self.agent.clone().shutdown();
        self.open_agent.clone().into_iter().for_each(Agent::shutdown);
    }

    /// Asks for an address, follows links, and gives an answer whose status is 200 or 206.
    pub(super) fn get(
        &self,
        address: &str,
        headers: &[(header::HeaderName, String)],
    ) -> Result<Response<Body>, RequestError> {
        let nonsense = |what: &str| RequestError::Nonsense(what.to_owned());
        let (mut uri, mut token): (Uri, _) =
            (address.parse().map_err(|_| nonsense("a bad address"))?, self.token.as_ref());
        for _ in 0..=MOST_LINKS {
            let sent = token.filter(|_| is_same_place(&uri, &self.endpoint));
            let response = self.call(&uri, headers, sent)?;
            match response.status().as_u16() {
                200 | 206 => return Ok(response),
                301 | 302 | 303 | 307 | 308 => uri = follow(&uri, &response)?,
                // A token that has run out would keep people even from what is open to all.
                401 if sent.is_some_and(|token| token.is_implicit) => token = None,
                401 | 403 => {
                    let place = sent.or(self.token.as_ref()).map(|token| token.place.clone());
                    return Err(RequestError::NoAccess { token: place });
                }
                404 | 410 => return Err(RequestError::NotFound),
                status => return Err(RequestError::Status { status, retry_after: retry_after(&response) }),
            }
        }
        Err(nonsense("it redirects without end"))
    }

    fn call(
        &self,
        uri: &Uri,
        headers: &[(header::HeaderName, String)],
        token: Option<&Secret>,
    ) -> Result<Response<Body>, RequestError> {
        let proxy = match self.proxies.way(uri) {
            Some(Ok(route)) => Some(route.proxy.clone()),
            Some(Err(BadProxy { variable })) => {
                let (host, reason) = (host_of(uri), "it is not the address of one".to_owned());
                return Err(RequestError::NoWay { host, variable, reason });
            }
            None => None,
        };
        if self.open_agent.is_some() && proxy.is_some() && is_named_private(uri) {
            return Err(RequestError::Private { host: host_of(uri) });
        }
        // The proxy may well be in a private network.
        let agent = self.open_agent.as_ref().filter(|_| proxy.is_some()).unwrap_or(&self.agent);
        let mut request = agent.get(uri.clone()).config().proxy(proxy).build();
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(Secret { text, .. }) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {text}"));
        }
        request.call().map_err(|e| match (self.error_of(e, uri), self.proxies.way(uri)) {
            // What is no proxy, or one of another kind, hangs up or says something else.
            (RequestError::Cut(reason), Some(Ok(Route { variable, .. }))) => {
                RequestError::NoWay { host: host_of(uri), variable, reason }
            }
            (error, _) => error,
        })
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
        let host = host_of(uri);
        let unreachable = |reason: String| match self.proxies.way(uri) {
            Some(Ok(Route { variable, .. })) => RequestError::NoWay { host: host.clone(), variable, reason },
            _ => RequestError::Unreachable { host: host.clone(), reason },
        };
        match error {
            ureq::Error::Timeout(_) => RequestError::Stalled(self.stall),
            ureq::Error::HostNotFound => unreachable("the host name is not known".to_owned()),
            ureq::Error::ConnectionFailed => unreachable("no connection".to_owned()),
            ureq::Error::ConnectProxyFailed(reason) => unreachable(proxy_reason(&reason)),
            ureq::Error::Io(e) if e.to_string() == PRIVATE => RequestError::Private { host },
            ureq::Error::Io(e) if e.to_string().contains("lookup address") => {
                unreachable("the host name is not known".to_owned())
            }
            ureq::Error::Io(e) if is_connecting(e.kind()) => unreachable(e.to_string()),
            ureq::Error::Io(e) if is_of_socks(&e) && self.proxies.way(uri).is_some() => unreachable(e.to_string()),
            ureq::Error::Io(e) if !e.to_string().contains("certificate") => RequestError::Cut(e.to_string()),
            ureq::Error::BodyExceedsLimit(_) => RequestError::Nonsense("it is much too long".to_owned()),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => RequestError::Nonsense("a bad address".to_owned()),
            // A certificate that is refused comes in either shape.
            error => match error.to_string().trim_start_matches("io: ").to_owned() {
                reason if reason.contains("certificate") => RequestError::NotSecure { host, reason },
                reason => RequestError::Cut(repeated(&reason)),
            },
        }
    }
}

/// What all requests have in common.
fn config(settings: &Settings) -> Result<Config, HubError> {
    let stall = settings.patience.stall;
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        // Each request has its own.
        .proxy(None)
        .tls_config(TlsConfig::builder().root_certs(settings.certificates.roots()?).build())
        .user_agent(concat!("kosmoscope/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(stall))
        .timeout_connect(Some(stall))
        .timeout_recv_response(Some(stall))
        .timeout_per_read(Some(stall));
    Ok(config.build())
}

/// The host of an address, made fit for a sentence.
fn host_of(uri: &Uri) -> String {
    repeated(uri.host().unwrap_or_default())
}

/// What another side says, made fit for a sentence.
pub(super) fn repeated(text: &str) -> String {
    words::repeated(text, MOST_REPEATED)
}

/// What a proxy that leads nowhere says; the library repeats its status.
fn proxy_reason(reason: &str) -> String {
    if reason.contains(" 407/") {
        return "it asks for a name and a password, as in http://name:password@host:port".to_owned();
    }
    reason.split('/').next().unwrap_or_default().replace("proxy server", "it")
}

/// Whether a proxy of SOCKS may have refused, or be none.
fn is_of_socks(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as Kind;
    let kinds = [Kind::InvalidData, Kind::InvalidInput, Kind::Other, Kind::PermissionDenied];
    kinds.contains(&error.kind()) && !error.to_string().contains("certificate")
}

fn is_connecting(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind as Kind;
    matches!(kind, Kind::ConnectionRefused | Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown)
}

/// Where a link leads. From a secure connection only to another one.
fn follow(from: &Uri, response: &Response<Body>) -> Result<Uri, RequestError> {
    let host = host_of(from);
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
