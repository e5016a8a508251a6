//! The arguments about the model that all subcommands share.

use std::{ops::ControlFlow, path::PathBuf};

use super::{environment, terminal::StatusLine};
use crate::{
    checkpoint::Source,
    engine::{DeviceChoice, Engine, EngineError, LoadOptions},
    kernels::Precision,
    words::listed,
};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct LoadingArgs {
    /// A folder with config.json, model.safetensors and tokenizer.json, or the OWNER/NAME of one on this computer, instead
    /// of the built-in mini checkpoint
    #[arg(long, value_name = "DIR")]
    checkpoint: Option<PathBuf>,
    /// The precision of the weights in memory; auto is f32 for small checkpoints and q8 for large ones
    #[arg(long, value_name = "auto|f32|q8|q4", default_value = "auto", hide_default_value = true)]
    precision: PrecisionArg,
    /// Where the network runs; auto is a graphics card if this program was built for one and there is one
    #[arg(long, value_name = "auto|cpu|cuda|metal", default_value = "auto", hide_default_value = true)]
    device: DeviceArg,
}

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

/// Why the value of an option is refused that must be one of these.
pub(super) fn must_be(names: &[&str]) -> String {
    format!("it must be {}", listed(names, "or"))
}

impl LoadingArgs {
    pub(super) fn source(&self) -> Source {
        environment::source(self.checkpoint.as_deref())
    }

    pub(super) fn options(&self) -> LoadOptions {
        LoadOptions { precision: self.precision.0, device: self.device.0 }
    }

    pub(super) fn load(&self, status: &StatusLine) -> Result<Engine, EngineError> {
        Engine::load_with(&self.source(), self.options(), &mut |progress| {
            status.loading(progress);
            ControlFlow::Continue(())
        })
    }
}
