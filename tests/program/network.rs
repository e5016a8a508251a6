//! What the environment says about the network: no network, proxies, certificates and tokens, as other tools read it.

#![allow(clippy::print_stdout, reason = "a skipped test says why")]
#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::support::{
    hub::{Fault, Hub, REPO, assert_complete},
    program::{Ended, kosmoscope_at, run},
    proxy::{Proxy, closed_port},
};

fn pull(home: &Path, variables: &[(&str, &str)]) -> Ended {
    let mut command: Command = kosmoscope_at(home);
    command.args(["model", "pull", REPO]).envs(variables.iter().copied());
    run(&mut command)
}

fn folder(home: &Path) -> std::path::PathBuf {
    home.join("data/kosmoscope/checkpoints/someone--tiny-kosmos")
}

/// The download fails in one sentence with these parts, and nothing is there.
fn refused(variables: &[(&str, &str)], parts: &[&str]) {
    let home = TempDir::new().unwrap();
    let Ended { code, stdout, stderr } = pull(home.path(), variables);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "\"{part}\" is not in: {stderr}");
    }
    assert!(!stderr.contains("s3cret"), "{stderr}");
    assert!(!folder(home.path()).exists());
}

/// The download is complete.
fn works(variables: &[(&str, &str)]) {
    let home = TempDir::new().unwrap();
    let Ended { code, stdout, stderr } = pull(home.path(), variables);
    assert_eq!(code, Some(0), "{variables:?}: {stderr}");
    assert!(!format!("{stdout}{stderr}").contains("s3cret"), "{stdout}{stderr}");
    assert_complete(&folder(home.path()));
}

#[test]
fn a_proxy_of_either_kind_leads_to_the_hub() {
    let hub = Hub::faultless();
    let endpoint = ("HF_ENDPOINT", hub.address.as_str());
    for (variable, scheme) in
        [("http_proxy", "http"), ("ALL_PROXY", "http"), ("all_proxy", "socks5h"), ("ALL_PROXY", "socks5")]
    {
        let proxy = Proxy::start();
        works(&[endpoint, (variable, &format!("{scheme}://me:s3cret@{}", proxy.address))]);
        let asked = proxy.asked();
        let place = hub.address.trim_start_matches("http://");
        assert!(asked.iter().all(|call| call.place == place) && asked.len() > 5, "{asked:?}");
        assert!(asked.iter().all(|call| call.login.as_deref() == Some("me:s3cret")), "{asked:?}");
    }
}

#[test]
fn the_proxy_of_the_scheme_is_taken_before_the_one_for_all() {
    // As the programs that bring such proxies say it: three variables, one of them for SOCKS.
    let (proxy, closed) = (Proxy::start(), closed_port());
    let (http, socks) = (format!("http://{}", proxy.address), format!("socks5://{closed}"));
    let variables = [("http_proxy", http.as_str()), ("https_proxy", &http), ("all_proxy", &socks)];
    refused(&variables, &["huggingface.co can't be reached by the proxy of https_proxy", "502", "Nothing was changed"]);
    assert_eq!(proxy.asked()[0].place, "huggingface.co:443");
    let proxy = Proxy::start();
    let (dead, http) = (format!("http://{closed}"), format!("http://{}", proxy.address));
    refused(&[("ALL_PROXY", &dead), ("HTTPS_PROXY", &http)], &["HTTPS_PROXY"]);
    assert_eq!(proxy.asked()[0].place, "huggingface.co:443");
}

#[test]
fn a_proxy_that_leads_nowhere_is_named() {
    let closed = format!("http://me:s3cret@{}", closed_port());
    refused(&[("HTTPS_PROXY", &closed)], &["by the proxy of HTTPS_PROXY", "refused", "check HTTPS_PROXY"]);
    refused(&[("HTTPS_PROXY", "htp://me:s3cret@host")], &["HTTPS_PROXY is not the address of a proxy"]);
    // A server that is no such proxy.
    let hub = Hub::faultless();
    let none = format!("socks5h://{}", hub.address.trim_start_matches("http://"));
    refused(&[("ALL_PROXY", &none)], &["by the proxy of ALL_PROXY", "check ALL_PROXY"]);
    let endpoint = ("HF_ENDPOINT", hub.address.as_str());
    let exceptions = ("NO_PROXY", "localhost,127.0.0.0/8");
    works(&[endpoint, ("ALL_PROXY", &closed), exceptions]);
}

#[test]
fn no_network_is_used_where_the_environment_says_so() {
    for (name, value) in [("HF_HUB_OFFLINE", "1"), ("TRANSFORMERS_OFFLINE", "true")] {
        refused(&[(name, value)], &[name, "Nothing is downloaded", "unset it"]);
    }
    let hub = Hub::faultless();
    let endpoint = ("HF_ENDPOINT", hub.address.as_str());
    refused(&[("HF_HUB_OFFLINE", "ON"), endpoint], &["HF_HUB_OFFLINE"]);
    assert!(hub.requests().is_empty());
    works(&[("HF_HUB_OFFLINE", "0"), endpoint]);
}

#[test]
fn the_token_that_a_login_left_is_sent_to_the_hub_alone() {
    let elsewhere = Hub::faultless();
    let hub = Hub::leading_to(&elsewhere);
    let (login, endpoint) = (TempDir::new().unwrap(), ("HF_ENDPOINT", hub.address.as_str()));
    fs::write(login.path().join("token"), "hf_s3cret\n").unwrap();
    let (login_home, file) = (login.path().to_str().unwrap(), login.path().join("token"));
    let sent = || {
        let n_before = hub.requests().len();
        move |hub: &Hub| {
            hub.requests()[n_before..].iter().map(|r| r.headers.get("authorization").cloned()).collect::<Vec<_>>()
        }
    };
    for variables in [[("HF_HOME", login_home), endpoint], [("HF_TOKEN_PATH", file.to_str().unwrap()), endpoint]] {
        let sent = sent();
        works(&variables);
        assert!(sent(&hub).iter().all(|token| token.as_deref() == Some("Bearer hf_s3cret")));
    }
    let sent = sent();
    works(&[("HF_HOME", login_home), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"), endpoint]);
    assert!(sent(&hub).iter().all(Option::is_none));
    assert!(!elsewhere.requests().is_empty());
    assert!(elsewhere.requests().iter().all(|request| !request.headers.contains_key("authorization")));
}

#[test]
fn a_login_that_has_run_out_keeps_nobody_from_what_is_open() {
    let refuses = |request: &crate::support::hub::Request| match request.headers.get("authorization") {
        Some(_) => Fault::Status(401, ""),
        None => Fault::None,
    };
    let hub = Hub::new(refuses);
    let (login, endpoint) = (TempDir::new().unwrap(), ("HF_ENDPOINT", hub.address.as_str()));
    fs::write(login.path().join("token"), "hf_s3cret").unwrap();
    works(&[("HF_HOME", login.path().to_str().unwrap()), endpoint]);
    refused(&[("HF_TOKEN", "hf_s3cret"), endpoint], &["the token in HF_TOKEN is not accepted here"]);
    let closed = Hub::new(|_| Fault::Status(401, ""));
    let (file, endpoint) = (login.path().join("token"), ("HF_ENDPOINT", closed.address.as_str()));
    let file = file.to_str().unwrap();
    refused(&[("HF_TOKEN_PATH", file), endpoint], &[&format!("the token in {file} is not accepted here")]);
}

#[test]
fn certificates_that_can_t_be_read_are_named() {
    refused(
        &[("SSL_CERT_FILE", "/nowhere/company.pem")],
        &["No certificates can be read where SSL_CERT_FILE says", "correct or unset it: /nowhere/company.pem"],
    );
}

/// What servers say is repeated in part only, and steers no terminal.
#[test]
fn a_long_answer_makes_a_short_sentence() {
    let long = "\u{1b}[31m".repeat(25_000);
    let body = serde_json::json!({"sha": {"x": 1}, "cardData": {"license": long}}).to_string();
    let wrong = serde_json::json!({"sha": "0".repeat(40), "cardData": long}).to_string();
    let page = format!("<html>{}", "x".repeat(100_000));
    for body in [body, wrong, page, format!("\"{}\"", "x".repeat(100_000))] {
        let body = body.into_bytes();
        let hub = Hub::new(move |_| Fault::Body(body.clone()));
        let home = TempDir::new().unwrap();
        let Ended { code, stderr, .. } = pull(home.path(), &[("HF_ENDPOINT", &hub.address)]);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.len() < 600 && stderr.contains("makes no sense") && !stderr.contains('\u{1b}'), "{stderr}");
    }
}
