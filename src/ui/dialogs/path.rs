//! The field for a path, as when the system has no file dialog.

use egui::{Key, TextEdit, Ui};

use crate::ui::{
    state::{Actions, BatchPlace, DialogAction, EvaluationPlace, PathPurpose},
    theme,
    widgets::remark,
};

/// Paints the field with what is typed so far.
pub(super) fn path_ui(ui: &mut Ui, purpose: &PathPurpose, typed: &str, actions: &mut Actions) {
    let (title, go, example) = match purpose {
        PathPurpose::Open => ("Open a picture or a folder", "Open", "/home/me/picture.png"),
        PathPurpose::FindPictures => ("Look for pictures in a folder", "Look", "/home/me/pictures"),
        PathPurpose::Checkpoint => ("Open a checkpoint", "Open", "/home/me/kosmos-2-patch14-224"),
        PathPurpose::Download => ("Choose where the full Kosmos-2 goes", "Choose", "/mnt/large-disk/models"),
        PathPurpose::Batch(BatchPlace::Pictures) => {
            ("Choose the folder of the pictures", "Choose", "/home/me/pictures")
        }
        PathPurpose::Evaluation(EvaluationPlace::Data) => {
            ("Choose the folder of a benchmark", "Choose", "/home/me/refcoco")
        }
        PathPurpose::Batch(BatchPlace::Parts) | PathPurpose::Evaluation(EvaluationPlace::Answers) => {
            ("Choose the folder for the answers", "Choose", "/home/me/answers")
        }
        PathPurpose::Save(export) => (export.kind.title(), "Save", "/home/me/results"),
    };
    ui.set_width(440.0);
    let heading = ui.heading(title);
    remark(ui, "Type the whole path; this works where the desktop has no file dialog");
    let mut path = typed.to_owned();
    let field = TextEdit::singleline(&mut path).hint_text(example).desired_width(f32::INFINITY);
    let response = ui.add(field.margin(egui::Margin::symmetric(8, 6))).labelled_by(heading.id);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !entered && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    if path != typed {
        actions.push(DialogAction::EditPath(path));
    }
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        if ui.button(go).clicked() || entered {
            actions.push(DialogAction::UsePath);
        }
        if ui.button("Cancel").clicked() {
            actions.push(DialogAction::Close);
        }
    });
}
