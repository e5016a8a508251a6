//! The menus: the table of commands in their usual places.

use std::path::PathBuf;

use egui::{MenuBar, Ui};

use super::{
    action::{Action, Command},
    samples::SAMPLES,
    state::AppState,
    widgets::command_item,
};

type Group = &'static [Command];

/// Menus in their order; a line is drawn between groups.
const MENUS: [(&str, &[Group]); 5] = [
    (
        "File",
        &[
            &[Command::Open, Command::OpenFolder, Command::OpenPath, Command::Remove, Command::CloseAll],
            &[Command::Export, Command::ExportPath],
            &[Command::ExportResults, Command::ExportAllResults],
            &[Command::Quit],
        ],
    ),
    (
        "Edit",
        &[
            &[Command::Undo, Command::Redo],
            &[Command::Paste],
            &[Command::CopyCaption, Command::CopyPicture, Command::CopyJson],
        ],
    ),
    (
        "View",
        &[
            &[Command::Next, Command::Previous],
            &[Command::ZoomIn, Command::ZoomOut, Command::ZoomActual, Command::ZoomFit],
            &[Command::ShowAll],
            &[Command::ThemeSystem, Command::ThemeLight, Command::ThemeDark],
            &[Command::Larger, Command::Smaller],
        ],
    ),
    ("Run", &[&[Command::Run, Command::Stop], &[Command::RunAll, Command::Pause, Command::Continue, Command::StopAll]]),
    ("Help", &[&[Command::Shortcuts]]),
];

/// Paints the menu bar.
pub(super) fn menu_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    MenuBar::new().ui(ui, |ui| {
        for (title, groups) in MENUS {
            ui.menu_button(title, |ui| {
                for (at, group) in groups.iter().enumerate() {
                    if at > 0 {
                        ui.separator();
                    }
                    for command in *group {
                        command_item(ui, state, *command, actions);
                    }
                }
                match title {
                    "File" => recent_menu_ui(ui, &state.recent, actions),
                    "Help" => samples_menu_ui(ui, actions),
                    _ => {}
                }
            });
        }
    });
}

fn samples_menu_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    ui.menu_button("Sample pictures", |ui| {
        for sample in &SAMPLES {
            if ui.button(format!("{}: {}", sample.name, sample.asks)).clicked() {
                actions.push(sample.action());
            }
        }
    });
}

fn recent_menu_ui(ui: &mut Ui, recent: &[PathBuf], actions: &mut Vec<Action>) {
    if recent.is_empty() {
        return;
    }
    ui.menu_button("Open recent", |ui| {
        for path in recent {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            if ui.button(name).on_hover_text(path.display().to_string()).clicked() {
                actions.push(Action::OpenPaths(vec![path.clone()]));
            }
        }
    });
}
