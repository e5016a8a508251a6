//! The name of a picture in a record: for people, and exactly.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;

/// What a record calls a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImageName {
    /// The picture's path as it was given; what is no Unicode text in it is replaced.
    pub image: String,
    /// The bytes of a path that is no Unicode text, in base64; not there for one that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_bytes: Option<String>,
}

impl From<&Path> for ImageName {
    fn from(path: &Path) -> Self {
        let exactly = || STANDARD.encode(path.as_os_str().as_encoded_bytes());
        Self { image: path.to_string_lossy().into_owned(), image_bytes: path.to_str().is_none().then(exactly) }
    }
}

impl From<&str> for ImageName {
    fn from(name: &str) -> Self {
        Self { image: name.to_owned(), image_bytes: None }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    use super::*;

    #[test]
    fn a_name_that_is_no_text_comes_back_exactly() {
        let name = ImageName::from(Path::new(OsStr::from_bytes(b"caf\xe9.png")));
        assert_eq!(name.image, "caf\u{fffd}.png");
        assert_eq!(STANDARD.decode(name.image_bytes.expect("bytes")).expect("base64"), b"caf\xe9.png");
        let json = serde_json::to_string(&ImageName::from(Path::new("é.png"))).expect("written");
        assert_eq!(json, r#"{"image":"é.png"}"#);
    }
}
