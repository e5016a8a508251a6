//! The threads that the model computes on: one for each physical core, and below the window in priority.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Does some work on these threads; parallel iterators within it use them too.
pub fn on_threads<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    match POOL.get_or_init(pool) {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Starts the threads; if the system gives none, work is done on the thread that asks for it.
fn pool() -> Option<ThreadPool> {
    let builder = ThreadPoolBuilder::new().num_threads(n_threads()).thread_name(|i| format!("model-{i}"));
    builder.build().inspect_err(|e| tracing::warn!("no threads for the model: {e}")).ok()
}

/// Two threads of one core only take turns at its memory.
fn n_threads() -> usize {
    num_cpus::get_physical().clamp(1, num_cpus::get().max(1))
}
