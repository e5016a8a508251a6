//! `kosmoscope` without a subcommand: the window.

use std::path::PathBuf;

use super::{environment, loading::LoadingArgs};
use crate::{
    checkpoint::Source,
    disk,
    engine::Engine,
    ui::{self, WindowOptions},
};

pub(super) fn run(pictures: Vec<PathBuf>, args: &LoadingArgs) -> anyhow::Result<()> {
    let (source, loading) = (args.source(), args.options());
    let options = WindowOptions {
        pictures,
        // As the list of checkpoints has it.
        checkpoint: if let Source::Path(path) = &source { Some(disk::absolute(path)) } else { None },
        loading,
        library: environment::library(),
        offer: environment::offer(),
        session: environment::session_folder(),
        has_x11: environment::has_x11(),
        end: ui::End::default(),
    };
    Ok(ui::run(&options, move |on_progress| Engine::load_with(&source, loading, on_progress))?)
}
