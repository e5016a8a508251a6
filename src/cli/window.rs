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
    let library = environment::library();
    if let Some(folder) = &library.own {
        disk::sweep(folder);
    }
    let options = WindowOptions {
        pictures,
        checkpoint: if let Source::Path(path) = &source { Some(path.clone()) } else { None },
        loading,
        library,
        offer: environment::offer(),
        session: environment::session_folder(),
        has_x11: environment::has_x11(),
    };
    Ok(ui::run(&options, move |on_progress| Engine::load_with(&source, loading, on_progress))?)
}
