//! The strip of many pictures: searched, filtered, sorted, gone through by keys, several chosen and acted on together.

#![allow(clippy::print_stdout, reason = "a measurement is for whoever asks with --nocapture")]
#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::time::{Duration, Instant, SystemTime};

use egui::{Key, Modifiers, OutputCommand, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kosmoscope::{
    picture::PictureSource,
    ui::{App, Arrangement, Filter, Notice, PictureAction, Sort, Work},
    worker::Event,
};
use tempfile::TempDir;

use crate::support::{
    files::sample,
    window::{Window, answer, info, window, window_with},
};

/// A window with copies of the sample under these names, in this order; nothing is asked about them.
fn window_of(names: &[&str]) -> (Window, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window();
    window.apply(Event::Ready(info()));
    window.edit(|form| form.run_on_open = false);
    let paths: Vec<_> = names.iter().map(|name| folder.path().join(name)).collect();
    for path in &paths {
        std::fs::copy(sample("meadow.png"), path).unwrap();
    }
    window.perform(PictureAction::Open(paths.into_iter().map(PictureSource::Path).collect()));
    window.wait_until(App::is_fully_shown);
    (window, folder)
}

/// The names in the strip, from the top, as a screen reader tells them.
fn rows(window: &Window) -> Vec<String> {
    let mut rows: Vec<_> = window.query_all_by_role(egui::Role::ListBoxOption).collect();
    rows.sort_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
    rows.into_iter().filter_map(|row| row.accesskit_node().label()).collect()
}

fn names(window: &Window) -> Vec<String> {
    rows(window).into_iter().map(|row| row.split(',').next().unwrap().to_owned()).collect()
}

fn shown(window: &Window) -> &str {
    window.state().state().pictures().current().unwrap().name.as_str()
}

fn chosen(window: &Window) -> Vec<&str> {
    let state = window.state().state();
    state.chosen_pictures().iter().map(|id| state.pictures().get(*id).unwrap().name.as_str()).collect()
}

fn pick(window: &mut Window, menu: &str, line: &str) {
    window.get_by_role_and_label(egui::Role::Button, menu).click();
    window.run();
    window.get_by_label(line).click();
    window.run();
}

/// The menu of a row.
fn open_menu(window: &mut Window, row: &str) {
    window.get_by_label(row).click_secondary();
    window.run();
}

fn copied(window: &Window) -> Option<&str> {
    window.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.as_str()),
        _ => None,
    })
}

#[test]
fn pictures_are_found_by_their_names_and_by_what_was_said_about_them() {
    let (mut window, _folder) = window_of(&["cat 1.png", "dog 1.png", "dog 2.png"]);
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    window.get_by_label("Search pictures").focus();
    window.run();
    window.event(egui::Event::Text("DOG".to_owned()));
    window.run();
    assert_eq!(names(&window), ["cat 1.png", "dog 1.png", "dog 2.png"], "the caption of the first has two dogs");
    window.event(egui::Event::Text(" 2".to_owned()));
    window.run();
    assert_eq!(names(&window), ["dog 2.png"]);
    window.get_by_label("1 of 3 match");
    window.event(egui::Event::Text("x".to_owned()));
    window.run();
    window.get_by_label("No picture matches");
    // The picture shown stays, and the next of those found follows it.
    assert_eq!(shown(&window), "cat 1.png");
}

#[test]
fn pictures_are_filtered_by_how_far_they_are() {
    let (mut window, _folder) = window_of(&["a.png", "b.png", "c.png"]);
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    pick(&mut window, "Show: All", "To do");
    assert_eq!(names(&window), ["b.png", "c.png"]);
    pick(&mut window, "Show: To do", "With notes");
    assert_eq!(names(&window), ["a.png"], "its answer has a warning");
    pick(&mut window, "Show: With notes", "Edited");
    window.get_by_label("No picture matches");
    window.perform(kosmoscope::ui::ResultAction::RemoveBox { phrase: 0, region: 0 });
    window.run();
    assert_eq!(names(&window), ["a.png"]);
    pick(&mut window, "Show: Edited", "Done");
    assert_eq!(rows(&window), ["a.png, done"]);
    pick(&mut window, "Show: Done", "To do");
    window.key_press(Key::PageDown);
    window.run();
    assert_eq!(shown(&window), "b.png", "the next is the next of those shown");
}

#[test]
fn pictures_are_sorted_by_name_date_and_state() {
    let (mut window, folder) = window_of(&["page 10.png", "page 9.png", "Page 1.png"]);
    let touch = |name: &str, secs| {
        let file = std::fs::File::options().write(true).open(folder.path().join(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(secs)).unwrap();
    };
    touch("page 10.png", 1_000);
    touch("page 9.png", 3_000);
    touch("Page 1.png", 2_000);
    pick(&mut window, "Sort: As opened", "By name");
    assert_eq!(names(&window), ["Page 1.png", "page 9.png", "page 10.png"]);
    pick(&mut window, "Sort: By name", "By date, newest first");
    window.wait_until(|app| app.state().listed(0).is_some_and(|entry| entry.name == "page 9.png"));
    assert_eq!(names(&window), ["page 9.png", "Page 1.png", "page 10.png"]);
    let id = window.run_task();
    pick(&mut window, "Sort: By date, newest first", "By state");
    assert_eq!(rows(&window)[0], "page 10.png, running");
    window.apply(Event::Finished { id, answer: answer() });
    assert_eq!(names(&window), ["page 9.png", "Page 1.png", "page 10.png"], "what is done comes last");
}

#[test]
fn the_keys_of_a_list_go_through_the_strip_and_keep_the_focus() {
    let all: Vec<String> = (0..40).map(|n| format!("{n:02}.png")).collect();
    let (mut window, _folder) = window_of(&all.iter().map(String::as_str).collect::<Vec<_>>());
    window.get_by_label("00.png, nothing asked yet").click();
    window.run();
    for (modifiers, key, expected) in [
        (Modifiers::NONE, Key::ArrowDown, "01.png"),
        (Modifiers::NONE, Key::End, "39.png"),
        (Modifiers::NONE, Key::ArrowDown, "39.png"),
        (Modifiers::NONE, Key::Home, "00.png"),
        (Modifiers::SHIFT, Key::ArrowDown, "01.png"),
        (Modifiers::SHIFT, Key::ArrowDown, "02.png"),
    ] {
        window.key_press_modifiers(modifiers, key);
        window.run();
        assert_eq!(shown(&window), expected, "{modifiers:?} {key:?}");
        assert!(window.get_by_label(&format!("{expected}, nothing asked yet")).is_focused(), "{key:?}");
    }
    assert_eq!(chosen(&window), ["00.png", "01.png", "02.png"]);
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(chosen(&window), [""; 0]);
    window.key_press(Key::PageDown);
    window.run();
    let n_page: usize = shown(&window)[..2].parse().unwrap();
    assert!((4..10).contains(&n_page), "a page is what is in sight: {n_page}");
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    window.get_by_label("40 of 40 chosen");
}

#[test]
fn several_pictures_are_chosen_and_acted_on_together() {
    let (mut window, folder) = window_of(&["a.png", "b.png", "c.png", "d.png"]);
    window.get_by_label("c.png, nothing asked yet").click_modifiers(Modifiers::COMMAND);
    window.run();
    assert_eq!((chosen(&window), shown(&window)), (vec!["a.png", "c.png"], "a.png"));
    open_menu(&mut window, "c.png, nothing asked yet");
    window.get_by_label("Copy 2 paths").click();
    window.step();
    let path = |name: &str| folder.path().join(name).display().to_string();
    assert_eq!(copied(&window), Some(format!("{}\n{}", path("a.png"), path("c.png")).as_str()));
    window.run();
    assert_eq!(window.notices(), [Notice::Done("2 paths are on the clipboard".to_owned())]);
    open_menu(&mut window, "a.png, nothing asked yet");
    window.get_by_label("Run on 2 pictures").click();
    window.run();
    let first = window.running();
    window.get_by_label("c.png, waiting");
    window.get_by_label("b.png, nothing asked yet");
    window.apply(Event::Finished { id: first, answer: answer() });
    let second = window.running();
    window.apply(Event::Finished { id: second, answer: answer() });
    window.get_by_label("All 2 pictures are done");
    window.get_by_label("d.png, nothing asked yet").click_modifiers(Modifiers::SHIFT);
    window.run();
    assert_eq!(chosen(&window), ["c.png", "d.png"]);
    open_menu(&mut window, "d.png, nothing asked yet");
    window.get_by_label("Remove 2 from the list").click();
    window.run();
    assert_eq!((names(&window), shown(&window)), (vec!["a.png".to_owned(), "b.png".to_owned()], "b.png"));
}

#[test]
fn the_menu_of_one_picture_is_about_it_alone() {
    let (mut window, folder) = window_of(&["a.png", "b.png"]);
    std::fs::copy(sample("snow.png"), folder.path().join("b.png")).unwrap();
    open_menu(&mut window, "b.png, nothing asked yet");
    // One more when it had been read ahead as it was before.
    let edition = |app: &App| app.state().pictures().entries()[1].edition;
    let before = edition(window.state());
    window.get_by_label("Open again").click();
    window.run();
    assert!(edition(window.state()) > before, "its thumbnail is made again");
    open_menu(&mut window, "b.png, nothing asked yet");
    // Not the button of the task panel, which is about the picture shown.
    let runs: Vec<_> = window.query_all_by_label("Run").collect();
    runs.into_iter().max_by(|a, b| b.rect().left().total_cmp(&a.rect().left())).unwrap().click();
    window.wait_until(|app| matches!(app.state().work(), Work::Running { .. }));
    window.get_by_label("b.png, running");
    assert_eq!(shown(&window), "a.png");
}

#[test]
fn the_rest_is_asked_about_with_the_time_it_takes() {
    let (mut window, _folder) = window_of(&["a.png", "b.png", "c.png", "d.png"]);
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    window.get_by_label("Run the rest").click();
    window.run();
    let id = window.running();
    window.get_by_label("a.png, done");
    window.get_by_label("b.png, running");
    assert_eq!(window.state().state().batch().as_ref().unwrap().secs_left(), None, "nothing is known yet");
    window.apply(Event::Finished { id, answer: answer() });
    // The answer of the test took 2.1 seconds, and two pictures are left.
    window.get_by_label("about 4 s left");
}

#[test]
fn long_names_keep_their_ends() {
    let name = "a very long name that no strip has room for 0042.png";
    let (window, _folder) = window_of(&[name, "b.png"]);
    let texts: Vec<String> = window
        .output()
        .shapes
        .iter()
        .filter_map(|shape| match &shape.shape {
            egui::Shape::Text(text) => Some(text.galley.text().to_owned()),
            _ => None,
        })
        .collect();
    let shortened = texts.iter().find(|text| text.starts_with("a very") && text.contains('…')).unwrap();
    assert!(shortened.ends_with("0042.png"), "{shortened}");
}

/// Frames while a person scrolls, and their longest.
fn scroll(window: &mut Window, n_frames: u32) -> (Duration, Duration) {
    let (start, mut longest) = (Instant::now(), Duration::ZERO);
    for _ in 0..n_frames {
        window.hover_at(egui::pos2(60.0, 400.0));
        window.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, -3000.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        let frame = Instant::now();
        window.step();
        longest = longest.max(frame.elapsed());
    }
    (start.elapsed() / n_frames, longest)
}

/// The threads of this program, where the system says so.
fn n_threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

#[test]
fn twenty_thousand_pictures_are_smooth_however_they_are_arranged() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("0.png");
    image::RgbImage::from_pixel(64, 48, image::Rgb([90, 160, 70])).save(&first).unwrap();
    for n in 1..20_000 {
        std::fs::hard_link(&first, folder.path().join(format!("{n}.png"))).unwrap();
    }
    let mut window = window_with(Theme::Dark, [1000.0, 700.0]);
    window.edit(|form| form.run_on_open = false);
    window.drop_on(&[folder.path().to_owned()]);
    window.wait_until(|app| app.state().pictures().entries().len() == 20_000);
    window.wait_until(App::is_fully_shown);
    let (before, mut most) = (n_threads(), 0);
    let by = |sort| Arrangement { sort, ..Arrangement::default() };
    let searched = Arrangement { search: "1".to_owned(), filter: Filter::ToDo, sort: Sort::Name };
    for arrangement in [by(Sort::Opened), by(Sort::Name), by(Sort::Date), by(Sort::State), searched] {
        let start = Instant::now();
        window.perform(PictureAction::Arrange(arrangement.clone()));
        let arranged = start.elapsed();
        window.run();
        let (mean, longest) = scroll(&mut window, 60);
        println!("{arrangement:?}: arranged in {arranged:.1?}, a frame {mean:.1?}, the longest {longest:.1?}");
        assert!(mean < Duration::from_millis(50) && arranged < Duration::from_secs(1), "{mean:?}, {arranged:?}");
        let start = Instant::now();
        for _ in 0..100 {
            window.key_press(Key::PageDown);
            window.step();
            most = most.max(n_threads());
        }
        println!("  a step to the next picture {:.1?}", start.elapsed() / 100);
        window.wait_until(App::is_fully_shown);
    }
    println!("{before} threads before, {most} at most");
}
