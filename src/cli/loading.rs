//! The arguments about the model that all subcommands share.

use std::{ops::ControlFlow, path::PathBuf, sync::OnceLock};

use anyhow::bail;

use super::{
    environment,
    terminal::{StatusLine, complain},
};
use crate::{
    checkpoint::{self, Source},
    disk::Outputs,
    engine::{DeviceChoice, Engine, EngineError, LoadOptions},
    kernels::{Precision, choose_threads},
    words::listed,
};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct LoadingArgs {
    /// A folder with config.json, model.safetensors and tokenizer.json, or the OWNER/NAME of one on this computer, instead
    /// of the built-in mini checkpoint
    #[arg(long, value_name = "DIR")]
    checkpoint: Option<PathBuf>,
    /// The precision of the weights in memory; auto is that of a converted file, else f32 for small checkpoints and q8 for large
    /// ones, or q4 where there is less than 4 GB of memory
    #[arg(long, value_name = "auto|f32|q8|q4")]
    precision: Option<PrecisionArg>,
    /// Where the network runs; auto is a graphics card if this program was built for one and there is one
    #[arg(long, value_name = "auto|cpu|cuda|metal")]
    device: Option<DeviceArg>,
    /// How many threads the model computes on; unless given, as many as Slurm gives a task, or one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// What the checkpoint means, found once: what is kept from being written over is what is read.
    #[arg(skip)]
    source: OnceLock<Source>,
}

/// What stands behind the sentence of [`crate::engine::LittleMemory`].
const OTHER_CHOICES: &str = "--precision q8 keeps 8, and a copy made by `kosmoscope model convert --format q4` has 4 that cost less (0.8 in 100)";

#[derive(Clone, Copy, Debug)]
struct DeviceArg(DeviceChoice);

impl std::str::FromStr for DeviceArg {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = DeviceChoice::ALL.into_iter().find(|device| device.name() == name);
        known.map(Self).ok_or_else(|| must_be(&DeviceChoice::ALL.map(DeviceChoice::name)))
    }
}

/// `None` is for the engine to choose.
#[derive(Clone, Copy, Debug)]
struct PrecisionArg(Option<Precision>);

impl std::str::FromStr for PrecisionArg {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        const AUTO: &str = "auto";
        if name == AUTO {
            return Ok(Self(None));
        }
        let known = Precision::ALL.into_iter().find(|precision| precision.name() == name);
        let names = || [&[AUTO][..], &Precision::ALL.map(Precision::name)].concat();
        known.map(|precision| Self(Some(precision))).ok_or_else(|| must_be(&names()))
    }
}

/// Keeps a checkpoint's files from being written over, and all else of its repository in the cache of other tools.
pub(super) fn protect(source: &Source, outputs: &mut Outputs) {
    if let Source::Path(path) = source {
        for place in checkpoint::places(path) {
            outputs.reads(&place);
        }
    }
}

/// Why the value of an option is refused that must be one of these.
pub(super) fn must_be(names: &[&str]) -> String {
    format!("it must be {}", listed(names, "or"))
}

impl LoadingArgs {
    /// Takes what was said before the subcommand, where nothing else is said behind it.
    pub(super) fn take(&mut self, before: Self) {
        self.checkpoint = self.checkpoint.take().or(before.checkpoint);
        self.precision = self.precision.or(before.precision);
        self.device = self.device.or(before.device);
        self.threads = self.threads.or(before.threads);
    }

    /// The checkpoint, for what needs nothing else said.
    pub(super) fn only_checkpoint(self) -> anyhow::Result<Option<PathBuf>> {
        match (self.precision, self.device, self.threads) {
            (None, None, None) => Ok(self.checkpoint),
            (Some(_), ..) => bail!("--precision has no meaning for this subcommand; leave it out"),
            (_, Some(_), _) => bail!("--device has no meaning for this subcommand; leave it out"),
            (.., Some(_)) => bail!("--threads has no meaning for this subcommand; leave it out"),
        }
    }

    /// Keeps the checkpoint's files from being written over.
    pub(super) fn protect(&self, outputs: &mut Outputs) {
        protect(&self.source(), outputs);
    }

    pub(super) fn source(&self) -> Source {
        self.source.get_or_init(|| environment::source(self.checkpoint.as_deref())).clone()
    }

    pub(super) fn options(&self) -> LoadOptions {
        LoadOptions {
            precision: self.precision.and_then(|precision| precision.0),
            device: self.device.map(|device| device.0).unwrap_or_default(),
        }
    }

    /// Loads the checkpoint, and says so if its weights are kept less exactly than anybody asked for.
    pub(super) fn load(&self, status: &StatusLine) -> Result<Engine, EngineError> {
        if let Some(n_threads) = self.threads.or_else(environment::threads) {
            choose_threads(n_threads.into());
        }
        let engine = Engine::load_with(&self.source(), self.options(), &mut |progress| {
            status.loading(progress);
            ControlFlow::Continue(())
        })?;
        if let Some(little_memory) = engine.info().little_memory {
            status.clear();
            complain(&format!("{little_memory}; {OTHER_CHOICES}"));
        }
        Ok(engine)
    }
}
