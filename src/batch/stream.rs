//! A line in, a line out: for engines that keep one process and hand it pictures.

use std::{
    io::{BufRead, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use super::{answered::Answered, error::BatchError, item::Item};
use crate::{export::FailureRecord, picture::Picture};

/// Answers each line of `input`, a path or an object as in a list, by exactly one line in `output`, in the same order and at
/// once. Ends with the input, or when it is told to stop.
///
/// # Errors
/// When a line can't be read or written.
pub fn answer_lines(
    mut work: impl FnMut(&Item, Result<Picture, String>) -> Option<Answered>,
    stop: &AtomicBool,
    input: impl BufRead,
    output: &mut impl Write,
) -> Result<(), BatchError> {
    for line in input.split(b'\n') {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let line = line.map_err(BatchError::disk("standard input"))?;
        let told = match Item::of_line(line.strip_suffix(b"\r").unwrap_or(&line)) {
            Ok(item) => match work(&item, item.open()) {
                Some(answered) => answered.line,
                None => break,
            },
            Err(error) => {
                let name = crate::words::brief(String::from_utf8_lossy(&line));
                let failure = FailureRecord { image: name.as_str().into(), error };
                serde_json::to_string(&failure).unwrap_or_default()
            }
        };
        writeln!(output, "{told}").and_then(|()| output.flush()).map_err(BatchError::disk("standard output"))?;
    }
    Ok(())
}
