//! Getting the published checkpoint: what has arrived is kept, and nothing is discarded without a second confirmation.

use std::path::Path;

use crate::{
    checkpoint::folder_below,
    hub::{DownloadEnd, DownloadEvent},
    ui::{
        command::Command,
        state::{AppState, Dialog, DownloadState, Effect, Notice},
    },
    words::size,
};

impl AppState {
    /// Opens the card, and has the folder looked at that it goes to.
    pub(super) fn show_download(&mut self) {
        self.dialog = Dialog::Download;
        self.survey_download();
    }

    /// Asks whether the download is to be given up.
    pub(super) fn ask_to_discard(&mut self) {
        self.dialog = Dialog::Discard;
        self.survey_download();
    }

    /// The download goes into a folder of its own below this one.
    pub(super) fn place_download(&mut self, folder: &Path) {
        if self.why_disabled(Command::ChooseDownloadFolder).is_some() {
            return;
        }
        if let Some(offer) = &mut self.offer {
            offer.folder = folder_below(folder, &offer.repo);
            self.download_folder = Some(offer.folder.clone());
        }
        self.show_download();
    }

    /// Begins the download, or goes on with it.
    pub(super) fn start_download(&mut self) {
        if let Some(offer) = self.offer.clone() {
            self.download = DownloadState::Running { progress: None, is_pausing: false };
            self.effects.push(Effect::StartDownload(offer));
        }
    }

    pub(super) fn pause_download(&mut self) {
        if let DownloadState::Running { is_pausing, .. } = &mut self.download {
            *is_pausing = true;
            self.effects.push(Effect::PauseDownload);
        }
    }

    /// Gives the download up, and closes the question whether to.
    pub(super) fn discard_download(&mut self) {
        self.dialog = Dialog::Download;
        let discards = match std::mem::replace(&mut self.download, DownloadState::Discarding) {
            DownloadState::Running { .. } => Some(Effect::CancelDownload),
            _ => self.offer.as_ref().map(|offer| Effect::DiscardDownload(offer.folder.clone())),
        };
        self.effects.extend(discards);
    }

    /// Takes in what the download tells.
    pub(super) fn apply_download(&mut self, event: DownloadEvent) {
        match event {
            DownloadEvent::Progress(news) => {
                if let DownloadState::Running { progress, .. } = &mut self.download {
                    *progress = Some(news);
                }
                return;
            }
            DownloadEvent::Ended(DownloadEnd::Paused(sentence)) | DownloadEvent::Failed(sentence) => {
                self.download = DownloadState::Halted(sentence);
            }
            DownloadEvent::Ended(DownloadEnd::Discarded(n_bytes)) => {
                self.download = DownloadState::NotBegun;
                self.notices.tell(Notice::Done(format!("The unfinished download was removed, {}", size(n_bytes))));
            }
            DownloadEvent::Ended(DownloadEnd::Complete(manifest)) => {
                self.download = DownloadState::Done;
                self.notices.tell(Notice::Done(format!("{} has been downloaded", manifest.repo)));
                self.effects.push(Effect::ListCheckpoints);
            }
        }
        self.survey_download();
    }

    /// Has the folder looked at again; what was found before may be out of date.
    fn survey_download(&mut self) {
        self.survey = None;
        let folder = self.offer.as_ref().map(|offer| offer.folder.clone());
        self.effects.extend(folder.map(Effect::SurveyDownload));
    }
}
