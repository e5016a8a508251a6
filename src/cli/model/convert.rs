//! `kosmoscope model convert`: a checkpoint as one smaller file.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use crate::{
    checkpoint::{Checkpoint, Source, has_original_ending},
    cli::{
        environment,
        loading::{must_be, protect},
        output::{OutputArgs, already_there, is_standard},
        terminal::{self, StatusLine},
    },
    convert::{self, ConvertError, Format, NewFile, Recipe},
    words::{argument, place, size},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ConvertArgs {
    /// A checkpoint's folder, the OWNER/NAME of one on this computer, or the original kosmos-2.pt (with --beside)
    /// [default: the built-in one]
    #[arg(long, value_name = "DIR")]
    pub(super) checkpoint: Option<PathBuf>,
    /// 16 bits for each weight, or 8 or 4 packed as they are computed with
    #[arg(long, value_name = "f16|q8|q4", default_value = "q8")]
    format: FormatArg,
    /// The file to write, instead of one in the folder that Kosmoscope keeps for checkpoints
    #[arg(long, value_name = "FILE.gguf")]
    to: Option<PathBuf>,
    /// With q4: a folder of pictures like those that will be described, instead of the samples that come with the program
    #[arg(long, value_name = "DIR")]
    calibrate: Option<PathBuf>,
    /// Where config.json and tokenizer.json are, which kosmos-2.pt does not hold
    #[arg(long, value_name = "DIR")]
    beside: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug)]
struct FormatArg(Format);

impl std::str::FromStr for FormatArg {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Format::ALL.into_iter().find(|format| format.name() == name);
        known.map(Self).ok_or_else(|| must_be(&Format::ALL.map(Format::name)))
    }
}

pub(super) fn run(args: &ConvertArgs) -> anyhow::Result<()> {
    let source = environment::source(args.checkpoint.as_deref());
    let (checkpoint, origin) = open(args, &source)?;
    let FormatArg(format) = args.format;
    let own = || Some(convert::target(&environment::library().own?, &origin, format));
    let to = args.to.clone().or_else(own);
    let to = to.context("This system has no application data folder; give a file with --to")?;
    if is_standard(&to) {
        bail!("A checkpoint is not written to standard output; give --to a file");
    }
    let mut outputs = args.output.outputs();
    protect(&source, &mut outputs);
    args.beside.iter().for_each(|beside| outputs.reads(beside));
    let status = StatusLine::new();
    let new = NewFile { path: to.clone(), outputs };
    let recipe = match &args.calibrate {
        Some(_) if format != Format::Q4 => bail!("Only q4 is calibrated; leave --calibrate out"),
        Some(folder) => Recipe::on_folder(format, folder.clone()),
        None => format.into(),
    };
    let converted = convert::convert(&checkpoint, &origin, recipe, new, &mut |progress| {
        status.converting(progress);
        ControlFlow::Continue(())
    });
    status.clear();
    let n_bytes = converted.map_err(|e| match e {
        ConvertError::Exists(path) => already_there(&path),
        e => e.into(),
    })?;
    let original = size(checkpoint.n_bytes());
    terminal::say(&format!("{origin}, {original}, is {} in {}: {}", size(n_bytes), format.name(), place(&to)))?;
    terminal::say(&format!("Open it with: kosmoscope --checkpoint {}", argument(&to)))
}

/// The checkpoint, and what it is called.
fn open(args: &ConvertArgs, source: &Source) -> anyhow::Result<(Checkpoint, String)> {
    let is_original = |path: &Path| path.is_file() && has_original_ending(path);
    match (&args.checkpoint, &args.beside) {
        (Some(path), Some(beside)) if is_original(path) => {
            let checkpoint = Checkpoint::open_original(path, beside)?;
            let name = checkpoint.info.name.clone();
            Ok((checkpoint, name))
        }
        (Some(path), None) if is_original(path) => {
            bail!(
                "This file holds neither config.json nor tokenizer.json; use --beside to say where they are: {}",
                place(path)
            )
        }
        (_, Some(_)) => bail!("Only a .pt file needs --beside"),
        (_, None) => {
            let checkpoint = Checkpoint::open(source)?;
            let origin = convert::origin(source, &checkpoint);
            Ok((checkpoint, origin))
        }
    }
}
