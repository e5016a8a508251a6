//! Why a checkpoint is refused: one sentence that says what, where and what to do next.

use std::path::PathBuf;

use crate::{
    kernels::Precision,
    model::{ConfigError, layout::Mismatch},
    text::TextError,
    words::{brief, place, size},
};

/// Why a checkpoint can't be used. Nothing in its folder is ever changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// There is no folder at the path.
    #[error("There is no such folder; choose one that holds config.json, model.safetensors and tokenizer.json, or get the published one with \"kosmoscope model pull\": {}", place(.0))]
    NoFolder(PathBuf),
    /// The file is not a whole checkpoint.
    #[error("This file is not a checkpoint; choose a folder with config.json, model.safetensors and tokenizer.json, or a file that \"kosmoscope model convert\" wrote: {}", place(.0))]
    NoCheckpoint(PathBuf),
    /// One of the files of a checkpoint is not in its folder.
    #[error(
        "This folder is not a checkpoint because {file} is missing; get that file too, or choose one with config.json, model.safetensors and tokenizer.json: {}",
        place(path)
    )]
    MissingFile {
        /// The file's name.
        file: String,
        /// The folder.
        path: PathBuf,
    },
    /// The tokenizer is there only in a form that is not read.
    #[error(
        "This folder has its tokenizer only as {file}, which is not read; get the tokenizer.json that belongs to it, or save the tokenizer again with AutoTokenizer of transformers: {}",
        place(path)
    )]
    OtherTokenizer {
        /// The file's name.
        file: String,
        /// The folder.
        path: PathBuf,
    },
    /// One of the files is only half downloaded.
    #[error(
        "This checkpoint is incomplete because {file} is still arriving; go on with \"kosmoscope model pull\", or with the tool that started the download: {}",
        place(path)
    )]
    NotComplete {
        /// The file's name.
        file: String,
        /// The folder.
        path: PathBuf,
    },
    /// The file was written to after it was opened.
    #[error("This file changed while it was being read, and none of it is used; load it again: {}", place(.0))]
    Changed(PathBuf),
    /// More memory is needed than there is.
    #[error("There is not enough memory: {} is needed for weights in {precision}, and {} is free; close other programs, or choose a smaller checkpoint or weights kept in q4 (--precision q4): {}", size(*needs), size(*free), place(path))]
    NoMemory {
        /// Bytes for weights, reading and computing.
        needs: u64,
        /// Bytes that are free.
        free: u64,
        /// The number format that the weights would be kept in.
        precision: Precision,
        /// The folder.
        path: PathBuf,
    },
    /// Only weights in Python's pickle format are there, which can run code when opened.
    #[error(
        "This folder has its weights only as {file}, a format that can run code and is never opened; get model.safetensors, or save the model again with safe_serialization=True: {}",
        place(path)
    )]
    UnsafeFormat {
        /// The file's name.
        file: String,
        /// The folder.
        path: PathBuf,
    },
    /// The file is what git keeps in place of a large one.
    #[error(
        "This is a Git LFS pointer of {n_bytes} bytes, not the file itself; fetch it with \"git lfs pull\": {}",
        place(path)
    )]
    LfsPointer {
        /// The pointer's size.
        n_bytes: u64,
        /// The file.
        path: PathBuf,
    },
    /// The file is a saved web page.
    #[error("This is a web page, not the file itself; download it again: {}", place(.0))]
    WebPage(PathBuf),
    /// The file ends too early.
    #[error("This file is cut off and holds {} of at least {}; download it again: {}", size(*holds), size(*needs), place(path))]
    CutOff {
        /// Bytes that the file has.
        holds: u64,
        /// Bytes that it should have at least; those of the header if that is cut off itself.
        needs: u64,
        /// The file.
        path: PathBuf,
    },
    /// The file is not what its name says, or damaged.
    #[error("This file is damaged, or not what its name says ({}); get it again: {}", brief(reason), place(path))]
    Damaged {
        /// What is wrong with it.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// `config.json` has sizes that can't be used.
    #[error(
        "This checkpoint can't be used because {reason}; choose another one, or get this file again: {}",
        place(path)
    )]
    Config {
        /// Why they can't be used.
        reason: ConfigError,
        /// The file.
        path: PathBuf,
    },
    /// The tokenizer can't be used.
    #[error("{reason}: {}", place(path))]
    Tokenizer {
        /// What is wrong with it.
        reason: TextError,
        /// The file.
        path: PathBuf,
    },
    /// Tokenizer and weights do not belong together.
    #[error(
        "The tokenizer has {n_tokens} tokens but the weights know {vocab_size}; they do not belong together, so get both from one place: {}",
        place(path)
    )]
    Vocabulary {
        /// Tokens of the tokenizer.
        n_tokens: usize,
        /// Rows of the embedding.
        vocab_size: usize,
        /// The tokenizer's file.
        path: PathBuf,
    },
    /// The tensors are not those that the sizes ask for.
    #[error("The weights do not fit config.json ({difference}); get both from one place: {}", place(path))]
    Tensors {
        /// Everything that differs.
        difference: Mismatch,
        /// The folder.
        path: PathBuf,
    },
    /// The system refused to read the file.
    #[error("This file can't be read ({reason}): {}", place(path))]
    Io {
        /// What the system said.
        reason: std::io::Error,
        /// The file.
        path: PathBuf,
    },
}
