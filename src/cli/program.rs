//! The arguments of the program, and what they lead to.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use super::{
    bench, caption, caption_args::CaptionArgs, environment, evaluate, exit::Exit, loading::LoadingArgs, model,
    terminal, trace, window,
};

/// Describes pictures in words that are linked to places in them.
///
/// Without a subcommand it opens the window.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
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
    /// Measure how good a checkpoint is
    #[command(subcommand)]
    Evaluate(evaluate::EvaluateCommand),
    /// Get checkpoints, list them, check them, make them smaller
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Measure how fast this machine answers, and how fast it could answer
    Bench(bench::BenchArgs),
    /// Write every stage of one answer as tensors, to compare with the reference implementation
    Trace(trace::TraceArgs),
}

/// Does what the arguments say; errors are printed, once.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    let result = match args.command {
        Some(Command::Caption(args)) => caption::run(&args),
        Some(Command::Evaluate(command)) => evaluate::run(&command),
        Some(Command::Model(command)) => model::run(&command),
        Some(Command::Bench(args)) => bench::run(&args).map(|()| Exit::Done),
        Some(Command::Trace(args)) => trace::run(&args).map(|()| Exit::Done),
        None => window::run(args.images, &args.loading).map(|()| Exit::Done),
    };
    let exit = match result {
        Ok(exit) => exit,
        Err(e) if terminal::is_closed_pipe(&e) => Exit::Done,
        Err(e) => {
            terminal::complain(&terminal::sentence(&e));
            Exit::CouldNotRun
        }
    };
    exit.into()
}

/// Says that the program itself is at fault.
#[must_use]
pub fn crashed() -> ExitCode {
    terminal::complain("It stopped unexpectedly; run it again with --verbose, and report what that prints");
    Exit::Crashed.into()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

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
