//! How `kosmoscope caption` prints results: in words, as a line of JSON each, or in one of the formats of `export`.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::terminal;
use crate::{
    caption::score_in_words,
    engine::{Answer, PictureFacts},
    export::{FORMATS, FailureRecord, Format, JSON_LINES, PhraseRecord, Record, format_named},
};

#[derive(Debug, clap::Args)]
pub(super) struct PrintingArgs {
    /// Print one JSON object per line, one for each picture
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Print the results of all pictures in this format, after the last one
    #[arg(long, value_name = "NAME", value_parser = format_parser())]
    format: Option<&'static Format>,
}

fn format_parser() -> impl TypedValueParser<Value = &'static Format> {
    let values = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.summary()));
    PossibleValuesParser::new(values).try_map(|name| format_named(&name).ok_or("there is no such format"))
}

/// Prints the results of one run.
pub(super) enum Printer {
    /// For people, each result when it is there.
    Words,
    /// For programs, each result when it is there.
    Lines,
    /// For programs, all results at the end, since a format may have something before, between and after them.
    Whole(&'static Format, Vec<Record>),
}

impl Printer {
    pub(super) fn new(args: &PrintingArgs) -> Self {
        match args.format {
            _ if args.json => Self::Lines,
            Some(format) => Self::Whole(format, Vec::new()),
            None => Self::Words,
        }
    }

    /// Takes what was found in the picture of this name.
    pub(super) fn result(&mut self, image: &str, answer: &Answer) -> anyhow::Result<()> {
        match self {
            Self::Words => say_in_words(image, answer),
            Self::Lines => terminal::say_content(&JSON_LINES.content(&[answer.record(image.to_owned())])?),
            Self::Whole(_, records) => {
                records.push(answer.record(image.to_owned()));
                Ok(())
            }
        }
    }

    /// Takes why there is no result of this picture; whoever reads lines expects one for each.
    pub(super) fn failure(&self, image: String, error: String) -> anyhow::Result<()> {
        match self {
            Self::Lines => terminal::say_json(&FailureRecord { image, error }),
            Self::Words | Self::Whole(..) => Ok(()),
        }
    }

    /// Prints what could only be printed whole.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Whole(format, records) => terminal::say_content(&format.content(&records)?),
            Self::Words | Self::Lines => Ok(()),
        }
    }
}

fn say_in_words(image: &str, answer: &Answer) -> anyhow::Result<()> {
    let PictureFacts { width, height, ref notes } = answer.asked;
    terminal::say(&format!("{image} ({width}×{height})"))?;
    terminal::say(&answer.caption.text)?;
    for phrase in PhraseRecord::all(&answer.caption, width, height) {
        for region in phrase.boxes {
            let [x_min, y_min, x_max, y_max] = region.pixels.map(f32::round);
            let score = region.score.map(|score| format!(", score {}", score_in_words(score))).unwrap_or_default();
            terminal::say(&format!("  {}: {x_min},{y_min} to {x_max},{y_max}{score}", phrase.text))?;
        }
    }
    for note in notes.iter().chain(&answer.notes()) {
        terminal::say(&format!("  note: {note}"))?;
    }
    Ok(())
}
