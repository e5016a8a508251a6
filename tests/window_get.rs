//! The card that downloads a checkpoint: begun, paused, gone on with and used, from a hub on this machine.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[path = "support/hub.rs"]
mod hub;
mod support;

use std::time::Duration;

use egui::Theme;
use egui_kittest::kittest::Queryable as _;
use hub::{Fault, Hub, REPO, always, assert_complete};
use kosmoscope::ui::{App, Command, Getting, Model, Offer};
use support::{Window, window_with_engine};

/// Steps until it is so; news may go on meanwhile.
fn until(window: &mut Window, is_so: impl Fn(&App) -> bool) {
    for _ in 0..3_000 {
        window.step();
        if is_so(window.state()) {
            window.step();
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it did not happen: {:?}", window.state().state.getting);
}

#[test]
fn a_checkpoint_is_downloaded_paused_and_used() {
    let hub = Hub::new(always(Fault::Slow(400_000)));
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("someone--tiny-kosmos");
    let mut window = window_with_engine(Theme::Dark, [1000.0, 700.0], 1.0);
    window.wait_until(|app| matches!(app.state.model, Model::Ready(_)));
    assert!(window.state().state.unavailable(Command::GetCheckpoint).is_some(), "nothing is on offer");
    let offer = Offer { repo: REPO.to_owned(), folder: target.clone(), settings: hub.settings() };
    window.state_mut().state.offer = Some(offer);
    window.perform(Command::GetCheckpoint);
    window.run();
    window.get_by_label(&target.display().to_string());
    assert!(hub.requests().is_empty(), "nothing is asked for before the button is pressed");

    window.get_by_label("Download").click();
    until(&mut window, |app| matches!(&app.state.getting, Getting::Going(_, Some(news)) if news.n_done > 100_000));
    window.get_by_label_contains("Receiving");
    window.get_by_label("Pause download").click();
    until(&mut window, |app| matches!(app.state.getting, Getting::Halted(_)));
    window.run();
    window.get_by_label("Download").click();
    until(&mut window, |app| matches!(app.state.getting, Getting::Done));
    assert_complete(&target);
    window.run();
    window.get_by_label("Use it").click();
    until(&mut window, |app| matches!(&app.state.model, Model::Ready(info) if info.name.contains("tiny-kosmos")));
}
