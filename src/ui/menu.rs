//! The menus: the table of commands in their usual places.

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
            &[Command::Open, Command::OpenFolder, Command::OpenPath, Command::Remove],
            &[Command::Export, Command::ExportPath],
            &[Command::Quit],
        ],
    ),
    ("Edit", &[&[Command::Paste], &[Command::CopyCaption, Command::CopyPicture]]),
    (
        "View",
        &[
            &[Command::Next, Command::Previous],
            &[Command::ZoomIn, Command::ZoomOut, Command::ZoomActual, Command::ZoomFit],
            &[Command::ShowAll],
            &[Command::ThemeSystem, Command::ThemeLight, Command::ThemeDark],
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
                if title == "Help" {
                    ui.menu_button("Sample pictures", |ui| samples_menu_ui(ui, actions));
                }
            });
        }
    });
}

fn samples_menu_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    for sample in &SAMPLES {
        if ui.button(format!("{}: {}", sample.name, sample.asks)).clicked() {
            actions.push(sample.action());
        }
    }
}
