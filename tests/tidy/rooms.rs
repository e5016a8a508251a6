//! The rooms of the window: what imports from what, and what each leaves to others.

use crate::{
    paths::Paths,
    source::{File, about, has_word, sources},
};

/// Rooms of the window from the top down; each imports only from those further down, by their own names.
const ROOMS: [&str; 12] = [
    "app", "screens", "shell", "dialogs", "canvas", "widgets", "textures", "update", "session", "state", "command",
    "theme",
];

/// Those that paint: they read the state and push actions.
const VIEWS: [&str; 5] = ["screens", "shell", "dialogs", "canvas", "widgets"];

/// Where no file is touched and no thread is started: what is painted and what is only data.
const STILL: [&str; 7] = ["screens", "shell", "dialogs", "canvas", "widgets", "update", "state"];

/// The room of a file of the window; its face is in none.
fn room(file: &File) -> Option<&str> {
    match file.names()[..] {
        ["src", "ui", "mod"] => None,
        ["src", "ui", room, ..] => Some(room),
        _ => None,
    }
}

fn room_complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let place = |room: &str| ROOMS.iter().position(|other| *other == room);
    for file in files {
        let Some(own) = room(file) else { continue };
        let Some(own_place) = place(own) else {
            complaints.push(format!("{own} is no room of the window"));
            continue;
        };
        for path in Paths::of(file, &file.code()).inner {
            let names: Vec<&str> = path.iter().map(String::as_str).collect();
            let ["ui", other, ref inside @ ..] = names[..] else { continue };
            if other != own && place(other).is_none_or(|place| place <= own_place) {
                complaints.push(format!("{} imports from {}", file.path, path.join("::")));
            }
            if VIEWS.contains(&own) && other == "update" {
                complaints.push(format!("{} is a view and imports from {}", file.path, path.join("::")));
            }
            let screen = (own == "screens" && other == own && file.names().len() > 4).then(|| file.names()[3]);
            if let (Some(screen), Some(other)) = (screen, inside.first())
                && screen != *other
            {
                complaints.push(format!("{} imports from another screen, {other}", file.path));
            }
        }
        let code: String = file.code_without_tests().split_whitespace().collect();
        if code.contains("super::super") {
            complaints.push(format!("{} climbs out of its folder by super::super; say crate::ui::", file.path));
        }
    }
    complaints
}

/// What only `app` does, and what views and the state do not do.
fn conduct_complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let Some(own) = room(file) else { continue };
        let code = file.code_without_tests();
        let mut found = Vec::new();
        if own != "app" {
            let calls =
                [".apply(", ".perform(", "::apply(", "::perform("].into_iter().filter(|call| code.contains(call));
            found.extend(calls.map(|call| format!("calls {call}…), which is for app")));
        }
        if ["state", "update"].contains(&own) && ["egui", "eframe"].iter().any(|name| has_word(&code, name)) {
            found.push("names the window library".to_owned());
        }
        if STILL.contains(&own) {
            found.extend(disk_and_threads(file, &code).into_iter().map(|what| format!("uses {what}")));
        }
        complaints.extend(found.into_iter().map(|what| format!("{} {what}", file.path)));
    }
    complaints
}

/// What of this code reaches for the disk or for a thread.
fn disk_and_threads(file: &File, code: &str) -> Vec<String> {
    const CALLS: [&str; 8] = [
        ".exists()",
        ".is_dir()",
        ".is_file()",
        ".metadata()",
        ".canonicalize()",
        ".read_dir()",
        "free_space(",
        "unfinished_bytes(",
    ];
    let paths = Paths::of(file, code);
    let is_system = |path: &&Vec<String>| {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        matches!(names[..], ["std", "fs" | "thread", ..] | ["fs" | "thread", ..])
    };
    let is_ours = |path: &&Vec<String>| path.first().is_some_and(|module| module == "disk");
    let named = paths.outer.iter().filter(is_system).chain(paths.inner.iter().filter(is_ours));
    let calls = CALLS.into_iter().filter(|call| code.contains(call)).map(str::to_owned);
    named.map(|path| path.join("::")).chain(calls).collect()
}

#[test]
fn rooms_of_the_window_import_only_from_those_further_down() {
    let complaints = room_complaints(&sources());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn each_room_keeps_to_its_part() {
    let complaints = conduct_complaints(&sources());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn an_import_from_a_higher_room_is_found() {
    let check = |path, text| about(room_complaints, path, text);
    assert_eq!(check("src/ui/shell/menu.rs", "use crate::ui::{state::A, theme};\nuse super::toast::T;"), "");
    let up = check("src/ui/state/form.rs", "use crate::ui::{theme, update::B};");
    assert_eq!(up, "src/ui/state/form.rs imports from ui::update::B");
    assert!(check("src/ui/shell/menu.rs", "fn f() { crate::ui::update::g(); }").contains("is a view"));
    assert!(check("src/ui/shell/menu.rs", "use crate::ui::App;").contains("imports from ui::App"), "through the face");
    assert!(check("src/ui/shell/menu.rs", "use super::super::state::A;").contains("super::super"));
    assert!(check("src/ui/cellar/a.rs", "").contains("cellar is no room"));
    let between = "use crate::ui::screens::dataset::D;";
    assert!(check("src/ui/screens/picture/strip.rs", between).contains("another screen, dataset"));
    assert_eq!(check("src/ui/screens/mod.rs", between), "");
    assert_eq!(check("src/ui/mod.rs", "pub use app::App;\npub use state::AppState;"), "", "the face knows all");
}

#[test]
fn a_room_that_does_another_s_part_is_found() {
    let check = |path, text| about(conduct_complaints, path, text);
    assert!(check("src/ui/shell/menu.rs", "fn f(s: &mut S) { s.perform(a); }").contains("calls .perform("));
    assert!(check("src/ui/update/runs.rs", "fn f(s: &mut S) { S::apply(s, a); }").contains("calls ::apply("));
    assert_eq!(check("src/ui/app/mod.rs", "fn f(s: &mut S) { s.perform(a); s.apply(b); }"), "");
    let tests = "#[cfg(test)]\nmod tests {\n    fn f(s: &mut S) { s.perform(a); }\n}";
    assert_eq!(check("src/ui/update/runs.rs", tests), "");
    for text in ["use egui::Color32;", "fn f(ctx: &eframe::egui::Context) {}"] {
        assert!(check("src/ui/state/form.rs", text).contains("window library"), "{text}");
        assert!(!check("src/ui/shell/menu.rs", text).contains("window library"), "{text}");
    }
    for text in [
        "use std::{fs, path::Path};",
        "use std::fs::File;",
        "fn f() { std::thread::spawn(g); }",
        "use crate::disk::free_space;",
        "fn f() { hub::unfinished_bytes(x); }",
        "fn f(path: &Path) { path.exists(); }",
    ] {
        for room in STILL {
            let path = format!("src/ui/{room}/a.rs");
            assert!(!about(conduct_complaints, &path, text).is_empty(), "{room}: {text}");
        }
        assert_eq!(check("src/ui/app/jobs.rs", text), "", "{text}");
    }
}
