//! Getting the published checkpoint: what it is, how large, where it goes, and how far its download is.
//!
//! Nothing uses the network before the button is pressed. The download is a thread of [`crate::hub`]; what has arrived
//! stays, so closing the card lets it go on, and closing the window pauses it.

use std::path::PathBuf;

use egui::{ProgressBar, RichText, Ui, WidgetInfo};

use super::{
    action::{Action, Command},
    state::{AppState, Notice},
    theme,
    widgets::{main_button, remark},
};
use crate::{
    checkpoint::size,
    export::free_space,
    hub::{self, Download, DownloadEvent, Progress, Settings, Step},
};

/// What can be downloaded, and where it goes.
#[derive(Clone, Debug)]
pub struct Offer {
    /// For example `microsoft/kosmos-2-patch14-224`.
    pub repo: String,
    /// The folder that will be the checkpoint.
    pub folder: PathBuf,
    /// How to reach the hub.
    pub settings: Settings,
}

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
    /// Everything is there and checked.
    Done,
}

/// Why nothing is on offer.
pub(super) const NO_FOLDER: &str = "This system names no folder for the data of programs";

impl AppState {
    /// The next thing the download has to tell.
    #[must_use]
    pub fn next_download_event(&self) -> Option<DownloadEvent> {
        if let Getting::Going(download, _) = &self.getting { download.try_recv() } else { None }
    }

    /// Takes in what the download tells.
    pub fn apply_download(&mut self, event: DownloadEvent) {
        match event {
            DownloadEvent::Progress(news) => {
                if let Getting::Going(_, progress) = &mut self.getting {
                    *progress = Some(news);
                }
            }
            DownloadEvent::Paused(sentence) | DownloadEvent::Failed(sentence) => {
                self.getting = Getting::Halted(sentence);
            }
            DownloadEvent::Finished(manifest) => {
                self.getting = Getting::Done;
                self.tell(Notice::Done(format!("{} is here", manifest.repo)));
            }
        }
    }

    pub(super) fn pause_download(&self) {
        if let Getting::Going(download, _) = &self.getting {
            download.pause();
        }
    }

    /// Why it can't be begun or gone on with; `None` if it can.
    pub(super) fn cannot_download(&self) -> Option<&'static str> {
        match &self.getting {
            _ if self.offer.is_none() => Some(NO_FOLDER),
            Getting::Going(..) => Some("It is under way"),
            Getting::Done => Some("It is here already"),
            Getting::NotBegun | Getting::Halted(_) => None,
        }
    }
}

/// Paints the card.
pub(super) fn getting_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
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
    for (what, fact) in facts {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(what).weak());
            ui.label(fact);
        });
    }
    remark(ui, "Each file is checked while it arrives. After a pause, a crash or a cut it goes on where it stopped");
    ui.add_space(theme::GRID);
    standing_ui(ui, &state.getting);
    ui.add_space(theme::GRID);
    match &state.getting {
        Getting::Going(..) => main_button(ui, state, Command::PauseDownload, actions),
        Getting::NotBegun | Getting::Halted(_) => main_button(ui, state, Command::StartDownload, actions),
        Getting::Done => {
            if ui.button("Use it").clicked() {
                actions.extend([Action::UseCheckpoint(Some(offer.folder.clone())), Action::CloseDialog]);
            }
        }
    }
    ui.add_space(theme::GRID);
    if ui.button("Close").on_hover_text("A download under way goes on").clicked() {
        actions.push(Action::CloseDialog);
    }
}

/// How far it is, in a bar and in words.
fn standing_ui(ui: &mut Ui, getting: &Getting) {
    match getting {
        Getting::NotBegun => {}
        Getting::Going(_, None) => remark(ui, "Reaching the hub"),
        Getting::Going(_, Some(progress)) => {
            let bar = ProgressBar::new(progress.n_done as f32 / progress.n_total.max(1) as f32).desired_height(8.0);
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
    let what = match progress.step {
        Step::LookingUp => return "Asking for the list of files".to_owned(),
        Step::Waiting => "Another Kosmoscope downloads it",
        Step::Receiving => "Receiving",
        Step::Checking => "Checking what is here",
    };
    let done = format!("{what}, {} of {}", size(progress.n_done), size(progress.n_total));
    let speed = format!("{}/s", size(progress.bytes_per_sec as u64));
    let left = progress.secs_left().map_or_else(String::new, |secs| format!(", {} min left", (secs / 60.0).ceil()));
    let trouble = progress.trouble.as_ref().map_or_else(String::new, |trouble| format!(". {trouble}"));
    format!("{done}, {speed}{left}{trouble}")
}
