//! How to reach the hub: where it is, who asks, and how patiently.

use std::{fmt, time::Duration};

/// Where checkpoints come from unless someone says otherwise.
pub const DEFAULT_ENDPOINT: &str = "https://huggingface.co";

/// How to reach the hub.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Scheme and host, for example [`DEFAULT_ENDPOINT`] or a mirror.
    pub endpoint: String,
    /// Proves who is asking, for repositories that ask for it.
    pub token: Option<Token>,
    /// The proxy that leads out of a closed network.
    pub proxy: Option<ureq::Proxy>,
    /// When to try again, and when to stop trying.
    pub patience: Patience,
    /// Connections at a time, at least 1.
    pub n_connections: usize,
    /// Bytes that one piece of a file holds at most; what is lost by a kill is at most one piece a connection.
    pub most_piece_bytes: u64,
}

/// A secret; it can be sent, and shown nowhere.
#[derive(Clone)]
pub struct Token(pub(super) String);

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
            token: token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()).map(Token),
            proxy: None,
            patience: Patience::default(),
            n_connections: 4,
            most_piece_bytes: 8 << 20,
        }
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

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let settings = Settings::new(None, Some(" hf_secret\n".to_owned()));
        assert!(settings.token.as_ref().is_some_and(|token| token.0 == "hf_secret"));
        assert!(!format!("{settings:?}").contains("secret"));
        assert!(Settings::new(None, Some(" ".to_owned())).token.is_none());
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
