//! Opening a checkpoint: its small files and the headers of its weights are read, and every tensor's name and shape is
//! checked, before any weight is.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use super::{
    error::CheckpointError,
    files, format,
    info::{CheckpointInfo, no_repeat_ngram_size},
    mini, repository,
    stored::Header,
    tensor::TensorSource,
    weights::{NotedSums, WeightFiles},
};
use crate::{
    kernels::Precision,
    model::{Config, check_work, layout},
    progress::OnProgress,
    text::Tokenizer,
};

/// Where to take a checkpoint from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The small checkpoint that is part of the program.
    Embedded,
    /// A folder with `config.json`, `model.safetensors` (or shards with an index) and `tokenizer.json`; or a repository's
    /// folder in the cache of Hugging Face's tools, which holds such a folder; or a file that is a whole checkpoint.
    Path(PathBuf),
}

/// An open, checked checkpoint whose weights are still on disk.
#[derive(Debug)]
pub struct Checkpoint {
    /// What it says about itself.
    pub info: CheckpointInfo,
    /// The sizes of its network.
    pub config: Config,
    /// The content of its `tokenizer.json`.
    pub tokenizer_json: Vec<u8>,
    /// What it was converted from, if it was.
    pub origin: Option<String>,
    weights: WeightFiles,
    place: Place,
}

/// Where a checkpoint is, for errors.
#[derive(Debug)]
struct Place {
    /// Its folder, or the file that it is.
    path: PathBuf,
    /// The folder of its small files; `None` if they are inside another file.
    folder: Option<PathBuf>,
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
        let place = Place { path: "the built-in checkpoint".into(), folder: None };
        Self::check(info, mini::CONFIG, mini::TOKENIZER.to_vec(), weights, place)
    }

    fn open_folder(folder: &Path) -> Result<Self, CheckpointError> {
        files::check_folder(folder)?;
        Self::open_files(&repository::files_of(folder, Self::is_usable))
    }

    /// Whether the files in this very folder are a checkpoint that can be used, as far as can be said without its weights.
    pub(super) fn is_usable(folder: &Path) -> bool {
        Self::open_files(folder).and_then(Self::with_sound_tokenizer).is_ok()
    }

    /// Refuses one whose tokenizer can't be used.
    pub(super) fn with_sound_tokenizer(self) -> Result<Self, CheckpointError> {
        self.tokenizer().map(|_| self)
    }

    fn open_files(folder: &Path) -> Result<Self, CheckpointError> {
        let config = files::read_small(folder, "config.json")?;
        let tokenizer = files::read_small(folder, "tokenizer.json")?;
        let weights = WeightFiles::in_folder(folder)?;
        let generation_config = files::read_small(folder, "generation_config.json").unwrap_or_default();
        let info = CheckpointInfo::new(repository::name(folder), no_repeat_ngram_size(&generation_config));
        let place = Place { path: folder.to_owned(), folder: Some(folder.to_owned()) };
        Self::check(info, &config, tokenizer, weights, place)
    }

    fn open_file(path: &Path) -> Result<Self, CheckpointError> {
        let (mut file, n_bytes) = files::open(path)?;
        let Header { tensors, about } = format::read_whole(&mut file, n_bytes, path)?;
        let about = about.ok_or_else(|| CheckpointError::NoCheckpoint(path.to_owned()))?;
        let mut info = CheckpointInfo::new(repository::name(path), about.no_repeat_ngram_size as usize);
        info.small_world = about.is_mini.then_some(mini::WORLD);
        let weights = WeightFiles::one(path.to_owned(), file, tensors);
        let place = Place { path: path.to_owned(), folder: None };
        let checkpoint = Self::check(info, about.config.as_bytes(), about.tokenizer.into_bytes(), weights, place)?;
        Ok(Self { origin: Some(about.origin), ..checkpoint })
    }

    /// Opens the original `kosmos-2.pt`, only to convert it; `config.json` and `tokenizer.json` are taken from `beside`.
    /// Nothing of it is executed.
    ///
    /// # Errors
    /// As [`Checkpoint::open`].
    pub fn open_original(path: &Path, beside: &Path) -> Result<Self, CheckpointError> {
        let (mut file, n_bytes) = files::open(path)?;
        let config = files::read_small(beside, "config.json")?;
        let tokenizer = files::read_small(beside, "tokenizer.json")?;
        let generation_config = files::read_small(beside, "generation_config.json").unwrap_or_default();
        let info = CheckpointInfo::new(repository::name(path), no_repeat_ngram_size(&generation_config));
        let Header { tensors, .. } = format::read_original(&mut file, n_bytes, path)?;
        let weights = WeightFiles::one(path.to_owned(), file, tensors);
        Self::check(info, &config, tokenizer, weights, Place { path: path.to_owned(), folder: Some(beside.to_owned()) })
    }

    fn check(
        info: CheckpointInfo,
        config: &[u8],
        tokenizer_json: Vec<u8>,
        weights: WeightFiles,
        place: Place,
    ) -> Result<Self, CheckpointError> {
        let config = Config::from_json(config).and_then(|config| check_work(&config).map(|()| config));
        let config = config.map_err(|reason| CheckpointError::Config { reason, path: place.of("config.json") })?;
        layout::check(&layout::expected(&config), &weights.shapes())
            .map_err(|difference| CheckpointError::Tensors { difference, path: place.path.clone() })?;
        Ok(Self { info, config, tokenizer_json, origin: None, weights, place })
    }

    /// Its tokenizer.
    ///
    /// # Errors
    /// When that is damaged, of another kind, or has not as many tokens as the weights know.
    pub fn tokenizer(&self) -> Result<Tokenizer, CheckpointError> {
        let path = || self.place.of("tokenizer.json");
        let tokenizer = Tokenizer::from_bytes(&self.tokenizer_json)
            .map_err(|reason| CheckpointError::Tokenizer { reason, path: path() })?;
        let (n_tokens, vocab_size) = (tokenizer.vocab_size(), self.config.text_config.vocab_size);
        if n_tokens != vocab_size {
            return Err(CheckpointError::Vocabulary { n_tokens, vocab_size, path: path() });
        }
        Ok(tokenizer)
    }

    /// The folder or the file that it was opened from, which errors name.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.place.path
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

    /// The precision that its matrices are packed for, if a conversion has done so; some may be packed more exactly.
    #[must_use]
    pub fn packed(&self) -> Option<Precision> {
        self.weights.packed()
    }

    /// SHA-256 over the files of weights, one after the other, in hexadecimal digits; `None` when told to break.
    /// `on_bytes` is given the bytes so far.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn weights_sha256(&self, on_bytes: OnProgress<'_, u64>) -> Result<Option<String>, CheckpointError> {
        self.weights.sha256(on_bytes)
    }

    /// Holds the bytes of every tensor against the sums that a converted file notes. `on_bytes` is given the bytes so far
    /// and may break.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn check_sums(&self, on_bytes: OnProgress<'_, u64>) -> Result<NotedSums, CheckpointError> {
        self.weights.check_sums(on_bytes)
    }

    /// Names and shapes of its tensors.
    #[must_use]
    pub fn shapes(&self) -> layout::Shapes {
        self.weights.shapes()
    }

    /// Reads one tensor; `None` if there is none of this name.
    ///
    /// # Errors
    /// As [`Checkpoint::read_weights`].
    pub fn read_weight<R>(
        &self,
        name: &str,
        on_tensor: impl FnOnce(TensorSource<'_>) -> R,
    ) -> Result<Option<R>, CheckpointError> {
        self.weights.read_one(name, on_tensor)
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

impl Place {
    /// The path of a small file, or of the file that it is in.
    fn of(&self, name: &str) -> PathBuf {
        self.folder.as_ref().map_or_else(|| self.path.clone(), |folder| folder.join(name))
    }
}
