//! What can be saved and copied: the picture with its boxes, and results for other programs.

use std::{path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    caption::{Caption, Choice},
    dataset::{self, Images},
    export::Record,
    overlay::Look,
    picture::{Picture, PictureSource},
};

/// What is to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// The picture with its boxes.
    Picture,
    /// The result shown.
    Result,
    /// All results of all pictures.
    AllResults,
    /// All pictures that have an answer, with the boxes shown of each.
    AllPictures,
    /// Records of pictures, captions and boxes, in a format that trainers read.
    Dataset,
}

/// Records to be, as a person chooses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatasetWish {
    /// The format, by its name.
    pub format: &'static str,
    /// Of which pictures.
    pub which: Which,
    /// What becomes of the pictures.
    pub images: Images,
    /// Whether all boxes are of one class.
    pub single_class: bool,
}

/// Of which pictures there are records; never of rejected ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// All that have an answer.
    #[default]
    All,
    /// Those that were accepted.
    Accepted,
    /// Those that are chosen in the strip.
    Chosen,
}

/// A wish, and what would come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetDraft {
    /// The wish.
    pub wish: DatasetWish,
    /// Records that there would be.
    pub n_records: usize,
    /// Pictures without a file of their own, which no record can name.
    pub n_without_file: usize,
    /// What the format has no room for, in words.
    pub lost: Vec<&'static str>,
    /// The first record in the format; `None` where there is none, or it can't be held.
    pub preview: Option<String>,
}

impl Default for DatasetWish {
    fn default() -> Self {
        Self { format: "grit", which: Which::default(), images: Images::None, single_class: false }
    }
}

impl Which {
    /// In the order of the dialog.
    pub const ALL: [Self; 3] = [Self::All, Self::Accepted, Self::Chosen];

    /// In words for a person.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All with an answer",
            Self::Accepted => "Accepted",
            Self::Chosen => "Chosen in the strip",
        }
    }
}

/// A file to be, as it was when a person wished for it: what happens until it has a place does not change it.
#[derive(Clone, Debug)]
pub struct Export {
    /// What it is.
    pub kind: ExportKind,
    /// What is in it.
    pub content: ExportContent,
    /// Where it is proposed to be: beside the picture, under its name.
    pub suggested: PathBuf,
}

impl PartialEq for Export {
    /// Two wishes are two, whatever they are for.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Export {}

/// What is to become of a file that is where another is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfTaken {
    /// The person is asked.
    Ask,
    /// It is replaced: the person has been asked.
    Replace,
    /// Both are kept; the new one gets a number.
    KeepBoth,
}

/// How large exported pictures are, compared with the original.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportScale {
    /// Half as wide and high.
    Half,
    /// Pixel for pixel.
    #[default]
    Full,
    /// Twice as wide and high: lines and labels of a small picture get finer.
    Double,
}

/// The content of a file to be.
#[derive(Clone, Debug)]
pub enum ExportContent {
    /// A PNG picture.
    Picture(Annotated),
    /// Results, in the format that the file's name asks for.
    Results(Vec<Record>),
    /// PNG pictures, each in a file of its own in one folder.
    Pictures(Vec<PictureToBe>),
    /// Records, in a folder of their own.
    Dataset(Arc<[dataset::Record]>, DatasetWish),
}

/// An annotated picture to be, of one that may not be in memory.
#[derive(Clone, Debug)]
pub struct PictureToBe {
    /// What its file is called, without an ending.
    pub name: String,
    /// Where the picture comes from.
    pub source: PictureSource,
    /// The answer shown of it.
    pub caption: Caption,
    /// Which parts of the boxes are shown.
    pub look: Look,
    /// How large it is to be, and with what.
    pub paper: Paper,
}

/// A picture with the boxes shown over it.
#[derive(Clone, Debug)]
pub struct Annotated {
    /// The picture.
    pub picture: Picture,
    /// The caption with the boxes.
    pub caption: Caption,
    /// The highlighted phrase or box.
    pub highlight: Option<Choice>,
    /// Which parts of the boxes are shown.
    pub look: Look,
    /// How large it is to be, and with what.
    pub paper: Paper,
}

/// How pictures are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Paper {
    /// How large they are.
    pub scale: ExportScale,
    /// Whether their captions stand below them.
    pub has_caption: bool,
}

impl ExportKind {
    /// The title of the dialog that asks where to.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Picture => "Export the annotated picture",
            Self::Result => "Export this result",
            Self::AllResults => "Export all results",
            Self::AllPictures => "Choose a folder for all annotated pictures",
            Self::Dataset => "Choose where the folder of the dataset goes",
        }
    }

    /// Whether it is many files, which go into a folder.
    #[must_use]
    pub fn is_folder(self) -> bool {
        matches!(self, Self::AllPictures | Self::Dataset)
    }
}

impl ExportScale {
    /// From the smallest.
    pub const ALL: [Self; 3] = [Self::Half, Self::Full, Self::Double];

    /// In words for a person.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Half => "Half the size",
            Self::Full => "The picture's own size",
            Self::Double => "Twice the size",
        }
    }

    /// The factor for each side.
    #[must_use]
    pub fn factor(self) -> f32 {
        match self {
            Self::Half => 0.5,
            Self::Full => 1.0,
            Self::Double => 2.0,
        }
    }
}
