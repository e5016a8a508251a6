//! Downloads that someone pauses, moves, goes on with or gives up.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use kosmoscope::hub::{self, DownloadEnd, DownloadEvent, HubError, Offer, Settings};
use tempfile::TempDir;

use crate::support::{
    files::WEIGHTS,
    hub::{Fault, Hub, REPO, always, assert_complete, pull},
};

/// D12
#[test]
fn pause_move_go_on_and_discard() {
    let hub = Hub::new(always(Fault::Slow(2_000_000)));
    let (parent, mut kept) = (TempDir::new().unwrap(), 0);
    let mut folder = parent.path().join("0");
    for n in 1..=3 {
        let stopped = hub::pull(REPO, &folder, &hub.settings(), &mut |progress| {
            assert!(
                progress.file() != Some(WEIGHTS) || progress.n_done() >= kept,
                "what was kept is not fetched again"
            );
            if progress.n_done() > 150_000 * n + 225_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let HubError::Stopped { kept: Some(share) } = stopped.unwrap_err() else { panic!("not stopped") };
        assert!(share.n_done > kept && share.n_done < share.n_total, "{share:?}");
        kept = share.n_done;
        let moved = parent.path().join(n.to_string());
        fs::rename(&folder, &moved).unwrap();
        folder = moved;
    }
    pull(&hub.settings(), &folder).unwrap();
    assert_complete(&folder);
    assert_eq!(hub::discard(&folder).unwrap(), 0);
    assert_complete(&folder);
    assert_eq!(hub::discard(&parent.path().join("nowhere")).unwrap(), 0);
}

fn offer(folder: &Path, settings: Settings) -> Offer {
    Offer { repo: REPO.to_owned(), folder: folder.to_owned(), settings }
}

/// Until some of the weights are on disk.
fn wait_for_weights(folder: &Path) {
    let has_some = || hub::unfinished_bytes(folder).is_some_and(|n_bytes| n_bytes > 0);
    while !(folder.join("model.safetensors.part").exists() && has_some()) {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// D12
#[test]
fn only_what_a_download_left_unfinished_is_discarded() {
    let (hub, folder) = (Hub::new(always(Fault::Slow(2_000_000))), TempDir::new().unwrap());
    // Of someone who ends the names of files in the same way.
    let others = ["letter.part", "letter.part.journal", "model.safetensors.part.old", "notes.part.journal"];
    for name in others {
        fs::write(folder.path().join(name), "{\"n_bytes\":3}\n0\n").unwrap();
    }
    assert_eq!((hub::unfinished_bytes(folder.path()), hub::discard(folder.path()).unwrap()), (None, 0));
    let stopped = hub::pull(REPO, folder.path(), &hub.settings(), &mut |progress| {
        if progress.n_done() > 400_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let HubError::Stopped { kept: Some(kept) } = stopped.unwrap_err() else { panic!("not stopped") };
    let n_complete: u64 = ["config.json", "generation_config.json", "tokenizer.json"]
        .map(|name| folder.path().join(name).metadata().unwrap().len())
        .iter()
        .sum();
    let n_unfinished = hub::unfinished_bytes(folder.path()).unwrap();
    // Pieces that were complete but for a moment are complete now.
    assert!((kept.n_done - n_complete..900_000).contains(&n_unfinished), "{n_unfinished}");
    assert_eq!(hub::discard(folder.path()).unwrap(), n_unfinished);
    assert_eq!(hub::unfinished_bytes(folder.path()), None);
    let complete = ["config.json", "generation_config.json", "kosmoscope.lock", "tokenizer.json"];
    let mut left = [&complete[..], &others].concat();
    left.sort_unstable();
    assert_eq!(names(folder.path()), left);
}

#[test]
fn what_another_program_downloads_is_not_discarded() {
    let (hub, folder) = (Hub::new(always(Fault::Slow(400_000))), TempDir::new().unwrap());
    let download = hub::start_download(offer(folder.path(), hub.settings()), || {}).unwrap();
    wait_for_weights(folder.path());
    let message = hub::discard(folder.path()).unwrap_err().to_string();
    assert!(message.contains("Another Kosmoscope is downloading into this folder. Nothing was removed"), "{message}");
    assert!(matches!(watch(&download, u64::MAX), DownloadEvent::Ended(DownloadEnd::Complete(_))));
    assert_complete(folder.path());
}

#[test]
fn stopping_takes_effect_at_once() {
    let hub = Hub::new(always(Fault::Hang(10)));
    let mut settings = hub.settings();
    settings.patience.stall = Duration::from_mins(1);
    let folder = TempDir::new().unwrap();
    let mut since = None;
    let stopped = hub::pull(REPO, folder.path(), &settings, &mut |progress| {
        let is_there = progress.file() == Some(WEIGHTS) && hub.n_requests(WEIGHTS) == 3;
        since = is_there.then(Instant::now);
        if is_there { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(stopped.is_err());
    assert!(since.unwrap().elapsed() < Duration::from_secs(1), "{:?}", since.unwrap().elapsed());
}

#[test]
fn pausing_does_not_wait_for_the_list_of_files() {
    let hub = Hub::new(|_| Fault::Hang(0));
    let (mut settings, folder) = (hub.settings(), TempDir::new().unwrap());
    settings.patience.stall = Duration::from_mins(1);
    let download = hub::start_download(offer(&folder.path().join("x"), settings), || {}).unwrap();
    while hub.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let since = Instant::now();
    download.pause();
    let DownloadEvent::Ended(DownloadEnd::Paused(sentence)) = watch(&download, u64::MAX) else { panic!("not paused") };
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
    assert_eq!(sentence, "Paused; what had arrived before is kept. Run it again to go on from there");
    // The request that was under way is not made again, and leaves nothing.
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(hub.requests().len(), 1);
    assert!(!folder.path().join("x").exists());
}

#[test]
fn given_up_while_it_goes_on_and_while_it_is_paused() {
    let (hub, folder) = (Hub::new(always(Fault::Slow(500_000))), TempDir::new().unwrap());
    let start = || hub::start_download(offer(folder.path(), hub.settings()), || {}).unwrap();
    let download = start();
    wait_for_weights(folder.path());
    download.stop();
    let DownloadEvent::Ended(DownloadEnd::Discarded(n_bytes)) = watch(&download, u64::MAX) else {
        panic!("not discarded")
    };
    assert!(n_bytes > 0);
    assert_eq!(hub::unfinished_bytes(folder.path()), None);

    assert!(matches!(watch(&start(), 400_000), DownloadEvent::Ended(DownloadEnd::Paused(_))));
    let n_left = hub::unfinished_bytes(folder.path()).unwrap();
    let discarding = hub::start_discarding(folder.path().to_owned(), || {}).unwrap();
    let DownloadEvent::Ended(DownloadEnd::Discarded(n_bytes)) = watch(&discarding, u64::MAX) else {
        panic!("not discarded")
    };
    assert_eq!((n_bytes, hub::unfinished_bytes(folder.path())), (n_left, None));
    assert!(names(folder.path()).iter().all(|name| !name.contains("part")));
    // All begins anew.
    assert!(matches!(watch(&start(), u64::MAX), DownloadEvent::Ended(DownloadEnd::Complete(_))));
    assert_complete(folder.path());
}

/// Until it has ended, pausing it once it is so far.
fn watch(download: &hub::Download, pause_at: u64) -> DownloadEvent {
    loop {
        match download.recv_timeout(Duration::from_secs(20)).unwrap() {
            DownloadEvent::Progress(progress) if progress.n_done() >= pause_at => download.pause(),
            DownloadEvent::Progress(_) => {}
            end => return end,
        }
    }
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
        hub::start_download(offer(folder.path(), hub.settings()), wake).unwrap()
    };
    let DownloadEvent::Ended(DownloadEnd::Paused(sentence)) = watch(&start(), 400_000) else { panic!("not paused") };
    assert!(sentence.starts_with("Paused; ") && sentence.contains("of 978.84 kB are kept"), "{sentence}");
    assert!(matches!(watch(&start(), u64::MAX), DownloadEvent::Ended(DownloadEnd::Complete(_))));
    assert_complete(folder.path());
    assert!(n_wakes.load(Ordering::SeqCst) > 3);
    let nowhere = Offer { repo: "nobody/nothing".to_owned(), ..offer(&folder.path().join("x"), hub.settings()) };
    let nowhere = hub::start_download(nowhere, || {});
    let DownloadEvent::Failed(sentence) = watch(&nowhere.unwrap(), u64::MAX) else { panic!("not failed") };
    assert!(sentence.contains("nobody/nothing could not be looked up"), "{sentence}");
}
