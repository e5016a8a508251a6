//! What the system says: variables, folders, the proxy and the display.
//!
//! No other file of the program asks for any of it; the modules below are given what they need, so that a test can give
//! them something else.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::{
    checkpoint::{Library, Source},
    hub::{Offer, PUBLISHED_REPO, Settings},
    typed,
};

/// Where checkpoints are looked for.
pub(super) fn library() -> Library {
    Library::new(|name| env::var_os(name), home_folder().as_deref(), data_folder().as_deref())
}

/// Where the window keeps its session, if this system says where programs keep their data.
pub(super) fn session_folder() -> Option<PathBuf> {
    data_folder().map(|folder| folder.join("kosmoscope"))
}

/// What a checkpoint on the command line means: a folder, or the name of a repository that is on this computer.
pub(super) fn source(checkpoint: Option<&Path>) -> Source {
    let Some(path) = checkpoint else { return Source::Embedded };
    let found = path.to_str().filter(|_| !path.exists()).and_then(|repo| library().find_any(repo));
    Source::Path(found.and_then(|found| found.path).unwrap_or_else(|| path.to_owned()))
}

/// Takes an argument that names a file: a path, an address as file managers copy it, a path in quotes or with `~`.
pub(super) fn path_parser() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(|text| typed::argument(&text, home_folder().as_deref()))
}

/// How to reach the hub.
pub(super) fn settings() -> Settings {
    Settings::read(|name| env::var_os(name), home_folder().as_deref())
}

/// What a variable says, if it says something in Unicode text.
pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// How many processors Slurm gives a task, which not all clusters hold it to.
pub(super) fn threads() -> Option<u16> {
    variable("SLURM_CPUS_PER_TASK")?.parse().ok().filter(|n_threads| *n_threads > 0)
}

/// What the window offers to download.
pub(super) fn offer() -> Option<Offer> {
    let folder = library().own_folder(PUBLISHED_REPO)?;
    Some(Offer { repo: PUBLISHED_REPO.to_owned(), folder, settings: settings() })
}

/// Whether there is an X11 display.
pub(super) fn has_x11() -> bool {
    env::var_os("DISPLAY").is_some_and(|display| !display.is_empty())
}

/// Where programs keep their data.
fn data_folder() -> Option<PathBuf> {
    data_folder_of(env::consts::OS, |name| env::var_os(name), home_folder())
}

/// The folder that `~` stands for.
pub(super) fn home_folder() -> Option<PathBuf> {
    named(env::home_dir())
}

/// The folder, unless its name is empty: with `HOME=""`, what lies in the current folder is not at home.
fn named(folder: Option<PathBuf>) -> Option<PathBuf> {
    folder.filter(|folder| !folder.as_os_str().is_empty())
}

/// By the rules of each system: a variable on Linux and Windows, a place in the home folder on macOS.
fn data_folder_of(system: &str, variable: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    match system {
        "windows" => folder("LOCALAPPDATA"),
        "macos" => Some(home?.join("Library").join("Application Support")),
        _ => folder("XDG_DATA_HOME").or_else(|| Some(home?.join(".local").join("share"))),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn programs_keep_their_data_where_the_system_says() {
        let with = |variables: &'static [(&str, &str)]| {
            move |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        let home = || Some(PathBuf::from("/home/me"));
        let linux = |variables| data_folder_of("linux", with(variables), home());
        assert_eq!(linux(&[("XDG_DATA_HOME", "/data")]), Some("/data".into()));
        assert_eq!(linux(&[]), Some("/home/me/.local/share".into()));
        assert_eq!(linux(&[("XDG_DATA_HOME", "data")]), Some("/home/me/.local/share".into()), "it must be absolute");
        let none = || with(&[]);
        assert_eq!(data_folder_of("macos", none(), home()), Some("/home/me/Library/Application Support".into()));
        for system in ["linux", "macos", "windows"] {
            assert_eq!(data_folder_of(system, none(), named(Some(PathBuf::new()))), None, "{system}");
        }
    }
}
