//! Where checkpoints are on this computer: our own downloads, and the cache that Hugging Face's tools share.
//!
//! The cache belongs to those tools. It is read in place and never changed: no file of ours goes into it, because they
//! prune and lock it in ways of their own. So our downloads have a folder of their own, and what the cache holds is not
//! downloaded again.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    files,
    format::has_checkpoint_ending,
    open::{Checkpoint, Source},
    repository::{Origin, cache_name, entries, files_of, name, origin, origin_in_cache, snapshot, subfolders},
};
use crate::{kernels::Precision, model::MODEL_TYPE, typed::expanded};

/// The folders that are looked in. A folder is `None` where the system has no such thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Library {
    /// The cache of Hugging Face's tools.
    pub hub_cache: Option<PathBuf>,
    /// The folder of what Kosmoscope downloaded and converted.
    pub own: Option<PathBuf>,
}

/// A checkpoint on this computer.
#[derive(Clone, Debug)]
pub struct LocalCheckpoint {
    /// The folder or file to open; `None` for the one inside the program.
    pub path: Option<PathBuf>,
    /// What it is called.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Its size and number format, or why it can't be used.
    pub summary: Result<Summary, String>,
}

/// What a usable checkpoint holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Bytes of all weights as they are stored.
    pub n_bytes: u64,
    /// How the weights are stored, for example `f32`.
    pub stored: String,
    /// Bytes of memory that it needs in each of [`Precision::ALL`].
    pub memory: [u64; Precision::ALL.len()],
}

impl Library {
    /// Finds the folders from the environment, by the rules of Hugging Face's tools; `home` and `data` are the system's folders.
    pub fn new(variable: impl Fn(&str) -> Option<OsString>, home: Option<&Path>, data: Option<&Path>) -> Self {
        let hub_cache = folder_of("HF_HUB_CACHE", &variable, home)
            .or_else(|| folder_of("HUGGINGFACE_HUB_CACHE", &variable, home))
            .or_else(|| folder_of("TRANSFORMERS_CACHE", &variable, home))
            .or_else(|| Some(hugging_face_home(&variable, home)?.join("hub")));
        Self { hub_cache, own: data.map(|data| data.join("kosmoscope").join("checkpoints")) }
    }

    /// All checkpoints of this model, the built-in one first. Other models in the cache are passed over.
    #[must_use]
    pub fn list(&self) -> Vec<LocalCheckpoint> {
        let built_in = LocalCheckpoint::new(None, "kosmos-2 mini".to_owned(), Origin::BuiltIn);
        let own = subfolders(self.own.as_deref()).into_iter().filter(|folder| folder.join("config.json").exists());
        let cached = subfolders(self.hub_cache.as_deref())
            .into_iter()
            .filter_map(|folder| snapshot(&folder, Checkpoint::is_usable));
        let found = own.chain(cached).filter(|folder| is_kosmos(folder)).map(|folder| LocalCheckpoint::at(&folder));
        let converted = files_in(self.own.as_deref()).into_iter().map(|file| LocalCheckpoint::at(&file));
        std::iter::once(built_in).chain(found).chain(converted).collect()
    }

    /// A usable checkpoint of this repository, our own download before the cache; or a converted one of this name.
    #[must_use]
    pub fn find(&self, repo: &str) -> Option<LocalCheckpoint> {
        self.named(repo).find(|found| found.summary.is_ok())
    }

    /// The same, or else the first one that can't be used, with the reason.
    #[must_use]
    pub fn find_any(&self, repo: &str) -> Option<LocalCheckpoint> {
        self.find(repo).or_else(|| self.named(repo).next())
    }

    fn named(&self, repo: &str) -> impl Iterator<Item = LocalCheckpoint> {
        let own = self.own_folder(repo).filter(|folder| folder.is_dir());
        let cached =
            self.hub_cache.as_ref().and_then(|cache| snapshot(&cache.join(cache_name(repo)), Checkpoint::is_usable));
        let converted = files_in(self.own.as_deref()).into_iter().filter(move |file| name(file) == repo);
        own.into_iter().chain(cached).chain(converted).map(|path| LocalCheckpoint::at(&path))
    }

    /// Where a download of this repository goes.
    #[must_use]
    pub fn own_folder(&self, repo: &str) -> Option<PathBuf> {
        Some(folder_below(self.own.as_ref()?, repo))
    }
}

impl LocalCheckpoint {
    /// Looks at a folder or a file, without reading any weight.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        let path = files_of(path, Checkpoint::is_usable);
        Self::new(Some(path.clone()), name(&path), origin(&path))
    }

    fn new(path: Option<PathBuf>, name: String, origin: Origin) -> Self {
        let source = path.clone().map_or(Source::Embedded, Source::Path);
        match Checkpoint::open(&source).and_then(Checkpoint::with_sound_tokenizer) {
            Ok(checkpoint) => {
                let memory = Precision::ALL.map(|precision| checkpoint.memory_needed(precision));
                let summary = Summary { n_bytes: checkpoint.n_bytes(), stored: checkpoint.stored(), memory };
                let origin = checkpoint.origin.map_or(origin, |from| Origin::Converted { from });
                Self { path, name, origin, summary: Ok(summary) }
            }
            Err(e) => Self { path, name, origin, summary: Err(e.to_string()) },
        }
    }
}

/// A folder for a download of this repository alone, below another one.
#[must_use]
pub fn folder_below(folder: &Path, repo: &str) -> PathBuf {
    folder.join(repo.replace('/', "--"))
}

/// The folder in which Hugging Face's tools keep what is theirs.
pub fn hugging_face_home(variable: &impl Fn(&str) -> Option<OsString>, home: Option<&Path>) -> Option<PathBuf> {
    let cache = || folder_of("XDG_CACHE_HOME", variable, home).or_else(|| Some(home?.join(".cache")));
    folder_of("HF_HOME", variable, home).or_else(|| Some(cache()?.join("huggingface")))
}

fn folder_of(name: &str, variable: &impl Fn(&str) -> Option<OsString>, home: Option<&Path>) -> Option<PathBuf> {
    let path = variable(name).filter(|value| !value.is_empty())?;
    Some(expanded(path.into(), home))
}

fn files_in(folder: Option<&Path>) -> Vec<PathBuf> {
    entries(folder, is_file_of_ours)
}

fn is_file_of_ours(path: &Path) -> bool {
    has_checkpoint_ending(path) && path.is_file()
}

/// Whether this seems to be a checkpoint, of this model or another, and not a picture or a folder of pictures.
#[must_use]
pub fn is_checkpoint(path: &Path) -> bool {
    is_file_of_ours(path) || ["config.json", "tokenizer.json"].iter().all(|file| path.join(file).is_file())
}

/// Whether a folder says that it holds this model, or what it says can't be read; a damaged one is listed with what is wrong.
fn is_kosmos(folder: &Path) -> bool {
    let config = files::read_small(folder, "config.json").ok();
    let config = config.and_then(|config| serde_json::from_slice::<Value>(&config).ok());
    folder.join("config.json").is_file() && config.is_none_or(|config| config["model_type"] == MODEL_TYPE)
}

/// Where the checkpoint in a folder or file comes from: its repository, or else its own name.
#[must_use]
pub fn repo(path: &Path) -> String {
    let path = files_of(path, Checkpoint::is_usable);
    match origin(&path) {
        Origin::Downloaded { repo, .. } | Origin::HubCache { repo, .. } => repo,
        Origin::BuiltIn | Origin::Converted { .. } | Origin::Folder => name(&path),
    }
}

/// Where a checkpoint keeps its files: its own path, and all folders of its repository if that is in the cache of other tools,
/// where one file may be part of several revisions.
#[must_use]
pub fn places(path: &Path) -> Vec<PathBuf> {
    let real = files_of(path, Checkpoint::is_usable).canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut places = vec![path.to_owned(), real.clone()];
    if let (Origin::HubCache { .. }, Some(repository)) = (origin_in_cache(&real), real.ancestors().nth(2)) {
        places.extend(["", "blobs", "refs"].map(|name| repository.join(name)));
        places.extend(subfolders(Some(&repository.join("snapshots"))));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_where_the_other_tools_look() {
        let check = |variables: &[(&str, &str)], expected: &str| {
            let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.into());
            let library = Library::new(variable, Some(Path::new("/home/me")), Some(Path::new("/data")));
            assert_eq!(library.hub_cache, Some(expected.into()), "{variables:?}");
            assert_eq!(library.own_folder("a/b"), Some("/data/kosmoscope/checkpoints/a--b".into()));
        };
        check(&[], "/home/me/.cache/huggingface/hub");
        check(&[("HF_HOME", "")], "/home/me/.cache/huggingface/hub");
        check(&[("XDG_CACHE_HOME", "/c")], "/c/huggingface/hub");
        check(&[("XDG_CACHE_HOME", "/c"), ("HF_HOME", "/h")], "/h/hub");
        check(&[("HF_HOME", "/h"), ("HF_HUB_CACHE", "~/hub")], "/home/me/hub");
        check(&[("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HOME", "/h")], "/old");
        check(&[("TRANSFORMERS_CACHE", "/older"), ("HF_HOME", "/h")], "/older");
        check(&[("TRANSFORMERS_CACHE", "/older"), ("HF_HUB_CACHE", "/new")], "/new");
        assert_eq!(Library::new(|_| None, None, None), Library::default());
    }
}
