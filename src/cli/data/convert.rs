//! `kosmoscope data convert`: records in another format.

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::bail;
use clap::ValueEnum;

use super::input::{InputArgs, Problems, format_parser};
use crate::{
    cli::{
        exit::Exit,
        output::{OutputArgs, is_standard, told},
        terminal::{complain, say},
    },
    dataset::{Conversion, DatasetError, Format, Images, Selection, Survey, convert, of_content},
    picture::{upright_file, upright_size},
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

pub(super) fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it must be a number from 0 to 1".to_owned())
}

pub(super) fn run(args: &ConvertArgs) -> anyhow::Result<Exit> {
    if is_standard(&args.target) {
        bail!("Records are not written to standard output; name a file");
    }
    args.refuse_to_write_into_what_is_read()?;
    let source = args.input.source()?;
    let selection = Selection { min_score: args.min_score, single_class: args.single_class, val_share: args.val };
    let mut problems = Problems::default();
    let survey = Survey::of(&source, &selection, &mut |problem| problems.tell(problem))?;
    let losses = survey.losses(args.format);
    if !losses.is_empty() {
        let lost = losses.iter().map(|(part, n_records)| format!("{} (in {})", part.label(), records(*n_records)));
        let lost = listed(&lost.collect::<Vec<_>>(), "and");
        if !args.allow_loss {
            bail!(
                "{} has no room for {lost}. Nothing was written; give --allow-loss to leave that out",
                args.format.name
            );
        }
        complain(&format!("Left out, since {} has no room for it: {lost}", args.format.name));
    }
    let mut outputs = args.output.outputs();
    outputs.reads(&args.input.input);
    let images = match args.images {
        ImagesArg::Copy => Images::Copy,
        ImagesArg::Link => Images::Link,
        ImagesArg::None => Images::None,
    };
    let conversion = Conversion {
        source: &source,
        survey: &survey,
        selection,
        format: args.format,
        target: &args.target,
        images,
        upright: &of_content(upright_file),
        sizes: Arc::new(of_content(upright_size)),
    };
    let report = convert(&conversion, &mut outputs, &mut |problem| problems.tell(problem));
    let report = report.map_err(|e| match e {
        DatasetError::Write(e) => told(e),
        e => e.into(),
    })?;
    let pictures = if images == Images::None { String::new() } else { format!(" and {} pictures", report.n_pictures) };
    let n_records = records(report.n_records);
    say(&format!("{n_records}{pictures} written as {}: {}", args.format.name, place(&args.target)))?;
    Ok(Exit::after_failures(problems.finish()))
}

fn records(n_records: u64) -> String {
    format!("{n_records} {}", if n_records == 1 { "record" } else { "records" })
}

impl ConvertArgs {
    /// What is written would be read, too.
    fn refuse_to_write_into_what_is_read(&self) -> anyhow::Result<()> {
        let absolute = |path: &PathBuf| fs::canonicalize(path).or_else(|_| std::path::absolute(path));
        let (Ok(input), Ok(target)) = (absolute(&self.input.input), absolute(&self.target)) else { return Ok(()) };
        if target.starts_with(&input) {
            bail!("The records are read from here; write them to another place: {}", place(&self.target));
        }
        Ok(())
    }
}
