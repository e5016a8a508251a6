//! Keeps the session of a window: when it is written, by a thread of its own, from snapshots of the state.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::{
    content::{KeptFiles, Restored, Snapshot, WindowPlace},
    folder::{self, Found},
    owner::Owner,
};
use crate::{ui::state::AppState, words::place};

/// Changes are written this long after the first of them at the earliest, and writing takes up at most a twentieth of the
/// time.
const PATIENCE: Duration = Duration::from_secs(1);
const SHARE_OF_TIME: u32 = 20;
/// What could not be written is tried again after this time.
const UNTIL_NEXT_TRY: Duration = Duration::from_secs(10);
const TOO_SLOW: &str = "The latest changes are not saved: the disk takes too long";
/// It stays so when the other one closes: that one's pictures must not make way for this one's.
const SECOND_WINDOW: &str = "Another Kosmoscope window was open when this one began, so what you do in this one is not \
    saved; export what you want to keep";
const BROKEN: &str = "This session could not be saved; please report this";

/// What a window begins with.
#[derive(Debug, Default)]
pub(crate) struct Beginning {
    /// `None` if nothing is kept.
    pub(crate) store: Option<SessionStore>,
    pub(crate) restored: Option<Restored>,
    /// What a person should know about it, one sentence each.
    pub(crate) problems: Vec<String>,
}

/// Keeps the session of one window. Dropping it lets the thread finish what it was given, and does not wait; the folder is
/// the window's until then.
#[derive(Debug)]
pub(crate) struct SessionStore {
    inbox: Sender<Message>,
    written: Receiver<Written>,
    /// What is written, or being written; `None` before the first time and after a failure.
    current: Option<Version>,
    /// When the first change was seen that is not.
    waiting_since: Option<Instant>,
    pace: Pace,
}

/// Tells what is kept from what was kept before.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Version {
    n_changes: u64,
    window: Option<WindowPlace>,
}

#[derive(Clone, Copy, Debug)]
enum Pace {
    Writing,
    /// Until this long after the next change.
    Resting(Duration),
}

enum Message {
    /// These pictures have files already.
    Known(KeptFiles),
    /// This is to be written.
    Save(Box<Snapshot>),
}

/// One writing has ended.
struct Written {
    took: Duration,
    result: Result<(), String>,
}

/// Takes a folder for this window, and reads what the last one kept there. `wake` is called after each writing, from the
/// thread that writes.
pub(crate) fn begin(at: &Path, wake: impl Fn() + Send + 'static) -> Beginning {
    let owner = folder::create(at).and_then(|()| Owner::of(at));
    let owner = match owner {
        Ok(Some(owner)) => owner,
        Ok(None) => {
            let restored = folder::settings(at).map(Restored::of_settings);
            return Beginning { store: None, restored, problems: vec![SECOND_WINDOW.to_owned()] };
        }
        Err(e) => return Beginning { problems: vec![not_kept(&e, at)], ..Beginning::default() },
    };
    let Found { restored, problem } = match folder::load(at) {
        Ok(found) => found,
        Err(problem) => return Beginning { problems: vec![problem], ..Beginning::default() },
    };
    let no_locks = || {
        let why = "The disk of the session has no file locks, so two windows may write over each other's";
        format!("{why}. Keep to one at a time: {}", place(at))
    };
    let mut problems: Vec<String> = (!owner.has_lock).then(no_locks).into_iter().chain(problem).collect();
    let store = SessionStore::start(at.to_owned(), owner, wake);
    let store = store.map_err(|e| problems.push(not_kept(&e, at))).ok();
    Beginning { store, restored, problems }
}

fn not_kept(e: &io::Error, folder: &Path) -> String {
    format!("This session can't be saved: {e}. Make this folder writable: {}", place(folder))
}

impl SessionStore {
    fn start(folder: PathBuf, owner: Owner, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (inbox, messages) = unbounded();
        let (sender, written) = unbounded();
        thread::Builder::new().name("session".to_owned()).spawn(move || {
            // Held until the last of it is written.
            let owner = owner;
            serve(&folder, owner.has_lock, &messages, |news| {
                // Nobody listening means that the window is gone.
                let _ = sender.send(news);
                wake();
            });
        })?;
        Ok(Self { inbox, written, current: None, waiting_since: None, pace: Pace::Resting(PATIENCE) })
    }

    /// What was restored needs no writing.
    pub(crate) fn mark_saved(&mut self, n_changes: u64, window: Option<WindowPlace>) {
        self.current = Some(Version { n_changes, window });
    }

    /// These pictures have files already, and no other file is needed.
    pub(crate) fn know(&mut self, files: KeptFiles) {
        // Without a thread nothing is written.
        let _ = self.inbox.send(Message::Known(files));
    }

    /// How long until what is not is to be written; `None` if all is, or while it is being written.
    pub(crate) fn due(&mut self, n_changes: u64, window: Option<WindowPlace>) -> Option<Duration> {
        let Pace::Resting(rest) = self.pace else { return None };
        if self.current == Some(Version { n_changes, window }) {
            return None;
        }
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        Some(rest.saturating_sub(since.elapsed()))
    }

    /// Has this written.
    pub(crate) fn save(&mut self, state: &AppState, window: Option<WindowPlace>) {
        self.current = Some(Version { n_changes: state.n_changes, window });
        (self.waiting_since, self.pace) = (None, Pace::Writing);
        // Without a thread nothing is written.
        let _ = self.inbox.send(Message::Save(Box::new(Snapshot::of(state, window))));
    }

    /// Has what is not written yet written soon. Whether there is nothing left to write.
    pub(crate) fn hurry(&mut self, state: &AppState, window: Option<WindowPlace>) -> bool {
        if self.due(state.n_changes, window).is_some() {
            self.save(state, window);
        }
        matches!(self.pace, Pace::Resting(_))
    }

    /// How the last writing ended, if one did since this was asked last.
    pub(crate) fn try_recv(&mut self) -> Option<Result<(), String>> {
        let news = self.written.try_recv().ok()?;
        Some(self.take(news))
    }

    fn take(&mut self, Written { took, result }: Written) -> Result<(), String> {
        self.pace = Pace::Resting(PATIENCE.max(took * SHARE_OF_TIME));
        if result.is_err() {
            (self.current, self.pace) = (None, Pace::Resting(UNTIL_NEXT_TRY));
        }
        result
    }

    /// Has written what is not yet, and waits for it until then.
    ///
    /// # Errors
    /// One sentence, when it could not be written.
    pub(crate) fn finish(
        mut self,
        state: &AppState,
        window: Option<WindowPlace>,
        until: Instant,
    ) -> Result<(), String> {
        self.hurry(state, window);
        let mut last = Ok(());
        // The thread ends when nobody can send any more.
        self.inbox = unbounded().0;
        loop {
            match self.written.recv_deadline(until) {
                Ok(news) => last = self.take(news),
                Err(RecvTimeoutError::Disconnected) => return last,
                Err(RecvTimeoutError::Timeout) => return Err(TOO_SLOW.to_owned()),
            }
        }
    }
}

/// Writes what arrives, the latest only, until nobody can send any more.
fn serve(folder: &Path, is_alone: bool, inbox: &Receiver<Message>, tell: impl Fn(Written)) {
    let mut files = KeptFiles::new();
    while let Ok(first) = inbox.recv() {
        let mut latest = None;
        for message in std::iter::once(first).chain(inbox.try_iter()) {
            match message {
                Message::Known(known) => files.extend(known),
                Message::Save(snapshot) => latest = Some(snapshot),
            }
        }
        let Some(snapshot) = latest else {
            if is_alone {
                folder::tidy(folder, &files.values().map(String::as_str).collect());
            }
            continue;
        };
        let start = Instant::now();
        let written = catch_unwind(AssertUnwindSafe(|| {
            let (session, kept) = snapshot.into_session(&mut files);
            folder::write(folder, &session, &kept)?;
            if is_alone {
                folder::tidy(folder, &session.kept_files().collect());
            }
            Ok(())
        }));
        tell(Written { took: start.elapsed(), result: written.unwrap_or_else(|_| Err(BROKEN.to_owned())) });
    }
}
