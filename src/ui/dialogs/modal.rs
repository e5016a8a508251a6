//! The dialogs inside the window: which is open, the field for a path, and the list of keys.

use std::path::PathBuf;

use egui::{Context, Frame, Id, Key, Modal, RichText, ScrollArea, TextEdit, Ui};
use egui_extras::{Column, TableBuilder};

use super::{
    conversion::shrinking_ui,
    download::{discard_ui, getting_ui},
};
use crate::ui::{
    state::{Action, AppState, Chore, Command},
    theme,
    update::Format,
    widgets::remark,
};

/// The dialog inside the window, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// None is open.
    Closed,
    /// The list of keys.
    Shortcuts,
    /// The card of the published checkpoint.
    Getting,
    /// Whether its download is to be given up.
    Discarding,
    /// The card that makes a smaller copy of a checkpoint.
    Shrinking,
    /// A field to type a path in.
    Path {
        /// What the path is for.
        purpose: PathPurpose,
        /// As typed so far.
        typed: String,
    },
}

/// What a path is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathPurpose {
    /// To open the picture there.
    Open,
    /// To load the checkpoint there.
    Checkpoint,
    /// To save something there.
    Save(Format),
}

/// What the mouse does; keys come from the table of commands.
const GESTURES: [(&str, &str); 6] = [
    ("Zoom at the pointer", "Wheel or pinch"),
    ("Move the picture", "Drag; in the Region task with the middle button"),
    ("Draw a region", "Shift+drag; in the Region task a plain drag"),
    ("Highlight a phrase and its boxes", "Click either; again to show all"),
    ("Go from phrase to phrase", "Tab, then Enter"),
    ("Open pictures or folders", "Drop them, or paste them (Ctrl+V)"),
];

/// Height of all but the list in the dialog of keys, and of what is seen of the window around it.
const AROUND_SHORTCUTS: f32 = 130.0;

impl AppState {
    /// Opens the field for a path, as when the system has no file dialog.
    pub fn ask_for_path(&mut self, purpose: PathPurpose) {
        let suggested = match purpose {
            PathPurpose::Open | PathPurpose::Checkpoint => None,
            PathPurpose::Save(format) => self.suggested_target(format),
        };
        let typed = suggested.map_or_else(String::new, |path| path.display().to_string());
        self.dialog = Dialog::Path { purpose, typed };
    }

    pub(crate) fn edit_path(&mut self, path: String) {
        if let Dialog::Path { typed, .. } = &mut self.dialog {
            *typed = path;
        }
    }

    pub(crate) fn use_path(&mut self) -> Option<Chore> {
        let Dialog::Path { purpose, typed } = std::mem::replace(&mut self.dialog, Dialog::Closed) else { return None };
        let path = PathBuf::from(typed.trim());
        match purpose {
            _ if path.as_os_str().is_empty() => None,
            PathPurpose::Open => Some(Chore::Gather(vec![path])),
            PathPurpose::Checkpoint => {
                self.use_checkpoint(Some(path));
                None
            }
            PathPurpose::Save(format) => self.save_to(format, path),
        }
    }
}

/// Paints the dialog that is open, if any.
pub(crate) fn dialogs_ui(ctx: &Context, state: &AppState, actions: &mut Vec<Action>) {
    let frame = Frame::popup(&ctx.global_style()).inner_margin(theme::PANEL_MARGIN);
    let modal = Modal::new(Id::unique("dialog")).frame(frame);
    let shown = match &state.dialog {
        Dialog::Closed => return,
        Dialog::Shortcuts => modal.show(ctx, |ui| shortcuts_ui(ui, actions)),
        Dialog::Getting => modal.show(ctx, |ui| getting_ui(ui, state, actions)),
        Dialog::Discarding => modal.show(ctx, |ui| discard_ui(ui, state, actions)),
        Dialog::Shrinking => modal.show(ctx, |ui| shrinking_ui(ui, state, actions)),
        Dialog::Path { purpose, typed } => modal.show(ctx, |ui| path_ui(ui, *purpose, typed, actions)),
    };
    if shown.should_close() {
        actions.push(Action::CloseDialog);
    }
}

fn path_ui(ui: &mut Ui, purpose: PathPurpose, typed: &str, actions: &mut Vec<Action>) {
    let (title, go, example) = match purpose {
        PathPurpose::Open => ("Open a picture or a folder", "Open", "/home/me/picture.png"),
        PathPurpose::Checkpoint => ("Open a checkpoint", "Open", "/home/me/kosmos-2-patch14-224"),
        PathPurpose::Save(format) => (format.title(), "Save", "/home/me/results"),
    };
    ui.set_width(440.0);
    let heading = ui.heading(title);
    remark(ui, "Type the whole path, as when this desktop has no file dialog");
    let mut path = typed.to_owned();
    let field = TextEdit::singleline(&mut path).hint_text(example).desired_width(f32::INFINITY);
    let response = ui.add(field.margin(egui::Margin::symmetric(8, 6))).labelled_by(heading.id);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !entered && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    if path != typed {
        actions.push(Action::EditPath(path));
    }
    ui.add_space(theme::GRID);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        if ui.button(go).clicked() || entered {
            actions.push(Action::UsePath);
        }
        if ui.button("Cancel").clicked() {
            actions.push(Action::CloseDialog);
        }
    });
}

fn shortcuts_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    ui.set_width(580.0);
    ui.horizontal(|ui| {
        ui.heading("Keyboard and mouse");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button("Close").clicked() {
                actions.push(Action::CloseDialog);
            }
        });
    });
    ui.add_space(theme::GRID);
    let keys = Command::WITH_KEYS.iter().filter_map(|command| {
        let presentation = command.presentation();
        let keys: Vec<String> = presentation.shortcuts.iter().map(|key| ui.ctx().format_shortcut(key)).collect();
        (!keys.is_empty()).then(|| (presentation.label, keys.join(" or ").replace("Questionmark", "?")))
    });
    let rows: Vec<(&str, String)> =
        GESTURES.map(|(what, how)| (what, how.to_owned())).into_iter().chain(keys).collect();
    ui.spacing_mut().item_spacing.y = 0.0;
    let room = ui.ctx().content_rect().height() - AROUND_SHORTCUTS;
    ScrollArea::vertical().max_height(room).show(ui, |ui| {
        let table = TableBuilder::new(ui).column(Column::exact(240.0)).column(Column::remainder());
        table.vscroll(false).body(|body| {
            body.rows(24.0, rows.len(), |mut row| {
                let (what, how) = &rows[row.index()];
                row.col(|ui| {
                    ui.label(*what);
                });
                row.col(|ui| {
                    ui.label(RichText::new(how).weak());
                });
            });
        });
    });
}
