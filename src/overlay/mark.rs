//! What is painted: a box with its plate, and which parts of it are wanted.

use egui::Color32;
use serde::{Deserialize, Serialize};

use crate::geometry::NormBox;

/// One box to paint.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where it is in the picture.
    pub place: NormBox,
    /// The number of its phrase, shown in a darker field before the label; so colour is not the only cue.
    pub number: usize,
    /// What stands on its plate; may be empty.
    pub label: String,
    /// The colour of the outline and the plate.
    pub colour: Color32,
    /// Whether the outline is dashed.
    pub dashed: bool,
    /// How much it stands out.
    pub emphasis: Emphasis,
}

/// Which parts of marks are painted. The mark looked at is painted whole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools, reason = "each part is switched by itself")]
pub struct Look {
    /// The outlines.
    pub boxes: bool,
    /// The plates with numbers and words.
    pub labels: bool,
    /// How sure the model was, behind the words of a plate.
    pub scores: bool,
    /// A tint over the whole box.
    pub fill: bool,
    /// Boxes with a lower score are left out, 0..=1; those without a score stay.
    ///
    /// Sessions kept a bar for token probabilities as `least_score`, which means nothing for the scores of now.
    #[serde(rename = "least_certainty")]
    pub least_score: f32,
}

impl Default for Look {
    fn default() -> Self {
        Self { boxes: true, labels: true, scores: false, fill: false, least_score: 0.0 }
    }
}

impl Look {
    /// Whether a box with this score is painted at all.
    #[must_use]
    pub fn shows(&self, score: Option<f32>) -> bool {
        score.is_none_or(|score| score >= self.least_score)
    }
}

/// How much a mark stands out from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Emphasis {
    /// In the background, without its label: another mark is looked at.
    Dim,
    /// As all marks are when none is looked at.
    Normal,
    /// The one looked at.
    Strong,
}

impl Emphasis {
    /// In the background, unless it is looked at.
    #[must_use]
    pub fn stepped_back(self) -> Self {
        if self == Self::Normal { Self::Dim } else { self }
    }
}
