//! A job on a thread of its own, for a window: it tells how far it is, can be paused or stopped, and wakes whoever watches.
//!
//! Downloads and conversions are such jobs. Each ends in exactly one of [`Event::Ended`] and [`Event::Failed`], also when
//! it panics. A job looks between two of its own steps whether it is to pause or to stop, so no wish waits in a queue; one
//! that can't pause stops instead.

use std::{
    any::Any,
    io,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, unbounded};

/// What a job tells.
#[derive(Debug)]
pub enum Event<P, T> {
    /// It goes on.
    Progress(P),
    /// It came to an end.
    Ended(T),
    /// It could not go on; one sentence for a person.
    Failed(String),
}

/// What a job is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// Go on.
    GoOn,
    /// End, but keep what is done so that it can be gone on with.
    Pause,
    /// End, and leave nothing half done.
    Stop,
}

/// The handle to the thread. Dropping it pauses the job, and does not wait.
#[derive(Debug)]
pub struct Job<P, T> {
    events: Receiver<Event<P, T>>,
    wish: SharedWish,
}

/// The other end, for the job itself.
pub struct Reporter<P, T> {
    events: Sender<Event<P, T>>,
    wake: Box<dyn Fn() + Send>,
    wish: SharedWish,
}

impl<P: Send + 'static, T: Send + 'static> Job<P, T> {
    /// Starts the thread; it calls `run`, which gives what the job came to or one sentence why it failed. `wake` is called
    /// after each event, from the thread.
    ///
    /// # Errors
    /// When the thread can't be started.
    pub fn start(
        name: &str,
        wake: impl Fn() + Send + 'static,
        run: impl FnOnce(&Reporter<P, T>) -> Result<T, String> + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, events) = unbounded();
        let wish = SharedWish::default();
        let reporter = Reporter { events: sender, wake: Box::new(wake), wish: wish.clone() };
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            let ended = catch_unwind(AssertUnwindSafe(|| run(&reporter)));
            reporter.tell(match ended {
                Ok(Ok(end)) => Event::Ended(end),
                Ok(Err(sentence)) => Event::Failed(sentence),
                Err(panic) => Event::Failed(format!(
                    "It stopped unexpectedly: {}. Try again, or report this",
                    panic_message(panic.as_ref())
                )),
            });
        })?;
        Ok(Self { events, wish })
    }
}

impl<P, T> Job<P, T> {
    /// Ends the job soon, and keeps what is done. An event tells the end of it.
    pub fn pause(&self) {
        self.wish.raise(Wish::Pause);
    }

    /// Ends the job soon, also one that is about to pause. An event tells the end of it.
    pub fn stop(&self) {
        self.wish.raise(Wish::Stop);
    }

    /// Stops it and waits for its end, at most this long.
    pub fn stop_and_wait(&self, most: Duration) {
        self.stop();
        let until = Instant::now() + most;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if !matches!(self.events.recv_timeout(left), Ok(Event::Progress(_))) {
                break;
            }
        }
    }

    /// Whether it was told to pause or to stop, and is about to.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.wish.get() != Wish::GoOn
    }

    /// The next event, if there is one.
    #[must_use]
    pub fn try_recv(&self) -> Option<Event<P, T>> {
        self.events.try_recv().ok()
    }

    /// The next event, waiting for it; `None` when the time is up, or after the last one.
    #[must_use]
    pub fn recv_timeout(&self, timeout: Duration) -> Option<Event<P, T>> {
        self.events.recv_timeout(timeout).ok()
    }
}

impl<P, T> Drop for Job<P, T> {
    fn drop(&mut self) {
        self.pause();
    }
}

impl<P, T> Reporter<P, T> {
    /// Tells how far the job is; a break says that it is to end.
    pub fn progress(&self, progress: P) -> ControlFlow<()> {
        self.tell(Event::Progress(progress));
        if self.wish() == Wish::GoOn { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    /// What the job is to do.
    #[must_use]
    pub fn wish(&self) -> Wish {
        self.wish.get()
    }

    fn tell(&self, event: Event<P, T>) {
        // Nobody listening means that nothing is left to tell.
        let _ = self.events.send(event);
        (self.wake)();
    }
}

/// What a panic said.
#[must_use]
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given")
}

/// A wish that only rises: what was told to stop does not go on.
#[derive(Clone, Debug, Default)]
struct SharedWish(Arc<AtomicU8>);

impl SharedWish {
    fn raise(&self, wish: Wish) {
        self.0.fetch_max(wish as u8, Ordering::SeqCst);
    }

    fn get(&self) -> Wish {
        match self.0.load(Ordering::SeqCst) {
            0 => Wish::GoOn,
            1 => Wish::Pause,
            _ => Wish::Stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    /// Goes on until it is told not to, and gives what it was told.
    fn endless(wake: impl Fn() + Send + 'static) -> Job<u32, Wish> {
        let run = |reporter: &Reporter<u32, Wish>| {
            let mut n = 0;
            while reporter.progress(n).is_continue() {
                n += 1;
                thread::sleep(Duration::from_millis(1));
            }
            Ok(reporter.wish())
        };
        Job::start("test", wake, run).unwrap()
    }

    /// The last event; there is none after it.
    fn end<P, T>(job: &Job<P, T>) -> Event<P, T> {
        let end = loop {
            match job.recv_timeout(SOON).expect("an end") {
                Event::Progress(_) => {}
                end => break end,
            }
        };
        assert!(job.recv_timeout(SOON).is_none(), "an end is the last event");
        end
    }

    #[test]
    fn a_job_goes_on_until_it_is_paused_or_stopped() {
        let job = endless(|| {});
        assert!(matches!(job.recv_timeout(SOON), Some(Event::Progress(0))) && !job.is_ending());
        job.pause();
        assert!(job.is_ending());
        assert!(matches!(end(&job), Event::Ended(Wish::Pause)));
        let job = endless(|| {});
        job.stop();
        job.pause();
        assert!(matches!(end(&job), Event::Ended(Wish::Stop)), "a pause does not take back a stop");
    }

    #[test]
    fn each_event_wakes_and_one_is_the_end() {
        let n_wakes = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&n_wakes);
        let wake = move || {
            counting.fetch_add(1, Ordering::SeqCst);
        };
        let run = |reporter: &Reporter<u32, ()>| {
            let _ = (reporter.progress(1), reporter.progress(2));
            Err("It is too hot".to_owned())
        };
        let job = Job::start("test", wake, run).unwrap();
        assert!(matches!(end(&job), Event::Failed(sentence) if sentence == "It is too hot"));
        assert_eq!(n_wakes.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn a_panic_is_an_end_too() {
        let job = Job::<(), ()>::start("test", || {}, |_| panic!("the {} is gone", "floor")).unwrap();
        let Event::Failed(sentence) = end(&job) else { panic!("not failed") };
        assert_eq!(sentence, "It stopped unexpectedly: the floor is gone. Try again, or report this");
    }

    #[test]
    fn dropping_does_not_wait_and_ends_the_job() {
        let (sender, ended) = unbounded();
        let run = move |reporter: &Reporter<(), ()>| {
            while reporter.progress(()).is_continue() {
                thread::sleep(Duration::from_millis(200));
            }
            let _ = sender.send(reporter.wish());
            Ok(())
        };
        let job = Job::start("test", || {}, run).unwrap();
        assert!(job.recv_timeout(SOON).is_some());
        let since = Instant::now();
        drop(job);
        assert!(since.elapsed() < Duration::from_millis(100), "{:?}", since.elapsed());
        assert_eq!(ended.recv_timeout(SOON), Ok(Wish::Pause));
    }

    #[test]
    fn who_waits_for_the_end_waits_no_longer_than_that() {
        let job = endless(|| {});
        job.stop_and_wait(SOON);
        assert!(job.try_recv().is_none(), "nothing is left to tell");
        let stubborn = Job::<(), ()>::start(
            "test",
            || {},
            |_| {
                thread::sleep(Duration::from_secs(3));
                Ok(())
            },
        );
        let (stubborn, since) = (stubborn.unwrap(), Instant::now());
        stubborn.stop_and_wait(Duration::from_millis(50));
        assert!((Duration::from_millis(50)..Duration::from_secs(2)).contains(&since.elapsed()));
    }
}
