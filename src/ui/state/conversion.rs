//! Making a smaller copy of a checkpoint: of which, in which number formats, where it goes, and how far it is.

use std::path::PathBuf;

use crate::{
    checkpoint::Source,
    convert::{Format, Progress},
};

/// How far the card of the conversion is.
#[derive(Clone, Debug, Default)]
pub enum ConversionState {
    /// Nobody asked for it.
    #[default]
    NotBegun,
    /// This checkpoint is being examined; `None` for the built-in one.
    Examining(Option<PathBuf>),
    /// It can't be made smaller; one sentence.
    Refused(String),
    /// It can be made smaller.
    Offered {
        /// What can be made of it.
        original: Original,
        /// The format chosen.
        format: Format,
        /// Why the copy was not made, if that was tried; one sentence.
        failure: Option<String>,
    },
    /// The copy is being made.
    Running {
        /// What it is made of.
        original: Original,
        /// In this format.
        format: Format,
        /// `None` until something is known.
        progress: Option<Progress>,
        /// Whether it was told to stop, and is about to.
        is_stopping: bool,
    },
    /// The copy is there.
    Done {
        /// What it was made of.
        original: Original,
        /// The copy.
        copy: SmallCopy,
    },
}

/// What can be made smaller.
#[derive(Clone, Debug)]
pub struct Original {
    /// Where it is.
    pub source: Source,
    /// Its repository, or its own name.
    pub name: String,
    /// Bytes of its weights.
    pub n_bytes: u64,
    /// How they are stored.
    pub stored: String,
    /// What can be made of it: one in each of [`Format::ALL`].
    pub copies: [SmallCopy; Format::ALL.len()],
    /// Bytes that are free where they go, if the system says.
    pub free_bytes: Option<u64>,
}

/// A smaller copy that can be made, or is there.
#[derive(Clone, Debug)]
pub struct SmallCopy {
    /// How its weights are stored.
    pub format: Format,
    /// Its file.
    pub path: PathBuf,
    /// Bytes of its weights; of its file, once that is there.
    pub n_bytes: u64,
    /// Whether there was a file when the card was opened.
    pub is_here: bool,
}

impl Original {
    /// The copy in this format.
    pub(in crate::ui) fn copy(&self, format: Format) -> &SmallCopy {
        let [exact, middle, smallest] = &self.copies;
        match format {
            Format::F16 => exact,
            Format::Q8 => middle,
            Format::Q4 => smallest,
        }
    }
}
