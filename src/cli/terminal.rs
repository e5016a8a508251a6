//! What the command line writes where: results to standard output, everything else to standard error.

use std::{
    cell::RefCell,
    io::{IsTerminal as _, Write as _},
};

use crate::{
    checkpoint::size,
    convert,
    engine::{LoadProgress, Progress, Stage},
    hub::{self, Step},
    picture::printable,
    verify,
};

/// Writes one line to standard output, without the characters that could steer a terminal.
pub(super) fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{}", printable(line))?)
}

/// Writes one line of JSON, which escapes such characters itself.
pub(super) fn say_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{}", serde_json::to_string(value)?)?)
}

/// Writes one line to standard error; there is nobody left to tell if that fails.
pub(super) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "kosmoscope: {}", printable(line));
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
        let percent = 100 * progress.n_done / progress.n_total.max(1);
        self.show(&format!("Loading the checkpoint… {percent} %"));
    }

    pub(super) fn pulling(&self, progress: &hub::Progress) {
        let share = format!("{} of {}", size(progress.n_done), size(progress.n_total));
        let what = match progress.step {
            Step::LookingUp => "Asking what there is…".to_owned(),
            Step::Waiting => format!("Another program downloads it: {share}"),
            Step::Checking => format!("Checking {}: {share}", progress.file),
            Step::Receiving => format!("{}: {share}, {}/s", progress.file, size(progress.bytes_per_sec as u64)),
        };
        let left = progress.secs_left().filter(|_| progress.step == Step::Receiving);
        let left = left.map(|secs| format!(", {} left", duration(secs))).unwrap_or_default();
        let trouble = progress.trouble.as_ref().map(|trouble| format!("; {trouble}")).unwrap_or_default();
        self.show(&format!("{what}{left}{trouble}"));
    }

    pub(super) fn verifying(&self, progress: &verify::Progress) {
        self.show(&format!("{}: {} %", progress.what, 100 * progress.n_done / progress.n_total.max(1)));
    }

    pub(super) fn converting(&self, progress: convert::Progress) {
        self.show(&format!("Converting… {} %", 100 * progress.n_done / progress.n_total.max(1)));
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

/// For people, roughly.
fn duration(secs: f64) -> String {
    match secs {
        0.0..90.0 => format!("{secs:.0} s"),
        90.0..5400.0 => format!("{:.0} min", secs / 60.0),
        _ => format!("{:.1} h", secs / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, printable};

    #[test]
    fn durations_are_short() {
        assert_eq!([duration(4.2), duration(600.0), duration(9000.0)], ["4 s", "10 min", "2.5 h"]);
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(printable("a\x1b[31mb\u{202e}c\nd\u{9b}é"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d\u{fffd}é");
    }
}
