//! Who asks: an access token, given or left by Hugging Face's own tools.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use crate::{hub::error::HubError, words};

/// Proves who is asking, for repositories that ask for it; it can be sent, and shown nowhere.
#[derive(Clone)]
pub enum Token {
    /// Given by a variable.
    Given {
        /// What is sent.
        secret: String,
        /// The variable's name.
        variable: &'static str,
    },
    /// In this file, if it is there: what `hf auth login` left. It is read when it is needed.
    InFile(PathBuf),
}

/// No file of a token is larger.
const MOST_BYTES: u64 = 64 << 10;

/// A token to send.
#[derive(Clone)]
pub(in crate::hub) struct Secret {
    pub(in crate::hub) text: String,
    /// Where it comes from, for a sentence.
    pub(in crate::hub) place: String,
    /// Whether nobody named it for this: then it is left out where it does harm.
    pub(in crate::hub) is_implicit: bool,
}

impl Token {
    /// What is to be sent; nothing if there is nothing in the file, or no file.
    pub(in crate::hub) fn read(&self) -> Result<Option<Secret>, HubError> {
        let (text, place) = match self {
            Self::Given { secret, variable } => (secret.clone(), (*variable).to_owned()),
            Self::InFile(path) => (read_file(path)?, words::place(path)),
        };
        match text.trim() {
            "" => Ok(None),
            text if text.bytes().all(|c| c.is_ascii_graphic()) => {
                Ok(Some(Secret { text: text.to_owned(), place, is_implicit: matches!(self, Self::InFile(_)) }))
            }
            _ => Err(HubError::Setting(format!(
                "This is no access token, which has no spaces and only plain letters: {place}"
            ))),
        }
    }
}

/// The text of a file, which is empty if there is no such file. Nothing but a small file is opened: others may hang.
fn read_file(path: &Path) -> Result<String, HubError> {
    let refused = |why: String| {
        HubError::Setting(format!("{why}; log in again, or give a token with HF_TOKEN: {}", words::place(path)))
    };
    let unreadable = |e: io::Error| refused(format!("The file of the access token can't be read ({e})"));
    match path.metadata() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(unreadable(e)),
        Ok(there) if there.is_file() && there.len() <= MOST_BYTES => {
            let bytes = fs::read(path).map_err(unreadable)?;
            String::from_utf8(bytes)
                .map_err(|_| refused("This file holds no access token, as it is not text".to_owned()))
        }
        Ok(there) if there.is_file() => Err(refused("This file is too large for an access token".to_owned())),
        Ok(_) => Err(refused("An access token is kept in a file, and this is none".to_owned())),
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given { variable, .. } => write!(f, "Token(… of {variable})"),
            Self::InFile(path) => write!(f, "Token(… in {})", words::place(path)),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret(… of {})", self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::Given { secret: "hf_secret\n".to_owned(), variable: "HF_TOKEN" };
        let secret = token.read().unwrap().unwrap();
        assert_eq!((secret.text.as_str(), secret.place.as_str(), secret.is_implicit), ("hf_secret", "HF_TOKEN", false));
        assert_eq!(format!("{token:?} {secret:?}"), "Token(… of HF_TOKEN) Secret(… of HF_TOKEN)");
        let broken = Token::Given { secret: "hf_secret\r\nX: y".to_owned(), variable: "HF_TOKEN" };
        let sentence = broken.read().unwrap_err().to_string();
        assert!(sentence.ends_with("HF_TOKEN") && !sentence.contains("secret"), "{sentence}");
    }

    #[test]
    fn a_file_without_a_token_is_none() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("token");
        let token = Token::InFile(path.clone());
        assert!(token.read().unwrap().is_none());
        std::fs::write(&path, " \n").unwrap();
        assert!(token.read().unwrap().is_none());
        std::fs::write(&path, "hf_left\r\n").unwrap();
        let secret = token.read().unwrap().unwrap();
        assert!(secret.is_implicit && secret.text == "hf_left" && secret.place.ends_with("token"), "{secret:?}");
    }

    #[test]
    fn what_holds_no_token_is_told() {
        let folder = tempfile::TempDir::new().unwrap();
        let refusal = |path: PathBuf| Token::InFile(path).read().unwrap_err().to_string();
        let path = folder.path().join("token");
        for (content, expected) in [
            (&b"hf_\xff"[..], "This file holds no access token, as it is not text; log in again"),
            (&vec![b'x'; MOST_BYTES as usize + 1], "This file is too large for an access token; log in again"),
            (b"hf_a hf_b", "This is no access token"),
        ] {
            fs::write(&path, content).unwrap();
            let sentence = refusal(path.clone());
            assert!(sentence.starts_with(expected) && sentence.ends_with("token"), "{sentence}");
        }
        assert!(refusal(path.join("below")).starts_with("The file of the access token can't be read ("));
        let no_file = "An access token is kept in a file, and this is none";
        assert!(refusal(folder.path().to_owned()).starts_with(no_file));
    }

    #[cfg(unix)]
    #[test]
    fn a_token_is_not_waited_for() {
        let folder = tempfile::TempDir::new().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let sentence = Token::InFile(pipe).read().unwrap_err().to_string();
        assert!(sentence.contains("this is none"), "{sentence}");
    }
}
