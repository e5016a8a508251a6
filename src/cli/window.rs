//! `kosmoscope` without a subcommand: the window.

use std::path::PathBuf;

use super::{environment, loading::LoadingArgs};
use crate::{
    checkpoint::Source,
    disk,
    engine::Engine,
    interrupt,
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
        // As the list of checkpoints has it.
        checkpoint: if let Source::Path(path) = &source { Some(disk::absolute(path)) } else { None },
        loading,
        home: environment::home_folder(),
        library,
        offer: environment::offer(),
        session: environment::session_folder(),
        has_x11: environment::has_x11(),
        end: ui::End::default(),
    };
    let end = options.end.clone();
    // Where signals can't be had, the program ends at once; the latest second is lost then.
    let _ = interrupt::tidy_up_before_the_end(move || {
        end.close_and_wait();
        disk::remove_temporaries();
    });
    Ok(ui::run(&options, move |on_progress| Engine::load_with(&source, loading, on_progress))?)
}
