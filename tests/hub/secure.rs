//! Whom a download trusts: nobody whose certificate does not hold today, or comes from no authority that is known or named.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use kosmoscope::hub::{Certificates, Settings};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tempfile::TempDir;

use crate::support::{
    files::data,
    hub::{Hub, assert_complete, pull},
};

fn server(certificate: &str) -> (Arc<ServerConfig>, TcpListener, String) {
    let file = |name: &str| data("tls").join(name);
    let chain = vec![CertificateDer::from_pem_file(file(certificate)).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
    let config = Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", listener.local_addr().unwrap());
    (config, listener, endpoint)
}

/// A server with this certificate of `tests/data/tls`; what a download from it says, and how often it connected.
fn pull_from(certificate: &str) -> (String, usize) {
    let (config, listener, endpoint) = server(certificate);
    let n_connections = Arc::new(AtomicUsize::new(0));
    let for_thread = Arc::clone(&n_connections);
    // It ends with the test.
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            for_thread.fetch_add(1, Ordering::SeqCst);
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            // The other side hangs up on it.
            let _ = connection.complete_io(&mut stream);
        }
    });
    let message = pull(&Settings::new(Some(endpoint), None), TempDir::new().unwrap().path()).unwrap_err();
    (message, n_connections.load(Ordering::SeqCst))
}

/// D10
#[test]
fn a_certificate_that_does_not_hold_is_refused() {
    // On a computer whose clock is ahead or behind, good certificates look like the first two.
    for (certificate, reason) in
        [("expired.pem", "expired"), ("not_yet.pem", "not valid yet"), ("unknown.pem", "UnknownIssuer")]
    {
        let (message, n_connections) = pull_from(certificate);
        for part in
            ["the secure connection to 127.0.0.1 failed", reason, "check the computer's clock", "Nothing was changed"]
        {
            assert!(message.contains(part), "{certificate}: \"{part}\" is not in: {message}");
        }
        assert_eq!(message.lines().count(), 1, "{message}");
        assert_eq!(n_connections, 1, "{certificate}: what will not change is not tried again");
    }
}

/// A secure way to a hub, with this certificate; where it is.
fn secured(hub: &Hub, certificate: &str) -> String {
    let (config, listener, endpoint) = server(certificate);
    let hub = hub.address.trim_start_matches("http://").to_owned();
    // It ends with the test.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (config, hub) = (Arc::clone(&config), hub.clone());
            // The other side may have hung up.
            thread::spawn(move || pass_on(stream, config, &hub).unwrap_or_default());
        }
    });
    endpoint
}

/// One request to the hub, and its answer back.
fn pass_on(stream: TcpStream, config: Arc<ServerConfig>, hub: &str) -> io::Result<()> {
    let mut secure = StreamOwned::new(ServerConnection::new(config).map_err(io::Error::other)?, stream);
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !request.ends_with(b"\r\n\r\n") {
        let n = secure.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        request.extend_from_slice(&buffer[..n]);
    }
    let mut plain = TcpStream::connect(hub)?;
    plain.write_all(&request)?;
    io::copy(&mut plain, &mut secure)?;
    secure.conn.send_close_notify();
    secure.flush()
}

#[test]
fn a_company_s_certificate_is_good_if_it_is_named() {
    let (hub, folder) = (Hub::faultless(), TempDir::new().unwrap());
    let (company, beside) = (data("tls").join("company.pem"), folder.path().join("certificates"));
    fs::create_dir(&beside).unwrap();
    fs::copy(&company, beside.join("company.pem")).unwrap();
    let missing = ("CURL_CA_BUNDLE", folder.path().join("missing.pem"));
    for named in [vec![("SSL_CERT_FILE", company.clone())], vec![missing, ("SSL_CERT_DIR", beside)]] {
        let target = TempDir::new().unwrap();
        let mut settings = hub.settings();
        settings.endpoint = secured(&hub, "of_company.pem");
        settings.certificates = Certificates::Named(named);
        pull(&settings, target.path()).unwrap();
        assert_complete(target.path());
    }
    // By that authority and for this place, and nothing else.
    for (named, served) in [("company.pem", "unknown.pem"), ("unknown.pem", "of_company.pem")] {
        let mut settings = hub.settings();
        settings.endpoint = secured(&hub, served);
        settings.certificates = Certificates::Named(vec![("SSL_CERT_FILE", data("tls").join(named))]);
        let message = pull(&settings, TempDir::new().unwrap().path()).unwrap_err();
        assert!(message.contains("the secure connection to 127.0.0.1 failed"), "{served}: {message}");
        assert!(message.contains("which SSL_CERT_FILE can name"), "{served}: {message}");
    }
}
