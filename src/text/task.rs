//! What can be asked of the model, without knowing any token syntax.

use serde::{Deserialize, Serialize};

use crate::geometry::NormBox;

/// One request in a person's terms. [`super::Prompt`] turns it into token ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Task {
    /// One sentence about the picture.
    Brief {
        /// Whether phrases shall be linked to boxes.
        grounded: bool,
    },
    /// Several sentences about the picture.
    Detailed {
        /// Whether phrases shall be linked to boxes.
        grounded: bool,
    },
    /// Boxes for a phrase or a referring expression.
    Find {
        /// For example "a snowman next to a fire".
        phrase: String,
    },
    /// An answer to a question about the picture or about one region of it.
    Ask {
        /// Words in `[brackets]` are the ones linked to the region; without any, the first it, this or that.
        question: String,
        /// The place the question is about.
        region: Option<NormBox>,
        /// Whether phrases of the answer shall be linked to boxes.
        grounded: bool,
        /// What was asked and answered before, the oldest first; empty to start afresh.
        #[serde(default)]
        earlier: Vec<Exchange>,
    },
    /// What a region shows.
    Region {
        /// The place to describe.
        region: NormBox,
    },
    /// Boxes for the noun phrases of a caption, one after the other.
    Link {
        /// For example "a snowman warming himself by a fire".
        caption: String,
    },
    /// A prompt sent as it is, tags and location tokens included. For experts.
    Raw {
        /// For example `<grounding><phrase> a snowman</phrase>`.
        prompt: String,
    },
}

/// A question that was asked before, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// As in [`Task::Ask`].
    pub question: String,
    /// As in [`Task::Ask`].
    pub region: Option<NormBox>,
    /// What a person read as the answer.
    pub answer: String,
}

impl Task {
    /// Whether the prompt's words belong to what a person reads, as "An image of" does; else only what follows them.
    #[must_use]
    pub fn prompt_is_part_of_answer(&self) -> bool {
        match self {
            Self::Brief { .. } | Self::Find { .. } | Self::Region { .. } | Self::Raw { .. } => true,
            Self::Detailed { .. } | Self::Ask { .. } | Self::Link { .. } => false,
        }
    }

    /// The name of the task on the command line and in exported data.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Brief { .. } => "brief",
            Self::Detailed { .. } => "detailed",
            Self::Find { .. } => "find",
            Self::Ask { .. } => "ask",
            Self::Region { .. } => "region",
            Self::Link { .. } => "link",
            Self::Raw { .. } => "prompt",
        }
    }
}
