//! A line in, a line out: for engines that keep one process and hand it pictures.

use std::{
    io::{BufRead, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    error::BatchError,
    item::Item,
    run::{Work, open},
};
use crate::export::FailureRecord;

/// Answers each line of `input`, a path or an object as in a list, by exactly one line in `output`, in the same order and at
/// once. Ends with the input, or when it is told to stop.
///
/// # Errors
/// When a line can't be read or written.
pub fn answer_lines(
    work: &mut Work<'_>,
    stop: &AtomicBool,
    input: impl BufRead,
    output: &mut impl Write,
) -> Result<(), BatchError> {
    for line in input.lines() {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let line = line.map_err(BatchError::disk("standard input"))?;
        let told = match Item::of_line(line.trim_end_matches('\r')) {
            Ok(item) => match work(&item, open(&item)) {
                Some(answered) => answered.line,
                None => break,
            },
            Err(error) => {
                let failure = FailureRecord { image: crate::words::brief(&line).as_str().into(), error };
                serde_json::to_string(&failure).unwrap_or_default()
            }
        };
        writeln!(output, "{told}").and_then(|()| output.flush()).map_err(BatchError::disk("standard output"))?;
    }
    Ok(())
}
