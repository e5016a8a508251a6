//! How `kosmoscope caption` prints results: in words, as a line of JSON each, or in one of the formats of `export`.

use std::path::Path;

use anyhow::bail;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::{
    annotated::Target,
    terminal::{self, say, say_beside},
};
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
    /// For people, each result when it is there, line by line by this.
    Words(fn(&str) -> anyhow::Result<()>),
    /// For programs, each result when it is there.
    Lines,
    /// For programs, all results at the end, since a format may have something before, between and after them.
    Whole(&'static Format, Vec<Record>),
}

impl Printer {
    /// People read the words on standard error where standard output has the picture; two programs can't share it.
    pub(super) fn new(args: &PrintingArgs, annotated: &Target) -> anyhow::Result<Self> {
        let has_picture = *annotated == Target::Standard;
        match args.format {
            _ if has_picture && (args.json || args.format.is_some()) => {
                bail!("Standard output can't take both records and the picture; give --annotated a file")
            }
            _ if args.json => Ok(Self::Lines),
            Some(format) => Ok(Self::Whole(format, Vec::new())),
            None => Ok(Self::Words(if has_picture { say_beside } else { say })),
        }
    }

    /// Takes what was found in the picture of this name, and what went wrong with it afterwards. People are told of that by
    /// itself.
    pub(super) fn result(&mut self, image: &Path, answer: &Answer, problem: Option<&str>) -> anyhow::Result<()> {
        let record = || {
            let mut record = answer.record(image);
            record.warnings.extend(problem.map(str::to_owned));
            record
        };
        match self {
            Self::Words(say) => say_in_words(*say, &image.to_string_lossy(), answer),
            Self::Lines => terminal::say_content(&JSON_LINES.content(&[record()])?),
            Self::Whole(_, records) => {
                records.push(record());
                Ok(())
            }
        }
    }

    /// Takes why there is no result of this picture; whoever reads lines expects one for each.
    pub(super) fn failure(&self, image: &Path, error: String) -> anyhow::Result<()> {
        match self {
            Self::Lines => terminal::say_json(&FailureRecord { image: image.into(), error }),
            Self::Words(_) | Self::Whole(..) => Ok(()),
        }
    }

    /// Prints what could only be printed whole.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Whole(format, records) => terminal::say_content(&format.content(&records)?),
            Self::Words(_) | Self::Lines => Ok(()),
        }
    }
}

fn say_in_words(say: fn(&str) -> anyhow::Result<()>, image: &str, answer: &Answer) -> anyhow::Result<()> {
    let PictureFacts { width, height, ref notes, .. } = answer.asked;
    say(&format!("{image} ({width}×{height})"))?;
    say(&answer.caption.text)?;
    for phrase in PhraseRecord::all(&answer.caption, width, height) {
        for region in phrase.boxes {
            let [x_min, y_min, x_max, y_max] = region.pixels.map(f32::round);
            let score = region.score.map(|score| format!(", score {}", score_in_words(score))).unwrap_or_default();
            say(&format!("  {}: {x_min},{y_min} to {x_max},{y_max}{score}", phrase.text))?;
        }
    }
    for note in notes.iter().chain(&answer.notes()) {
        say(&format!("  note: {note}"))?;
    }
    Ok(())
}
