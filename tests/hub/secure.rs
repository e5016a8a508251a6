//! Whom a download trusts: nobody whose certificate does not hold today, or comes from no authority that is known.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use kosmoscope::hub::Settings;
use rustls::{
    ServerConfig, ServerConnection,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tempfile::TempDir;

use crate::support::{files::data, hub::pull};

/// A server with this certificate of `tests/data/tls`; what a download from it says, and how often it connected.
fn pull_from(certificate: &str) -> (String, usize) {
    let file = |name: &str| data("tls").join(name);
    let chain = vec![CertificateDer::from_pem_file(file(certificate)).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
    let config = Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", listener.local_addr().unwrap());
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
