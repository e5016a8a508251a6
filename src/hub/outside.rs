//! Addresses that others wrote, in the records of a dataset: got without a token, up to a size and a time, and never from the
//! computers of a private network unless that is asked for.

use std::{
    io::{self, Read as _},
    time::{Duration, Instant},
};

use ureq::http::header;

use super::{
    error::{HubError, RequestError},
    http::Http,
    response,
    settings::Settings,
};

/// What is taken from an address at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Bytes.
    pub most_bytes: u64,
    /// Time, from the first request to the last byte.
    pub longest: Duration,
    /// Tries, at least 1, where a later one may succeed.
    pub n_tries: u32,
}

/// Gets what is at addresses; it may be shared between threads.
#[derive(Clone, Debug)]
pub struct Outside {
    http: Http,
    limits: Limits,
    first_wait: Duration,
}

impl Outside {
    /// Goes to the open internet alone, unless `allow_private`.
    ///
    /// # Errors
    /// When the settings can't be used, or say that nothing is to be downloaded.
    pub fn new(settings: &Settings, limits: Limits, allow_private: bool) -> Result<Self, HubError> {
        let http = Http::outside(settings, allow_private)?;
        Ok(Self { http, limits, first_wait: settings.patience.first_wait })
    }

    /// Ends all requests under way, and refuses new ones.
    pub fn stop(&self) {
        self.http.stop();
    }

    /// The content of an address.
    ///
    /// # Errors
    /// When it can't be had, is too long, takes too long, or is within a private network.
    pub fn get(&self, address: &str) -> Result<Vec<u8>, RequestError> {
        let mut wait = self.first_wait;
        for n_tries in 1.. {
            match self.get_once(address) {
                Err(error) if error.may_pass() && n_tries < self.limits.n_tries => {
                    std::thread::sleep(error.retry_after().unwrap_or(wait).min(self.limits.longest));
                    wait *= 2;
                }
                result => return result,
            }
        }
        Err(RequestError::NotFound)
    }

    fn get_once(&self, address: &str) -> Result<Vec<u8>, RequestError> {
        let Limits { most_bytes, longest, .. } = self.limits;
        let start = Instant::now();
        let response = self.http.get(address, &[(header::ACCEPT_ENCODING, "identity".to_owned())])?;
        response::check_plain(response.headers())?;
        let told = response.body().content_length();
        if told.is_some_and(|n_bytes| n_bytes > most_bytes) {
            return Err(RequestError::TooLong(most_bytes));
        }
        let mut body = response.into_body().into_reader();
        let (mut content, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
        loop {
            match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => content.extend_from_slice(&buffer[..n]),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.http.error_while_reading(e)),
            }
            if content.len() as u64 > most_bytes {
                return Err(RequestError::TooLong(most_bytes));
            }
            if start.elapsed() > longest {
                return Err(RequestError::Stalled(longest));
            }
        }
        if told.is_some_and(|n_bytes| n_bytes != content.len() as u64) {
            return Err(RequestError::Cut("it ended too early".to_owned()));
        }
        Ok(content)
    }
}
