//! What can be saved and copied: the picture with its boxes, and results for other programs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    caption::{Caption, Choice},
    export::Record,
    overlay::Look,
    picture::Picture,
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
    /// How large it is to be.
    pub scale: ExportScale,
}

impl ExportKind {
    /// The title of the dialog that asks where to.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Picture => "Export the annotated picture",
            Self::Result => "Export this result",
            Self::AllResults => "Export all results",
        }
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
