//! What a format for records is: one row of the table [`super::FORMATS`], with what it can hold.

use std::{
    borrow::Cow,
    ffi::OsStr,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    chars::char_range,
    glimpse::Glimpse,
    problem::{DatasetError, Problem},
    record::{Location, Record, Region},
    select::Selection,
};

/// Records as they are read, one at a time; a bad one does not end it.
pub type Records = Box<dyn Iterator<Item = Result<Record, Problem>> + Send>;

/// Gives the size of an upright picture that a file of records does not tell, or why there is none.
pub type Sizes = Arc<dyn Fn(&Location) -> Result<[u32; 2], String> + Send + Sync>;

/// A format that records are read from, written to, or both.
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it is, for a person.
    pub label: &'static str,
    /// What of a record comes back when it is read again.
    pub holds: &'static [Part],
    /// What is rounded in it, as words that follow "rounds".
    pub rounds: Option<&'static str>,
    /// How it lies on a disk.
    pub shape: Shape,
    /// Whether people look at it, and no program needs it.
    pub(super) is_looked_at: bool,
    /// Whether something is in this format, as far as a glimpse tells.
    pub(super) recognises: fn(&Glimpse) -> bool,
    /// `None` where it is only written.
    pub(super) read: Option<Read>,
    /// `None` where it is only read.
    pub(super) write: Option<NewWriter>,
}

impl Format {
    /// What has no reader: nothing is recognised as this.
    pub(super) const ONLY_WRITTEN: Self = Self {
        name: "",
        label: "",
        holds: &[],
        rounds: None,
        shape: Shape::Folder,
        is_looked_at: false,
        recognises: |_| false,
        read: None,
        write: None,
    };
}

/// Opens a file or folder.
pub(super) type Read = fn(&Path, Sizes) -> Result<Records, DatasetError>;

/// Makes a writer for one of these splits.
pub(super) type NewWriter = fn(&Splits) -> Box<dyn Writer>;

/// How a format lies on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One file, whose name ends so.
    File(&'static str),
    /// Files in a folder.
    Folder,
}

/// What is drawn of a record's picture, as a PNG file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drawing {
    /// The picture with its boxes.
    Annotated,
    /// The same with the caption below.
    Captioned,
    /// What is within a box, by its edges in fractions of the picture.
    Crop([f64; 4]),
}

/// What a record can have that not every format has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A caption.
    Caption,
    /// Which words of the caption a box belongs to.
    Links,
    /// Linked words within or across others.
    Overlaps,
    /// Boxes whose words are not in the caption.
    LooseWords,
    /// Words without a box.
    BareWords,
    /// No box at all.
    NoBoxes,
    /// Noun phrases that grew into longer ones.
    Chunks,
    /// Scores of boxes.
    Scores,
    /// The model's cells.
    Cells,
    /// Who made and changed what.
    Origins,
    /// What a person decided.
    Verdict,
    /// Where a picture can be had from.
    Url,
    /// Fields that mean nothing here.
    Unknown,
}

/// The parts of the whole that are written: the name of each, such as `train`. One without a name is all there is.
#[derive(Clone, Debug)]
pub(super) struct Splits {
    /// Their names.
    pub(super) names: Vec<&'static str>,
    /// What boxes are called, sorted: the words of phrases, or one name for all.
    pub(super) classes: Vec<String>,
    /// What is taken of each record, and how words become classes.
    pub(super) selection: Selection,
}

/// A record that is written, with what is known only then.
pub(super) struct Outgoing<'a> {
    pub(super) record: &'a Record,
    /// How words become classes.
    pub(super) selection: &'a Selection,
    /// What the picture is called in the files that are written, with `/` between folders.
    pub(super) picture: &'a str,
    /// The same, where it is no Unicode text.
    pub(super) picture_exactly: Option<&'a OsStr>,
    /// The same name without folders and ending; no two are alike.
    pub(super) stem: &'a str,
    /// Its size; there if the writer needs it.
    pub(super) size: Option<[u32; 2]>,
    /// Its number, from 1.
    pub(super) number: u64,
    /// Gives the file of the picture, upright.
    pub(super) content: &'a dyn Fn() -> Result<Vec<u8>, String>,
}

/// Writes one split. What is not overridden writes nothing.
pub(super) trait Writer {
    /// Whether it writes names of pictures and pixels, so that a picture without a name or a size can't be written.
    fn needs_picture(&self) -> bool {
        true
    }

    /// Why a record can't be written, if it can't.
    fn refuses(&self, _record: &Outgoing<'_>) -> Option<&'static str> {
        None
    }

    /// Whether it has a place for each split in one folder; else each split has a folder.
    fn has_own_splits(&self) -> bool {
        false
    }

    /// The file that grows with each record, below the folder; `None` if there is none. A format that is one file has it.
    fn main_file(&self) -> Option<PathBuf> {
        None
    }

    /// Where pictures are copied to, below the folder.
    fn pictures_folder(&self, _split: &str) -> PathBuf {
        PathBuf::from("images")
    }

    /// The folder that the names of pictures start from, below the folder.
    fn base(&self) -> PathBuf {
        PathBuf::new()
    }

    /// What stands before the records.
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// A record in the file that grows.
    fn put(&mut self, _record: &Outgoing<'_>, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// What stands behind the records.
    fn end(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// The file that a record has for itself, below the folder, with its content.
    fn own_file(&self, _split: &str, _record: &Outgoing<'_>) -> Option<(PathBuf, Vec<u8>)> {
        None
    }

    /// Pictures that are drawn of the record's own, below the folder.
    fn drawings(&self, _record: &Outgoing<'_>) -> Vec<(PathBuf, Drawing)> {
        Vec::new()
    }

    /// Whether records have files of their own beside the file that grows.
    fn has_files_beside(&self) -> bool {
        false
    }

    /// Files for all splits, below the folder; of a format that is one file, beside it, with what is added to its name.
    fn common_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        Vec::new()
    }
}

impl Outgoing<'_> {
    /// Every box that is written in pixels, as left, top, right, bottom, with its words and its range of characters.
    pub(super) fn pixel_boxes(&self) -> impl Iterator<Item = PixelBox<'_>> {
        let record = self.record;
        record.boxes().filter_map(move |(span, region)| {
            let chars = span.words.range().map(|range| char_range(&record.caption, range));
            let words = record.words(span);
            let class = self.selection.class(words).unwrap_or_default();
            Some(PixelBox { words, class, chars, edges: region.pixels(self.size?), region })
        })
    }
}

/// A box as many formats write it.
pub(super) struct PixelBox<'a> {
    pub(super) words: &'a str,
    /// The name of its class.
    pub(super) class: Cow<'a, str>,
    /// Where the words are in the caption.
    pub(super) chars: Option<[usize; 2]>,
    pub(super) edges: [f64; 4],
    pub(super) region: &'a Region,
}

impl Splits {
    /// The number of the class that boxes with these words are of.
    pub(super) fn class_of(&self, words: &str) -> usize {
        let class = self.selection.class(words).unwrap_or_default();
        self.classes.binary_search_by(|known| known.as_str().cmp(&class)).unwrap_or(0)
    }
}

impl Format {
    /// What it is in one line, for a list of formats.
    #[must_use]
    pub fn summary(&self) -> String {
        let rounds = self.rounds.map(|what| format!(", rounds {what}")).unwrap_or_default();
        let only = match (self.read, self.write) {
            (Some(_), None) => " (read only)",
            (None, Some(_)) => " (written only)",
            _ => "",
        };
        format!("{}{rounds}{only}", self.label)
    }

    /// Whether records are read from it.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.read.is_some()
    }

    /// Whether it is made for people to look at.
    #[must_use]
    pub fn is_looked_at(&self) -> bool {
        self.is_looked_at
    }

    /// Whether records are written to it.
    #[must_use]
    pub fn is_written(&self) -> bool {
        self.write.is_some()
    }
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Caption,
        Self::Links,
        Self::Overlaps,
        Self::LooseWords,
        Self::BareWords,
        Self::NoBoxes,
        Self::Chunks,
        Self::Scores,
        Self::Cells,
        Self::Origins,
        Self::Verdict,
        Self::Url,
        Self::Unknown,
    ];

    /// What is lost without it, as words that follow "without".
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Caption => "captions",
            Self::Links => "which words of the caption a box belongs to",
            Self::Overlaps => "phrases within others",
            Self::LooseWords => "boxes whose words are not in the caption",
            Self::BareWords => "phrases without a box",
            Self::NoBoxes => "pictures without a box",
            Self::Chunks => "the noun phrases that longer ones grew from",
            Self::Scores => "scores",
            Self::Cells => "the model's cells",
            Self::Origins => "who made and changed what",
            Self::Verdict => "what a person decided",
            Self::Url => "addresses of pictures",
            Self::Unknown => "fields that mean nothing here",
        }
    }

    /// What a record needs room for.
    #[must_use]
    pub fn of(record: &Record) -> Vec<Self> {
        Self::ALL.into_iter().filter(|part| part.is_in(record)).collect()
    }

    fn is_in(self, record: &Record) -> bool {
        use super::record::{Origin, Words};
        let is_told = |origin: &Origin| *origin != Origin::default();
        let spans = &record.spans;
        let linked = || spans.iter().filter(|span| matches!(span.words, Words::Linked(_)));
        match self {
            Self::Caption => !record.caption.is_empty(),
            Self::Links => linked().next().is_some(),
            Self::Overlaps => overlap(record),
            Self::LooseWords => spans.iter().any(|span| matches!(span.words, Words::Loose(_))),
            Self::BareWords => spans.iter().any(|span| span.regions.is_empty()),
            Self::NoBoxes => record.boxes().next().is_none(),
            Self::Chunks => spans.iter().any(|span| span.chunk.is_some()),
            Self::Scores => record.boxes().any(|(_, region)| region.score.is_some()),
            Self::Cells => record.boxes().any(|(_, region)| region.cells.is_some()),
            Self::Origins => {
                is_told(&record.caption_origin)
                    || spans.iter().any(|span| is_told(&span.origin))
                    || record.boxes().any(|(_, region)| is_told(&region.origin))
            }
            Self::Verdict => record.verdict.is_some(),
            Self::Url => record.picture.url.is_some(),
            Self::Unknown => !record.unknown.is_empty(),
        }
    }
}

/// Whether words of two spans share a place in the caption.
fn overlap(record: &Record) -> bool {
    let mut ranges: Vec<_> = record.spans.iter().filter_map(|span| span.words.range()).collect();
    ranges.sort_by_key(|range| range.start);
    ranges.windows(2).any(|pair| pair[1].start < pair[0].end)
}
