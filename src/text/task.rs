//! What can be asked of the model, without knowing any token syntax.
//!
//! To add a task: a variant of [`Task`] and one of [`TaskKind`], whose row says all that lists, menus and `--help` need to
//! know of it; how it is put together ([`TaskKind::task`]) and taken apart; and its prompt, in `prompt.rs`.

use serde::{Deserialize, Serialize};

use super::row::{Entry, MissingPart, Needs, RegionUse, TaskParts, TaskRow, Words};
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
    /// The question, as in [`Task::Ask`].
    pub question: String,
    /// The place it was about, as in [`Task::Ask`].
    pub region: Option<NormBox>,
    /// What a person read as the answer.
    pub answer: String,
}

/// What is asked for, without the words. Sessions keep its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskKind {
    /// One sentence about the picture.
    Brief,
    /// Several sentences about the picture.
    Detailed,
    /// Boxes for a phrase.
    Find,
    /// An answer to a question.
    Ask,
    /// What a place shows.
    Region,
    /// Boxes for the phrases of a caption.
    Link,
    /// What follows a raw prompt.
    #[serde(rename = "Prompt")]
    Raw,
}

const BRIEF: TaskRow = TaskRow {
    name: "brief",
    label: "Brief",
    group: "Describe",
    explanation: "Describe the picture in one sentence",
    gives: "One sentence",
    heading: "Caption",
    needs: Needs { grounding: true, ..Needs::NOTHING },
    prompt_is_part_of_answer: true,
};

const DETAILED: TaskRow = TaskRow {
    name: "detailed",
    label: "Detailed",
    group: "Describe",
    explanation: "Describe the picture in several sentences",
    gives: "Several sentences",
    heading: "Caption",
    needs: Needs { grounding: true, ..Needs::NOTHING },
    prompt_is_part_of_answer: false,
};

const FIND: TaskRow = TaskRow {
    name: "find",
    label: "Find",
    group: "Find",
    explanation: "Find something in the picture by its description",
    gives: "Boxes for a phrase",
    heading: "Found",
    needs: Needs {
        words: Some(Words::new("phrase", "A dog under a tree", "Type what to find first", Entry::Line)),
        ..Needs::NOTHING
    },
    prompt_is_part_of_answer: true,
};

const ASK: TaskRow = TaskRow {
    name: "ask",
    label: "Ask",
    group: "Ask",
    explanation: "Answer a question about the picture, or about a place you draw with Shift+drag",
    gives: "An answer to a question",
    heading: "Answer",
    needs: Needs {
        words: Some(Words::new("question", "What is on the left?", "Type a question first", Entry::Line)),
        region: Some(RegionUse { is_required: false, label: "Ask about it" }),
        grounding: true,
        conversation: true,
    },
    prompt_is_part_of_answer: false,
};

const REGION: TaskRow = TaskRow {
    name: "region",
    label: "Region",
    group: "Region",
    explanation: "Describe one place: drag a rectangle on the picture",
    gives: "What a place shows",
    heading: "Region",
    needs: Needs { region: Some(RegionUse { is_required: true, label: "Describe it" }), ..Needs::NOTHING },
    prompt_is_part_of_answer: true,
};

const LINK: TaskRow = TaskRow {
    name: "link",
    label: "Link",
    group: "Link",
    explanation: "Link a caption: each thing it names is looked for in the picture",
    gives: "Boxes for everything that a caption names",
    heading: "Linked",
    needs: Needs {
        words: Some(Words::new(
            "caption",
            "A dog under a tree and a sun",
            "Type or paste a caption first",
            Entry::Lines,
        )),
        ..Needs::NOTHING
    },
    prompt_is_part_of_answer: false,
};

const RAW: TaskRow = TaskRow {
    name: "prompt",
    label: "Prompt",
    group: "Prompt",
    explanation: "Send your own prompt to the model, tags and all",
    gives: "What follows a prompt of your own, tags and all",
    heading: "Output",
    needs: Needs {
        words: Some(Words {
            initial: "<grounding>An image of",
            ..Words::new("prompt", "<grounding>An image of", "Type a prompt first", Entry::Verbatim)
        }),
        ..Needs::NOTHING
    },
    prompt_is_part_of_answer: true,
};

impl TaskKind {
    /// All of them, in the order shown.
    pub const ALL: [Self; 7] =
        [Self::Brief, Self::Detailed, Self::Find, Self::Ask, Self::Region, Self::Link, Self::Raw];

    /// What is said of it.
    #[must_use]
    pub fn row(self) -> TaskRow {
        match self {
            Self::Brief => BRIEF,
            Self::Detailed => DETAILED,
            Self::Find => FIND,
            Self::Ask => ASK,
            Self::Region => REGION,
            Self::Link => LINK,
            Self::Raw => RAW,
        }
    }

    /// The task of this kind that is made of these parts.
    ///
    /// # Errors
    /// When a part is missing.
    pub fn task(self, parts: TaskParts) -> Result<Task, MissingPart> {
        let TaskParts { words, region, grounded } = parts;
        let words = words.ok_or(MissingPart::Words);
        Ok(match self {
            Self::Brief => Task::Brief { grounded },
            Self::Detailed => Task::Detailed { grounded },
            Self::Find => Task::Find { phrase: words? },
            Self::Ask => Task::Ask { question: words?, region, grounded, earlier: Vec::new() },
            Self::Region => Task::Region { region: region.ok_or(MissingPart::Region)? },
            Self::Link => Task::Link { caption: words? },
            Self::Raw => Task::Raw { prompt: words? },
        })
    }
}

impl Task {
    /// What is asked for.
    #[must_use]
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::Brief { .. } => TaskKind::Brief,
            Self::Detailed { .. } => TaskKind::Detailed,
            Self::Find { .. } => TaskKind::Find,
            Self::Ask { .. } => TaskKind::Ask,
            Self::Region { .. } => TaskKind::Region,
            Self::Link { .. } => TaskKind::Link,
            Self::Raw { .. } => TaskKind::Raw,
        }
    }

    /// What it is made of; what its kind does not need is left empty.
    #[must_use]
    pub fn into_parts(self) -> TaskParts {
        let nothing = TaskParts::default();
        match self {
            Self::Brief { grounded } | Self::Detailed { grounded } => TaskParts { grounded, ..nothing },
            Self::Find { phrase: words } | Self::Link { caption: words } | Self::Raw { prompt: words } => {
                TaskParts { words: Some(words), ..nothing }
            }
            Self::Ask { question, region, grounded, .. } => TaskParts { words: Some(question), region, grounded },
            Self::Region { region } => TaskParts { region: Some(region), ..nothing },
        }
    }

    /// What was asked, in few words.
    #[must_use]
    pub fn summary(&self) -> String {
        let label = self.kind().row().label;
        match self {
            Self::Find { phrase: words } | Self::Link { caption: words } => format!("{label} {words}"),
            Self::Ask { question, .. } => question.clone(),
            _ => label.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_is_in_the_list_once_and_has_names_of_its_own() {
        let rows = TaskKind::ALL.map(TaskKind::row);
        let is_in_order = TaskKind::ALL.into_iter().zip(0..).all(|(kind, at)| kind as usize == at);
        assert!(is_in_order, "the list is that of the variants");
        let names: HashSet<&str> = rows.iter().map(|row| row.name).collect();
        let labels: HashSet<&str> = rows.iter().map(|row| row.label).collect();
        assert_eq!((names.len(), labels.len()), (rows.len(), rows.len()));
        let words: Vec<&str> = rows.iter().filter_map(|row| row.needs.words).map(|words| words.what).collect();
        assert_eq!(words, ["phrase", "question", "caption", "prompt"], "sessions keep words under these names");
    }

    #[test]
    fn a_kind_needs_what_its_row_says() {
        let all = TaskParts {
            words: Some("a dog".to_owned()),
            region: Some(NormBox::new(0.1, 0.2, 0.3, 0.4)),
            grounded: true,
        };
        for kind in TaskKind::ALL {
            let needs = kind.row().needs;
            let task = kind.task(all.clone()).unwrap();
            assert_eq!(task.kind(), kind);
            let parts = task.clone().into_parts();
            assert_eq!(parts.words.is_some(), needs.words.is_some(), "{kind:?}");
            assert_eq!(parts.region.is_some(), needs.region.is_some(), "{kind:?}");
            assert_eq!(parts.grounded, needs.grounding, "{kind:?}");
            assert_eq!(kind.task(parts), Ok(task));
            let without_words = kind.task(TaskParts { words: None, ..all.clone() });
            assert_eq!(without_words.err(), needs.words.map(|_| MissingPart::Words));
            let without_region = kind.task(TaskParts { region: None, ..all.clone() });
            let is_required = needs.region.is_some_and(|region| region.is_required);
            assert_eq!(without_region.err(), is_required.then_some(MissingPart::Region));
        }
    }

    #[test]
    fn a_summary_says_what_was_asked() {
        let summary = |kind: TaskKind| {
            let region = Some(NormBox::new(0.0, 0.0, 1.0, 1.0));
            kind.task(TaskParts { words: Some("a dog?".to_owned()), region, grounded: true }).unwrap().summary()
        };
        let expected = ["Brief", "Detailed", "Find a dog?", "a dog?", "Region", "Link a dog?", "Prompt"];
        assert_eq!(TaskKind::ALL.map(summary), expected);
    }
}
