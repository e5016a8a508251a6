//! One picture with its caption, and the places that its words are linked to: what every format is read into and written
//! from.

use std::{ops::Range, path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::archive::{Member, Place};

/// A picture, what is said of it, and where that is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The picture.
    pub picture: Picture,
    /// What is said of it; empty if nothing is.
    pub caption: String,
    /// Who wrote the caption.
    pub caption_origin: Origin,
    /// The phrases, in the order of the file.
    pub spans: Vec<Span>,
    /// What a person decided about it; `None` until then.
    pub verdict: Option<Verdict>,
    /// Fields of the file it came from that mean nothing here, kept as they were.
    pub unknown: Map<String, Value>,
    /// What a person should know about it, one sentence each; not written.
    pub notes: Vec<String>,
}

/// A picture that need not be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Where it is.
    pub location: Location,
    /// Pixels across and down, of the upright picture, where they are known.
    pub size: Option<[u32; 2]>,
    /// Where it can be had from.
    pub url: Option<String>,
}

/// Where a picture is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Location {
    /// Not on this computer, as far as the file says.
    #[default]
    Unknown,
    /// A file, whether it is there or not.
    File(PathBuf),
    /// Within another file.
    Within(Member),
}

/// Words and their boxes.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Which words.
    pub words: Words,
    /// Where they are in the picture.
    pub regions: Vec<Region>,
    /// The noun phrase that the words grew from, as a byte range of the caption.
    pub chunk: Option<Range<usize>>,
    /// Who linked the words.
    pub origin: Origin,
}

/// The words of a [`Span`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Words {
    /// A byte range of the caption, at the borders of characters and not empty.
    Linked(Range<usize>),
    /// Words that are not in the caption: the name of a class, or a phrase whose text was edited away; they may be empty.
    Loose(String),
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Left, top, right and bottom edge in fractions of the upright picture, each in 0..=1 and in order.
    pub edges: [f64; 4],
    /// How sure its maker was, 0..=1.
    pub score: Option<f64>,
    /// The two cells of the location grid that the model named: upper left, lower right.
    pub cells: Option<[u32; 2]>,
    /// Who drew it.
    pub origin: Origin,
}

/// Where something comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Who made it.
    #[serde(default)]
    pub made_by: Maker,
    /// Who changed it last, if somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<Maker>,
}

/// Who makes things.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// Nobody that the file names.
    #[default]
    File,
    /// A person, here.
    Person,
    /// A checkpoint.
    Model(Arc<ModelRun>),
}

/// A run of a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelRun {
    /// What the checkpoint is called.
    pub name: String,
    /// Tells it from others of that name.
    pub fingerprint: String,
    /// How it was asked.
    #[serde(default)]
    pub settings: Value,
}

/// What a person decided about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is right.
    Accept,
    /// It is of no use.
    Reject,
    /// Somebody should look again.
    Unsure,
}

impl Record {
    /// The words of a span.
    #[must_use]
    pub fn words<'a>(&'a self, span: &'a Span) -> &'a str {
        match &span.words {
            Words::Linked(range) => self.caption.get(range.clone()).unwrap_or_default(),
            Words::Loose(words) => words,
        }
    }

    /// Adds a box to the span with these words and this noun phrase, which is made if there is none. So boxes that a format
    /// lists one by one come together.
    pub fn link(&mut self, words: Words, chunk: Option<Range<usize>>, region: Region) {
        let there = self.spans.iter_mut().find(|span| span.words == words && span.chunk == chunk);
        match there {
            Some(span) => span.regions.push(region),
            None => self.spans.push(Span { words, regions: vec![region], chunk, origin: Origin::default() }),
        }
    }

    /// What the picture is called in the file that it came from: a path, a member's name or an address.
    #[must_use]
    pub fn picture_name(&self) -> String {
        match &self.picture.location {
            Location::File(path) => path.to_string_lossy().into_owned(),
            Location::Within(Member { place: Place::Range { name, .. }, .. }) => name.clone(),
            Location::Within(Member { place: Place::Row { .. }, .. }) => self.row_name().unwrap_or_default(),
            Location::Unknown => self.picture.url.clone().unwrap_or_default(),
        }
    }

    /// What a picture without a name of its own goes by.
    fn row_name(&self) -> Option<String> {
        let key = self.unknown.get("key").and_then(Value::as_str).map(|key| format!("{key}.jpg"));
        let url = || self.picture.url.clone().map(|url| url.split(['?', '#']).next().unwrap_or_default().to_owned());
        key.or_else(url)
    }

    /// All boxes, each with its span.
    pub fn boxes(&self) -> impl Iterator<Item = (&Span, &Region)> {
        self.spans.iter().flat_map(|span| span.regions.iter().map(move |region| (span, region)))
    }
}

impl Words {
    /// Their byte range in the caption, if they are there.
    #[must_use]
    pub fn range(&self) -> Option<&Range<usize>> {
        if let Self::Linked(range) = self { Some(range) } else { None }
    }
}

impl Region {
    /// A box from a file: its edges are put in order and brought inside the picture. `None` if an edge is no number.
    #[must_use]
    pub fn new(edges: [f64; 4]) -> Option<Self> {
        if edges.iter().any(|edge| !edge.is_finite()) {
            return None;
        }
        let [x1, y1, x2, y2] = edges.map(|edge| edge.clamp(0.0, 1.0));
        let edges = [x1.min(x2), y1.min(y2), x1.max(x2), y1.max(y2)];
        Some(Self { edges, score: None, cells: None, origin: Origin::default() })
    }

    /// The same with a score, where it is one.
    #[must_use]
    pub fn scored(mut self, score: Option<f64>) -> Self {
        self.score = score.filter(|score| (0.0..=1.0).contains(score));
        self
    }

    /// A box from pixels of a picture of this size.
    #[must_use]
    pub fn from_pixels([x1, y1, x2, y2]: [f64; 4], [width, height]: [u32; 2]) -> Option<Self> {
        let (w, h) = (f64::from(width), f64::from(height));
        Self::new([x1 / w, y1 / h, x2 / w, y2 / h])
    }

    /// Its edges in pixels of a picture of this size.
    #[must_use]
    pub fn pixels(&self, [width, height]: [u32; 2]) -> [f64; 4] {
        let [x1, y1, x2, y2] = self.edges;
        let (w, h) = (f64::from(width), f64::from(height));
        [x1 * w, y1 * h, x2 * w, y2 * h]
    }
}
