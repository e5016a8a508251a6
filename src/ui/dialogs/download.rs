//! Getting the published checkpoint: what it is, how large, where it goes, and how far its download is.
//!
//! Nothing uses the network before the button is pressed. The download is a thread of [`crate::hub`]; what has arrived
//! stays, so closing the card lets it go on, and closing the window pauses it. Only who says so twice loses it.

use std::path::PathBuf;

use egui::{ProgressBar, Ui, WidgetInfo};

use super::modal::Dialog;
use crate::ui::{
    state::{Action, AppState, Chore, Command, Notice},
    theme,
    widgets::{command_button, facts_ui, main_button, remark, use_button},
};
use crate::{
    disk::free_space,
    hub::{self, Download, DownloadEnd, DownloadEvent, Offer, Progress},
    progress::Share,
    words::{duration, size},
};

/// How far the download is.
#[derive(Debug, Default)]
pub enum Getting {
    /// Nobody asked for it.
    #[default]
    NotBegun,
    /// It goes on; `None` until something is known.
    Going(Download, Option<Progress>),
    /// It was paused, or could not go on; one sentence.
    Halted(String),
    /// It was given up; its unfinished files are being removed.
    Discarding(Download),
    /// Everything is there and checked.
    Done,
}

/// Why nothing is on offer.
pub(crate) const NO_FOLDER: &str = "This system names no folder for the data of programs";
const IS_HERE: &str = "It is here already";
const IS_DISCARDED: &str = "It is being removed";

fn no_thread(e: &std::io::Error) -> Getting {
    Getting::Halted(format!("Could not start: {e}"))
}

impl AppState {
    /// Begins the download, or goes on with it. `wake` is called when there is news.
    pub(crate) fn download(&mut self, offer: Offer, wake: impl Fn() + Send + 'static) {
        let started = hub::start_download(offer, wake);
        self.getting = started.map_or_else(|e| no_thread(&e), |download| Getting::Going(download, None));
    }

    /// Removes what a download left that is not under way.
    pub(crate) fn discard(&mut self, folder: PathBuf, wake: impl Fn() + Send + 'static) {
        let started = hub::start_discarding(folder, wake);
        self.getting = started.map_or_else(|e| no_thread(&e), Getting::Discarding);
    }

    /// The next thing the download has to tell.
    pub(crate) fn next_download_event(&self) -> Option<DownloadEvent> {
        match &self.getting {
            Getting::Going(download, _) | Getting::Discarding(download) => download.try_recv(),
            Getting::NotBegun | Getting::Halted(_) | Getting::Done => None,
        }
    }

    /// Takes in what the download tells; whether there is one checkpoint more.
    pub(crate) fn apply_download(&mut self, event: DownloadEvent) -> bool {
        match event {
            DownloadEvent::Progress(news) => {
                if let Getting::Going(_, progress) = &mut self.getting {
                    *progress = Some(news);
                }
            }
            DownloadEvent::Ended(DownloadEnd::Paused(sentence)) | DownloadEvent::Failed(sentence) => {
                self.getting = Getting::Halted(sentence);
            }
            DownloadEvent::Ended(DownloadEnd::Discarded(n_bytes)) => {
                self.getting = Getting::NotBegun;
                self.tell(Notice::Done(format!("The unfinished download was removed, {}", size(n_bytes))));
            }
            DownloadEvent::Ended(DownloadEnd::Complete(manifest)) => {
                self.getting = Getting::Done;
                self.tell(Notice::Done(format!("{} is here", manifest.repo)));
                return true;
            }
        }
        false
    }

    pub(crate) fn pause_download(&self) {
        if let Getting::Going(download, _) = &self.getting {
            download.pause();
        }
    }

    /// Gives the download up, and closes the question whether to.
    pub(crate) fn discard_download(&mut self) -> Option<Chore> {
        self.dialog = Dialog::Getting;
        if let Getting::Going(download, _) = std::mem::take(&mut self.getting) {
            download.stop();
            self.getting = Getting::Discarding(download);
            return None;
        }
        self.offer.as_ref().map(|offer| Chore::Discard(offer.folder.clone()))
    }

    pub(crate) fn cannot_pause(&self) -> Option<&'static str> {
        match &self.getting {
            Getting::Going(download, _) if download.is_ending() => Some("It is about to pause"),
            Getting::Going(..) => None,
            _ => Some("Nothing is downloaded"),
        }
    }

    /// Why there is nothing to give up; `None` if there is.
    pub(crate) fn cannot_discard(&self) -> Option<&'static str> {
        match &self.getting {
            Getting::Going(..) => None,
            Getting::Discarding(_) => Some(IS_DISCARDED),
            Getting::Done => Some(IS_HERE),
            Getting::NotBegun | Getting::Halted(_) => {
                self.unfinished_bytes().is_none().then_some("Nothing is unfinished")
            }
        }
    }

    /// Bytes of unfinished files, those of earlier sessions included.
    fn unfinished_bytes(&self) -> Option<u64> {
        self.offer.as_ref().and_then(|offer| hub::unfinished_bytes(&offer.folder))
    }

    /// Why it can't be begun or gone on with; `None` if it can.
    pub(crate) fn cannot_download(&self) -> Option<&'static str> {
        match &self.getting {
            _ if self.offer.is_none() => Some(NO_FOLDER),
            Getting::Going(..) => Some("It is under way"),
            Getting::Discarding(_) => Some(IS_DISCARDED),
            Getting::Done => Some(IS_HERE),
            Getting::NotBegun | Getting::Halted(_) => None,
        }
    }
}

/// Paints the card.
pub(crate) fn getting_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let Some(offer) = &state.offer else { return };
    ui.set_width(440.0);
    ui.heading("Get the full Kosmos-2");
    ui.add_space(theme::GRID);
    let free = free_space(&offer.folder).map_or_else(|| "unknown".to_owned(), size);
    let licence = format!("{}, licence {}", offer.repo, hub::PUBLISHED_LICENCE);
    let facts = [
        ("From", format!("{}, {}", offer.settings.endpoint, licence)),
        ("Size", format!("about {}; free on the disk: {free}", size(hub::PUBLISHED_BYTES))),
        ("Goes to", offer.folder.display().to_string()),
    ];
    facts_ui(ui, &facts);
    remark(ui, "Each file is checked while it arrives. After a pause, a crash or a cut it goes on where it stopped");
    ui.add_space(theme::GRID);
    standing_ui(ui, state);
    ui.add_space(theme::GRID);
    match &state.getting {
        Getting::Going(..) => main_button(ui, state, Command::PauseDownload, actions),
        Getting::NotBegun | Getting::Halted(_) => main_button(ui, state, Command::StartDownload, actions),
        Getting::Discarding(_) => {}
        Getting::Done => use_button(ui, &offer.folder, actions),
    }
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        if ui.button("Close").on_hover_text("A download under way goes on").clicked() {
            actions.push(Action::CloseDialog);
        }
        if state.unavailable(Command::CancelDownload).is_none() {
            command_button(ui, state, Command::CancelDownload, actions);
        }
        if matches!(state.getting, Getting::Done) && state.places.own.is_some() {
            let shrink = ui.button(Command::ShrinkCheckpoint.presentation().label);
            if shrink.on_hover_text("Write it as one file of fewer bits").clicked() {
                actions.push(Action::Shrink(Some(offer.folder.clone())));
            }
        }
    });
}

/// Asks whether the download is to be given up, and says what that costs.
pub(crate) fn discard_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let Some(offer) = &state.offer else { return };
    ui.set_width(440.0);
    ui.heading("Discard the download?");
    ui.add_space(theme::GRID);
    ui.label(match state.unfinished_bytes() {
        None | Some(0) => "No part of an unfinished file is on the disk yet; the download is given up".to_owned(),
        Some(n) => format!("{} of unfinished files are removed, and would have to be downloaded again", size(n)),
    });
    remark(ui, &format!("Files that are complete stay, and so does all else in {}", offer.folder.display()));
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        command_button(ui, state, Command::DiscardDownload, actions);
        if ui.button("Keep it").on_hover_text("Back to the download").clicked() {
            actions.push(Action::Do(Command::GetCheckpoint));
        }
    });
}

/// How far it is, in a bar and in words.
fn standing_ui(ui: &mut Ui, state: &AppState) {
    match &state.getting {
        Getting::NotBegun => {
            if let Some(n_bytes) = state.unfinished_bytes() {
                remark(
                    ui,
                    &format!("{} of unfinished files are here from before, it goes on from there", size(n_bytes)),
                );
            }
        }
        Getting::Discarding(_) => remark(ui, "Removing what has arrived"),
        Getting::Going(download, _) if download.is_ending() => remark(ui, "Pausing"),
        Getting::Going(_, None) => remark(ui, "Reaching the hub"),
        Getting::Going(_, Some(progress)) => {
            let bar = ProgressBar::new(progress.share().map_or(0.0, Share::fraction)).desired_height(8.0);
            ui.add(bar).widget_info(|| WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Download"));
            remark(ui, &words(progress));
        }
        Getting::Halted(sentence) => {
            ui.label(sentence);
        }
        Getting::Done => {
            ui.label("Everything is here and checked");
        }
    }
}

fn words(progress: &Progress) -> String {
    let of = |share: &Share| format!("{} of {}", size(share.n_done), size(share.n_total));
    match progress {
        Progress::LookingUp => "Asking for the list of files".to_owned(),
        Progress::Waiting(share) => format!("Another Kosmoscope downloads it, {}", of(share)),
        Progress::Checking { share, .. } => format!("Checking what is here, {}", of(share)),
        Progress::Receiving { share, bytes_per_sec, trouble, .. } => {
            let left = progress.secs_left().map_or_else(String::new, |secs| format!(", {} left", duration(secs)));
            let trouble = trouble.as_ref().map_or_else(String::new, |trouble| format!(". {trouble}"));
            format!("Receiving, {}, {}/s{left}{trouble}", of(share), size(*bytes_per_sec as u64))
        }
    }
}
