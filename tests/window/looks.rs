//! How the window looks, in both themes: pixels painted by the software rasteriser, compared with kept ones.
//!
//! After a wanted change: `UPDATE_SNAPSHOTS=1 cargo test --release --test window looks::`, then look at the pictures.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use egui::Theme;
use egui_kittest::{SnapshotResults, kittest::Queryable as _};
use kosmoscope::{
    caption::Choice,
    checkpoint::{Library, Source},
    convert::Format,
    engine::Answer,
    hub::{self, Offer, Settings},
    picture::PictureSource,
    text::{Task, TaskKind},
    ui::{
        self, AnswerState, BatchWish, CheckpointAction, Command, CorrectAction, DialogAction, Form, FormAction,
        JobEvent, Original, PictureAction, ResultAction, SmallCopy,
    },
    worker::Event,
};

use crate::support::{
    files::sample,
    window::{Window, answer, info, picture, window_with},
};

const SIZE: [f32; 2] = [1000.0, 700.0];
const SMALLEST: [f32; 2] = [800.0, 600.0];

fn in_both_themes(name: &str, size: [f32; 2], prepare: impl Fn(&mut Window)) {
    let mut results = SnapshotResults::new();
    for (theme, suffix) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut window = window_with(theme, size);
        window.apply(Event::Ready(info()));
        prepare(&mut window);
        window.wait_until(kosmoscope::ui::App::is_fully_shown);
        window.snapshot(format!("{name}_{suffix}"));
        results.extend_harness(&mut window);
    }
}

fn give_answer(window: &mut Window) {
    window.open_with(Ok(picture("meadow.png")));
    if let AnswerState::Running { id, .. } = window.state().state().answer() {
        let id = *id;
        window.apply(Event::Finished { id, answer: answer() });
    }
}

#[test]
fn empty() {
    in_both_themes("empty", SIZE, |_| {});
}

fn offer_full_model(window: &mut Window) {
    let folder = "/home/me/.local/share/kosmoscope/checkpoints/microsoft--kosmos-2-patch14-224".into();
    let offer = Offer { repo: hub::PUBLISHED_REPO.to_owned(), folder, settings: Settings::new(None, None) };
    window.state_mut().offer_checkpoints(Library::default(), Some(offer));
}

#[test]
fn empty_in_the_smallest_window() {
    in_both_themes("empty_smallest", SMALLEST, offer_full_model);
}

#[test]
fn a_doubtful_photo_in_the_smallest_window() {
    in_both_themes("doubtful", SMALLEST, |window| {
        offer_full_model(window);
        window.open_with(Ok(picture("meadow.png")));
        let id = window.running();
        let doubtful = Answer { doubt: Some("This does not seem to be an emoji scene".to_owned()), ..*answer() };
        window.apply(Event::Finished { id, answer: Box::new(doubtful) });
    });
}

#[test]
fn the_keys_in_the_smallest_window() {
    in_both_themes("shortcuts", SMALLEST, |window| window.perform(Command::Shortcuts));
}

#[test]
fn a_conversation() {
    in_both_themes("conversation", SIZE, |window| {
        window.edit(|form| form.run_on_open = false);
        window.open_with(Ok(picture("meadow.png")));
        for question in ["How many dogs are there?", "Where are they?"] {
            let task = Task::Ask { question: question.to_owned(), region: None, grounded: true, earlier: vec![] };
            window.perform(FormAction::Edit(Form::with_words(TaskKind::Ask, question)));
            let id = window.run_task();
            window.apply(Event::Finished { id, answer: Box::new(Answer { task, ..*answer() }) });
        }
        window.run();
    });
}

#[test]
fn correcting_by_hand_in_the_smallest_window() {
    in_both_themes("correct", SMALLEST, |window| {
        give_answer(window);
        window.perform(Command::Correct);
        window.perform(Command::Unsure);
        let text = "An image of two dogs under a tall tree";
        window.perform(CorrectAction::Type(text.to_owned()));
        window.perform(ResultAction::Choose(Choice { phrase: 1, region: Some(0) }));
    });
}

#[test]
fn a_dataset_in_the_smallest_window() {
    in_both_themes("dataset", SMALLEST, |window| {
        give_answer(window);
        window.perform(Command::ExportDataset);
    });
}

#[test]
fn a_run_into_a_folder_in_the_smallest_window() {
    in_both_themes("into-folder", SMALLEST, |window| {
        window.perform(DialogAction::EditBatch(BatchWish {
            pictures: "/home/me/pictures".to_owned(),
            parts: "/home/me/a folder with quite a long name/answers of the second run".to_owned(),
            retry_failed: true,
        }));
        window.perform(Command::RunInFolder);
    });
}

#[test]
fn all_pictures_in_a_table() {
    in_both_themes("table", SIZE, |window| {
        window.edit(|form| form.run_on_open = false);
        for (name, verdict) in
            [("snow.png", Some(Command::Accept)), ("road.png", Some(Command::Reject)), ("bees.png", None)]
        {
            window.perform(PictureAction::Open(vec![PictureSource::Path(sample(name))]));
            window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.name == name));
            let id = window.run_task();
            window.apply(Event::Finished { id, answer: answer() });
            if let Some(verdict) = verdict {
                window.perform(verdict);
            }
        }
        window.perform(PictureAction::Open(vec![PictureSource::Path(sample("night.png"))]));
        window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.name == "night.png"));
        window.perform(Command::ShowTable);
    });
}

#[test]
fn a_presentation() {
    in_both_themes("presentation", SIZE, |window| {
        give_answer(window);
        window.perform(Command::Present);
    });
}

#[test]
fn settings_in_the_smallest_window() {
    in_both_themes("settings", SMALLEST, |window| {
        give_answer(window);
        window.get_by_label("Settings").click();
        window.run();
    });
}

#[test]
fn a_menu_in_the_smallest_window() {
    in_both_themes("menu", SMALLEST, |window| {
        give_answer(window);
        window.get_by_label("View").click();
        window.run();
    });
}

#[test]
fn result() {
    in_both_themes("result", SIZE, give_answer);
}

#[test]
fn highlight() {
    in_both_themes("highlight", SIZE, |window| {
        give_answer(window);
        window.perform(ResultAction::Choose(Choice::phrase(0)));
        window.run();
    });
}

/// Pictures with their states: one answered, one that can't be opened, others waiting, one of them with a long name.
#[test]
fn strip_in_the_smallest_window() {
    let folder = tempfile::tempdir().unwrap();
    let names =
        ["1 meadow.png", "2 a street with a very long name seen from the tower.png", "3 damaged.png", "4 table.png"];
    for (name, from) in names.iter().zip(["meadow.png", "road.png", "none.png", "table.png"]) {
        std::fs::copy(sample(from), folder.path().join(name))
            .map_or_else(|_| std::fs::write(folder.path().join(name), "?"), |_| Ok(()))
            .unwrap();
    }
    in_both_themes("strip", SMALLEST, |window| {
        window.edit(|form| form.run_on_open = false);
        let files = names.iter().map(|name| PictureSource::Path(folder.path().join(name))).collect();
        window.perform(PictureAction::Open(files));
        window.wait_until(kosmoscope::ui::App::is_fully_shown);
        window.perform(Command::RunAll);
        let id = window.running();
        window.apply(Event::Finished { id, answer: answer() });
        window.running();
        // The thread of the thumbnails tells of the damaged one.
        window.wait_until(|app| app.state().pictures().entries().iter().any(|entry| entry.problem().is_some()));
    });
}

#[test]
fn errors_in_the_smallest_window() {
    in_both_themes("errors", SMALLEST, |window| {
        give_answer(window);
        window.apply(Event::LoadFailed(
            "The weights are cut off at 12 of 340 MB, nothing was loaded; get the file again: /home/me/kosmos-2/model.safetensors".to_owned(),
        ));
        window.open_with(Err("This file is no picture that can be opened: /home/me/notes.txt".to_owned()));
        window.perform(Command::ShowAll);
    });
}

#[test]
fn the_card_of_smaller_copies_in_the_smallest_window() {
    let copies = [(Format::F16, 3_330), (Format::Q8, 1_750), (Format::Q4, 1_180)].map(|(format, megabytes)| {
        let name = format!("kosmos-2-patch14-224-{}.gguf", format.name());
        let path = std::path::Path::new("/home/me/.local/share/kosmoscope/checkpoints").join(name);
        SmallCopy { format, path, n_bytes: megabytes * 1_000_000, is_here: false }
    });
    let original = Original {
        source: Source::Embedded,
        name: "microsoft/kosmos-2-patch14-224".to_owned(),
        n_bytes: 6_660_000_000,
        stored: "f32".to_owned(),
        copies,
        free_bytes: Some(41_200_000_000),
    };
    in_both_themes("conversion", SMALLEST, |window| {
        let folder = tempfile::tempdir().unwrap();
        let places = Library { hub_cache: None, own: Some(folder.path().to_owned()) };
        window.state_mut().offer_checkpoints(places, None);
        let some = Some(std::path::PathBuf::from("/nowhere/kosmos"));
        window.perform(CheckpointAction::OfferConversion(some.clone()));
        window.state_mut().apply(ui::Event::Job(JobEvent::Examined(some, Ok(original.clone()))));
        window.run();
    });
}
