//! The arguments of the program, and what they lead to.

use std::{path::PathBuf, process::ExitCode};

use anyhow::bail;
use clap::{
    CommandFactory as _, Parser, Subcommand,
    error::{ContextKind, ContextValue},
};

use super::{
    batch, bench, caption, caption_args::CaptionArgs, data, environment, evaluate, exit::Exit, loading::LoadingArgs,
    model, terminal, trace, window,
};
use crate::{batch::BatchError, disk, interrupt, words};

/// Describes pictures in words that are linked to places in them.
///
/// Without a subcommand it opens the window.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Pictures, and folders of pictures, to open in the window
    #[arg(value_name = "IMAGE", value_parser = environment::path_parser())]
    images: Vec<PathBuf>,
    #[command(flatten)]
    loading: LoadingArgs,
    /// Say on standard error what is being done
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Describe pictures, find things in them or ask about them
    Caption(CaptionArgs),
    /// Work through many pictures, on one machine or many; stopped anywhere, it goes on when it is run again
    Batch(Box<batch::BatchArgs>),
    /// Measure how good a checkpoint is
    Evaluate(Box<evaluate::EvaluateArgs>),
    /// Get checkpoints, list them, check them, make them smaller
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Make, look at, count and convert records of pictures, captions and boxes
    #[command(subcommand)]
    Data(data::DataCommand),
    /// Measure how fast this machine answers, and how fast it could answer
    Bench(bench::BenchArgs),
    /// Write every stage of one answer as tensors, to compare with the reference implementation
    Trace(trace::TraceArgs),
}

/// Does what the arguments say; errors are printed, once.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    let exit = match carry_out(args) {
        Ok(exit) => exit,
        Err(e) if terminal::is_closed_pipe(&e) => Exit::Done,
        Err(e) => {
            terminal::complain(&terminal::sentence(&e));
            let is_busy = matches!(e.downcast_ref(), Some(BatchError::Busy(_)));
            if is_busy { Exit::Stopped } else { Exit::CouldNotRun }
        }
    };
    exit.into()
}

fn carry_out(args: Args) -> anyhow::Result<Exit> {
    // Where either can't be had, the program ends at once when it is told to, as any other does.
    let _ = interrupt::outlive_the_file_limit();
    let Some(command) = args.command else {
        refuse_subcommands(&args.images)?;
        return window::run(args.images, &args.loading).map(|()| Exit::Done);
    };
    if !command.can_be_asked_to_stop() {
        let _ = interrupt::tidy_up_before_the_end(disk::remove_temporaries);
    }
    let _ = interrupt::exit_when_aborted(Exit::CouldNotRun as i32);
    if !args.images.is_empty() {
        bail!("Pictures come after the subcommand, as in kosmoscope caption a.png");
    }
    match command.with(args.loading)? {
        Command::Caption(args) => caption::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Model(command) => model::run(&command),
        Command::Data(command) => data::run(&command),
        Command::Bench(args) => bench::run(&args).map(|()| Exit::Done),
        Command::Trace(args) => trace::run(&args).map(|()| Exit::Done),
    }
}

/// A subcommand after a picture would be taken for another picture.
fn refuse_subcommands(images: &[PathBuf]) -> anyhow::Result<()> {
    let program = Args::command();
    let is_subcommand = |image: &&PathBuf| program.get_subcommands().any(|it| image.as_os_str() == it.get_name());
    if let Some(name) = images.iter().filter(is_subcommand).find(|image| image.symlink_metadata().is_err()) {
        bail!("Pictures come after the subcommand, as in kosmoscope {} a.png", words::place(name));
    }
    Ok(())
}

/// Says what is wrong with the arguments, or gives the help that was asked for. What they repeat of the arguments is made
/// fit for a terminal.
#[must_use]
pub fn refuse(mut error: clap::Error) -> ExitCode {
    let told: Vec<_> = error.context().map(|(kind, value)| (kind, value.clone())).collect();
    for (kind, value) in told {
        if let ContextValue::String(text) = value {
            let shown = words::brief(&text);
            if shown != text {
                // The advice repeats it too.
                error.remove(ContextKind::Suggested);
            }
            error.insert(kind, ContextValue::String(shown));
        }
    }
    // Nobody is left to tell if that fails.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::CouldNotRun as u8))
}

impl Command {
    /// Whether it ends by itself when it is asked to, as a batch does.
    fn can_be_asked_to_stop(&self) -> bool {
        match self {
            Self::Batch(_) => true,
            Self::Data(command) => command.can_be_asked_to_stop(),
            _ => false,
        }
    }

    /// The same with what was said before the subcommand.
    fn with(mut self, before: LoadingArgs) -> anyhow::Result<Self> {
        match &mut self {
            Self::Caption(args) => args.loading.take(before),
            Self::Batch(args) => args.loading.take(before),
            Self::Evaluate(args) => args.loading().take(before),
            Self::Bench(args) => args.loading.take(before),
            Self::Trace(args) => args.loading.take(before),
            Self::Data(command) => command.take(before)?,
            Self::Model(command) => command.take(before.only_checkpoint()?)?,
        }
        Ok(self)
    }
}

/// Says that the program itself is at fault.
#[must_use]
pub fn crashed() -> ExitCode {
    terminal::complain("It stopped unexpectedly; run it again with --verbose, and report what that prints");
    Exit::Crashed.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{convert, engine::DeviceChoice, export::FORMATS, kernels::Precision, text::TaskKind};

    /// The help of a subcommand, in one line whatever the terminal's width.
    fn help(path: &[&str]) -> String {
        let mut program = Args::command();
        program.build();
        let wanted = path.iter().fold(&mut program, |command, name| command.find_subcommand_mut(name).unwrap());
        wanted.render_long_help().to_string().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_help_says_what_the_tables_say() {
        let caption = help(&["caption"]);
        for row in TaskKind::ALL.map(TaskKind::row) {
            assert!(caption.contains(&format!("- {}: {}", row.name, row.gives)), "{}: {caption}", row.name);
        }
        for format in FORMATS {
            assert!(
                caption.contains(&format!("- {}: {}", format.name, format.summary())),
                "{}: {caption}",
                format.name
            );
        }
        let one_of = |names: &[&str]| format!("<{}>", names.join("|"));
        let precisions = Precision::ALL.map(Precision::name);
        assert!(caption.contains(&one_of(&[&["auto"], &precisions[..]].concat())), "{caption}");
        assert!(caption.contains(&one_of(&DeviceChoice::ALL.map(DeviceChoice::name))), "{caption}");
        let convert = help(&["model", "convert"]);
        assert!(convert.contains(&one_of(&convert::Format::ALL.map(convert::Format::name))), "{convert}");
    }
}
