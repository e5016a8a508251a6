//! `kosmoscope trace`: every stage of one answer to a file, as the reference writes its own.

use std::path::PathBuf;

use anyhow::bail;

use crate::{
    engine::{GenerateOptions, Sampling, Trace},
    picture::{self, PictureSource},
};

use super::{
    loading::LoadingArgs,
    output::{OutputArgs, is_standard, told},
    terminal::{self, StatusLine},
};

#[derive(Debug, clap::Args)]
pub(super) struct TraceArgs {
    #[command(flatten)]
    pub(super) loading: LoadingArgs,
    /// The picture
    #[arg(long, value_name = "FILE")]
    image: PathBuf,
    /// The prompt with its tags, for example "<grounding>An image of"
    #[arg(long, value_name = "RAW")]
    prompt: String,
    /// Where the tensors go; the text goes beside them, with .json added
    #[arg(long, value_name = "FILE.safetensors")]
    out: PathBuf,
    /// The most tokens to write after the prompt
    #[arg(long, value_name = "N", default_value_t = 32)]
    max_new_tokens: usize,
    /// No run of this many tokens occurs twice; 0 turns the rule off
    #[arg(long, value_name = "N", default_value_t = 0)]
    no_repeat_ngram: usize,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &TraceArgs) -> anyhow::Result<()> {
    if is_standard(&args.out) {
        bail!("A trace is two files; give --out the name of the one with the tensors");
    }
    let mut outputs = args.output.outputs();
    outputs.reads(&args.image);
    args.loading.protect(&mut outputs);
    for path in Trace::files(&args.out) {
        outputs.check(&path).map_err(told)?;
    }
    let status = StatusLine::new();
    let engine = args.loading.load(&status)?;
    let picture = picture::open(PictureSource::Path(args.image.clone()))?;
    let options = GenerateOptions {
        max_new_tokens: args.max_new_tokens,
        no_repeat_ngram: Some(args.no_repeat_ngram).into(),
        sampling: Sampling::Greedy,
    };
    let trace = engine.trace(&engine.pixel_values(&picture)?, &args.prompt, &options)?;
    status.clear();
    terminal::say(&trace.text.text)?;
    for (path, content) in Trace::files(&args.out).iter().zip(trace.content()?) {
        outputs.write(path, &content).map_err(told)?;
    }
    Ok(())
}
