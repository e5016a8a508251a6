//! Checkpoints: where the weights, the sizes and the tokenizer come from, in the published layout or as one file of ours.
//!
//! Opening one reads its small files and the headers of its weights, and checks every tensor's name and shape; the
//! weights themselves are read afterwards, tensor by tensor, never mapped. Nothing is written to or removed from a
//! checkpoint's folder.

mod error;
mod files;
pub mod gguf;
mod manifest;
mod memory;
mod pickle;
mod places;
mod pt;
mod safetensors;
mod weights;

use std::{
    num::NonZero,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

pub use error::CheckpointError;
pub use manifest::{FileState, ListedFile, MANIFEST, Manifest, Sum, Summing, is_plain_name};
pub use memory::available_memory;
pub use places::{Content, Found, Origin, Places, is_checkpoint, repo};
pub use weights::{StoredDtype, TensorSource};

use self::weights::WeightFiles;
use crate::{
    caption::Caption,
    model::{Config, layout},
};

/// Where to take a checkpoint from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The small one inside the program.
    Embedded,
    /// A folder with `config.json`, `model.safetensors` (or shards with an index) and `tokenizer.json`; or a repository's
    /// folder in the cache of Hugging Face's tools, which holds such a folder; or a file of [`gguf`].
    Path(PathBuf),
}

/// What a checkpoint says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckpointInfo {
    /// For example `kosmos-2 mini` or the folder's name.
    pub name: String,
    /// If it knows only a small world, as the embedded one does.
    pub small_world: Option<SmallWorld>,
    /// The rule against repetition it was made for: no run of this many ids occurs twice. `None` for no rule.
    pub no_repeat_ngram: Option<NonZero<usize>>,
}

/// What a checkpoint of a small world says about itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmallWorld {
    /// What a person should know before trusting it.
    pub caution: &'static str,
    /// What a person should know about an answer whose boxes have a lower mean score than `least_score`.
    pub doubt: &'static str,
    /// 0..1; most pictures of its world reach it, most others do not.
    pub least_score: f32,
}

impl CheckpointInfo {
    /// Of one that knows the whole world; in files 0 stands for no rule against repetition.
    fn new(name: String, no_repeat_ngram_size: usize) -> Self {
        Self { name, small_world: None, no_repeat_ngram: NonZero::new(no_repeat_ngram_size) }
    }
}

impl SmallWorld {
    /// Why an answer is to be doubted, if it is: its boxes are unsure, or it `is_odd`, not even well-formed. Of a sound
    /// answer without boxes nothing can be said.
    #[must_use]
    pub fn doubt_about(&self, caption: &Caption, is_odd: bool) -> Option<&'static str> {
        let is_unsure = caption.mean_score().map_or(is_odd, |score| score < self.least_score);
        is_unsure.then_some(self.doubt)
    }
}

/// The original demo's rule against repetition, for checkpoints that say nothing about it.
const ORIGINAL_NO_REPEAT_NGRAM_SIZE: usize = 3;

/// An open, checked checkpoint whose weights are still on disk.
#[derive(Debug)]
pub struct Checkpoint {
    /// What to call it.
    pub info: CheckpointInfo,
    /// Its sizes.
    pub config: Config,
    /// The content of its `tokenizer.json`.
    pub tokenizer_json: Vec<u8>,
    /// What it was converted from, if it was.
    pub origin: Option<String>,
    weights: WeightFiles,
    /// The folder or the file, for what is said of it.
    place: PathBuf,
}

/// The embedded checkpoint, file by file.
mod mini {
    pub(super) const CONFIG: &[u8] = include_bytes!("../../assets/mini/config.json");
    pub(super) const GENERATION_CONFIG: &[u8] = include_bytes!("../../assets/mini/generation_config.json");
    pub(super) const TOKENIZER: &[u8] = include_bytes!("../../assets/mini/tokenizer.json");
    pub(super) const WEIGHTS: &[u8] = include_bytes!("../../assets/mini/model.safetensors");
    pub(super) const WORLD: super::SmallWorld = super::SmallWorld {
        caution: "Knows only emoji scenes; photos need the full Kosmos-2",
        doubt: "This picture seems to be no emoji scene. The mini checkpoint knows nothing else, \
            so these words and boxes mean little",
        least_score: 0.03,
    };
}

impl Checkpoint {
    /// Opens and checks a checkpoint.
    ///
    /// # Errors
    /// When a file is missing, damaged, of another model, or its tensors are not those its sizes ask for.
    pub fn open(source: &Source) -> Result<Self, CheckpointError> {
        match source {
            Source::Embedded => Self::open_embedded(),
            Source::Path(path) if path.is_file() => Self::open_file(path),
            Source::Path(folder) => Self::open_folder(folder),
        }
    }

    fn open_embedded() -> Result<Self, CheckpointError> {
        let mut info = CheckpointInfo::new("kosmos-2 mini".to_owned(), no_repeat_ngram_size(mini::GENERATION_CONFIG));
        info.small_world = Some(mini::WORLD);
        let weights = WeightFiles::embedded(mini::WEIGHTS)?;
        Self::check(info, mini::CONFIG, mini::TOKENIZER.to_vec(), weights, Path::new("the built-in checkpoint"))
    }

    fn open_folder(folder: &Path) -> Result<Self, CheckpointError> {
        files::check_folder(folder)?;
        let folder = &places::files_of(folder);
        let config = files::read_small(folder, "config.json")?;
        let tokenizer = files::read_small(folder, "tokenizer.json")?;
        let weights = WeightFiles::in_folder(folder)?;
        let generation_config = files::read_small(folder, "generation_config.json").unwrap_or_default();
        let info = CheckpointInfo::new(places::name(folder), no_repeat_ngram_size(&generation_config));
        Self::check(info, &config, tokenizer, weights, folder)
    }

    fn open_file(path: &Path) -> Result<Self, CheckpointError> {
        let (mut file, n_bytes) = files::open(path)?;
        let (about, tensors) = gguf::read_header(&mut file, n_bytes, path)?;
        let mut info = CheckpointInfo::new(places::name(path), about.no_repeat_ngram_size as usize);
        info.small_world = about.is_mini.then_some(mini::WORLD);
        let weights = WeightFiles::one(path.to_owned(), file, tensors);
        let checkpoint = Self::check(info, about.config.as_bytes(), about.tokenizer.into_bytes(), weights, path)?;
        Ok(Self { origin: Some(about.origin), ..checkpoint })
    }

    /// Opens the original `kosmos-2.pt`, only to convert it; `config.json` and `tokenizer.json` are taken from `beside`.
    /// Nothing of it is executed.
    ///
    /// # Errors
    /// As [`Checkpoint::open`].
    pub fn open_original(path: &Path, beside: &Path) -> Result<Self, CheckpointError> {
        let (file, _) = files::open(path)?;
        let config = files::read_small(beside, "config.json")?;
        let tokenizer = files::read_small(beside, "tokenizer.json")?;
        let generation_config = files::read_small(beside, "generation_config.json").unwrap_or_default();
        let info = CheckpointInfo::new(places::name(path), no_repeat_ngram_size(&generation_config));
        let tensors = pt::read_header(&file, path)?;
        Self::check(info, &config, tokenizer, WeightFiles::one(path.to_owned(), file, tensors), path)
    }

    fn check(
        info: CheckpointInfo,
        config: &[u8],
        tokenizer_json: Vec<u8>,
        weights: WeightFiles,
        place: &Path,
    ) -> Result<Self, CheckpointError> {
        let config =
            Config::from_json(config).map_err(|reason| CheckpointError::Config { reason, path: place.to_owned() })?;
        layout::check(&layout::expected(&config), &weights.shapes())
            .map_err(|difference| CheckpointError::Tensors { difference, path: place.to_owned() })?;
        Ok(Self { info, config, tokenizer_json, origin: None, weights, place: place.to_owned() })
    }

    /// The folder or the file that it was opened from, for what is said of it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.place
    }

    /// Bytes of all weights as they are stored.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        self.weights.n_bytes()
    }

    /// How many numbers all weights are.
    #[must_use]
    pub fn n_weights(&self) -> u64 {
        self.weights.shapes().values().map(|shape| shape.iter().product::<usize>() as u64).sum()
    }

    /// How the weights are stored, for example `f32`.
    #[must_use]
    pub fn stored(&self) -> String {
        self.weights.stored()
    }

    /// SHA-256 over the files of weights, one after the other, in hexadecimal digits; `None` when told to break.
    /// `on_bytes` is given the bytes so far.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn weights_sha256(
        &self,
        on_bytes: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<String>, CheckpointError> {
        self.weights.sha256(on_bytes)
    }

    /// Names and shapes of its tensors.
    #[must_use]
    pub fn shapes(&self) -> layout::Shapes {
        self.weights.shapes()
    }

    /// Reads the weights, one tensor after the other, in the order they are stored; ends early when told to break.
    ///
    /// # Errors
    /// When a file can't be read, or has changed since it was opened.
    pub fn read_weights(
        &self,
        on_tensor: &mut dyn FnMut(TensorSource<'_>) -> ControlFlow<()>,
    ) -> Result<(), CheckpointError> {
        self.weights.read(on_tensor)
    }
}

/// What a `generation_config.json` says of repetition; that file is optional, and so is everything in it.
fn no_repeat_ngram_size(generation_config: &[u8]) -> usize {
    #[derive(serde::Deserialize)]
    struct GenerationConfig {
        no_repeat_ngram_size: usize,
    }
    serde_json::from_slice(generation_config)
        .map_or(ORIGINAL_NO_REPEAT_NGRAM_SIZE, |config: GenerationConfig| config.no_repeat_ngram_size)
}
