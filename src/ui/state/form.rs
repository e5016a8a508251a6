//! What a person has chosen and typed beside the picture, and the task and options that follow from it.
//!
//! Everything typed stays when another kind of task is chosen, so nothing is lost by looking around.

use std::{
    collections::BTreeMap,
    num::NonZero,
    ops::{Index, IndexMut},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    engine::{GenerateOptions, NoRepeatNgram, Sampling},
    geometry::NormBox,
    text::{Entry, MissingPart, Task, TaskKind, TaskParts},
};

/// The state of the task panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// The chosen kind of task.
    pub kind: TaskKind,
    /// Whether phrases shall be linked to boxes, where that can be chosen.
    pub grounded: bool,
    /// What was typed for each kind of task.
    #[serde(flatten)]
    pub words: TypedWords,
    /// The rectangle drawn on the picture.
    pub region: Option<NormBox>,
    /// Whether a question follows the ones before it.
    pub keeps_conversation: bool,
    /// How the answer is written.
    #[serde(rename = "writing")]
    pub decoding: DecodingForm,
    /// Whether a picture that is opened is asked about at once.
    pub run_on_open: bool,
}

/// Words by kind of task. Sessions keep them under the names of [`crate::text::Words::what`], beside the form's other fields.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedWords([String; TaskKind::ALL.len()]);

/// How the answer is written; the values of sampling stay while it is off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecodingForm {
    /// Tokens after the prompt, at most.
    pub max_new_tokens: usize,
    /// The rule against repetition.
    #[serde(rename = "no_repeat_ngram_size")]
    pub no_repeat_ngram: NoRepeatNgram,
    /// Whether tokens are picked by chance.
    pub sampled: bool,
    /// Above 0.
    pub temperature: f64,
    /// Above 0, at most 1.
    pub top_p: f64,
    /// The same seed gives the same answer.
    pub seed: u64,
    /// Whether each run gets a seed of its own, the one after the last.
    pub new_seed: bool,
}

impl Default for TypedWords {
    fn default() -> Self {
        Self(TaskKind::ALL.map(|kind| kind.row().needs.words.map_or("", |words| words.initial).to_owned()))
    }
}

impl Index<TaskKind> for TypedWords {
    type Output = String;

    fn index(&self, kind: TaskKind) -> &String {
        &self.0[kind as usize]
    }
}

impl IndexMut<TaskKind> for TypedWords {
    fn index_mut(&mut self, kind: TaskKind) -> &mut String {
        &mut self.0[kind as usize]
    }
}

impl Serialize for TypedWords {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = |kind: TaskKind| kind.row().needs.words.map(|words| words.what);
        serializer.collect_map(TaskKind::ALL.into_iter().filter_map(|kind| Some((name(kind)?, &self[kind]))))
    }
}

impl<'de> Deserialize<'de> for TypedWords {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Whatever else a later version keeps is among them.
        let kept: BTreeMap<String, serde_json::Value> = BTreeMap::deserialize(deserializer)?;
        let mut typed = Self::default();
        for kind in TaskKind::ALL {
            let text = kind.row().needs.words.and_then(|words| kept.get(words.what)).and_then(|text| text.as_str());
            if let Some(text) = text {
                text.clone_into(&mut typed[kind]);
            }
        }
        Ok(typed)
    }
}

impl Default for Form {
    fn default() -> Self {
        Self {
            kind: TaskKind::Brief,
            grounded: true,
            words: TypedWords::default(),
            region: None,
            keeps_conversation: false,
            decoding: DecodingForm::default(),
            run_on_open: true,
        }
    }
}

impl Default for DecodingForm {
    fn default() -> Self {
        let GenerateOptions { max_new_tokens, no_repeat_ngram, .. } = GenerateOptions::original();
        let (temperature, top_p) = (Sampling::ORIGINAL_TEMPERATURE, Sampling::ORIGINAL_TOP_P);
        Self { max_new_tokens, no_repeat_ngram, sampled: false, temperature, top_p, seed: 0, new_seed: true }
    }
}

impl Form {
    /// A form with these words for this kind of task.
    #[must_use]
    pub fn with_words(kind: TaskKind, words: &str) -> Self {
        let mut form = Self { kind, ..Self::default() };
        words.clone_into(&mut form.words[kind]);
        form
    }

    /// The task, or what is missing for it.
    ///
    /// # Errors
    /// One sentence for a person when a field is empty or no rectangle is drawn.
    pub fn task(&self) -> Result<Task, &'static str> {
        let words = self.kind.row().needs.words;
        let typed = &self.words[self.kind];
        let is_verbatim = words.is_some_and(|words| words.entry == Entry::Verbatim);
        let sent = if is_verbatim { typed.as_str() } else { typed.trim() };
        let words_sent = (!typed.trim().is_empty()).then(|| sent.to_owned());
        let parts = TaskParts { words: words_sent, region: self.region, grounded: self.grounded };
        self.kind.task(parts).map_err(|missing| match missing {
            MissingPart::Words => words.map_or("", |words| words.missing),
            MissingPart::Region => "Drag a rectangle on the picture first",
        })
    }

    /// Fills the panel with a task; what other kinds of task need stays.
    pub fn take(&mut self, task: Task) {
        self.kind = task.kind();
        let (needs, parts) = (self.kind.row().needs, task.into_parts());
        if let Some(words) = parts.words {
            self.words[self.kind] = words;
        }
        if needs.region.is_some() {
            self.region = parts.region;
        }
        if needs.grounding {
            self.grounded = parts.grounded;
        }
    }

    /// Takes another seed, where each run has its own.
    pub fn renew_seed(&mut self) {
        if self.decoding.sampled && self.decoding.new_seed {
            self.decoding.seed = self.decoding.seed.wrapping_add(1);
        }
    }

    /// How the answer is to be written.
    #[must_use]
    pub fn options(&self) -> GenerateOptions {
        let DecodingForm { max_new_tokens, no_repeat_ngram, sampled, temperature, top_p, seed, .. } = self.decoding;
        let sampling = if sampled { Sampling::TopP { temperature, top_p, seed } } else { Sampling::Greedy };
        GenerateOptions { max_new_tokens, no_repeat_ngram, sampling }
    }

    /// Takes over how an answer was written; `own_rule` is the checkpoint's rule against repetition. What sampling would
    /// be like stays if it was not sampled.
    pub fn take_options(&mut self, options: &GenerateOptions, own_rule: Option<NonZero<usize>>) {
        let decoding = &mut self.decoding;
        decoding.max_new_tokens = options.max_new_tokens;
        let is_own = options.no_repeat_ngram.size(own_rule) == own_rule;
        decoding.no_repeat_ngram = if is_own { NoRepeatNgram::default() } else { options.no_repeat_ngram };
        decoding.sampled = options.sampling != Sampling::Greedy;
        if let Sampling::TopP { temperature, top_p, seed } = options.sampling {
            (decoding.temperature, decoding.top_p, decoding.seed) = (temperature, top_p, seed);
        }
    }

    /// Takes a rectangle drawn on the picture; kinds that have no use for one give way to [`TaskKind::Region`].
    pub fn draw(&mut self, region: NormBox) {
        self.region = Some(region.tidied());
        if self.kind.row().needs.region.is_none() {
            self.kind = TaskKind::Region;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_are_named() {
        let missing = |kind| Form::with_words(kind, " ").task().expect_err("empty");
        assert_eq!(missing(TaskKind::Find), "Type what to find first");
        assert_eq!(missing(TaskKind::Ask), "Type a question first");
        assert_eq!(missing(TaskKind::Link), "Type or paste a caption first");
        assert_eq!(missing(TaskKind::Region), "Drag a rectangle on the picture first");
        assert_eq!(missing(TaskKind::Raw), "Type a prompt first");
    }

    #[test]
    fn a_raw_prompt_keeps_its_spaces() {
        let form = Form::with_words(TaskKind::Raw, "An image of ");
        assert_eq!(form.task(), Ok(Task::Raw { prompt: "An image of ".to_owned() }));
    }

    #[test]
    fn a_task_taken_over_is_the_task() {
        let region = NormBox::new(0.1, 0.2, 0.8, 0.7);
        let tasks = [
            Task::Detailed { grounded: false },
            Task::Find { phrase: "a dog".to_owned() },
            Task::Ask {
                question: "Where is it?".to_owned(),
                region: Some(region),
                grounded: true,
                earlier: Vec::new(),
            },
            Task::Region { region },
            Task::Link { caption: "a dog and a cat".to_owned() },
            Task::Raw { prompt: "An image of ".to_owned() },
            Task::Brief { grounded: false },
        ];
        let mut form = Form::default();
        for task in tasks {
            form.take(task.clone());
            assert_eq!(form.task(), Ok(task));
        }
        assert_eq!(form.words[TaskKind::Find], "a dog", "what was typed stays");
    }

    #[test]
    fn the_form_of_an_older_session_can_be_read() {
        let kept = r#"{"kind": "Prompt", "grounded": false, "phrase": "a dog", "question": "Why?", "caption": "a cat",
            "prompt": "An image of ", "region": {"x_min": 0.25, "y_min": 0.25, "x_max": 0.5, "y_max": 0.5},
            "keeps_conversation": true, "writing": {"max_new_tokens": 64, "no_repeat_ngram_size": 2, "sampled": true,
            "temperature": 0.7, "top_p": 0.9, "seed": 3, "new_seed": false}, "run_on_open": false}"#;
        let form: Form = serde_json::from_str(kept).unwrap();
        assert_eq!(form.task(), Ok(Task::Raw { prompt: "An image of ".to_owned() }));
        let typed = [TaskKind::Find, TaskKind::Ask, TaskKind::Link].map(|kind| form.words[kind].as_str());
        assert_eq!(typed, ["a dog", "Why?", "a cat"]);
        assert_eq!((form.options().max_new_tokens, form.decoding.no_repeat_ngram), (64, Some(2).into()));
        assert_eq!((form.region, form.run_on_open), (Some(NormBox::new(0.25, 0.25, 0.5, 0.5)), false));
        let kept_again = serde_json::to_value(&form).unwrap();
        assert_eq!(kept_again, serde_json::from_str::<serde_json::Value>(kept).unwrap(), "nothing has another name");
        let first: Form = serde_json::from_str(r#"{"phrase": "a dog", "of_a_later_version": 7}"#).unwrap();
        assert_eq!(first, Form { kind: TaskKind::Brief, ..Form::with_words(TaskKind::Find, "a dog") });
    }

    #[test]
    fn a_drawn_rectangle_serves_the_question_or_changes_the_task() {
        let region = NormBox::new(0.8, 0.7, 0.1, 0.2);
        let mut form = Form { kind: TaskKind::Ask, ..Form::default() };
        form.draw(region);
        assert_eq!((form.kind, form.region), (TaskKind::Ask, Some(NormBox::new(0.1, 0.2, 0.8, 0.7))));
        form.kind = TaskKind::Brief;
        form.draw(region);
        assert_eq!(form.kind, TaskKind::Region);
    }
}
