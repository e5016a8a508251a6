//! What a person has chosen and typed beside the picture, and the task and options that follow from it.
//!
//! Everything typed stays when another kind of task is chosen, so nothing is lost by looking around.

use serde::{Deserialize, Serialize};

use crate::{
    engine::{GenerateOptions, Sampling},
    geometry::NormBox,
    text::Task,
};

/// What is asked for, without the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskKind {
    /// One sentence.
    Brief,
    /// Several sentences.
    Detailed,
    /// Boxes for a phrase.
    Find,
    /// A question.
    Ask,
    /// What a place shows.
    Region,
    /// A caption whose phrases are looked for.
    Link,
    /// The model's own language.
    Prompt,
}

/// The state of the task panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// The chosen kind of task.
    pub kind: TaskKind,
    /// Whether phrases shall be linked to boxes, where that can be chosen.
    pub grounded: bool,
    /// What to find.
    pub phrase: String,
    /// What to ask.
    pub question: String,
    /// The caption to link.
    pub caption: String,
    /// The raw prompt.
    pub prompt: String,
    /// The rectangle drawn on the picture.
    pub region: Option<NormBox>,
    /// Whether a question follows the ones before it.
    pub keeps_conversation: bool,
    /// How the answer is written.
    pub writing: Writing,
    /// Whether a picture that is opened is asked about at once.
    pub run_on_open: bool,
}

/// How the answer is written; the values of sampling stay while it is off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Writing {
    /// Tokens after the prompt, at most.
    pub max_new_tokens: usize,
    /// No run of this many tokens occurs twice; 0 is off, and `None` leaves it to the checkpoint.
    pub no_repeat_ngram_size: Option<usize>,
    /// Whether tokens are picked by chance.
    pub sampled: bool,
    /// Above 0.
    pub temperature: f64,
    /// Above 0, at most 1.
    pub top_p: f64,
    /// The same seed gives the same answer.
    pub seed: u64,
}

impl TaskKind {
    /// In the order shown.
    pub const ALL: [Self; 7] =
        [Self::Brief, Self::Detailed, Self::Find, Self::Ask, Self::Region, Self::Link, Self::Prompt];

    /// The name on its button.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Brief => "Brief",
            Self::Detailed => "Detailed",
            Self::Find => "Find",
            Self::Ask => "Ask",
            Self::Region => "Region",
            Self::Link => "Link",
            Self::Prompt => "Prompt",
        }
    }

    /// What it does, in a few words.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Brief => "Describe the picture in one sentence",
            Self::Detailed => "Describe the picture in several sentences",
            Self::Find => "Find something in the picture by its description",
            Self::Ask => "Answer a question about the picture, or about a place you draw with Shift+drag",
            Self::Region => "Describe one place: drag a rectangle on the picture",
            Self::Link => "Link a caption: each thing it names is looked for in the picture",
            Self::Prompt => "Send your own prompt to the model, tags and all",
        }
    }

    /// Whether linking phrases to boxes can be switched on and off.
    #[must_use]
    pub fn offers_grounding(self) -> bool {
        matches!(self, Self::Brief | Self::Detailed | Self::Ask)
    }

    /// Whether it looks at the rectangle drawn on the picture.
    #[must_use]
    pub fn uses_region(self) -> bool {
        matches!(self, Self::Ask | Self::Region)
    }
}

impl Default for Form {
    fn default() -> Self {
        Self {
            kind: TaskKind::Brief,
            grounded: true,
            phrase: String::new(),
            question: String::new(),
            caption: String::new(),
            prompt: "<grounding>An image of".to_owned(),
            region: None,
            keeps_conversation: false,
            writing: Writing::default(),
            run_on_open: true,
        }
    }
}

impl Default for Writing {
    fn default() -> Self {
        let GenerateOptions { max_new_tokens, no_repeat_ngram_size, .. } = GenerateOptions::original();
        let (temperature, top_p) = (Sampling::ORIGINAL_TEMPERATURE, Sampling::ORIGINAL_TOP_P);
        Self { max_new_tokens, no_repeat_ngram_size, sampled: false, temperature, top_p, seed: 0 }
    }
}

impl Form {
    /// The task, or what is missing for it.
    ///
    /// # Errors
    /// One sentence for a person when a field is empty or no rectangle is drawn.
    pub fn task(&self) -> Result<Task, &'static str> {
        let grounded = self.grounded;
        let typed =
            |text: &str, missing| if text.trim().is_empty() { Err(missing) } else { Ok(text.trim().to_owned()) };
        Ok(match self.kind {
            TaskKind::Brief => Task::Brief { grounded },
            TaskKind::Detailed => Task::Detailed { grounded },
            TaskKind::Find => Task::Find { phrase: typed(&self.phrase, "Type what to find first")? },
            TaskKind::Ask => {
                let question = typed(&self.question, "Type a question first")?;
                Task::Ask { question, region: self.region, grounded, earlier: Vec::new() }
            }
            TaskKind::Region => Task::Region { region: self.region.ok_or("Drag a rectangle on the picture first")? },
            TaskKind::Link => Task::Link { caption: typed(&self.caption, "Type or paste a caption first")? },
            // Sent as it is: a space at its end changes what the model writes.
            TaskKind::Prompt => {
                typed(&self.prompt, "Type a prompt first")?;
                Task::Raw { prompt: self.prompt.clone() }
            }
        })
    }

    /// Fills the panel with a task; what other kinds of task need stays.
    pub fn take(&mut self, task: Task) {
        self.kind = match task {
            Task::Brief { grounded } => {
                self.grounded = grounded;
                TaskKind::Brief
            }
            Task::Detailed { grounded } => {
                self.grounded = grounded;
                TaskKind::Detailed
            }
            Task::Find { phrase } => {
                self.phrase = phrase;
                TaskKind::Find
            }
            Task::Ask { question, region, grounded, .. } => {
                (self.question, self.region, self.grounded) = (question, region, grounded);
                TaskKind::Ask
            }
            Task::Region { region } => {
                self.region = Some(region);
                TaskKind::Region
            }
            Task::Link { caption } => {
                self.caption = caption;
                TaskKind::Link
            }
            Task::Raw { prompt } => {
                self.prompt = prompt;
                TaskKind::Prompt
            }
        };
    }

    /// How the answer is to be written.
    #[must_use]
    pub fn options(&self) -> GenerateOptions {
        let Writing { max_new_tokens, no_repeat_ngram_size, sampled, temperature, top_p, seed } = self.writing;
        let sampling = if sampled { Sampling::TopP { temperature, top_p, seed } } else { Sampling::Greedy };
        GenerateOptions { max_new_tokens, no_repeat_ngram_size, sampling }
    }

    /// Takes a rectangle drawn on the picture; kinds that have no use for one give way to [`TaskKind::Region`].
    pub fn draw(&mut self, region: NormBox) {
        self.region = Some(region.tidied());
        if !self.kind.uses_region() {
            self.kind = TaskKind::Region;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_are_named() {
        let missing = |kind| Form { kind, prompt: " ".to_owned(), ..Form::default() }.task().expect_err("empty");
        assert_eq!(missing(TaskKind::Find), "Type what to find first");
        assert_eq!(missing(TaskKind::Ask), "Type a question first");
        assert_eq!(missing(TaskKind::Link), "Type or paste a caption first");
        assert_eq!(missing(TaskKind::Region), "Drag a rectangle on the picture first");
        assert_eq!(missing(TaskKind::Prompt), "Type a prompt first");
    }

    #[test]
    fn a_raw_prompt_keeps_its_spaces() {
        let form = Form { kind: TaskKind::Prompt, prompt: "An image of ".to_owned(), ..Form::default() };
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
        assert_eq!(form.phrase, "a dog", "what was typed stays");
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
