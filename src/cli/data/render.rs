//! `kosmoscope data render`: records to look at.

use std::path::PathBuf;

use super::{
    convert::{Loss, Wish, share, write},
    input::{InputArgs, format_parser},
};
use crate::{
    cli::{exit::Exit, output::OutputArgs},
    dataset::{Format, Images, Selection},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RenderArgs {
    #[command(flatten)]
    input: InputArgs,
    /// The folder to write into; the file, for a page
    #[arg(value_name = "OUT")]
    target: PathBuf,
    /// What is drawn
    #[arg(long = "as", value_name = "NAME", default_value = "annotated", value_parser = format_parser(Format::is_looked_at))]
    format: &'static Format,
    /// Leave out boxes with a lower score, from 0 to 1, and phrases that have no others
    #[arg(long, value_name = "SCORE", value_parser = share)]
    min_score: Option<f64>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &RenderArgs) -> anyhow::Result<Exit> {
    write(Wish {
        input: &args.input,
        target: &args.target,
        format: args.format,
        selection: Selection { min_score: args.min_score, ..Selection::default() },
        images: Images::None,
        outputs: args.output.outputs(),
        loss: Loss::Expected,
    })
}
