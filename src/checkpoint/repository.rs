//! Where the checkpoint in a folder or a file comes from, what it is called, and where its files are.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{files::is_plain_name, manifest::Manifest};

/// Where a checkpoint comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// Kosmoscope downloaded it.
    Downloaded {
        /// Its repository, for example `microsoft/kosmos-2-patch14-224`.
        repo: String,
        /// The commit that was downloaded.
        revision: String,
    },
    /// Another tool downloaded it.
    HubCache {
        /// Its repository, for example `microsoft/kosmos-2-patch14-224`.
        repo: String,
        /// The commit that was downloaded.
        revision: String,
    },
    /// Kosmoscope converted it, which quantized its weights.
    Converted {
        /// What it was made from, for example `microsoft/kosmos-2-patch14-224`.
        from: String,
    },
    /// It lies in a folder of someone's own.
    Folder,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::Downloaded { repo, .. } => write!(f, "downloaded from {repo}"),
            Self::HubCache { repo, .. } => write!(f, "Hugging Face cache of {repo}"),
            Self::Converted { from } => write!(f, "made from {from}"),
            Self::Folder => f.write_str("folder"),
        }
    }
}

/// What to call a checkpoint: the name of its repository, or else of its folder or file.
pub(super) fn name(path: &Path) -> String {
    if let Origin::Downloaded { repo, .. } | Origin::HubCache { repo, .. } = origin(path) {
        return repo.rsplit('/').next().unwrap_or_default().to_owned();
    }
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = if real.is_file() { real.file_stem() } else { real.file_name() };
    name.unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Where a checkpoint comes from, by our own list in its folder or by where the cache of other tools keeps it.
pub(super) fn origin(folder: &Path) -> Origin {
    if let Ok(Some(Manifest { repo, revision, .. })) = Manifest::read(folder) {
        return Origin::Downloaded { repo, revision };
    }
    origin_in_cache(&folder.canonicalize().unwrap_or_else(|_| folder.to_owned()))
}

pub(super) fn origin_in_cache(real: &Path) -> Origin {
    let names: Vec<_> = real.iter().rev().take(3).map(|name| name.to_string_lossy()).collect();
    match &names[..] {
        [revision, snapshots, model] if snapshots == "snapshots" && model.starts_with("models--") => {
            let repo = model["models--".len()..].replacen("--", "/", 1);
            Origin::HubCache { repo, revision: revision.clone().into_owned() }
        }
        _ => Origin::Folder,
    }
}

/// Where the files of a checkpoint are: the folder itself, or what a repository's folder in the cache holds.
pub(super) fn files_of(folder: &Path, is_usable: fn(&Path) -> bool) -> PathBuf {
    let inner =
        if folder.is_file() || folder.join("config.json").exists() { None } else { snapshot(folder, is_usable) };
    inner.unwrap_or_else(|| folder.to_owned())
}

/// The folder of a repository's files, if this is a repository in the cache: the main revision before the newest. One that
/// can be used goes before all that can't, as an update may have been interrupted, or have fetched only some files.
pub(super) fn snapshot(repository: &Path, is_usable: fn(&Path) -> bool) -> Option<PathBuf> {
    let snapshots = repository.join("snapshots");
    let main = main_revision(repository).map(|revision| snapshots.join(revision));
    let mut all = subfolders(Some(&snapshots));
    all.sort_by_cached_key(|folder| (main.as_ref() == Some(folder), time_of(folder)));
    let last = all.pop()?;
    if all.is_empty() || is_usable(&last) {
        return Some(last);
    }
    all.into_iter().rev().find(|folder| is_usable(folder)).or(Some(last))
}

/// When a revision arrived, by a file in it: its folder changes with whatever is tried out there.
fn time_of(revision: &Path) -> Option<SystemTime> {
    revision.join("config.json").symlink_metadata().and_then(|config| config.modified()).ok()
}

/// The commit that the cache has as `main`.
fn main_revision(repository: &Path) -> Option<String> {
    let path = repository.join("refs").join("main");
    let is_small = path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() < 1024);
    let revision = is_small.then(|| fs::read_to_string(path).ok()).flatten()?.trim().to_owned();
    is_plain_name(&revision).then_some(revision)
}

/// The name of a repository's folder in the cache of Hugging Face's tools.
pub(super) fn cache_name(repo: &str) -> String {
    format!("models--{}", repo.replace('/', "--"))
}

/// The folders in a folder, in the order of their names; none if there is no such folder.
pub(super) fn subfolders(folder: Option<&Path>) -> Vec<PathBuf> {
    entries(folder, Path::is_dir)
}

/// What is wanted of a folder, in the order of the names; nothing if there is no such folder.
pub(super) fn entries(folder: Option<&Path>, is_wanted: fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = folder.into_iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let mut paths: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_wanted(path)).collect();
    paths.sort();
    paths
}
