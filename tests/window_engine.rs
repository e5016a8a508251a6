//! The window with the real model behind it, from a click on a sample to highlighted boxes; and the README's pictures.
//!
//! After a wanted change: `UPDATE_SCREENSHOTS=1 cargo test --release --test window_engine`, then look at the pictures.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod support;

use std::path::Path;

use egui::Theme;
use egui_kittest::kittest::Queryable as _;
use kosmoscope::ui::{App, Reply};
use support::{Window, window_with_engine};

const SAMPLE: &str = "Sample Snow";

fn described_sample(theme: Theme) -> Window {
    let mut window = window_with_engine(theme, [1100.0, 720.0], 2.0);
    window.wait_until(App::is_fully_shown);
    window.get_by_label(SAMPLE).click();
    window.wait_until(|app| matches!(app.state.reply(), Reply::Finished(_)) && app.is_fully_shown());
    window.remove_cursor();
    window.run();
    window
}

/// Keeps a picture of the window when asked to.
fn screenshot(window: &mut Window, name: &str) {
    if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        window.render().unwrap().save(folder.join(name)).unwrap();
    }
}

fn phrases(app: &App) -> Vec<String> {
    let caption = app.state.reply().caption().unwrap();
    caption.phrases.iter().map(|phrase| caption.words(phrase).to_owned()).collect()
}

#[test]
fn a_sample_is_described_and_its_phrases_light_up() {
    for (theme, name) in [(Theme::Dark, "result.png"), (Theme::Light, "result-light.png")] {
        let mut window = described_sample(theme);
        screenshot(&mut window, name);
        let phrases = phrases(window.state());
        assert!(!phrases.is_empty(), "no phrase is linked");
        assert_eq!(window.state().state.chosen, None);
        window.get_by_label(&phrases[0]).click();
        window.run();
        assert_eq!(window.state().state.chosen, Some(0));
    }
}
