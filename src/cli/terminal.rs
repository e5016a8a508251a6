//! What the command line writes where: results to standard output, everything else to standard error.

use std::{
    cell::RefCell,
    io::{IsTerminal as _, Write as _},
};

use anyhow::Context as _;

use crate::{
    convert,
    engine::{LoadProgress, Progress, Stage},
    hub,
    progress::Share,
    verify,
    words::{duration, printable, printable_json, size},
};

/// Why a result is nowhere to be seen.
pub(super) const NOT_PRINTED: &str = "The result could not be written to standard output";

/// Writes one line to standard output, without the characters that could steer a terminal.
pub(super) fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{}", printable(line)).context(NOT_PRINTED)
}

/// Writes the same line to standard error, where standard output has something else.
pub(super) fn say_beside(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stderr(), "{}", printable(line)).context("The result could not be written to standard error")
}

/// Writes one line of JSON.
pub(super) fn say_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    say_content(format!("{}\n", serde_json::to_string(value)?).as_bytes())
}

/// Writes JSON to standard output: as it is to a program, with all escaped that could steer a terminal to a person.
pub(super) fn say_content(content: &[u8]) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout();
    let written = if stdout.is_terminal() {
        let lines = String::from_utf8_lossy(content);
        lines.lines().try_for_each(|line| writeln!(stdout, "{}", printable_json(line)))
    } else {
        stdout.write_all(content)
    };
    written.and_then(|()| stdout.flush()).context(NOT_PRINTED)
}

/// Writes one line to standard error; there is nobody left to tell if that fails.
pub(super) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "kosmoscope: {}", printable(line));
}

/// An error in one sentence: what happened, and each cause that is not told in it already.
pub(super) fn sentence(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told.as_str() {
        "" => cause,
        _ if told.contains(&cause) => told,
        _ => format!("{told}: {cause}"),
    })
}

/// Whether whoever read our output has gone, as `head` does.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// A line on standard error that is written over and over; only on a terminal.
#[derive(Debug)]
pub(super) struct StatusLine {
    is_shown: bool,
    /// What it says, so that nothing is written twice.
    text: RefCell<String>,
}

impl StatusLine {
    pub(super) fn new() -> Self {
        Self { is_shown: std::io::stderr().is_terminal(), text: RefCell::default() }
    }

    pub(super) fn loading(&self, progress: LoadProgress) {
        self.show(&format!("Loading the checkpoint… {} %", progress.percent()));
    }

    pub(super) fn pulling(&self, progress: &hub::Progress) {
        let of = |share: &Share| format!("{} of {}", size(share.n_done), size(share.n_total));
        self.show(&match progress {
            hub::Progress::LookingUp => "Asking for the list of files…".to_owned(),
            hub::Progress::Waiting(share) => format!("Another program is downloading it: {}", of(share)),
            hub::Progress::Checking { file, share } => format!("Checking {file}: {}", of(share)),
            hub::Progress::Receiving { file, share, bytes_per_sec, why_waiting } => {
                let speed = bytes_per_sec.map_or(String::new(), |speed| format!(", {}/s", size(speed as u64)));
                let left = progress.secs_left().map_or(String::new(), |secs| format!(", {} left", duration(secs)));
                let why = why_waiting.as_ref().map_or(String::new(), |why| format!("; {why}"));
                format!("{file}: {}{speed}{left}{why}", of(share))
            }
        });
    }

    pub(super) fn verifying(&self, progress: &verify::Progress) {
        self.show(&format!("{}: {} %", progress.what, progress.share.percent()));
    }

    pub(super) fn converting(&self, progress: convert::Progress) {
        self.show(&format!("Converting… {} %", progress.percent()));
    }

    pub(super) fn running(&self, image: &str, progress: &Progress) {
        let stage = match progress.stage {
            Stage::Looking => "looking at the picture…".to_owned(),
            Stage::Reading => "reading the prompt…".to_owned(),
            Stage::Writing => {
                let speed = progress.tokens_per_sec.map(|speed| format!(", {speed:.1} a second")).unwrap_or_default();
                format!("writing… {} tokens{speed}", progress.n_tokens)
            }
        };
        self.show(&format!("{image}: {stage}"));
    }

    pub(super) fn saying(&self, text: &str) {
        self.show(text);
    }

    pub(super) fn counting(&self, n_done: usize, n_total: usize) {
        self.show(&format!("{n_done} of {n_total}"));
    }

    pub(super) fn clear(&self) {
        self.show("");
    }

    fn show(&self, text: &str) {
        if self.is_shown && self.text.replace(text.to_owned()) != text {
            let _ = write!(std::io::stderr(), "\r\x1b[2K{}", printable(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::sentence;

    #[test]
    fn causes_are_told_once() {
        let with_context = Err::<(), _>(anyhow!("no such file")).context("the answers").unwrap_err();
        assert_eq!(sentence(&with_context), "the answers: no such file");
        let told_already = crate::convert::ConvertError::from(std::io::Error::other("the disk is gone"));
        assert_eq!(sentence(&told_already.into()), "The new file could not be written (the disk is gone)");
    }
}
