//! The threads that the model computes on: one for each physical core, and below the window in priority.

use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// The system gives no threads.
#[derive(Clone, Debug, thiserror::Error)]
#[error("This program gets no threads to compute on ({0}); close other programs, or raise their limit (ulimit -u)")]
pub struct NoThreads(String);

/// Ours; libraries have one of their own for what they do outside of it.
static POOL: OnceLock<Result<ThreadPool, NoThreads>> = OnceLock::new();

/// How many somebody has chosen; 0 for as many as are good.
static CHOSEN: AtomicUsize = AtomicUsize::new(0);

/// Chooses how many threads are started; has no effect once they are.
pub fn choose_threads(n_threads: usize) {
    CHOSEN.store(n_threads, Ordering::Relaxed);
}

/// Starts the threads, if that is not done yet. What computes in parallel without them would panic.
///
/// # Errors
/// When the system gives none.
pub fn start_threads() -> Result<(), NoThreads> {
    let started = POOL.get_or_init(|| pool().map_err(|e| NoThreads(e.to_string())));
    started.as_ref().map(|_| ()).map_err(Clone::clone)
}

/// Does some work on these threads; parallel iterators within it use them too.
pub fn on_threads<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    let _ = start_threads(); // whoever loaded the model has seen to it
    match POOL.get() {
        Some(Ok(pool)) => pool.install(work),
        _ => work(),
    }
}

fn pool() -> Result<ThreadPool, ThreadPoolBuildError> {
    let builder = ThreadPoolBuilder::new().num_threads(n_threads()).thread_name(|i| format!("model-{i}"));
    let pool = builder.build()?;
    // It is an error when somebody has had the libraries' started before, and then it is there.
    match ThreadPoolBuilder::new().num_threads(CHOSEN.load(Ordering::Relaxed)).build_global() {
        Err(e) if std::error::Error::source(&e).is_some() => Err(e),
        _ => Ok(pool),
    }
}

fn n_threads() -> usize {
    match CHOSEN.load(Ordering::Relaxed) {
        // Two threads of one core only take turns at its memory.
        0 => num_cpus::get_physical().clamp(1, num_cpus::get().max(1)),
        n_chosen => n_chosen,
    }
}
