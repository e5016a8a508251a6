//! Paths as the session file keeps them: absolute, and exact also where a name is no Unicode text.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// A path in the session file: a text where it is one, and otherwise the numbers that the system spells it with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum SavedPath {
    Text(PathBuf),
    /// Bytes, or on Windows units of 16 bits.
    Units(Vec<u16>),
}

impl From<&Path> for SavedPath {
    /// From another folder, a relative path would lead elsewhere.
    fn from(path: &Path) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if path.to_str().is_some() { Self::Text(path) } else { Self::Units(units(path.as_os_str())) }
    }
}

impl From<SavedPath> for PathBuf {
    fn from(saved: SavedPath) -> Self {
        match saved {
            SavedPath::Text(path) => path,
            SavedPath::Units(units) => of_units(&units).into(),
        }
    }
}

#[cfg(not(windows))]
fn units(name: &OsStr) -> Vec<u16> {
    name.as_encoded_bytes().iter().copied().map(u16::from).collect()
}

#[cfg(not(windows))]
fn of_units(units: &[u16]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(units.iter().map(|unit| *unit as u8).collect())
}

#[cfg(windows)]
fn units(name: &OsStr) -> Vec<u16> {
    std::os::windows::ffi::OsStrExt::encode_wide(name).collect()
}

#[cfg(windows)]
fn of_units(units: &[u16]) -> OsString {
    std::os::windows::ffi::OsStringExt::from_wide(units)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn any_name_comes_back_and_a_text_stays_one() {
        for name in [&b"/a/caf\xe9.png"[..], b"/a/\xff\xfe", "/ä/b c.png".as_bytes()] {
            let path = Path::new(OsStr::from_bytes(name));
            let json = serde_json::to_string(&SavedPath::from(path)).expect("written");
            assert_eq!(PathBuf::from(serde_json::from_str::<SavedPath>(&json).expect("read")), path, "{json}");
        }
        assert_eq!(serde_json::to_string(&SavedPath::from(Path::new("/ä.png"))).expect("written"), "\"/ä.png\"");
    }

    #[test]
    fn what_is_kept_leads_to_the_same_place_from_any_folder() {
        let here = std::env::current_dir().expect("a folder");
        assert_eq!(PathBuf::from(SavedPath::from(Path::new("./snow.png"))), here.join("snow.png"));
    }
}
