//! Signals that would end the program in the middle of something: Ctrl+C, `kill`, a terminal that closes, a file that gets
//! longer than the system lets it.
//!
//! Only Unix has them. Elsewhere the program ends at once, and what it leaves half written is removed by a later one.

/// From now on, the first signal that asks the program to end has `tidy_up` called, on a thread of its own; then the program
/// ends as the signal would have ended it. A second signal ends it at once.
///
/// What is ignored stays ignored, as under `nohup`. To be called once, before there are other threads.
///
/// # Errors
/// When the system gives no thread, or won't have its signals taken; they then end the program at once, as before.
pub fn tidy_up_before_the_end(tidy_up: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    #[cfg(unix)]
    unix::tidy_up_before_the_end(tidy_up)?;
    #[cfg(not(unix))]
    drop(tidy_up);
    Ok(())
}

/// From now on, the first signal that asks the program to end only sets this; a second one ends it at once with `code`. What
/// is ignored stays ignored.
///
/// # Errors
/// When the system won't have its signals taken.
pub fn ask_to_stop(stop: &std::sync::Arc<std::sync::atomic::AtomicBool>, code: i32) -> std::io::Result<()> {
    #[cfg(unix)]
    unix::ask_to_stop(stop, code)?;
    #[cfg(not(unix))]
    let _ = (stop, code);
    Ok(())
}

/// From now on, a file that gets longer than the system lets it is an error where it is written, and not the end of the
/// program.
///
/// # Errors
/// When the system won't have its signal taken.
pub fn outlive_the_file_limit() -> std::io::Result<()> {
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default())?;
    Ok(())
}

/// From now on, an abort ends the program with this exit code and leaves no core dump: what aborts here is an allocation
/// for which there is no memory, and the language has told of it by then.
///
/// # Errors
/// When the system won't have its signal taken.
pub fn exit_when_aborted(code: i32) -> std::io::Result<()> {
    #[cfg(unix)]
    signal_hook::flag::register_conditional_shutdown(
        signal_hook::consts::SIGABRT,
        code,
        std::sync::Arc::new(true.into()),
    )?;
    #[cfg(not(unix))]
    let _ = code;
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::{
        fs, io,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        thread,
    };

    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM},
        flag::{register, register_conditional_default, register_conditional_shutdown},
        iterator::Signals,
        low_level::emulate_default_handler,
    };

    pub(super) fn tidy_up_before_the_end(tidy_up: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let heeded: Vec<i32> = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&n| !is_ignored(&status, n)).collect();
        let is_ending = Arc::new(AtomicBool::new(false));
        for &signal in &heeded {
            register_conditional_default(signal, Arc::clone(&is_ending))?;
        }
        let mut signals = Signals::new(heeded)?;
        let waiting = move || {
            let Some(signal) = signals.forever().next() else { return };
            is_ending.store(true, Ordering::SeqCst);
            tidy_up();
            // It fails for signals there are not.
            let _ = emulate_default_handler(signal);
        };
        thread::Builder::new().name("signals".to_owned()).spawn(waiting).map(drop)
    }

    pub(super) fn ask_to_stop(stop: &Arc<AtomicBool>, code: i32) -> io::Result<()> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&n| !is_ignored(&status, n)) {
            // In this order: the first signal finds it unset.
            register_conditional_shutdown(signal, code, Arc::clone(stop))?;
            register(signal, Arc::clone(stop))?;
        }
        Ok(())
    }

    /// Whether this program was told to ignore a signal before it began; `status` is what Linux says of it.
    fn is_ignored(status: &str, signal: i32) -> bool {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_nohup_ignores_is_known() {
            let status = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
            assert_eq!([SIGHUP, SIGINT, SIGTERM].map(|signal| is_ignored(status, signal)), [true, false, false]);
            assert!(!is_ignored("", SIGHUP));
        }
    }
}
