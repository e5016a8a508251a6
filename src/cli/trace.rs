//! `kosmoscope trace`: every stage of one answer to a file, as the reference writes its own.

use std::path::PathBuf;

use crate::{
    engine::{GenerateOptions, Sampling},
    picture::{self, PictureSource},
};

use super::{
    loading::LoadingArgs,
    terminal::{self, StatusLine},
};

#[derive(Debug, clap::Args)]
pub(super) struct TraceArgs {
    #[command(flatten)]
    loading: LoadingArgs,
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
}

pub(super) fn run(args: &TraceArgs) -> anyhow::Result<()> {
    let status = StatusLine::new();
    let engine = args.loading.load(&status)?;
    let picture = picture::open(PictureSource::Path(args.image.clone()))?;
    let options = GenerateOptions {
        max_new_tokens: args.max_new_tokens,
        no_repeat_ngram: Some(args.no_repeat_ngram).into(),
        sampling: Sampling::Greedy,
    };
    let trace = engine.trace(&engine.pixel_values(&picture)?, &args.prompt, &options)?;
    trace.save(&args.out)?;
    status.clear();
    terminal::say(&trace.text.text)
}
