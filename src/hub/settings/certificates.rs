//! Which authorities are trusted: those of the system, a company's own among them, or those that someone named.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};
use ureq::tls::{Certificate, RootCerts};

use crate::{hub::error::HubError, words::place};

/// The variables that name certificates, by the tools that brought them: Python's, curl's and OpenSSL's.
const VARIABLES: [&str; 4] = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Which certificates prove that another side is who it says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Certificates {
    /// Those that the system trusts; if it has none, those that come with the program.
    #[default]
    System,
    /// Those in all of these files and folders, each with the variable that names it, and no others.
    Named(Vec<(&'static str, PathBuf)>),
}

impl Certificates {
    pub(in crate::hub) fn read(variable: &impl Fn(&str) -> Option<OsString>) -> Self {
        let paths_of = |name: &'static str| {
            let value = variable(name).unwrap_or_default();
            // Only the variable of folders is a list.
            let paths: Vec<_> =
                if name == "SSL_CERT_DIR" { std::env::split_paths(&value).collect() } else { vec![value.into()] };
            paths.into_iter().filter(|path: &PathBuf| !path.as_os_str().is_empty()).map(move |path| (name, path))
        };
        let named: Vec<_> = VARIABLES.into_iter().flat_map(paths_of).collect();
        if named.is_empty() { Self::System } else { Self::Named(named) }
    }

    /// The certificates; those of the system are read once.
    pub(in crate::hub) fn roots(&self) -> Result<RootCerts, HubError> {
        static SYSTEM: OnceLock<RootCerts> = OnceLock::new();
        match self {
            Self::System => Ok(SYSTEM.get_or_init(|| roots(&load_native_certs()).unwrap_or(RootCerts::WebPki)).clone()),
            Self::Named(places) => named(places),
        }
    }
}

/// What is in these places; where tools leave a variable behind that leads nowhere, another one may still lead somewhere.
fn named(places: &[(&'static str, PathBuf)]) -> Result<RootCerts, HubError> {
    let (mut found, mut problem) = (CertificateResult::default(), None);
    for (variable, path) in places {
        let mut here = load(path);
        if here.certs.is_empty() {
            let reason = here.errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string);
            problem.get_or_insert_with(|| {
                format!(
                    "No certificates can be read where {variable} says ({reason}); correct or unset it: {}",
                    place(path)
                )
            });
        }
        found.certs.append(&mut here.certs);
    }
    roots(&found).ok_or_else(|| HubError::Setting(problem.unwrap_or_default()))
}

fn load(path: &Path) -> CertificateResult {
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => load_certs_from_paths(None, Some(path)),
        // Waiting for what someone writes into a pipe could take for ever.
        Ok(metadata) if !metadata.is_file() => CertificateResult::default(),
        _ => load_certs_from_paths(Some(path), None),
    }
}

fn roots(loaded: &CertificateResult) -> Option<RootCerts> {
    let certificates = loaded.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
    (!loaded.certs.is_empty()).then(|| RootCerts::from(certificates))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Certificates {
        Certificates::read(&|name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn variables_name_files_and_folders() {
        assert_eq!(read(&[("SSL_CERT_FILE", "")]), Certificates::System);
        let named = read(&[("CURL_CA_BUNDLE", "/a.pem"), ("REQUESTS_CA_BUNDLE", "/b")]);
        let expected = vec![("REQUESTS_CA_BUNDLE", "/b".into()), ("CURL_CA_BUNDLE", "/a.pem".into())];
        assert_eq!(named, Certificates::Named(expected));
        #[cfg(unix)]
        assert_eq!(
            read(&[("SSL_CERT_DIR", "/a:/b")]),
            Certificates::Named(vec![("SSL_CERT_DIR", "/a".into()), ("SSL_CERT_DIR", "/b".into())])
        );
    }

    #[test]
    fn a_place_without_certificates_is_named() {
        let folder = tempfile::TempDir::new().unwrap();
        let (missing, empty) = (folder.path().join("missing.pem"), folder.path().join("empty.pem"));
        std::fs::write(&empty, "no certificate").unwrap();
        for path in [missing, empty, folder.path().to_owned()] {
            let sentence = Certificates::Named(vec![("SSL_CERT_FILE", path.clone())]).roots().unwrap_err().to_string();
            assert!(
                sentence.contains("where SSL_CERT_FILE says (") && sentence.contains("correct or unset it"),
                "{sentence}"
            );
            assert!(sentence.ends_with(&place(&path)), "{sentence}");
        }
    }
}
