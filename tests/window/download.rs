//! The card that downloads a checkpoint: begun, paused, gone on with and used, from a hub on this machine.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use egui::Theme;
use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    checkpoint::Library,
    engine::Answer,
    hub::{Offer, Settings, unfinished_bytes},
    ui::{self, App, Command, Dialog, DownloadState, Effect, JobEvent, Model, Notice, Pick},
    worker::Event,
};

use crate::support::{
    hub::{Fault, Hub, REPO, always, assert_complete},
    window::{Window, answer, window, window_with_engine, window_with_picture},
};

/// Offers the hub's checkpoint and shows its card.
fn show_card(window: &mut Window, folder: &Path, settings: Settings) {
    let offer = Offer { repo: REPO.to_owned(), folder: folder.to_owned(), settings };
    window.state_mut().offer_checkpoints(Library::default(), Some(offer));
    window.perform(Command::GetCheckpoint);
    window.run();
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    // A dialog that is new needs a moment to find its place.
    for _ in 0..5 {
        window.step();
    }
}

fn has_arrived(n_bytes: u64) -> impl Fn(&App) -> bool {
    move |app| matches!(&app.state().download(), DownloadState::Running { progress: Some(news), .. } if news.n_done() > n_bytes)
}

#[test]
fn a_checkpoint_is_downloaded_paused_and_used() {
    let hub = Hub::new(always(Fault::Slow(400_000)));
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("someone--tiny-kosmos");
    let mut window = window_with_engine(Theme::Dark, [1000.0, 700.0], 1.0);
    window.wait_until(|app| matches!(app.state().model(), Model::Ready(_)));
    assert!(window.state().state().why_disabled(Command::GetCheckpoint).is_some(), "nothing is on offer");
    show_card(&mut window, &target, hub.settings());
    window.get_by_label(&target.display().to_string());
    assert!(hub.requests().is_empty(), "nothing is asked for before the button is pressed");

    window.get_by_label("Download").click();
    window.wait_for(has_arrived(100_000));
    window.get_by_role_and_label(egui::Role::ProgressIndicator, "Download");
    window.get_by_label("Pause download").click();
    window.wait_for(|app| matches!(app.state().download(), DownloadState::Halted(_)));
    window.run();
    window.get_by_label("Download").click();
    window.wait_for(|app| matches!(app.state().download(), DownloadState::Done));
    assert_complete(&target);
    window.run();
    window.get_by_label("Use it").click();
    window.wait_for(
        |app| matches!(&app.state().model(), Model::Ready(info) if info.checkpoint.name.contains("tiny-kosmos")),
    );
}

#[test]
fn a_download_is_given_up_by_who_says_so_twice() {
    let hub = Hub::new(always(Fault::Slow(400_000)));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.part"), "mine").unwrap();
    let mut window = window();
    show_card(&mut window, folder.path(), hub.settings());
    assert!(window.query_by_label("Cancel and discard…").is_none(), "there is nothing to give up");
    assert!(window.effects(Command::DiscardDownload).is_empty());

    // While it goes on: the question stops nothing.
    click(&mut window, "Download");
    window.wait_for(has_arrived(300_000));
    click(&mut window, "Cancel and discard…");
    assert_eq!(*window.state().state().dialog(), Dialog::Discard);
    assert!(matches!(window.state().state().download(), DownloadState::Running { .. }));
    click(&mut window, "Keep it");
    assert_eq!(*window.state().state().dialog(), Dialog::Download);
    assert!(unfinished_bytes(folder.path()).is_some());
    window.wait_for(has_arrived(400_000));
    click(&mut window, "Cancel and discard…");
    window.wait_for(|app| app.state().survey().is_some());
    window.step();
    window.get_by_label_contains("kB of unfinished files will be removed, and would have to be downloaded again");
    click(&mut window, "Discard");
    window.wait_for(|app| matches!(app.state().download(), DownloadState::NotBegun));
    assert!(matches!(&window.notices()[..], [Notice::Done(text)] if text.contains("was removed")));
    assert_eq!(unfinished_bytes(folder.path()), None);

    // While it is paused, also by a window that was closed since.
    click(&mut window, "Download");
    window.wait_for(has_arrived(300_000));
    click(&mut window, "Pause download");
    window.wait_for(|app| matches!(app.state().download(), DownloadState::Halted(_)));
    drop(window);
    let mut window = self::window();
    show_card(&mut window, folder.path(), hub.settings());
    window.wait_until(|window| window.state().why_disabled(Command::CancelDownload).is_none());
    window.get_by_label_contains("of unfinished files are left from earlier; the download resumes from there");
    click(&mut window, "Cancel and discard…");
    window.wait_for(|app| app.state().survey().is_some());
    window.step();
    click(&mut window, "Discard");
    window.wait_for(|app| matches!(app.state().download(), DownloadState::NotBegun));
    assert_eq!(unfinished_bytes(folder.path()), None);
    assert_eq!(fs::read_to_string(folder.path().join("mine.part")).unwrap(), "mine");
    assert!(folder.path().join("tokenizer.json").exists(), "what is complete stays");
}

#[test]
fn a_photo_the_built_in_model_does_not_know_leads_to_the_full_one() {
    let hub = Hub::new(always(Fault::Slow(400_000)));
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_picture();
    let offer = Offer { repo: REPO.to_owned(), folder: folder.path().join("usual"), settings: hub.settings() };
    window.state_mut().offer_checkpoints(Library::default(), Some(offer));
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    assert!(window.query_by_label_contains("guesses").is_none(), "its own world is no photo");
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: Box::new(Answer { doubt: Some("unsure".to_owned()), ..*answer() }) });
    window.get_by_label("The built-in model knows drawn scenes only: these boxes are guesses");
    window.get_by_label("It needs 1.9 GB of memory; the download takes about 9 min at 100 Mbit/s");
    click(&mut window, "Get the full Kosmos-2 (6.7 GB)");
    assert_eq!(*window.state().state().dialog(), Dialog::Download);
    window.wait_for(|app| app.state().survey().is_some());

    assert!(matches!(window.effects(Command::ChooseDownloadFolder)[..], [Effect::Pick(Pick::DownloadFolder)]));
    let other = folder.path().join("other");
    window.state_mut().apply(ui::Event::Job(JobEvent::PickedDownloadFolder(other.clone())));
    window.run();
    let chosen = other.join(REPO.replace('/', "--"));
    window.get_by_label(&chosen.display().to_string());
    click(&mut window, "Download");
    window.wait_for(has_arrived(100_000));
    click(&mut window, "Pause download");
    window.wait_for(|app| matches!(app.state().download(), DownloadState::Halted(_)) && app.state().survey().is_some());
    assert!(unfinished_bytes(&chosen).is_some());
    assert!(window.effects(Command::ChooseDownloadFolder).is_empty(), "what has arrived is not left behind");
    click(&mut window, "Close");

    click(&mut window, "Not now");
    assert!(window.query_by_label_contains("guesses").is_none());
}

/// A journal that is a pipe without a writer answers as late as a folder on a network that sleeps.
#[cfg(unix)]
#[test]
fn a_folder_that_answers_late_does_not_hold_up_the_window() {
    const LATE: Duration = Duration::from_secs(2);
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("model.safetensors.part.journal");
    assert!(std::process::Command::new("mkfifo").arg(&journal).status().unwrap().success());
    let mut window = window();
    let opened = Instant::now();
    show_card(&mut window, folder.path(), Settings::new(None, None));
    let mut longest_frame = opened.elapsed();
    while opened.elapsed() < LATE {
        let start = Instant::now();
        window.step();
        longest_frame = longest_frame.max(start.elapsed());
        window.get_by_label_contains("free on the disk: …");
    }
    fs::write(&journal, "").unwrap();
    window.wait_for(|app| app.state().survey().is_some());
    window.step();
    assert!(window.query_by_label_contains("free on the disk: …").is_none());
    assert!(longest_frame < LATE / 4, "a frame took {longest_frame:?}");
}

#[test]
fn pausing_takes_effect_while_the_list_of_files_is_looked_up() {
    let hub = Hub::new(|_| Fault::Hang(0));
    let mut settings = hub.settings();
    settings.patience.stall = Duration::from_mins(1);
    let folder = tempfile::tempdir().unwrap();
    let mut window = window();
    show_card(&mut window, folder.path(), settings);
    click(&mut window, "Download");
    window.wait_for(|_| !hub.requests().is_empty());
    let since = Instant::now();
    click(&mut window, "Pause download");
    let is_pausing = window.query_by_label("Pausing").is_some();
    assert!(
        is_pausing || matches!(window.state().state().download(), DownloadState::Halted(_)),
        "nothing is seen of the click"
    );
    window.wait_for(|app| matches!(app.state().download(), DownloadState::Halted(_)));
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    window.get_by_label_contains("Paused; what had arrived before is kept");
}

#[test]
fn what_speaks_against_a_download_is_said_before_it() {
    let hub = Hub::faultless();
    let folder = tempfile::tempdir().unwrap();
    let mut settings = hub.settings();
    let offline = Settings::read(|name| (name == "HF_HUB_OFFLINE").then(|| "1".into()), None);
    settings.problem.clone_from(&offline.problem);
    let mut window = window();
    show_card(&mut window, folder.path(), settings);
    window.get_by_label("Nothing is downloaded, since HF_HUB_OFFLINE is set; unset it and start again");
    assert!(window.state().state().why_disabled(Command::StartDownload).is_some());
    assert!(window.effects(Command::StartDownload).is_empty() && hub.requests().is_empty());
}
