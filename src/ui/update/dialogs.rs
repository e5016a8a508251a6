//! What is typed into the dialog inside the window: a path, as when the system has no file dialog.

use crate::{
    typed,
    ui::state::{AppState, Dialog, DialogAction, Effect, IfTaken, PathPurpose},
};

impl AppState {
    pub(super) fn perform_dialog(&mut self, action: DialogAction) {
        match action {
            DialogAction::EditPath(path) => {
                if let Dialog::Path { typed, .. } = &mut self.dialog {
                    *typed = path;
                }
            }
            DialogAction::EditDataset(wish) => self.draft_dataset(wish),
            DialogAction::EditBatch(wish) => self.batch_wish = wish,
            DialogAction::UsePath => self.use_path(),
            DialogAction::Settle(if_taken) => self.settle(if_taken),
            DialogAction::Close => self.dialog = Dialog::Closed,
        }
    }

    /// Opens the field for a path.
    pub(super) fn ask_for_path(&mut self, purpose: PathPurpose) {
        let typed = match &purpose {
            PathPurpose::Open | PathPurpose::FindPictures | PathPurpose::Checkpoint | PathPurpose::Download => {
                String::new()
            }
            PathPurpose::Batch(place) => self.batch_folder(*place).clone(),
            PathPurpose::Evaluation(place) => self.evaluation.wish.folder(*place).clone(),
            PathPurpose::Save(export) => export.suggested.display().to_string(),
        };
        self.dialog = Dialog::Path { purpose, typed };
    }

    fn use_path(&mut self) {
        let Dialog::Path { purpose, typed } = std::mem::take(&mut self.dialog) else { return };
        let path = typed::path(&typed, self.home.as_deref());
        match purpose {
            _ if path.as_os_str().is_empty() => {}
            PathPurpose::Open => self.effects.push(Effect::Gather(vec![path])),
            PathPurpose::FindPictures => self.look_for_pictures(path),
            PathPurpose::Checkpoint => self.use_checkpoint(Some(path)),
            PathPurpose::Download => self.place_download(&path),
            PathPurpose::Batch(place) => self.choose_batch_folder(place, &path),
            PathPurpose::Evaluation(place) => self.choose_evaluation_folder(place, &path),
            PathPurpose::Save(export) => self.save_to(export, path, IfTaken::Ask),
        }
    }
}
