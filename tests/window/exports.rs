//! What leaves the window: pictures with their captions, all at once, and text for the clipboard.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::path::Path;

use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    caption::Correction,
    dataset::{FORMATS, Images, Location, Maker, Record, Source, Words, of_content},
    geometry::NormBox,
    picture::{PictureSource, upright_size},
    ui::{
        self, Action, AnswerState, Command, CorrectAction, DatasetWish, DialogAction, Effect, ExportAction, ExportKind,
        ExportScale, JobEvent, Notice, Paper, Pick, PictureAction,
    },
    worker::Event,
};

use crate::support::{
    files::sample,
    window::{Window, answer, notices, window_with_picture},
};

fn give_answer(window: &mut Window) {
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
}

fn save(window: &mut Window, kind: ExportKind, path: &Path) {
    window.perform(ExportAction::SaveTo(kind, path.to_owned()));
    let path = path.display().to_string();
    window.wait_until(|app| notices(app).iter().any(|notice| *notice == Notice::Done(format!("Saved {path}"))));
}

#[test]
fn the_caption_can_stand_under_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    let [plain, below, half] = ["plain.png", "below.png", "half.png"].map(|name| folder.path().join(name));
    let mut window = window_with_picture();
    give_answer(&mut window);
    save(&mut window, ExportKind::Picture, &plain);
    window.perform(ExportAction::SetPaper(Paper { has_caption: true, ..Paper::default() }));
    save(&mut window, ExportKind::Picture, &below);
    window.perform(ExportAction::SetPaper(Paper { has_caption: true, scale: ExportScale::Half }));
    save(&mut window, ExportKind::Picture, &half);
    let [plain, below, half] = [plain, below, half].map(|path| image::open(path).unwrap().into_rgb8());
    assert_eq!((plain.width(), below.width(), half.width()), (1200, 1200, 600));
    assert!(below.height() > plain.height() + 40, "{}", below.height());
    let n_above = plain.pixels().len();
    assert!(plain.pixels().eq(below.pixels().take(n_above)), "the picture itself is the same");
    let words: Vec<_> = below.pixels().skip(n_above).collect();
    assert!(words.iter().filter(|pixel| pixel.0 == [255; 3]).count() > words.len() / 2, "on a light ground");
    // The line under "two dogs" has the colour of its boxes.
    assert!(words.iter().filter(|pixel| pixel.0 == [230, 159, 0]).count() > 50);
    if let Ok(kept) = std::env::var("KEEP_EXPORTS") {
        below.save(Path::new(&kept).join("below.png")).unwrap();
        half.save(Path::new(&kept).join("half.png")).unwrap();
    }
}

/// Corrected answers leave as a dataset, in every format, and come back from those that keep everything.
#[test]
fn corrected_answers_are_saved_as_a_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_picture();
    window.edit(|form| form.run_on_open = false);
    window.perform(Command::CloseAll);
    for name in ["snow.png", "road.png", "bees.png"] {
        let path = folder.path().join(name);
        std::fs::copy(sample(name), &path).unwrap();
        window.perform(PictureAction::Open(vec![PictureSource::Path(path.clone())]));
        window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.path.as_ref() == Some(&path)));
        give_answer(&mut window);
        window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
    }
    window.perform(Command::Reject);
    window.perform(Command::Previous);
    window.perform(Command::Correct);
    window.perform(CorrectAction::Make(Correction::Reword("An image of two dogs under a tree".to_owned())));
    window.perform(CorrectAction::Make(Correction::AddBox(Some(1), NormBox::new(0.25, 0.25, 0.5, 0.75))));
    window.perform(Command::ExportDataset);
    window.run();
    window.get_by_label("2 records");
    window.get_by_label_contains("Leaves out");
    for format in FORMATS.iter().filter(|format| format.is_written()) {
        window.perform(DialogAction::EditDataset(DatasetWish {
            format: format.name,
            images: Images::Copy,
            ..DatasetWish::default()
        }));
        window.run();
        let effects = window.effects(Command::SaveDataset);
        let [Effect::Pick(Pick::Target(export))] = &effects[..] else { panic!("{effects:?}") };
        let target = folder.path().join("out");
        window.state_mut().apply(ui::Event::Job(JobEvent::PickedTarget(export.clone(), target.clone())));
        let is_told = |notice: &Notice| notice.text().contains(&format!("kosmoscope-{}", format.name));
        window.wait_until(|app| notices(app).iter().any(is_told));
        let told = notices(window.state()).into_iter().find(is_told).unwrap();
        assert!(matches!(&told, Notice::Done(text) if text.starts_with("Saved 2 records and 2 pictures")), "{told:?}");
    }
    let own = folder.path().join("out/kosmoscope-kosmoscope/kosmoscope.jsonl");
    let sizes = std::sync::Arc::new(of_content(upright_size));
    let records: Vec<Record> = Source::new(&own, None, sizes).unwrap().records().unwrap().flatten().collect();
    assert_eq!(records.len(), 2, "the rejected one is left out");
    let corrected = &records[1];
    let words: Vec<_> = corrected.spans.iter().map(|span| (corrected.words(span), span.regions.len())).collect();
    assert_eq!(words, [("two dogs", 2), ("a tree", 2), ("the grass", 1)]);
    assert_eq!(corrected.spans[2].words, Words::Loose("the grass".to_owned()), "its words are lost");
    assert_eq!(corrected.caption_origin.changed_by, Some(Maker::Person));
    let drawn = &corrected.spans[1].regions[1];
    assert_eq!((drawn.edges, &drawn.origin.made_by), ([0.25, 0.25, 0.5, 0.75], &Maker::Person));
    assert!(matches!(corrected.spans[1].regions[0].origin.made_by, Maker::Model(_)));
    let picture = corrected.picture.location.clone();
    let Location::File(picture) = picture else { panic!("{picture:?}") };
    assert!(picture.ends_with("images/road.png") && picture.is_file(), "{picture:?}");
}

#[test]
fn all_pictures_are_saved_at_once_and_nothing_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out");
    let mut window = window_with_picture();
    window.edit(|form| form.run_on_open = false);
    window.perform(Command::CloseAll);
    for name in ["snow.png", "road.png", "bees.png"] {
        let path = folder.path().join(name);
        std::fs::copy(sample(name), &path).unwrap();
        window.perform(PictureAction::Open(vec![PictureSource::Path(path.clone())]));
        window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.path.as_ref() == Some(&path)));
        if name != "bees.png" {
            give_answer(&mut window);
            window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
        }
    }
    // One of them is gone by then.
    std::fs::remove_file(folder.path().join("road.png")).unwrap();
    let effects = window.effects(Command::ExportAllPictures);
    let [Effect::Pick(Pick::Target(export))] = &effects[..] else { panic!("{effects:?}") };
    for n_files in [1, 2] {
        window.state_mut().apply(ui::Event::Job(JobEvent::PickedTarget(export.clone(), target.clone())));
        let told = format!("1 of 2 pictures were saved in {}. ", target.display());
        window.wait_until(|app| notices(app).iter().any(|notice| notice.text().starts_with(&told)));
        assert!(window.notices().iter().any(|notice| notice.text().contains("road.png")));
        assert_eq!(std::fs::read_dir(&target).unwrap().count(), n_files);
        let standing = window.state().state().notices().standing().next().unwrap().0;
        window.perform(Action::Dismiss(standing));
    }
    assert!(target.join("snow-annotated.png").is_file() && target.join("snow-annotated-2.png").is_file());
}

#[test]
fn copying_is_told_of_and_json_is_one_line() {
    let mut window = window_with_picture();
    give_answer(&mut window);
    for (command, told) in [
        (Command::CopyCaption, "The caption is on the clipboard"),
        (Command::CopyJson, "The result is on the clipboard as JSON"),
        (Command::CopyRaw, "The model's output is on the clipboard"),
    ] {
        let effects = window.effects(command);
        let [Effect::CopyText(text)] = &effects[..] else { panic!("{effects:?}") };
        if command == Command::CopyJson {
            assert_eq!(text.lines().count(), 1);
            assert!(serde_json::from_str::<serde_json::Value>(text).unwrap()["phrases"].is_array());
        }
        window.perform(command);
        assert!(window.notices().contains(&Notice::Done(told.to_owned())), "{:?}", window.notices());
    }
}

#[test]
fn the_folder_used_last_is_proposed() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_picture();
    give_answer(&mut window);
    let proposed = |window: &Window| match &window.effects(Command::ExportResults)[..] {
        [Effect::Pick(Pick::Target(export))] => export.suggested.clone(),
        effects => panic!("{effects:?}"),
    };
    assert_eq!(proposed(&window), Path::new("/nowhere/1.jsonl"), "beside the picture");
    save(&mut window, ExportKind::Result, &folder.path().join("first.jsonl"));
    assert_eq!(proposed(&window), folder.path().join("1.jsonl"));
}
