//! The arguments of `kosmoscope caption`, and the tasks and settings they stand for.

use std::{ffi::OsString, num::NonZero, path::PathBuf, str::FromStr};

use anyhow::{anyhow, bail};
use clap::{ValueEnum, builder::PossibleValue};

use super::{loading::LoadingArgs, output::OutputArgs, pictures::PictureArgs, printing::PrintingArgs};
use crate::{
    engine::{Answer, GenerateOptions, Sampling},
    geometry::NormBox,
    text::{MissingPart, Needs, Task, TaskKind, TaskParts, TaskRow},
    words::{brief, listed},
};

#[derive(Debug, clap::Args)]
pub(super) struct CaptionArgs {
    #[command(flatten)]
    pub(super) pictures: PictureArgs,
    #[command(flatten)]
    pub(super) asking: AskingArgs,
    /// Show this picture before each, with what is said of it, tags written out; may be given several times
    #[arg(long, num_args = 2, value_names = ["IMAGE", "TEXT"])]
    pub(super) example: Vec<OsString>,
    #[command(flatten)]
    pub(super) loading: LoadingArgs,
    #[command(flatten)]
    pub(super) printing: PrintingArgs,
    /// Also write each picture with its boxes: to a file that ends in .png, to standard output for -, or else into a folder,
    /// with numbers behind names that are taken
    #[arg(long, value_name = "OUT.png|DIR|-")]
    pub(super) annotated: Option<PathBuf>,
    /// Put the words below each annotated picture, with phrases in the colours of their boxes
    #[arg(long, requires = "annotated")]
    pub(super) with_caption: bool,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What is asked about each picture, and how the answers are written.
#[derive(Debug, clap::Args)]
pub(super) struct AskingArgs {
    /// What to do with each
    #[arg(long, value_enum, default_value_t = TaskKind::Brief)]
    task: TaskKind,
    /// The words that the task takes: what to find, for example, or a question, in which [bracketed] words are linked to
    /// the region
    #[arg(long, value_name = "TEXT")]
    prompt: Vec<String>,
    /// Ask the questions of several --prompt one after the other, each with the earlier ones and their answers before it
    #[arg(long)]
    pub(super) conversation: bool,
    /// The place to describe or ask about, in fractions of the picture from its top left corner
    #[arg(long, value_name = "X1,Y1,X2,Y2", allow_hyphen_values = true)]
    region: Option<RegionArg>,
    /// Whether phrases are linked to boxes
    #[arg(long, value_name = "true|false", default_value_t = true, action = clap::ArgAction::Set)]
    grounded: bool,
    #[command(flatten)]
    decoding: DecodingArgs,
}

#[derive(Debug, clap::Args)]
struct DecodingArgs {
    /// The most tokens to write after the prompt
    #[arg(long, value_name = "N", default_value_t = GenerateOptions::original().max_new_tokens)]
    max_new_tokens: usize,
    /// No run of this many tokens occurs twice; 0 turns the rule off [default: what the checkpoint asks for, else 3]
    #[arg(long, value_name = "N")]
    no_repeat_ngram: Option<usize>,
    /// Pick tokens at random instead of always taking the likeliest
    #[arg(long)]
    sample: bool,
    /// From 0.01 to 100; higher is more varied
    #[arg(long, value_name = "T", default_value_t = Sampling::ORIGINAL_TEMPERATURE, requires = "sample", allow_negative_numbers = true)]
    temperature: f64,
    /// Pick among the likeliest tokens that make up this much of the probability
    #[arg(long, value_name = "P", default_value_t = Sampling::ORIGINAL_TOP_P, requires = "sample", allow_negative_numbers = true)]
    top_p: f64,
    /// The same seed gives the same answer
    #[arg(long, value_name = "S", default_value_t = 0, requires = "sample")]
    seed: u64,
    /// Write so many answers side by side and give the likeliest (beam search); the captions of the paper took 5
    #[arg(long, value_name = "N", conflicts_with = "sample")]
    beams: Option<NonZero<usize>>,
    /// With several beams: above 1 longer answers are better, below 1 shorter ones; from 0 to 10
    #[arg(long, value_name = "P", default_value_t = 1.0, requires = "beams", allow_negative_numbers = true)]
    length_penalty: f64,
}

#[derive(Clone, Copy, Debug)]
struct RegionArg(NormBox);

impl FromStr for RegionArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let edges: Vec<f32> = text
            .split(',')
            .map(|edge| edge.trim().parse().map_err(|_| format!("\"{}\" is not a number", brief(edge))))
            .collect::<Result<_, _>>()?;
        let [x_min, y_min, x_max, y_max] = edges[..] else {
            return Err(format!("four numbers are needed, not {}", edges.len()));
        };
        // A little outside is a hand that slipped and is clamped; far outside are pixels.
        if edges.iter().any(|edge| !(-1.0..=2.0).contains(edge)) {
            return Err("the numbers are fractions of the picture, from 0 to 1; divide pixels by its size".to_owned());
        }
        if x_min >= 1.0 || y_min >= 1.0 || x_max <= 0.0 || y_max <= 0.0 {
            return Err("nothing of it lies in the picture, which goes from 0 to 1 both ways".to_owned());
        }
        if x_max <= x_min || y_max <= y_min {
            return Err("X2 must be larger than X1, and Y2 larger than Y1".to_owned());
        }
        Ok(Self(NormBox::new(x_min, y_min, x_max, y_max)))
    }
}

impl AskingArgs {
    /// The task for each picture; `may_follow` says whether a list may still say what is asked about each.
    pub(super) fn task(&self, may_follow: bool) -> anyhow::Result<Task> {
        let (kind, name, needs) = (self.task, self.task.row().name, self.task.row().needs);
        let (words, region) = (self.prompt.first().cloned(), self.region.map(|region| region.0));
        let words = words.or_else(|| (may_follow && needs.words.is_some()).then(String::new));
        let region = region.or_else(|| (may_follow && kind == TaskKind::Region).then_some(NormBox::whole()));
        let task =
            kind.task(TaskParts { words, region, grounded: self.grounded }).map_err(|missing| match missing {
                MissingPart::Words => anyhow!("--task {name} needs --prompt"),
                MissingPart::Region => anyhow!("--task {name} needs --region"),
            })?;
        if !self.prompt.is_empty() && needs.words.is_none() {
            bail!("--prompt goes with --task {}, not with {name}", names(|needs| needs.words.is_some()));
        }
        if self.region.is_some() && needs.region.is_none() {
            bail!("--region goes with --task {}, not with {name}", names(|needs| needs.region.is_some()));
        }
        let conversational = || names(|needs| needs.conversation);
        if self.conversation && !needs.conversation {
            bail!("--conversation goes with --task {}, not with {name}", conversational());
        }
        if self.prompt.len() > 1 && !self.conversation {
            bail!("Several --prompt options need --task {} and --conversation", conversational());
        }
        Ok(task)
    }

    /// The question that follows the answer to question `n`, if there is one.
    pub(super) fn follow_up(&self, n: usize, answer: &Answer) -> Option<Task> {
        let question = self.prompt.get(n + 1).filter(|_| self.conversation)?.clone();
        let region = self.region.map(|region| region.0);
        Some(Task::Ask { question, region, grounded: self.grounded, earlier: answer.conversation() })
    }

    /// How answers are decoded.
    pub(super) fn options(&self) -> GenerateOptions {
        let DecodingArgs { max_new_tokens, no_repeat_ngram, sample, temperature, top_p, seed, beams, length_penalty } =
            self.decoding;
        let sampling = match beams.filter(|beams| beams.get() > 1) {
            Some(width) => Sampling::Beams { width, length_penalty },
            None if sample => Sampling::TopP { temperature, top_p, seed },
            None => Sampling::Greedy,
        };
        GenerateOptions { max_new_tokens, no_repeat_ngram: no_repeat_ngram.into(), sampling }
    }
}

impl ValueEnum for TaskKind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let TaskRow { name, gives, needs, .. } = self.row();
        let region = needs.region.map(|region| if region.is_required { "--region" } else { "--region if given" });
        let takes: Vec<&str> = needs.words.map(|_| "--prompt").into_iter().chain(region).collect();
        let help = if takes.is_empty() { gives.to_owned() } else { format!("{gives}; takes {}", takes.join(", ")) };
        let value = PossibleValue::new(name).help(help);
        // The older name still works.
        Some(if *self == Self::Raw { value.alias("raw") } else { value })
    }
}

/// The names of the tasks that need this, as in "a, b or c".
fn names(has: impl Fn(Needs) -> bool) -> String {
    let rows = TaskKind::ALL.map(TaskKind::row);
    let names: Vec<&str> = rows.into_iter().filter(|row| has(row.needs)).map(|row| row.name).collect();
    listed(&names, "or")
}

#[cfg(test)]
mod tests {
    use clap::Args as _;

    use super::*;

    #[test]
    fn regions_are_fractions() {
        let check = |text: &str, expected: Result<[f32; 4], &str>| match (text.parse::<RegionArg>(), expected) {
            (Ok(region), Ok([x_min, y_min, x_max, y_max])) => {
                assert_eq!(region.0, NormBox::new(x_min, y_min, x_max, y_max), "{text}");
            }
            (Err(message), Err(part)) => assert!(message.contains(part), "{text}: {message}"),
            (result, _) => panic!("{text}: {result:?}"),
        };
        check("0.1,0.2, 0.3,0.4", Ok([0.1, 0.2, 0.3, 0.4]));
        check("-0.1,0,1.2,1", Ok([-0.1, 0.0, 1.2, 1.0]));
        check("10,20,300,400", Err("fractions"));
        check("0,0,1", Err("four numbers"));
        check("0,0,NaN,1", Err("fractions"));
        for outside in ["1.2,0,1.5,1", "-0.5,0,-0.1,1", "0,1,1,2", "0,-1,1,0"] {
            check(outside, Err("nothing of it lies in the picture"));
        }
        check("0.5,0,0.2,1", Err("X2"));
        check("a,0,1,1", Err("not a number"));
    }

    /// What `--help` and the README say of `--task` is what the table of tasks says.
    #[test]
    fn every_task_is_told_of() {
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
        let names = TaskKind::ALL.map(|kind| kind.row().name);
        assert!(readme.contains(&format!("`--task {}`", names.join("\\|"))), "the README's table has other tasks");
        let help = CaptionArgs::augment_args(clap::Command::new("caption")).render_long_help().to_string();
        for row in TaskKind::ALL.map(TaskKind::row) {
            assert!(help.contains(&format!("- {}:", row.name)) && help.contains(row.gives), "{}: {help}", row.name);
        }
        assert!(help.contains("An answer to a question; takes --prompt, --region if given"), "{help}");
    }

    #[test]
    fn what_does_not_go_with_a_task_is_told_with_those_it_goes_with() {
        assert_eq!(super::names(|needs| needs.words.is_some()), "find, ask, link or prompt");
        assert_eq!(super::names(|needs| needs.region.is_some()), "ask or region");
        assert_eq!(super::names(|needs| needs.conversation), "ask");
    }
}
