//! The thread that owns the model, and the messages it lives by.
//!
//! Commands go in over a channel, events come out over another; stopping is a flag beside the channel, read between
//! tokens, so it never waits in a queue. Each run ends in exactly one of [`Event::Finished`], [`Event::Failed`] and
//! [`Event::Cancelled`], also when the engine panics. A newer run takes the place of the one under way and of any
//! that wait. Work that is long, as an evaluation, is lent the model instead, tells of itself, and is stopped by whoever began it.

use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::{
    background::panic_message,
    engine::{
        Answer, Engine, EngineError, GenerateOptions, LoadProgress, ModelInfo, OnLoad, Outcome, Progress, Request,
    },
    picture::Picture,
    power,
    text::Task,
};

/// Tells runs apart; later runs have larger ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

impl RequestId {
    /// A new identity, larger than all before.
    #[must_use]
    pub fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::SeqCst))
    }
}

/// What the worker tells. The channel is unbounded: a run sends one event a token and a handful more.
#[derive(Debug)]
pub enum Event {
    /// The weights are being read, and this much of them has been.
    Loading(LoadProgress),
    /// The model is loaded, and runs can be submitted.
    Ready(ModelInfo),
    /// The model could not be loaded; the sentence tells a person why.
    LoadFailed(String),
    /// The model asked for can't be loaded, as the sentence tells a person, and the one before goes on answering.
    LoadRefused(String),
    /// A run goes on: told before the picture is encoded, before the prompt is read, and after each token.
    Progress {
        /// The run that goes on.
        id: RequestId,
        /// Its stage, and the answer so far.
        progress: Progress,
    },
    /// A run ended with an answer.
    Finished {
        /// The run that ended.
        id: RequestId,
        /// What it gave.
        answer: Box<Answer>,
    },
    /// A run ended without an answer.
    Failed {
        /// The run that ended.
        id: RequestId,
        /// The sentence that tells a person why.
        error: String,
    },
    /// A run ended because it was stopped, or because a newer one took its place.
    Cancelled(RequestId),
}

/// Makes an engine; it tells how far it is, and may be told to stop. Any closure of this form is one.
pub trait Load: FnOnce(OnLoad<'_>) -> Result<Engine, EngineError> + Send + 'static {}

impl<F: FnOnce(OnLoad<'_>) -> Result<Engine, EngineError> + Send + 'static> Load for F {}

/// Looks at a model before the present one is given up for it.
type Look = dyn FnOnce() -> Result<Box<dyn Load>, EngineError> + Send;

/// Long work that needs the model, or is told why there is none.
type Errand = dyn FnOnce(Result<&mut Engine, &str>) + Send;

enum Command {
    Run { id: RequestId, request: Box<Request> },
    Lend(Box<Errand>),
    Load { id: u64, look: Box<Look> },
    LookAhead(Picture),
}

/// Whatever has an id below these is to stop: the stop flags.
#[derive(Debug, Default)]
struct StopBelow {
    runs: AtomicU64,
    loads: AtomicU64,
    /// Of a load below this nothing is told any more: another one was asked for since.
    told_loads: AtomicU64,
    /// The only picture that is still worth being looked at ahead, by its identity.
    awaited: AtomicU64,
}

/// No picture has it.
const NO_PICTURE: u64 = u64::MAX;

/// The handle to the thread. Dropping it stops the run under way and does not wait.
#[derive(Debug)]
pub struct Worker {
    commands: Sender<Command>,
    events: Receiver<Event>,
    outbox: Outbox,
    stop_below: Arc<StopBelow>,
    /// The largest identity of a run submitted; 0 before the first.
    last_run: AtomicU64,
    /// Loads asked for, the first one included.
    n_loads: AtomicU64,
}

/// Sends events and wakes whoever reads them.
#[derive(Clone)]
struct Outbox {
    events: Sender<Event>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outbox")
    }
}

impl Outbox {
    fn send(&self, event: Event) {
        // Nobody listening means the window is gone: nothing is left to tell.
        let _ = self.events.send(event);
        (self.wake)();
    }
}

impl Worker {
    /// Starts the thread; it calls `load` first. `wake` is called after each event, from the sender's thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(load: impl Load, wake: impl Fn() + Send + Sync + 'static) -> std::io::Result<Self> {
        let (commands, inbox) = unbounded();
        let (sender, events) = unbounded();
        let outbox = Outbox { events: sender, wake: Arc::new(wake) };
        let stop_below = Arc::new(StopBelow::default());
        let (thread_outbox, thread_stop) = (outbox.clone(), Arc::clone(&stop_below));
        thread::Builder::new().name("model".to_owned()).spawn(move || {
            step_back();
            let engine = load_engine(0, Box::new(load), &thread_outbox, &thread_stop);
            serve(engine, &inbox, &thread_outbox, &thread_stop);
        })?;
        Ok(Self { commands, events, outbox, stop_below, last_run: AtomicU64::new(0), n_loads: AtomicU64::new(1) })
    }

    /// Takes another model in place of the present one, which is freed first. Runs and loads asked for before are stopped,
    /// and of those loads nothing more is told.
    pub fn load(&self, load: impl Load) {
        self.look_and_load(|| Ok(load));
    }

    /// The same, but `look` sees first whether the other model can be used; if not, the present one stays.
    pub fn look_and_load<L: Load>(&self, look: impl FnOnce() -> Result<L, EngineError> + Send + 'static) {
        let id = self.n_loads.fetch_add(1, Ordering::SeqCst);
        self.cancel();
        self.look_ahead(None);
        self.stop_below.loads.fetch_max(id, Ordering::SeqCst);
        self.stop_below.told_loads.fetch_max(id, Ordering::SeqCst);
        let look: Box<Look> = Box::new(|| Ok(Box::new(look()?)));
        if self.commands.send(Command::Load { id, look }).is_err() {
            self.outbox.send(Event::LoadFailed(THREAD_HAS_ENDED.to_owned()));
        }
    }

    /// Stops loading, within a tensor; [`Event::LoadFailed`] tells the end of it.
    pub fn stop_loading(&self) {
        self.stop_below.loads.fetch_max(self.n_loads.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// Asks for a run under this identity, which is larger than all before; runs submitted before it are stopped.
    pub fn submit(&self, id: RequestId, picture: Picture, task: Task, options: GenerateOptions) {
        self.stop_below.runs.fetch_max(id.0, Ordering::SeqCst);
        self.stop_below.awaited.store(picture.id.0, Ordering::SeqCst);
        self.last_run.fetch_max(id.0, Ordering::SeqCst);
        if self.commands.send(Command::Run { id, request: Box::new(Request { picture, task, options }) }).is_err() {
            let error = THREAD_HAS_ENDED.to_owned();
            self.outbox.send(Event::Failed { id, error });
        }
    }

    /// Lends the model to long work, which tells others of itself and ends when it is told to; runs wait meanwhile. It is told
    /// why there is no model where there is none.
    pub fn lend(&self, errand: impl FnOnce(Result<&mut Engine, &str>) + Send + 'static) {
        self.look_ahead(None);
        // Of a thread that has ended, the errand tells by its end.
        let _ = self.commands.send(Command::Lend(Box::new(errand)));
    }

    /// Looks at a picture, so that the first answer on it comes sooner, when nothing else is to be done; or no longer at any.
    /// Nothing is told of it. Not on battery.
    pub fn look_ahead(&self, picture: Option<Picture>) {
        self.stop_below.awaited.store(picture.as_ref().map_or(NO_PICTURE, |picture| picture.id.0), Ordering::SeqCst);
        // A thread that has ended says so when it is asked for something.
        let _ = picture.is_some_and(|picture| self.commands.send(Command::LookAhead(picture)).is_ok());
    }

    /// Stops the run under way, and all that wait, within a token. Runs submitted afterwards are not stopped, whenever they
    /// got their identity.
    pub fn cancel(&self) {
        self.stop_below.runs.fetch_max(self.last_run.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
    }

    /// The next event, if there is one.
    #[must_use]
    pub fn try_recv(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// The next event, waiting for it; `None` when the time is up.
    #[must_use]
    pub fn recv_timeout(&self, timeout: std::time::Duration) -> Option<Event> {
        self.events.recv_timeout(timeout).ok()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop_below.runs.store(u64::MAX, Ordering::SeqCst);
        self.stop_below.loads.store(u64::MAX, Ordering::SeqCst);
        self.look_ahead(None);
    }
}

/// Lets this thread, and those it starts for its products, wait when the window has something to do.
#[cfg(target_os = "linux")]
fn step_back() {
    const NICENESS: i32 = 5;
    if let Err(e) = rustix::process::nice(NICENESS) {
        tracing::debug!("the model keeps its priority: {e}");
    }
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}

/// What is left to say to whoever still asks for something.
const THREAD_HAS_ENDED: &str = "The model's thread has ended. Restart Kosmoscope";

/// Why there is no engine: told to whoever asks for a run.
type LoadFailure = String;

fn load_engine(id: u64, load: Box<dyn Load>, outbox: &Outbox, stop_below: &StopBelow) -> Result<Engine, LoadFailure> {
    let tell = |event| tell_of_load(id, event, outbox, stop_below);
    let mut on_progress = |progress| {
        tell(Event::Loading(progress));
        if id < stop_below.loads.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let engine = without_panic(|| load(&mut on_progress));
    tracing::debug!("checkpoint: {:?}", engine.as_ref().map(Engine::info));
    tell(match &engine {
        Ok(engine) => Event::Ready(engine.info().clone()),
        Err(failure) => Event::LoadFailed(failure.clone()),
    });
    engine
}

/// Tells of a load, unless another one was asked for since.
fn tell_of_load(id: u64, event: Event, outbox: &Outbox, stop_below: &StopBelow) {
    if id >= stop_below.told_loads.load(Ordering::SeqCst) {
        outbox.send(event);
    }
}

/// What a part of loading gives, or a sentence, also where it panics.
fn without_panic<T>(part: impl FnOnce() -> Result<T, EngineError>) -> Result<T, LoadFailure> {
    match catch_unwind(AssertUnwindSafe(part)) {
        Ok(result) => result.map_err(|e| e.to_string()),
        Err(panic) => Err(format!("The checkpoint could not be loaded: {}", panic_message(panic.as_ref()))),
    }
}

fn serve(mut engine: Result<Engine, LoadFailure>, inbox: &Receiver<Command>, outbox: &Outbox, stop_below: &StopBelow) {
    while let Ok(command) = inbox.recv() {
        let (id, request) = match command {
            Command::Run { id, request } => (id, request),
            Command::LookAhead(picture) => {
                if let Ok(engine) = &mut engine {
                    look_ahead(engine, &picture, &|| stop_below.awaited.load(Ordering::SeqCst) == picture.id.0);
                }
                continue;
            }
            Command::Lend(errand) => {
                lend(&mut engine, errand);
                continue;
            }
            Command::Load { id, look } => {
                engine = match (without_panic(look), engine) {
                    (Ok(load), before) => {
                        // Two large models would not fit.
                        drop(before);
                        load_engine(id, load, outbox, stop_below)
                    }
                    (Err(failure), Ok(before)) => {
                        tell_of_load(id, Event::LoadRefused(failure), outbox, stop_below);
                        Ok(before)
                    }
                    (Err(failure), Err(_)) => {
                        tell_of_load(id, Event::LoadFailed(failure.clone()), outbox, stop_below);
                        Err(failure)
                    }
                };
                continue;
            }
        };
        let stopped = || id.0 < stop_below.runs.load(Ordering::SeqCst);
        outbox.send(match &mut engine {
            _ if stopped() => Event::Cancelled(id),
            Ok(engine) => run(engine, id, &request, outbox, &stopped),
            Err(failure) => Event::Failed { id, error: failure.clone() },
        });
    }
}

/// A panic costs the work and what is kept of pictures, not the weights.
fn lend(engine: &mut Result<Engine, LoadFailure>, errand: Box<Errand>) {
    let model = engine.as_mut().map_err(|failure| failure.as_str());
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| errand(model))) {
        tracing::warn!("work with the model stopped unexpectedly: {}", panic_message(panic.as_ref()));
        if let Ok(engine) = engine {
            engine.forget_pictures();
        }
    }
}

/// Failing costs nothing: the run that follows fails too, and says why.
fn look_ahead(engine: &mut Engine, picture: &Picture, goes_on: &(dyn Fn() -> bool + Sync)) {
    if !goes_on() || power::is_on_battery() {
        return;
    }
    match catch_unwind(AssertUnwindSafe(|| engine.look_ahead(picture, goes_on))) {
        Ok(Ok(())) => {}
        Ok(Err(e)) => tracing::debug!("{} was not looked at ahead: {e}", picture.name),
        Err(_) => engine.forget_pictures(),
    }
}

/// Runs one request to its terminal event. A panic costs the run and what is kept of the picture, not the weights.
fn run(engine: &mut Engine, id: RequestId, request: &Request, outbox: &Outbox, stopped: &dyn Fn() -> bool) -> Event {
    let mut on_progress = |progress| {
        outbox.send(Event::Progress { id, progress });
        if stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| engine.answer(request, &mut on_progress)));
    tracing::debug!("run {} on {}, {}: {outcome:?}", id.0, request.picture.name, request.task.kind().row().name);
    match outcome {
        Ok(Ok(Outcome::Finished(answer))) => Event::Finished { id, answer },
        Ok(Ok(Outcome::Cancelled)) => Event::Cancelled(id),
        Ok(Err(e)) => Event::Failed { id, error: e.to_string() },
        Err(panic) => {
            engine.forget_pictures();
            let error =
                format!("The model stopped unexpectedly: {}. Run again, or report this", panic_message(panic.as_ref()));
            Event::Failed { id, error }
        }
    }
}
