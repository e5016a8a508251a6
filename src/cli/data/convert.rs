//! `kosmoscope data convert`: records in another format.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::bail;
use clap::ValueEnum;

use super::input::{InputArgs, Problems, format_parser};
use crate::{
    cli::{
        exit::Exit,
        output::{OutputArgs, is_standard, told},
        terminal::{complain, say},
    },
    dataset::{Classes, Conversion, DatasetError, Format, Images, Selection, Survey, Verdicts, convert, of_content},
    disk::Outputs,
    picture::{upright_file, upright_size},
    render::draw,
    words::{listed, place},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ConvertArgs {
    #[command(flatten)]
    input: InputArgs,
    /// The file or folder to write
    #[arg(value_name = "OUT")]
    target: PathBuf,
    /// The format to write
    #[arg(long, value_name = "NAME", value_parser = format_parser(Format::is_written))]
    format: &'static Format,
    /// Leave out what the format has no room for; without this, what that is gets told and nothing is written
    #[arg(long)]
    allow_loss: bool,
    /// Leave out boxes with a lower score, from 0 to 1, and phrases that have no others
    #[arg(long, value_name = "SCORE", value_parser = share)]
    min_score: Option<f64>,
    /// Make all boxes of one class instead of one for each phrase
    #[arg(long)]
    single_class: bool,
    /// What the classes of boxes are, in formats that know no phrases: exact, the words; head, the noun they are about; or a
    /// file with words, a tab and a class in each line, or a JSON object, of which other boxes are left out
    #[arg(long, value_name = "exact|head|FILE", default_value = "exact", conflicts_with = "single_class")]
    classes: String,
    /// Which records are written, by what a person decided
    #[arg(long, value_name = "WHICH", default_value = "all")]
    verdicts: VerdictsArg,
    /// Set this share of the records apart for validation, for example 0.1: which ones, depends on the names of their pictures
    #[arg(long, value_name = "SHARE", value_parser = share)]
    val: Option<f64>,
    /// What becomes of the pictures; copies are upright and have no tag that says how to turn them
    #[arg(long, value_name = "WHAT", default_value = "none")]
    images: ImagesArg,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ImagesArg {
    Copy,
    Link,
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum VerdictsArg {
    All,
    NotRejected,
    Accepted,
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it must be a number from 0 to 1".to_owned())
}

/// What is written, and where.
pub(super) struct Wish<'a> {
    pub(super) input: &'a InputArgs,
    pub(super) target: &'a Path,
    pub(super) format: &'static Format,
    pub(super) selection: Selection,
    pub(super) images: Images,
    pub(super) outputs: Outputs,
    /// Whether what the format has no room for is left out.
    pub(super) loss: Loss,
}

/// What becomes of what a format has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Nothing is written.
    Refused,
    /// It is told.
    Told,
    /// Nobody expects it.
    Expected,
}

pub(super) fn run(args: &ConvertArgs) -> anyhow::Result<Exit> {
    let selection = Selection {
        min_score: args.min_score,
        single_class: args.single_class,
        classes: match args.classes.as_str() {
            "exact" => Classes::Exact,
            "head" => Classes::Head,
            file => Classes::listed(Path::new(file))?,
        },
        verdicts: match args.verdicts {
            VerdictsArg::All => Verdicts::All,
            VerdictsArg::NotRejected => Verdicts::NotRejected,
            VerdictsArg::Accepted => Verdicts::Accepted,
        },
        val_share: args.val,
    };
    write(Wish {
        input: &args.input,
        target: &args.target,
        format: args.format,
        selection,
        images: match args.images {
            ImagesArg::Copy => Images::Copy,
            ImagesArg::Link => Images::Link,
            ImagesArg::None => Images::None,
        },
        outputs: args.output.outputs(),
        loss: if args.allow_loss { Loss::Told } else { Loss::Refused },
    })
}

/// Writes our own lines in a format, and tells how it went.
pub(in crate::cli) fn write_lines(
    lines: &Path,
    (target, format): (&Path, &'static Format),
    allow_loss: bool,
    outputs: Outputs,
) -> anyhow::Result<Exit> {
    let input = InputArgs::of(lines);
    let loss = if allow_loss { Loss::Told } else { Loss::Refused };
    let (selection, images) = (Selection::default(), Images::None);
    write(Wish { input: &input, target, format, selection, images, outputs, loss })
}

/// Writes records in a format, and tells how it went.
pub(super) fn write(mut wish: Wish<'_>) -> anyhow::Result<Exit> {
    if is_standard(wish.target) {
        bail!("Records are not written to standard output; name a file");
    }
    wish.refuse_to_write_into_what_is_read()?;
    let source = wish.input.source()?;
    let mut problems = Problems::default();
    let survey = Survey::of(&source, &wish.selection, &mut |problem| problems.tell(problem))?;
    if survey.n_without_class > 0 {
        complain(&format!(
            "Left out: {} phrases with their boxes, of which the file of classes says nothing",
            survey.n_without_class
        ));
    }
    wish.check_losses(&survey)?;
    wish.outputs.reads(&wish.input.input);
    let Wish { target, format, selection, images, .. } = wish;
    let conversion = Conversion {
        source: &source,
        survey: &survey,
        selection,
        format,
        target,
        images,
        upright: &of_content(upright_file),
        draw: &draw,
        sizes: Arc::new(of_content(upright_size)),
    };
    let report = convert(&conversion, &mut wish.outputs, &mut |problem| problems.tell(problem));
    let report = report.map_err(|e| match e {
        DatasetError::Write(e) => told(e),
        e => e.into(),
    })?;
    let pictures = if images == Images::None { String::new() } else { format!(" and {} pictures", report.n_pictures) };
    let n_records = records(report.n_records);
    say(&format!("{n_records}{pictures} written as {}: {}", format.name, place(target)))?;
    Ok(Exit::after_failures(problems.finish()))
}

fn records(n_records: u64) -> String {
    format!("{n_records} {}", if n_records == 1 { "record" } else { "records" })
}

impl Wish<'_> {
    /// Tells what the format has no room for, and refuses that unless it is wanted.
    fn check_losses(&self, survey: &Survey) -> anyhow::Result<()> {
        let losses = survey.losses(self.format);
        if losses.is_empty() || self.loss == Loss::Expected {
            return Ok(());
        }
        let lost = losses.iter().map(|(part, n_records)| format!("{} (in {})", part.label(), records(*n_records)));
        let lost = listed(&lost.collect::<Vec<_>>(), "and");
        if self.loss == Loss::Refused {
            bail!(
                "{} has no room for {lost}. Nothing was written; give --allow-loss to leave that out",
                self.format.name
            );
        }
        complain(&format!("Left out, since {} has no room for it: {lost}", self.format.name));
        Ok(())
    }

    /// What is written would be read, too.
    fn refuse_to_write_into_what_is_read(&self) -> anyhow::Result<()> {
        let absolute = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path));
        let (Ok(input), Ok(target)) = (absolute(&self.input.input), absolute(self.target)) else { return Ok(()) };
        if target.starts_with(&input) {
            bail!("The records are read from here; write them to another place: {}", place(self.target));
        }
        Ok(())
    }
}
