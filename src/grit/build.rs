//! One picture: its caption, which is written first if there is none, and what is made of that.

use std::{ops::ControlFlow, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rules::Rules;
use crate::{
    dataset::{self, Maker, ModelRun, Origin, Record},
    engine::{Answer, Engine, EngineError, GenerateOptions, Outcome, Request},
    grounding,
    picture::Picture,
    text::{Task, TextError},
};

/// All that a record depends on beside its picture, its caption and the checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Where captions come from, in words; the captions themselves are not compared.
    pub captions: String,
    /// How a picture without a caption is described.
    pub describe: Describe,
    /// Which boxes are kept, and with which words.
    pub rules: Rules,
    /// How captions and boxes are written.
    pub options: GenerateOptions,
    /// The checkpoint's name.
    pub checkpoint: String,
    /// The checkpoint's fingerprint.
    pub fingerprint: String,
    /// How exactly its weights are kept.
    pub precision: String,
}

/// How the model describes a picture that has no caption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Describe {
    /// In one sentence.
    #[default]
    Brief,
    /// In several.
    Detailed,
}

/// What came of a picture.
#[derive(Debug)]
pub enum Built {
    /// A record; where its picture is is left to the caller.
    Record(Box<Record>),
    /// None, since nothing was left.
    LeftOut {
        /// Why, in one sentence without a full stop.
        reason: String,
        /// What its caption was.
        caption: String,
    },
    /// None, since it was told to stop.
    Stopped,
}

/// Makes a record of a picture and its caption, or of one that the model writes; `goes_on` is asked after each token.
///
/// # Errors
/// When the model can't answer, or can't read the caption.
pub fn build(
    engine: &mut Engine,
    picture: &Picture,
    caption: Option<&str>,
    settings: &Settings,
    goes_on: &dyn Fn() -> bool,
) -> Result<Built, EngineError> {
    let mut ask = |task| {
        let request = Request { picture: picture.clone(), task, options: settings.options.clone() };
        engine.answer(&request, &mut |_| if goes_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    };
    let text = match caption {
        Some(caption) => caption.trim().to_owned(),
        None => match ask(settings.describe.task())? {
            Outcome::Finished(answer) => own_words(&answer).trim().to_owned(),
            Outcome::Cancelled => return Ok(Built::Stopped),
        },
    };
    let left_out = |reason: &str| Ok(Built::LeftOut { reason: reason.to_owned(), caption: text.clone() });
    let answer = match ask(Task::Link { caption: text.clone() }) {
        Ok(Outcome::Finished(answer)) => answer,
        Ok(Outcome::Cancelled) => return Ok(Built::Stopped),
        Err(EngineError::Prompt(TextError::Empty { .. })) => return left_out("Its caption is empty"),
        Err(EngineError::Prompt(TextError::NoPhrase)) => return left_out("Its caption names nothing to look for"),
        Err(e) => return Err(e),
    };
    let (run, about) = about(&answer, settings);
    let origin = Origin { made_by: Maker::Model(Arc::new(run)), changed_by: None };
    let spans = settings.rules.spans(&answer.caption, &origin);
    if spans.is_empty() {
        return left_out("No box is left");
    }
    let (width, height) = picture.pixels.dimensions();
    let picture = dataset::Picture { size: Some([width, height]), ..dataset::Picture::default() };
    let caption_origin = if caption.is_some() { Origin::default() } else { origin };
    let notes = Vec::new();
    let record = Record { picture, caption: text, caption_origin, spans, verdict: None, unknown: about, notes };
    Ok(Built::Record(Box::new(record)))
}

impl Describe {
    fn task(self) -> Task {
        match self {
            Self::Brief => Task::Brief { grounded: false },
            Self::Detailed => Task::Detailed { grounded: false },
        }
    }
}

/// What the model wrote behind its prompt.
fn own_words(answer: &Answer) -> &str {
    let prompt = grounding::parse(&answer.prompt).caption.text;
    answer.caption.text.strip_prefix(prompt.as_str()).unwrap_or(&answer.caption.text)
}

/// How the record was made: as the run of a checkpoint, and as the fields of its line that say the same.
fn about(answer: &Answer, settings: &Settings) -> (ModelRun, serde_json::Map<String, Value>) {
    let told = answer.record("");
    let checkpoint = serde_json::to_value(&told.checkpoint).unwrap_or_default();
    let mut how = serde_json::to_value(told.settings).unwrap_or_default();
    if let Value::Object(how) = &mut how {
        how.insert("task".to_owned(), "build".into());
        how.insert("captions".to_owned(), settings.captions.clone().into());
        how.insert("rules".to_owned(), json!(settings.rules));
    }
    let run = ModelRun {
        name: answer.made_by.checkpoint.clone(),
        fingerprint: answer.made_by.fingerprint.clone(),
        settings: how.clone(),
    };
    let mut fields = serde_json::Map::new();
    fields.insert("checkpoint".to_owned(), checkpoint);
    fields.insert("settings".to_owned(), how);
    fields.insert("version".to_owned(), told.version.into());
    if !told.warnings.is_empty() {
        fields.insert("warnings".to_owned(), told.warnings.into());
    }
    (run, fields)
}
