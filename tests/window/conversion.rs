//! Smaller copies in the window: made through clicks, stopped, found again, dropped; and how weights are kept.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use egui::{Role, Theme};
use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    checkpoint::{Checkpoint, Library, Manifest, Source},
    convert::{self, Format},
    engine::{LittleMemory, LoadOptions, ModelInfo},
    hub::{DownloadEnd, DownloadEvent, Offer},
    kernels::Precision,
    ui::{
        AnswerState, App, CheckpointAction, Command, ConversionState, Dialog, DialogAction, Effect, Event, JobEvent,
        Model, Notice, PathPurpose, Pick,
    },
    words::size,
    worker,
};

use crate::support::{
    files,
    window::{Window, info, kill, window, window_with_engine, window_with_session},
};

/// A window with the built-in checkpoint, whose own folder of checkpoints is this one.
fn window_over(folder: &Path) -> Window {
    let mut window = window_with_engine(Theme::Dark, [1000.0, 760.0], 1.0);
    window.wait_until(is_ready("kosmos-2 mini"));
    window.state_mut().offer_checkpoints(Library { hub_cache: None, own: Some(folder.to_owned()) }, None);
    // The menu grows when they are listed, which is not to happen under the pointer.
    window.wait_until(|app| !app.state().checkpoints().is_empty());
    window
}

fn is_ready(name: &str) -> impl Fn(&App) -> bool {
    move |app| matches!(&app.state().model(), Model::Ready(info) if info.checkpoint.name == name)
}

/// Clicks, and waits until a menu or dialog that is new has found its place.
fn click(window: &mut Window, role: Role, label: &str) {
    window.get_by_role_and_label(role, label).click();
    for _ in 0..5 {
        window.step();
    }
}

/// Opens the card through the menu under the model's name.
fn open_card(window: &mut Window) {
    click(window, Role::Button, "kosmos-2 mini ⏷");
    click(window, Role::Button, "Make a smaller copy…");
    window.wait_for(|app| matches!(app.state().conversion(), ConversionState::Offered { .. }));
}

fn copy_of_mini(format: Format, path: &Path) -> u64 {
    let mini = Checkpoint::open(&Source::Embedded).unwrap();
    convert::convert(&mini, "kosmos-2 mini", format, path, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_smaller_copy_is_made_used_and_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_over(folder.path());
    open_card(&mut window);
    let mini = Checkpoint::open(&Source::Embedded).unwrap();
    for format in Format::ALL {
        let label = format!("{}  ·  {}", format.name(), size(format.n_bytes(&mini)));
        window.get_by_role_and_label(Role::RadioButton, &label);
    }
    window.get_by_label(&format!("kosmos-2 mini, {} in {}", size(mini.n_bytes()), mini.stored()));
    let path = convert::target(folder.path(), "kosmos-2 mini", Format::Q4);
    assert!(window.query_by_label(&path.display().to_string()).is_none(), "4 bits are not chosen yet");
    let label = format!("q4  ·  {}", size(Format::Q4.n_bytes(&mini)));
    click(&mut window, Role::RadioButton, &label);
    window.get_by_label(&path.display().to_string());
    assert_eq!(files_in(folder.path()), [""; 0].map(PathBuf::from), "nothing is written before the button is pressed");

    window.get_by_role_and_label(Role::Button, "Make copy").click();
    let mut was_shown = false;
    let start = Instant::now();
    while start.elapsed() < Duration::from_mins(3) {
        window.step();
        was_shown |= window.query_by_role_and_label(Role::ProgressIndicator, "Conversion").is_some();
        if matches!(window.state().state().conversion(), ConversionState::Done { .. }) {
            break;
        }
    }
    assert!(was_shown, "how far it is was not shown");
    window.step();
    assert_eq!(files_in(folder.path()), std::slice::from_ref(&path));
    let n_bytes = path.metadata().unwrap().len();
    assert!(n_bytes < mini.n_bytes() * 7 / 10, "{n_bytes}");
    assert!(matches!(&window.notices()[..], [Notice::Done(text)] if text.contains("in q4 is ready")));
    window.get_by_label(&format!("The copy in q4 is {}, the original is {}", size(n_bytes), size(mini.n_bytes())));
    window.wait_for(|app| app.state().checkpoints().iter().any(|found| found.path.as_ref() == Some(&path)));

    click(&mut window, Role::Button, "Use it");
    assert_eq!(*window.state().state().dialog(), Dialog::Closed);
    window.wait_until(is_ready("kosmos-2-mini-q4"));
    window.get_by_label("Sample Meadow: Describe it").click();
    window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
    let caption = window.state().state().answer().caption().unwrap();
    assert!(!caption.phrases.is_empty(), "{}", caption.text);
    assert_eq!(window.state().state().why_disabled(Command::ConvertCheckpoint), Some("It is already a smaller copy"));
}

#[test]
fn a_copy_that_is_being_made_can_be_stopped_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("checkpoints");
    let mut window = window_over(&own);
    open_card(&mut window);
    window.get_by_role_and_label(Role::Button, "Make copy").click();
    window.step();
    // Told at once: a fast machine has made it soon.
    window.perform(Command::StopConversion);
    assert!(
        matches!(window.state().state().conversion(), ConversionState::Running { .. }),
        "{:?}",
        window.state().state().conversion()
    );
    assert_eq!(window.state().state().why_disabled(Command::StopConversion), Some("It is already stopping"));
    // The card is not needed for it to go on, and shows it again.
    window.perform(DialogAction::Close);
    assert!(window.effects(Command::ConvertCheckpoint).is_empty(), "it is looked at already");
    window.perform(Command::ConvertCheckpoint);
    window.wait_for(|app| matches!(&app.state().conversion(), ConversionState::Offered { failure: Some(_), .. }));
    window.get_by_label("Stopped; nothing was written");
    assert!(!own.exists() || files_in(&own).is_empty(), "{:?}", files_in(&own));
    window.get_by_role_and_label(Role::Button, "Make copy");
}

#[test]
fn what_is_in_the_way_or_can_t_be_used_is_said_on_the_card() {
    let folder = tempfile::tempdir().unwrap();
    let path = convert::target(folder.path(), "kosmos-2 mini", Format::Q8);
    copy_of_mini(Format::Q8, &path);
    let mut window = window_over(folder.path());
    open_card(&mut window);
    window.get_by_label("A copy with this name already exists and will not be replaced");
    assert!(window.query_by_label("Make copy").is_none());
    assert!(window.effects(Command::StartConversion).is_empty());
    click(&mut window, Role::Button, "Use it");
    window.wait_until(is_ready("kosmos-2-mini-q8"));

    window.perform(CheckpointAction::OfferConversion(Some("/nowhere/kosmos".into())));
    window.wait_for(|app| matches!(app.state().conversion(), ConversionState::Refused(_)));
    let ConversionState::Refused(sentence) = &window.state().state().conversion() else { unreachable!() };
    assert!(sentence.contains("There is no such folder"), "{sentence}");
    window.get_by_label(sentence);
    assert!(window.query_by_label("Make copy").is_none());
}

#[test]
fn a_copy_is_made_while_the_model_is_loaded_again_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_over(folder.path());
    open_card(&mut window);
    click(&mut window, Role::Button, "Make copy");
    window.perform(DialogAction::Close);
    let options = LoadOptions { precision: Some(Precision::Q8), ..LoadOptions::default() };
    window.perform(CheckpointAction::SetLoading(options));
    window.step();
    window.get_by_label("Sample Meadow: Describe it").click();
    window.wait_for(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
    window.wait_for(|app| matches!(app.state().conversion(), ConversionState::Done { .. }));
    assert_eq!(window.state().state().answer().finished().unwrap().made_by.precision, Precision::Q8);
    let path = convert::target(folder.path(), "kosmos-2 mini", Format::Q8);
    Checkpoint::open(&Source::Path(path)).unwrap();
}

#[test]
fn why_there_is_no_copy_is_said_on_the_card_or_without_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "in the way").unwrap();
    let mut window = window_over(&folder.path().join("file/checkpoints"));
    let has_failed = |app: &App| matches!(&app.state().conversion(), ConversionState::Offered { failure: Some(_), .. });
    open_card(&mut window);
    click(&mut window, Role::Button, "Make copy");
    window.wait_for(has_failed);
    window.get_by_label_contains("is no folder");
    assert!(window.notices().is_empty());
    // Both before it can fail.
    window.perform(Command::StartConversion);
    window.perform(DialogAction::Close);
    window.wait_for(has_failed);
    assert!(matches!(&window.notices()[..], [Notice::Problem(text)] if text.contains("is no folder")));
}

#[test]
fn what_was_downloaded_can_be_made_smaller_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_over(folder.path());
    let settings = kosmoscope::hub::Settings::new(None, None);
    let offer = Offer { repo: "some/tiny".to_owned(), folder: files::tiny(), settings };
    let places = Library { hub_cache: None, own: Some(folder.path().to_owned()) };
    window.state_mut().offer_checkpoints(places, Some(offer));
    let manifest = Manifest { repo: "some/tiny".to_owned(), revision: "main".to_owned(), licence: None, files: vec![] };
    window.state_mut().apply(Event::Download(DownloadEvent::Ended(DownloadEnd::Complete(manifest))));
    window.perform(Command::GetCheckpoint);
    window.run();
    click(&mut window, Role::Button, "Make a smaller copy…");
    window.wait_for(|app| matches!(app.state().conversion(), ConversionState::Offered { .. }));
    window.get_by_label_contains("tiny, ");
    click(&mut window, Role::Button, "Make copy");
    window.wait_for(|app| matches!(app.state().conversion(), ConversionState::Done { .. }));
    assert_eq!(files_in(folder.path()), [folder.path().join("tiny-q8.gguf")]);
}

#[test]
fn a_dropped_file_is_used_listed_and_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.gguf");
    copy_of_mini(Format::Q8, &path);
    let sessions = tempfile::tempdir().unwrap();
    let mut window = window_with_session(sessions.path());
    window.wait_until(is_ready("kosmos-2 mini"));
    window.drop_on(std::slice::from_ref(&path));
    window.wait_until(is_ready("mine"));
    assert!(window.state().state().pictures().entries().is_empty(), "it is no picture");
    window.wait_for(|app| app.state().checkpoints().iter().any(|found| found.path.as_ref() == Some(&path)));
    window.wait_until(|_| {
        fs::read_to_string(sessions.path().join("session.json")).is_ok_and(|session| session.contains("mine.gguf"))
    });
    kill(window, sessions.path());
    let mut window = window_with_session(sessions.path());
    window.wait_until(is_ready("mine"));
    assert!(window.notices().is_empty(), "{:?}", window.notices());
}

#[test]
fn a_file_is_chosen_in_a_dialog_or_typed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("typed.gguf");
    copy_of_mini(Format::Q8, &path);
    let mut window = window_over(folder.path());
    let effects = window.effects(Command::OpenCheckpointFile);
    assert!(matches!(effects[..], [Effect::Pick(Pick::CheckpointFile)]), "{effects:?}");
    // A dialog that is gone at once was never seen: the desktop has none.
    let gone = JobEvent::NotPicked(PathPurpose::Checkpoint, Duration::ZERO);
    window.state_mut().apply(Event::Job(gone));
    window.perform(DialogAction::EditPath(path.display().to_string()));
    window.perform(DialogAction::UsePath);
    window.wait_until(is_ready("typed"));
}

#[test]
fn that_little_memory_made_4_bits_of_the_weights_is_said_until_it_is_so_no_more() {
    let mut window = window();
    let short = ModelInfo { little_memory: Some(LittleMemory { n_bytes: 3_900_000_000 }), ..info() };
    window.apply(worker::Event::Ready(short));
    window.get_by_label_contains("With 3.90 GB of memory the weights are kept in 4 bits");
    window.get_by_label_contains("“Weights kept in” in the menu of the model has 8");
    click(&mut window, Role::Button, "Dismiss");
    assert!(window.query_by_label_contains("With 3.90 GB").is_none());
    click(&mut window, Role::Button, "kosmos-2 mini ⏷");
    window.get_by_label_contains("With 3.90 GB of memory the weights are kept in 4 bits");
    let short = ModelInfo { little_memory: Some(LittleMemory { n_bytes: 2_000_000_000 }), ..info() };
    window.apply(worker::Event::Ready(short));
    assert_eq!(window.state().state().notices().standing().count(), 1);
    window.apply(worker::Event::Ready(info()));
    assert_eq!(window.state().state().notices().standing().count(), 0, "it is kept exactly again");
}

fn precision(app: &App) -> Option<Precision> {
    if let Model::Ready(info) = &app.state().model() { Some(info.precision) } else { None }
}

#[test]
fn how_weights_are_kept_is_chosen_and_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_session(folder.path());
    window.wait_until(is_ready("kosmos-2 mini"));
    assert_eq!(precision(window.state()), Some(Precision::F32));
    // Listing the checkpoints tells what each needs.
    window.perform(CheckpointAction::Use(Some(files::tiny())));
    window.wait_until(is_ready("tiny"));
    window.wait_for(|app| app.state().checkpoints().iter().any(|found| found.name == "tiny"));
    click(&mut window, Role::Button, "tiny ⏷");
    let tiny = Checkpoint::open(&Source::Path(files::tiny())).unwrap();
    let needs = size(tiny.memory_needed(Precision::Q8));
    click(&mut window, Role::Button, "Weights kept in: automatic");
    window.get_by_role_and_label(Role::RadioButton, "automatic");
    assert!(window.query_by_label_contains("Computed on").is_none(), "there is only the CPU");
    click(&mut window, Role::RadioButton, &format!("q8  ·  needs {needs} of memory"));
    window.wait_until(|app| precision(app) == Some(Precision::Q8));
    window.perform(CheckpointAction::Use(None));
    window.wait_until(|app| is_ready("kosmos-2 mini")(app) && precision(app) == Some(Precision::Q8));
    window.wait_until(|_| {
        let session = fs::read_to_string(folder.path().join("session.json"));
        // One that was written while the other checkpoint was in use says the same of the weights.
        let kept = ["\"precision\":\"q8\",\"device\":null", "\"checkpoint\":null"];
        session.is_ok_and(|session| kept.iter().all(|part| session.contains(part)))
    });
    kill(window, folder.path());

    let mut window = window_with_session(folder.path());
    window.wait_until(|app| is_ready("kosmos-2 mini")(app) && precision(app) == Some(Precision::Q8));
    click(&mut window, Role::Button, "kosmos-2 mini ⏷");
    click(&mut window, Role::Button, "Weights kept in: q8");
    click(&mut window, Role::RadioButton, "automatic");
    window.wait_until(|app| precision(app) == Some(Precision::F32));
}
