//! What can be saved and copied: the picture with its boxes, and results for other programs.

use std::path::PathBuf;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::ui::state::{AppState, Chore, Notice};
use crate::{
    caption::Caption,
    disk,
    export::{self, Record},
    overlay::{self, Look},
    picture::Picture,
};

/// What is to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The picture with its boxes.
    Picture,
    /// The result shown.
    Results,
    /// All results of all pictures.
    AllResults,
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

impl ExportScale {
    /// From the smallest.
    pub const ALL: [Self; 3] = [Self::Half, Self::Full, Self::Double];

    /// For a person.
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

/// The content of a file to be.
#[derive(Clone, Debug)]
pub enum Savable {
    /// A PNG picture.
    Picture(Annotated),
    /// Results as JSON.
    Results(Vec<Record>),
}

/// A picture with the boxes shown over it.
#[derive(Clone, Debug)]
pub struct Annotated {
    /// The picture.
    pub picture: Picture,
    /// The caption with the boxes.
    pub caption: Caption,
    /// The highlighted phrase.
    pub highlight: Option<usize>,
    /// Which parts of the boxes are shown.
    pub look: Look,
    /// How large it is to be.
    pub scale: ExportScale,
}

impl Annotated {
    /// Its pixels, with the boxes painted in.
    #[must_use]
    pub fn paint(&self) -> RgbImage {
        let pixels = export::scaled(&self.picture.pixels, self.scale.factor());
        overlay::annotate(&pixels, &overlay::marks(&self.caption, self.highlight, self.look), self.look)
    }
}

impl Format {
    /// Of the dialog.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Picture => "Export the annotated picture",
            Self::Results => "Export this result as JSON",
            Self::AllResults => "Export all results as JSON",
        }
    }

    /// The kind of file, in words and as the end of its name.
    #[must_use]
    pub fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Picture => ("PNG picture", "png"),
            Self::Results | Self::AllResults => ("JSON", "json"),
        }
    }
}

impl AppState {
    /// What can be exported: a picture with at least the beginning of a caption.
    pub(crate) fn annotated(&self) -> Option<Annotated> {
        let (picture, caption) = (self.picture()?.clone(), self.reply().caption()?.clone());
        Some(Annotated { picture, caption, highlight: self.chosen, look: self.look, scale: self.export_scale })
    }

    /// The result shown, for the clipboard.
    pub(crate) fn json(&self) -> Option<String> {
        export::json_object(self.records(Format::Results).first()?).ok()
    }

    /// Results for other programs, in the order of the list and, of a picture, in the order they came.
    fn records(&self, format: Format) -> Vec<Record> {
        let entries = self.pictures.entries().iter();
        let wanted = entries.filter(|entry| {
            format == Format::AllResults || self.pictures.current().is_some_and(|shown| shown.id == entry.id)
        });
        let of_entry = |entry: &crate::ui::state::Entry| {
            let image = entry.source.path().map_or_else(|| entry.name.clone(), |path| path.display().to_string());
            let shown = entry.reply.answer().cloned().into_iter().collect();
            let results = if format == Format::AllResults { entry.results.clone() } else { shown };
            results.iter().map(|result| result.record(image.clone())).collect::<Vec<_>>()
        };
        wanted.flat_map(of_entry).collect()
    }

    /// Asks where to save something.
    pub(crate) fn pick_target(&self, format: Format) -> Option<Chore> {
        self.suggested_target(format).map(|suggested| Chore::PickTarget { format, suggested })
    }

    /// Beside the picture, under its name.
    pub(crate) fn suggested_target(&self, format: Format) -> Option<PathBuf> {
        let entry = self.pictures.current()?;
        let path = entry.source.path().map_or_else(|| PathBuf::from(&entry.name), ToOwned::to_owned);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        Some(path.with_file_name(match format {
            Format::Picture => format!("{stem}-annotated.png"),
            Format::Results => format!("{stem}.json"),
            Format::AllResults => "results.json".to_owned(),
        }))
    }

    /// Hands over what is to be written, unless it would replace an opened picture.
    pub(crate) fn save_to(&mut self, format: Format, path: PathBuf) -> Option<Chore> {
        let opened = self.pictures.entries().iter().filter_map(|entry| entry.source.path());
        if opened.into_iter().any(|picture| disk::is_same_file(picture, &path)) {
            self.tell(Notice::Problem(format!(
                "The opened picture itself is not written over. Choose another name than {}",
                path.display()
            )));
            return None;
        }
        let savable = match format {
            Format::Picture => Savable::Picture(self.annotated()?),
            Format::Results | Format::AllResults => Savable::Results(self.records(format)),
        };
        Some(Chore::Save(savable, path))
    }
}
