//! The dialogs of the system: what each is called, where it begins, and what is made of what was chosen.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::jobs::Jobs;
use crate::{
    checkpoint,
    export::{self, FORMATS, FileKind},
    picture::EXTENSIONS,
    ui::state::{BatchPlace, EvaluationPlace, Export, ExportKind, JobEvent, PathPurpose, Pick},
};

impl Jobs {
    /// Shows a dialog of the system, unless one is open.
    pub(super) fn pick(&self, frame: &eframe::Frame, pick: Pick) {
        let dialog = rfd::AsyncFileDialog::new().set_parent(frame);
        match pick {
            Pick::Pictures(folder) => {
                // Dialogs tell upper from lower case.
                let extensions: Vec<String> =
                    EXTENSIONS.iter().flat_map(|e| [(*e).to_owned(), e.to_uppercase()]).collect();
                let dialog = starting_in(dialog, folder).set_title("Open pictures").add_filter("Pictures", &extensions);
                let picked = dialog.add_filter("All files", &["*"]).pick_files();
                self.await_pick(PathPurpose::Open, picked, |files| {
                    JobEvent::PickedPictures(files.iter().map(|file| file.path().to_owned()).collect())
                });
            }
            Pick::Folder(folder) => {
                let picked = starting_in(dialog, folder).set_title("Open a folder of pictures").pick_folder();
                self.await_pick(PathPurpose::Open, picked, |file| {
                    JobEvent::PickedPictures(vec![file.path().to_owned()])
                });
            }
            Pick::LostPictures => {
                let picked = dialog.set_title("Look for pictures in a folder").pick_folder();
                self.await_pick(PathPurpose::FindPictures, picked, |file| {
                    JobEvent::PickedFolderOfLost(file.path().to_owned())
                });
            }
            Pick::Batch(place) => {
                let title = match place {
                    BatchPlace::Pictures => "Choose the folder of the pictures",
                    BatchPlace::Parts => "Choose the folder for the answers",
                };
                self.await_pick(PathPurpose::Batch(place), dialog.set_title(title).pick_folder(), move |file| {
                    JobEvent::PickedBatchFolder(place, file.path().to_owned())
                });
            }
            Pick::Evaluation(place) => {
                let title = match place {
                    EvaluationPlace::Data => "Choose the folder of a benchmark",
                    EvaluationPlace::Answers => "Choose the folder for the answers",
                };
                self.await_pick(PathPurpose::Evaluation(place), dialog.set_title(title).pick_folder(), move |file| {
                    JobEvent::PickedEvaluationFolder(place, file.path().to_owned())
                });
            }
            Pick::CheckpointFolder => {
                let picked = dialog.set_title("Open a checkpoint folder").pick_folder();
                self.await_pick(PathPurpose::Checkpoint, picked, |file| {
                    JobEvent::PickedCheckpoint(file.path().to_owned())
                });
            }
            Pick::CheckpointFile => {
                let dialog = dialog
                    .set_title("Open a checkpoint file")
                    .add_filter("Checkpoints", &checkpoint::file_extensions());
                self.await_pick(PathPurpose::Checkpoint, dialog.pick_file(), |file| {
                    JobEvent::PickedCheckpoint(file.path().to_owned())
                });
            }
            Pick::DownloadFolder => {
                let picked = dialog.set_title("Choose where the full Kosmos-2 goes").pick_folder();
                self.await_pick(PathPurpose::Download, picked, |file| {
                    JobEvent::PickedDownloadFolder(file.path().to_owned())
                });
            }
            Pick::Target(export) if export.kind.is_folder() => {
                let folder = export.suggested.parent().map(Path::to_owned);
                let picked = starting_in(dialog, folder).set_title(export.kind.title()).pick_folder();
                self.await_pick(PathPurpose::Save(Arc::clone(&export)), picked, move |file| {
                    JobEvent::PickedTarget(export, file.path().to_owned())
                });
            }
            Pick::Target(export) => {
                let dialog = saving(dialog.set_title(export.kind.title()), &export);
                self.await_pick(PathPurpose::Save(Arc::clone(&export)), dialog.save_file(), move |file| {
                    JobEvent::PickedTarget(export, file.path().to_owned())
                });
            }
        }
    }
}

fn starting_in(dialog: rfd::AsyncFileDialog, folder: Option<PathBuf>) -> rfd::AsyncFileDialog {
    if let Some(folder) = folder { dialog.set_directory(folder) } else { dialog }
}

/// A dialog to save something, with a filter for each format.
fn saving(mut dialog: rfd::AsyncFileDialog, Export { kind, suggested, .. }: &Export) -> rfd::AsyncFileDialog {
    let formats: Vec<FileKind> = match kind {
        ExportKind::Picture | ExportKind::AllPictures | ExportKind::Dataset => vec![export::PNG],
        ExportKind::Result | ExportKind::AllResults => FORMATS.iter().map(|format| format.kind).collect(),
    };
    for format in formats {
        dialog = dialog.add_filter(format.label, &[format.extension.to_owned(), format.extension.to_uppercase()]);
    }
    if let Some(name) = suggested.file_name() {
        dialog = dialog.set_file_name(name.to_string_lossy());
    }
    if let Some(folder) = suggested.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        dialog = dialog.set_directory(folder);
    }
    dialog
}
