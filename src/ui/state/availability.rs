//! Which commands are possible now, and in a few words why the others are not; which model could be used instead.

use super::{
    app_state::{AppState, Shows},
    conversion::ConversionState,
    dialog::Dialog,
    download::{DownloadState, FullModel},
    effect::ThemeChoice,
    evaluation::{EvaluationStage, Findings},
    model::Model,
    pictures::{Content, Entry},
    work::{Pace, Work},
};
use crate::{
    checkpoint::{Origin, has_checkpoint_ending},
    dataset::Verdict,
    geometry::NormBox,
    ui::command::{Command, Menu, Needs, Place, Presentation},
};

/// Why nothing can be downloaded or written.
const NO_NETWORK: &str = "Downloads are switched off; the card says why";
const NO_FOLDER: &str = "This system has no folder for application data";
const IS_HERE: &str = "It is already here";
const IS_DISCARDED: &str = "It is being removed";
const UNDER_WAY: &str = "It is already running";
const NO_BATCH: &str = "No run over all pictures is under way";
const NO_MODEL: &str = "There is no model";
const NOT_CORRECTING: &str = "Answers are only looked at now; press F2 to correct this one";
const NO_ANSWER: &str = "There is no finished answer yet";
const IS_LOADING: &str = "The checkpoint is still being loaded";
const EVALUATES: &str = "An evaluation is under way; stop it first";
const IN_EVALUATION: &str = "Close the evaluation first, which hides the pictures";

/// Whether a command is about the pictures or the answers that the window shows.
fn is_about_pictures(place: Place) -> bool {
    match place {
        Place::In(Menu::Edit | Menu::Review | Menu::Export | Menu::Run, _) => true,
        Place::In(Menu::View, group) => group < 3,
        Place::In(..) | Place::Button => false,
    }
}

impl AppState {
    /// Why a command is not possible now; `None` if it is.
    #[must_use]
    pub fn why_disabled(&self, command: Command) -> Option<&'static str> {
        let Presentation { place, needs, .. } = command.presentation();
        match needs {
            _ if self.panes.shows == Shows::Evaluation && is_about_pictures(place) => Some(IN_EVALUATION),
            Needs::Nothing => None,
            Needs::OpenPicture => self.pictures.current().is_none().then_some("No picture is open"),
            Needs::Picture => self.picture().is_none().then_some("No picture is shown"),
            Needs::Caption => self.answer().caption().is_none().then_some("There is no caption yet"),
            Needs::CaptionedPicture => {
                let is_captioned = self.picture().is_some() && self.answer().caption().is_some();
                (!is_captioned).then_some("There is no captioned picture yet")
            }
            Needs::Answer => self.answer().finished().is_none().then_some(NO_ANSWER),
            Needs::Batch => self.batch.is_none().then_some(NO_BATCH),
            Needs::Own => self.lacks_for(command),
        }
    }

    /// Whether a command is a choice that is made; `None` if it is no choice.
    #[must_use]
    pub(in crate::ui) fn is_ticked(&self, command: Command) -> Option<bool> {
        match command {
            Command::ThemeSystem => Some(self.theme == ThemeChoice::System),
            Command::ThemeLight => Some(self.theme == ThemeChoice::Light),
            Command::ThemeDark => Some(self.theme == ThemeChoice::Dark),
            Command::Present => Some(self.panes.shows == Shows::Presentation),
            Command::ShowTable => Some(self.panes.shows == Shows::Table),
            Command::Evaluate => Some(self.panes.shows == Shows::Evaluation),
            Command::Correct => Some(self.correcting.is_some()),
            Command::Accept => Some(self.verdict() == Some(Verdict::Accept)),
            Command::Unsure => Some(self.verdict() == Some(Verdict::Unsure)),
            Command::Reject => Some(self.verdict() == Some(Verdict::Reject)),
            _ => None,
        }
    }

    /// What a person decided about the picture shown.
    #[must_use]
    pub(in crate::ui) fn verdict(&self) -> Option<Verdict> {
        self.pictures.current()?.verdict
    }

    /// The rectangle that is asked about, unless an answer is being corrected: then it is not shown.
    #[must_use]
    pub(in crate::ui) fn region_shown(&self) -> Option<NormBox> {
        self.form.region.filter(|_| self.correcting.is_none())
    }

    /// What a command with a need of its own lacks.
    fn lacks_for(&self, command: Command) -> Option<&'static str> {
        match command {
            Command::Run => self.cannot_run(),
            Command::Stop => matches!(self.work, Work::Idle).then_some("Nothing is running"),
            Command::StopLoading => {
                (!matches!(self.model, Model::Loading(_))).then_some("No checkpoint is being loaded")
            }
            Command::Continue => self.cannot_continue(),
            Command::RunAll => self.cannot_run_all(),
            Command::RunRest => self.cannot_run_rest(),
            Command::StartBatch => self.cannot_start_batch(),
            Command::StartEvaluation => self.cannot_start_evaluation(),
            Command::StopEvaluation => match self.evaluation.stage {
                EvaluationStage::Running { is_stopping: true, .. } => Some("It is already stopping"),
                EvaluationStage::Running { .. } => None,
                _ => Some("No evaluation is under way"),
            },
            Command::EndEvaluation => (self.panes.shows != Shows::Evaluation).then_some("No evaluation is shown"),
            Command::FindPictures => {
                let lost = self.pictures.current().filter(|entry| matches!(entry.content, Content::Failed(_)));
                lost.and_then(|entry| entry.source.path()).is_none().then_some("No file is missed")
            }
            Command::TryAgain => {
                let content = self.pictures.current().map(|entry| &entry.content);
                (!matches!(content, Some(Content::Failed(_)))).then_some("The picture shown is open")
            }
            Command::ExportAllPictures | Command::ExportDataset => {
                let has_answer = |entry: &Entry| entry.answer.finished().is_some();
                (!self.pictures.entries().iter().any(has_answer)).then_some(NO_ANSWER)
            }
            Command::ExportAllResults => {
                self.pictures.entries().iter().all(|entry| entry.results.is_empty()).then_some(NO_ANSWER)
            }
            Command::ClearRegion => self.region_shown().is_none().then_some("No rectangle is drawn"),
            Command::EndCorrection => self.correcting.is_none().then_some(NOT_CORRECTING),
            Command::AddBox => {
                let lacks_answer = self.answer().finished().is_none().then_some(NO_ANSWER);
                self.correcting.is_none().then_some(NOT_CORRECTING).or(lacks_answer)
            }
            Command::ResetCorrections => {
                let said = self.answer().finished().and_then(|answer| answer.said.as_ref());
                said.is_none().then_some("Nothing of this answer was corrected")
            }
            Command::SaveDataset => match &self.dialog {
                Dialog::Dataset(draft) if draft.n_records > 0 => None,
                _ => Some("There is no record to save"),
            },
            Command::NextUnreviewed => {
                self.next_unreviewed().is_none().then_some("No other answer waits for a decision")
            }
            Command::ShowAll => self.choice.is_none().then_some("All boxes are shown"),
            Command::Delete => self.cannot_delete(),
            Command::EndPresentation => {
                (self.panes.shows != Shows::Presentation).then_some("No presentation is under way")
            }
            Command::EndTable => (self.panes.shows != Shows::Table).then_some("No table is shown"),
            Command::NewConversation => self.transcript().is_empty().then_some("No conversation has begun"),
            Command::EndCompare => self.compared().is_none().then_some("No comparison is shown"),
            Command::Next => self.listed_neighbour(1).is_none().then_some("This is the last picture"),
            Command::Previous => self.listed_neighbour(-1).is_none().then_some("This is the first picture"),
            Command::Undo => (!self.undo.can_undo()).then_some("There is nothing to undo"),
            Command::Redo => (!self.undo.can_redo()).then_some("There is nothing to redo"),
            Command::GetCheckpoint => self.offer.is_none().then_some(NO_FOLDER),
            Command::StartDownload => self.cannot_download(),
            Command::ChooseDownloadFolder => self.cannot_place_download(),
            Command::PauseDownload => self.cannot_pause_download(),
            Command::CancelDownload | Command::DiscardDownload => self.cannot_discard_download(),
            Command::ConvertCheckpoint => self.cannot_convert(),
            Command::StartConversion => self.cannot_start_conversion(),
            Command::StopConversion => self.cannot_stop_conversion(),
            // A test holds that no command with a need of its own comes here.
            _ => None,
        }
    }

    /// Why nothing of the picture shown can be deleted; `None` if it can.
    fn cannot_delete(&self) -> Option<&'static str> {
        match self.choice {
            Some(_) if self.answer().finished().is_none() => Some(NO_ANSWER),
            Some(_) => self.chosen_box().is_none().then_some("Choose one of the boxes of the phrase"),
            None => self.region_shown().is_none().then_some("No box is chosen, and no region is drawn"),
        }
    }

    /// Why nothing can be asked about the picture shown; `None` if it can.
    pub(in crate::ui) fn cannot_run(&self) -> Option<&'static str> {
        match self.pictures.current().map(|entry| &entry.content) {
            None if !matches!(self.model, Model::Failed(_)) => Some("Open a picture first"),
            Some(Content::Failed(_)) => Some("This picture can't be opened"),
            _ => self.cannot_ask(),
        }
    }

    /// Why nothing can be asked about any picture; `None` if it can.
    fn cannot_ask(&self) -> Option<&'static str> {
        match self.model {
            Model::Failed(_) => Some(NO_MODEL),
            _ if self.evaluation.is_running() => Some(EVALUATES),
            _ => self.form.task().err(),
        }
    }

    fn cannot_continue(&self) -> Option<&'static str> {
        match self.model {
            _ if self.batch.is_none() => Some(NO_BATCH),
            _ if self.evaluation.is_running() => Some(EVALUATES),
            Model::Failed(_) => Some(NO_MODEL),
            Model::Loading(_) | Model::Ready(_) => None,
        }
    }

    fn cannot_run_all(&self) -> Option<&'static str> {
        match self.batch {
            _ if self.pictures.entries().len() < 2 => Some("Open several pictures first"),
            Some(_) => Some(UNDER_WAY),
            None => self.cannot_ask(),
        }
    }

    /// Why no run into a folder can begin; `None` if one can.
    fn cannot_start_batch(&self) -> Option<&'static str> {
        let is_empty = |folder: &str| folder.trim().is_empty();
        match self.model {
            _ if is_empty(&self.batch_wish.pictures) => Some("Choose the folder of the pictures"),
            _ if is_empty(&self.batch_wish.parts) => Some("Choose a folder for the answers"),
            _ if self.batch.is_some() => Some(UNDER_WAY),
            _ if self.evaluation.is_running() => Some(EVALUATES),
            Model::Loading(_) => Some(IS_LOADING),
            Model::Failed(_) => Some(NO_MODEL),
            Model::Ready(_) => self.form.task().err(),
        }
    }

    /// Why no evaluation can begin; `None` if one can.
    fn cannot_start_evaluation(&self) -> Option<&'static str> {
        let is_asking =
            !matches!(self.work, Work::Idle) || self.batch.as_ref().is_some_and(|batch| batch.pace == Pace::Going);
        match (&self.evaluation.findings, &self.model) {
            _ if self.evaluation.is_running() => Some(UNDER_WAY),
            (Findings::Unknown, _) => Some("Choose the folder of a benchmark"),
            (Findings::Looking(_), _) => Some("The folder is being looked at"),
            (Findings::Nothing(_), _) => Some("There is no benchmark in the folder"),
            (_, Model::Loading(_)) => Some(IS_LOADING),
            (_, Model::Failed(_)) => Some(NO_MODEL),
            _ if is_asking => Some("The model is busy with another run"),
            (Findings::Found(_), Model::Ready(_)) => self.evaluation.wish.limit().err(),
        }
    }

    /// Why nothing can be asked about the pictures without an answer; `None` if it can.
    fn cannot_run_rest(&self) -> Option<&'static str> {
        let is_to_do = |entry: &Entry| entry.answer.caption().is_none();
        let lacks = self.pictures.entries().iter().any(is_to_do);
        self.cannot_run_all().or_else(|| (!lacks).then_some("Every picture has an answer"))
    }

    /// Why nothing can be asked about several pictures of the list, or about one; `None` if it can.
    pub(in crate::ui) fn cannot_run_on(&self, n_pictures: usize) -> Option<&'static str> {
        if n_pictures > 1 && self.batch.is_some() { Some(UNDER_WAY) } else { self.cannot_ask() }
    }

    fn cannot_download(&self) -> Option<&'static str> {
        match &self.download {
            _ if self.offer.is_none() => Some(NO_FOLDER),
            DownloadState::Running { .. } => Some(UNDER_WAY),
            DownloadState::Discarding => Some(IS_DISCARDED),
            DownloadState::Done => Some(IS_HERE),
            _ if self.offer.as_ref().is_some_and(|offer| offer.settings.problem.is_some()) => Some(NO_NETWORK),
            DownloadState::NotBegun | DownloadState::Halted(_) => None,
        }
    }

    /// What has arrived is not left behind.
    fn cannot_place_download(&self) -> Option<&'static str> {
        let has_parts = self.survey.is_none_or(|survey| survey.unfinished_bytes.is_some());
        self.cannot_download()
            .filter(|reason| *reason != NO_NETWORK)
            .or_else(|| has_parts.then_some("Its download has begun"))
    }

    fn cannot_pause_download(&self) -> Option<&'static str> {
        match &self.download {
            DownloadState::Running { is_pausing: true, .. } => Some("It is already pausing"),
            DownloadState::Running { is_pausing: false, .. } => None,
            _ => Some("No download is running"),
        }
    }

    fn cannot_discard_download(&self) -> Option<&'static str> {
        match &self.download {
            DownloadState::Running { .. } => None,
            DownloadState::Discarding => Some(IS_DISCARDED),
            DownloadState::Done => Some(IS_HERE),
            DownloadState::NotBegun | DownloadState::Halted(_) => {
                let Some(survey) = self.survey else { return Some("The folder is being looked at") };
                survey.unfinished_bytes.is_none().then_some("There is no unfinished download")
            }
        }
    }

    fn cannot_convert(&self) -> Option<&'static str> {
        // Only files that were made smaller are opened as files.
        match &self.conversion {
            _ if self.library.own.is_none() => Some(NO_FOLDER),
            ConversionState::Running { .. } => None,
            _ => {
                self.checkpoint.as_deref().is_some_and(has_checkpoint_ending).then_some("It is already a smaller copy")
            }
        }
    }

    fn cannot_start_conversion(&self) -> Option<&'static str> {
        match &self.conversion {
            ConversionState::Offered { original, format, .. } => {
                original.copy(*format).is_here.then_some("A file of that name already exists")
            }
            ConversionState::Running { .. } => Some(UNDER_WAY),
            _ => Some("It is not yet known what can be made smaller"),
        }
    }

    fn cannot_stop_conversion(&self) -> Option<&'static str> {
        match &self.conversion {
            ConversionState::Running { is_stopping: true, .. } => Some("It is already stopping"),
            ConversionState::Running { is_stopping: false, .. } => None,
            _ => Some("No copy is being made"),
        }
    }
}

impl AppState {
    /// Where the full model is; `None` if it is in use, or can't be had.
    #[must_use]
    pub fn full_model(&self) -> Option<FullModel<'_>> {
        let (Model::Ready(info), Some(offer)) = (&self.model, &self.offer) else { return None };
        info.checkpoint.small_world?;
        let is_full = |origin: &Origin| match origin {
            Origin::Downloaded { repo, .. } | Origin::HubCache { repo, .. } | Origin::Converted { from: repo } => {
                *repo == offer.repo
            }
            Origin::BuiltIn | Origin::Folder => false,
        };
        let usable = self.checkpoints.iter().filter(|found| found.summary.is_ok() && is_full(&found.origin));
        // A smaller copy is made to be used.
        let best = usable.min_by_key(|found| found.summary.as_ref().map_or(u64::MAX, |summary| summary.n_bytes));
        Some(match (best.and_then(|found| found.path.as_deref()), &self.download) {
            (Some(path), _) => FullModel::Here(path),
            (None, DownloadState::Done) => FullModel::Here(&offer.folder),
            (None, DownloadState::Running { .. } | DownloadState::Halted(_)) => FullModel::Begun(offer),
            (None, DownloadState::NotBegun | DownloadState::Discarding) => FullModel::ToGet(offer),
        })
    }

    /// Whether the boxes of the answer shown are those of a model that does not know the picture's world, and a person may
    /// want to hear of the one that does.
    #[must_use]
    pub(in crate::ui) fn should_offer_full_model(&self) -> bool {
        let is_doubtful = self.answer().finished().is_some_and(|answer| answer.doubt.is_some());
        is_doubtful && !self.is_offer_declined && self.full_model().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In an empty window there is nothing yet of what any command needs.
    #[test]
    fn every_need_is_told_when_it_is_not_met() {
        let empty = AppState::default();
        for command in Command::ALL {
            let needs_nothing = command.presentation().needs == Needs::Nothing;
            let is_possible = empty.why_disabled(*command).is_none();
            // The model is being loaded, which can be stopped.
            assert_eq!(is_possible, needs_nothing || *command == Command::StopLoading, "{command:?}");
        }
    }
}
