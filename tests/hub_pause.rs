//! Downloads that someone pauses, moves, goes on with or gives up.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

#[path = "support/hub.rs"]
mod support;

use std::{
    fs,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use kosmoscope::hub::{self, DownloadEvent};
use support::{Fault, Hub, REPO, WEIGHTS, always, assert_complete, pull};
use tempfile::TempDir;

/// D12
#[test]
fn pause_move_go_on_and_discard() {
    let hub = Hub::new(always(Fault::Slow(2_000_000)));
    let (parent, mut kept) = (TempDir::new().unwrap(), 0);
    let mut folder = parent.path().join("0");
    for n in 1..=3 {
        let stopped = hub::pull(REPO, &folder, &hub.settings(), &mut |progress| {
            assert!(progress.file != WEIGHTS || progress.n_done >= kept, "what was kept is not fetched again");
            if progress.n_done > 150_000 * n + 225_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let hub::HubError::Stopped { n_kept, n_total } = stopped.unwrap_err() else { panic!("not stopped") };
        assert!(n_kept > kept && n_kept < n_total, "{n_kept}");
        kept = n_kept;
        let moved = parent.path().join(n.to_string());
        fs::rename(&folder, &moved).unwrap();
        folder = moved;
    }
    pull(&hub.settings(), &folder).unwrap();
    assert_complete(&folder);
    hub::discard(&folder).unwrap();
    assert_complete(&folder);

    let stopped = hub::pull(REPO, &parent.path().join("x"), &hub.settings(), &mut |progress| {
        if progress.n_done > 400_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(stopped.is_err());
    hub::discard(&parent.path().join("x")).unwrap();
    let names: Vec<_> = fs::read_dir(parent.path().join("x")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("part")), "{names:?}");
    hub::discard(&parent.path().join("nowhere")).unwrap();
}

#[test]
fn stopping_takes_effect_at_once() {
    let hub = Hub::new(always(Fault::Hang(10)));
    let mut settings = hub.settings();
    settings.patience.stall = Duration::from_mins(1);
    let folder = TempDir::new().unwrap();
    let mut since = None;
    let stopped = hub::pull(REPO, folder.path(), &settings, &mut |progress| {
        let is_there = progress.file == WEIGHTS && hub.n_requests(WEIGHTS) == 3;
        since = is_there.then(Instant::now);
        if is_there { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(stopped.is_err());
    assert!(since.unwrap().elapsed() < Duration::from_secs(1), "{:?}", since.unwrap().elapsed());
}

#[test]
fn on_a_thread_of_its_own_for_a_window() {
    let hub = Hub::new(always(Fault::Slow(500_000)));
    let (folder, n_wakes) = (TempDir::new().unwrap(), Arc::new(AtomicUsize::new(0)));
    let start = || {
        let n_wakes = Arc::clone(&n_wakes);
        let wake = move || {
            n_wakes.fetch_add(1, Ordering::SeqCst);
        };
        hub::Download::start(REPO.to_owned(), folder.path().to_owned(), hub.settings(), wake).unwrap()
    };
    // Until it has ended, pausing it once it is so far.
    let watch = |download: &hub::Download, pause_at: u64| loop {
        match download.recv_timeout(Duration::from_secs(20)).unwrap() {
            DownloadEvent::Progress(progress) if progress.n_done >= pause_at => download.pause(),
            DownloadEvent::Progress(_) => {}
            end => return end,
        }
    };
    let DownloadEvent::Paused(sentence) = watch(&start(), 400_000) else { panic!("not paused") };
    assert!(sentence.starts_with("Paused, ") && sentence.contains("of 978.84 kB are kept"), "{sentence}");
    assert!(matches!(watch(&start(), u64::MAX), DownloadEvent::Finished(_)));
    assert_complete(folder.path());
    assert!(n_wakes.load(Ordering::SeqCst) > 3);
    let nowhere = hub::Download::start("nobody/nothing".to_owned(), folder.path().join("x"), hub.settings(), || {});
    let DownloadEvent::Failed(sentence) = watch(&nowhere.unwrap(), u64::MAX) else { panic!("not failed") };
    assert!(sentence.contains("nobody/nothing could not be looked up"), "{sentence}");
}
