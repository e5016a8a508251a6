//! How to reach the hub: where it is, who asks, which way, and how patiently.

mod address;
mod certificates;
mod proxy;
mod public;
mod token;

use std::{ffi::OsString, path::Path, time::Duration};

pub(super) use self::{
    address::{is_same_place, is_secure, is_this_computer},
    proxy::{BadProxy, Route},
    public::{PRIVATE, Public, is_named_private},
    token::Secret,
};
pub use self::{certificates::Certificates, proxy::Proxies, token::Token};
use crate::{checkpoint::hugging_face_home, typed::expanded};

/// Where checkpoints come from unless someone says otherwise.
pub const DEFAULT_ENDPOINT: &str = "https://huggingface.co";

/// How to reach the hub.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Scheme and host, for example [`DEFAULT_ENDPOINT`] or a mirror.
    pub endpoint: String,
    /// Proves who is asking, for repositories that ask for it.
    pub token: Option<Token>,
    /// The ways out of a closed network.
    pub proxies: Proxies,
    /// Whose word is taken for who the other side is.
    pub certificates: Certificates,
    /// Why nothing is downloaded with what the system says, in one sentence; `None` if nothing speaks against it.
    pub problem: Option<String>,
    /// When to try again, and when to stop trying.
    pub patience: Patience,
    /// Connections at a time, at least 1.
    pub n_connections: usize,
    /// Bytes that one piece of a file holds at most; what is lost by a kill is at most one piece a connection.
    pub most_piece_bytes: u64,
}

/// When to try again, and when to stop trying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    /// A connection that brings less than a kilobyte within this time is given up.
    pub stall: Duration,
    /// The wait before the first new try; it doubles for each further one, up to [`Patience::longest_wait`].
    pub first_wait: Duration,
    /// The longest wait between two tries, even if a server asks for more.
    pub longest_wait: Duration,
    /// The number of failed tries after which it stops, if nothing arrived in between.
    pub n_tries: u32,
}

impl Settings {
    /// The usual settings for an endpoint; an empty token counts as no token.
    #[must_use]
    pub fn new(endpoint: Option<String>, token: Option<String>) -> Self {
        Self {
            endpoint: endpoint.unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned()),
            token: token.map(|secret| Token::Given { secret, variable: "HF_TOKEN" }),
            proxies: Proxies::default(),
            certificates: Certificates::default(),
            problem: None,
            patience: Patience::default(),
            n_connections: 4,
            most_piece_bytes: 8 << 20,
        }
    }

    /// The settings that the environment asks for, by the rules of Hugging Face's tools and of `curl`; `home` is the system's
    /// folder.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>, home: Option<&Path>) -> Self {
        let text = |name: &str| {
            let value = variable(name)?.to_string_lossy().trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let given = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]
            .into_iter()
            .find_map(|variable| Some(Token::Given { secret: text(variable)?, variable }));
        let left = || {
            let named = variable("HF_TOKEN_PATH").filter(|path| !path.is_empty());
            let path = named.map(|path| expanded(path.into(), home));
            path.or_else(|| Some(hugging_face_home(&variable, home)?.join("token"))).map(Token::InFile)
        };
        let may_send = !text("HF_HUB_DISABLE_IMPLICIT_TOKEN").is_some_and(|value| is_true(&value));
        let token = given.or_else(|| left().filter(|_| may_send));
        // The first of the two counts alone, as for the hub's own tools.
        let offline = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].into_iter().find_map(|name| Some((name, text(name)?)));
        let offline = offline
            .filter(|(_, value)| is_true(value))
            .map(|(name, _)| format!("Nothing is downloaded, since {name} is set; unset it and start again"));
        let (proxies, certificates) = (Proxies::read(&variable), Certificates::read(&variable));
        let usual = Self::new(text("HF_ENDPOINT"), None);
        let way = usual.endpoint.parse().ok().and_then(|uri| proxies.way(&uri));
        let bad_proxy = way.and_then(|way| way.as_ref().err()).map(ToString::to_string);
        Self { token, certificates, problem: offline.or(bad_proxy), proxies, ..usual }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            stall: Duration::from_secs(30),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
            n_tries: 8,
        }
    }
}

impl Patience {
    /// How long to wait after this many failed tries; a server may ask for longer.
    pub(super) fn wait(&self, n_failed: u32, asked_for: Option<Duration>) -> Duration {
        let doubled = self.first_wait.saturating_mul(1 << (n_failed.clamp(1, 16) - 1));
        doubled.max(asked_for.unwrap_or_default()).min(self.longest_wait)
    }
}

/// Whether a variable's value means yes, as Hugging Face's tools read it.
fn is_true(value: &str) -> bool {
    ["1", "ON", "YES", "TRUE"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Settings {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        Settings::read(variable, Some(Path::new("/home/me")))
    }

    #[test]
    fn offline_is_what_the_hub_s_tools_take_for_it() {
        for (name, value) in [
            ("HF_HUB_OFFLINE", "1"),
            ("HF_HUB_OFFLINE", "on"),
            ("TRANSFORMERS_OFFLINE", "Yes"),
            ("HF_HUB_OFFLINE", "TRUE"),
        ] {
            let problem = read(&[(name, value)]).problem.unwrap_or_default();
            assert!(problem.contains(name) && problem.contains("unset it"), "{name}={value}: {problem}");
        }
        for value in ["0", "", "off", "no", "false", "2"] {
            assert_eq!(read(&[("HF_HUB_OFFLINE", value)]).problem, None, "{value}");
        }
        assert_eq!(
            read(&[("HF_HUB_OFFLINE", "0"), ("TRANSFORMERS_OFFLINE", "1")]).problem,
            None,
            "the hub's own counts"
        );
    }

    #[test]
    fn a_bad_proxy_is_a_problem_on_the_way_to_the_endpoint_alone() {
        let bad = ("HTTPS_PROXY", "nonsense://");
        assert!(read(&[bad]).problem.is_some_and(|problem| problem.contains("HTTPS_PROXY")));
        assert_eq!(read(&[bad, ("HF_ENDPOINT", "http://mirror.example")]).problem, None);
        assert_eq!(read(&[bad, ("NO_PROXY", "huggingface.co")]).problem, None);
    }

    #[test]
    fn a_token_is_given_or_left_in_a_file() {
        let token = |variables: &[(&str, &str)]| format!("{:?}", read(variables).token);
        assert_eq!(token(&[]), "Some(Token(… in /home/me/.cache/huggingface/token))");
        assert_eq!(token(&[("HF_TOKEN", " "), ("HF_HOME", "/h")]), "Some(Token(… in /h/token))");
        assert_eq!(token(&[("XDG_CACHE_HOME", "/c")]), "Some(Token(… in /c/huggingface/token))");
        assert_eq!(token(&[("HF_TOKEN_PATH", "~/t"), ("HF_HOME", "/h")]), "Some(Token(… in /home/me/t))");
        assert_eq!(token(&[("HF_TOKEN", "x"), ("HF_TOKEN_PATH", "/t")]), "Some(Token(… of HF_TOKEN))");
        assert_eq!(token(&[("HUGGING_FACE_HUB_TOKEN", "x")]), "Some(Token(… of HUGGING_FACE_HUB_TOKEN))");
        let no_implicit = ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
        assert_eq!(token(&[no_implicit, ("HF_HOME", "/h")]), "None");
        assert_eq!(token(&[no_implicit, ("HF_TOKEN", "x")]), "Some(Token(… of HF_TOKEN))");
    }

    #[test]
    fn waits_grow_up_to_a_limit() {
        let patience = Patience::default();
        let secs =
            |n_failed, asked_for: Option<u64>| patience.wait(n_failed, asked_for.map(Duration::from_secs)).as_secs();
        assert_eq!([secs(1, None), secs(2, None), secs(5, None), secs(99, None)], [1, 2, 16, 60]);
        assert_eq!([secs(1, Some(20)), secs(1, Some(100_000)), secs(6, Some(1))], [20, 60, 32]);
    }
}
