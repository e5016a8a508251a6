//! What each command does.

use std::path::{Path, PathBuf};

use crate::{
    caption::Correction,
    dataset::Verdict,
    ui::{
        command::Command,
        state::{
            AppState, BatchPlace, DecodingForm, Dialog, Effect, EvaluationPlace, ExportKind, Pace, PathPurpose, Pick,
            Shows, ThemeChoice, ZoomStep,
        },
    },
};

/// How large letters and buttons may be, 1 being the usual size.
const SCALES: std::ops::RangeInclusive<f32> = 0.6..=3.0;
const SCALE_STEP: f32 = 0.1;

impl AppState {
    /// Does what a command says, unless that is not possible now.
    pub(super) fn perform_command(&mut self, command: Command) {
        if self.why_disabled(command).is_some() {
            return;
        }
        if matches!(command, Command::Export | Command::ExportPath | Command::CopyPicture) {
            self.warn_of_other_picture();
        }
        match command {
            Command::Open => self.effects.push(Effect::Pick(Pick::Pictures(self.folder()))),
            Command::OpenFolder => self.effects.push(Effect::Pick(Pick::Folder(self.folder()))),
            Command::OpenPath => self.ask_for_path(PathPurpose::Open),
            Command::Remove => self.remove_current(),
            Command::CloseAll => self.close_all(),
            Command::OpenCheckpoint => self.effects.push(Effect::Pick(Pick::CheckpointFolder)),
            Command::OpenCheckpointFile => self.effects.push(Effect::Pick(Pick::CheckpointFile)),
            Command::GetCheckpoint => self.show_download(),
            Command::StartDownload => self.start_download(),
            Command::ChooseDownloadFolder => self.effects.push(Effect::Pick(Pick::DownloadFolder)),
            Command::PauseDownload => self.pause_download(),
            Command::CancelDownload => self.ask_to_discard(),
            Command::DiscardDownload => self.discard_download(),
            Command::Evaluate | Command::EndEvaluation => self.show_evaluation(),
            Command::StartEvaluation => self.start_evaluation(),
            Command::StopEvaluation => self.stop_evaluation(),
            Command::ChooseBenchmark => self.effects.push(Effect::Pick(Pick::Evaluation(EvaluationPlace::Data))),
            Command::ChooseEvaluationFolder => {
                self.effects.push(Effect::Pick(Pick::Evaluation(EvaluationPlace::Answers)));
            }
            Command::ConvertCheckpoint => self.offer_conversion(self.checkpoint.clone()),
            Command::StartConversion => self.start_conversion(),
            Command::StopConversion => self.stop_conversion(),
            Command::Export => self.pick_target(ExportKind::Picture),
            Command::ExportPath => {
                if let Some(export) = self.export(ExportKind::Picture) {
                    self.ask_for_path(PathPurpose::Save(export));
                }
            }
            Command::ExportAllPictures => self.pick_target(ExportKind::AllPictures),
            Command::ExportResults => self.pick_target(ExportKind::Result),
            Command::ExportAllResults => self.pick_target(ExportKind::AllResults),
            Command::ExportDataset => self.draft_dataset(self.dataset_wish),
            Command::SaveDataset => self.pick_target(ExportKind::Dataset),
            Command::Quit => self.effects.push(Effect::Quit),
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::Paste => self.effects.push(Effect::RequestPaste),
            Command::PlaceRegion => self.place_region(),
            Command::ClearRegion => self.clear_region(),
            Command::Delete => self.delete(),
            Command::CopyCaption => self.copy_caption(),
            Command::CopyPicture => self.copy_picture(),
            Command::CopyJson => self.copy_json(),
            Command::CopyRaw => self.copy_raw(),
            Command::Next => self.step(1),
            Command::Previous => self.step(-1),
            Command::ZoomIn => self.effects.push(Effect::Zoom(ZoomStep::In)),
            Command::ZoomOut => self.effects.push(Effect::Zoom(ZoomStep::Out)),
            Command::ZoomActual => self.effects.push(Effect::Zoom(ZoomStep::Actual)),
            Command::ZoomFit => self.effects.push(Effect::Zoom(ZoomStep::Fit)),
            Command::Correct | Command::EndCorrection => self.set_correcting(command == Command::Correct),
            Command::AddBox => self.add_box(),
            Command::ResetCorrections => self.reset_corrections(),
            Command::Accept => self.decide(Verdict::Accept),
            Command::Unsure => self.decide(Verdict::Unsure),
            Command::Reject => self.decide(Verdict::Reject),
            Command::NextUnreviewed => self.show_next_unreviewed(),
            Command::ShowAll => self.choice = None,
            Command::EndCompare => self.end_compare(),
            Command::ShowTable if self.panes.shows != Shows::Table => self.panes.shows = Shows::Table,
            Command::ShowTable | Command::EndTable => self.panes.shows = Shows::Picture,
            Command::Present | Command::EndPresentation => self.present(command == Command::Present),
            Command::GoToPicture => self.effects.push(Effect::FocusPicture),
            Command::NewConversation => self.begin_conversation(),
            Command::ThemeSystem => self.set_theme(ThemeChoice::System),
            Command::ThemeLight => self.set_theme(ThemeChoice::Light),
            Command::ThemeDark => self.set_theme(ThemeChoice::Dark),
            Command::Larger => self.set_scale(self.scale + SCALE_STEP),
            Command::Smaller => self.set_scale(self.scale - SCALE_STEP),
            Command::Run => self.run(),
            Command::Stop => self.stop_run(),
            Command::StopLoading => self.stop_loading(),
            Command::RunAll => self.run_all(),
            Command::RunRest => self.run_rest(),
            Command::RunInFolder => self.dialog = Dialog::Batch,
            Command::StartBatch => self.start_batch(),
            Command::ChooseBatchPictures => self.effects.push(Effect::Pick(Pick::Batch(BatchPlace::Pictures))),
            Command::ChooseBatchFolder => self.effects.push(Effect::Pick(Pick::Batch(BatchPlace::Parts))),
            Command::Pause => self.set_pace(Pace::Paused),
            Command::Continue => self.set_pace(Pace::Going),
            Command::StopAll => self.stop_all(),
            Command::FindPictures => self.effects.push(Effect::Pick(Pick::LostPictures)),
            Command::TryAgain => self.try_again(),
            Command::ResetSettings => self.form.decoding = DecodingForm::default(),
            Command::Shortcuts => self.dialog = Dialog::Shortcuts,
        }
    }

    /// Takes another theme.
    pub(super) fn set_theme(&mut self, theme: ThemeChoice) {
        self.theme = theme;
        self.effects.push(Effect::SetTheme(theme));
    }

    /// Shows letters and buttons at another size, within what can still be read and reached.
    pub(super) fn set_scale(&mut self, scale: f32) {
        self.scale = scale.clamp(*SCALES.start(), *SCALES.end());
        self.effects.push(Effect::SetScale(self.scale));
    }

    /// Shows only the picture and its caption, or everything again.
    fn present(&mut self, presents: bool) {
        let presents = presents && self.panes.shows != Shows::Presentation;
        self.panes.shows = if presents { Shows::Presentation } else { Shows::Picture };
        self.effects.push(Effect::SetFullScreen(presents));
    }

    /// Deletes the chosen box, or else the region.
    fn delete(&mut self) {
        match self.chosen_box() {
            Some((phrase, region)) => self.correct(&Correction::Remove(phrase, region)),
            None => self.clear_region(),
        }
    }

    fn remove_current(&mut self) {
        if let Some(id) = self.pictures.current().map(|entry| entry.id) {
            self.remove([id].into());
        }
    }

    /// Where the picture shown lies, or the one opened last: where a person is likely to open the next one.
    fn folder(&self) -> Option<PathBuf> {
        let shown = self.pictures.current().and_then(|entry| entry.source.path());
        shown.or(self.recent.first().map(PathBuf::as_path))?.parent().map(Path::to_owned)
    }
}
