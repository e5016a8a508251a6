//! What the table of tasks says of one of them: its names, and what it is made of.

use crate::geometry::NormBox;

/// What is said of a kind of task wherever tasks are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// Its name on the command line and in exported data.
    pub name: &'static str,
    /// Its name for a person.
    pub label: &'static str,
    /// The name of the kinds that are offered as forms of one; its own label if it stands alone.
    pub group: &'static str,
    /// What it does, in a few words, for somebody in front of a window.
    pub explanation: &'static str,
    /// What it gives, in fewer words.
    pub gives: &'static str,
    /// The heading of what it gives.
    pub heading: &'static str,
    /// What it is made of.
    pub needs: Needs,
    /// Whether the prompt's words belong to what a person reads, as "An image of" does; else only what follows them.
    pub prompt_is_part_of_answer: bool,
}

/// What a task is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The words that a person has to type.
    pub words: Option<Words>,
    /// How it uses the rectangle on the picture.
    pub region: Option<RegionUse>,
    /// Whether there is a choice of linking phrases to boxes.
    pub grounding: bool,
    /// Whether it can follow the questions before it.
    pub conversation: bool,
}

/// Words that a task needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What they are. Sessions keep them by this name, so no two kinds share it.
    pub what: &'static str,
    /// An example.
    pub hint: &'static str,
    /// What stands in the field at first.
    pub initial: &'static str,
    /// What to do if there are none.
    pub missing: &'static str,
    /// How they are typed.
    pub entry: Entry,
}

/// How words are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// They are typed in one line.
    Line,
    /// They are typed in several lines.
    Lines,
    /// They are typed in several lines, which the model gets as they are: a space at their end changes what it writes.
    Verbatim,
}

/// How a task uses the rectangle on the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionUse {
    /// Whether it can't do without one.
    pub is_required: bool,
    /// What it does with one, for a person.
    pub label: &'static str,
}

/// What a task is made of besides its kind; a kind takes what it needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskParts {
    /// What was typed.
    pub words: Option<String>,
    /// The rectangle on the picture.
    pub region: Option<NormBox>,
    /// Whether phrases shall be linked to boxes, where that is a choice.
    pub grounded: bool,
}

/// What a task can't do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingPart {
    /// The words that a person has to type.
    Words,
    /// The rectangle on the picture.
    Region,
}

impl Needs {
    pub(super) const NOTHING: Self = Self { words: None, region: None, grounding: false, conversation: false };
}

impl Words {
    pub(super) const fn new(what: &'static str, hint: &'static str, missing: &'static str, entry: Entry) -> Self {
        Self { what, hint, initial: "", missing, entry }
    }
}
