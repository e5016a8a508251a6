//! The card of the published checkpoint: what it is, how large, where it goes, and how far its download is.
//!
//! Nothing uses the network before the button is pressed. What has arrived stays, so closing the card lets the download
//! go on, and closing the window pauses it.

use egui::Ui;

use crate::{
    hub::{self, Offer, Progress},
    progress::Share,
    ui::{
        command::Command,
        state::{Actions, AppState, CheckpointAction, DownloadState, DownloadSurvey},
        theme,
        widgets::{
            command_button, download_time, facts_ui, job_card_ui, job_progress_ui, main_button, remark, use_button,
        },
    },
    words::{duration, place, rough_size, size},
};

/// Paints the card.
pub(super) fn download_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let Some(offer) = &state.offer else { return };
    let body = |ui: &mut Ui, actions: &mut Actions| {
        facts_ui(ui, &facts(state, offer));
        command_button(ui, state, Command::ChooseDownloadFolder, actions);
        remark(
            ui,
            "Each file is checked as it arrives. After a pause, a crash or a lost connection, the download goes on where it stopped",
        );
        ui.add_space(theme::GRID);
        progress_ui(ui, state);
        ui.add_space(theme::GRID);
        match &state.download {
            DownloadState::Running { .. } => main_button(ui, state, Command::PauseDownload, actions),
            DownloadState::NotBegun | DownloadState::Halted(_) => {
                main_button(ui, state, Command::StartDownload, actions);
            }
            DownloadState::Discarding => {}
            DownloadState::Done => use_button(ui, &offer.folder, actions),
        }
    };
    let foot = |ui: &mut Ui, actions: &mut Actions| {
        if state.why_disabled(Command::CancelDownload).is_none() {
            command_button(ui, state, Command::CancelDownload, actions);
        }
        if matches!(state.download, DownloadState::Done) && state.library.own.is_some() {
            let convert = ui.button(Command::ConvertCheckpoint.presentation().label);
            if convert.on_hover_text("Write it as one file with fewer bits for each weight").clicked() {
                actions.push(CheckpointAction::OfferConversion(Some(offer.folder.clone())));
            }
        }
    };
    job_card_ui(ui, "Get the full Kosmos-2", "A running download continues when this is closed", actions, body, foot);
}

fn facts(state: &AppState, offer: &Offer) -> [(&'static str, String); 5] {
    let free = |bytes: fn(&DownloadSurvey) -> Option<u64>| match &state.survey {
        Some(survey) => bytes(survey).map_or_else(|| "unknown".to_owned(), rough_size),
        None => "…".to_owned(),
    };
    let (disk, memory) = (free(|survey| survey.free_bytes), free(|survey| survey.free_memory));
    let licence = format!("{}, licence {}", offer.repo, hub::PUBLISHED_LICENCE);
    [
        ("From", format!("{}, {}", offer.settings.endpoint, licence)),
        ("Size", format!("{}; free on the disk: {disk}", rough_size(hub::PUBLISHED_BYTES))),
        ("Memory", format!("{} while it is in use; free now: {memory}", rough_size(hub::PUBLISHED_MEMORY_BYTES))),
        ("Time", download_time()),
        ("Destination", place(&offer.folder)),
    ]
}

/// Bytes of unfinished files, as far as somebody has looked.
fn left_over(state: &AppState) -> Option<u64> {
    state.survey?.unfinished_bytes
}

/// Asks whether the download is to be given up, and says what that costs.
pub(super) fn discard_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let Some(offer) = &state.offer else { return };
    ui.set_width(440.0);
    ui.heading("Discard the download?");
    ui.add_space(theme::GRID);
    ui.label(match state.survey.map(|survey| survey.unfinished_bytes) {
        None => "Looking at what has arrived…".to_owned(),
        Some(None | Some(0)) => {
            "No part of an unfinished file is on the disk yet; the download will be given up".to_owned()
        }
        Some(Some(n)) => {
            format!("{} of unfinished files will be removed, and would have to be downloaded again", size(n))
        }
    });
    remark(ui, &format!("Complete files stay, and so does everything else in {}", place(&offer.folder)));
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        command_button(ui, state, Command::DiscardDownload, actions);
        if ui.button("Keep it").on_hover_text("Back to the download").clicked() {
            actions.push(Command::GetCheckpoint);
        }
    });
}

fn progress_ui(ui: &mut Ui, state: &AppState) {
    match &state.download {
        DownloadState::NotBegun => {
            if let Some(problem) = state.offer.as_ref().and_then(|offer| offer.settings.problem.as_ref()) {
                ui.label(problem);
            }
            if let Some(n_bytes) = left_over(state) {
                let there = size(n_bytes);
                remark(
                    ui,
                    &format!("{there} of unfinished files are left from earlier; the download resumes from there"),
                );
            }
        }
        DownloadState::Discarding => remark(ui, "Removing what has arrived"),
        DownloadState::Running { is_pausing: true, .. } => remark(ui, "Pausing"),
        DownloadState::Running { progress: None, .. } => remark(ui, "Connecting to the hub"),
        DownloadState::Running { progress: Some(progress), .. } => {
            let share = progress.share().map_or(0.0, Share::fraction);
            job_progress_ui(ui, "Download", share, &words(progress));
        }
        DownloadState::Halted(sentence) => {
            ui.label(sentence);
        }
        DownloadState::Done => {
            ui.label("Everything is here and has been checked");
        }
    }
}

fn words(progress: &Progress) -> String {
    let of = |share: &Share| format!("{} of {}", size(share.n_done), size(share.n_total));
    match progress {
        Progress::LookingUp => "Asking for the list of files".to_owned(),
        Progress::Waiting(share) => format!("Another Kosmoscope is downloading it, {}", of(share)),
        Progress::Checking { share, .. } => format!("Checking what is here, {}", of(share)),
        Progress::Receiving { share, bytes_per_sec, why_waiting, .. } => {
            let speed = bytes_per_sec.map_or_else(String::new, |speed| format!(", {}/s", size(speed as u64)));
            let left = progress.secs_left().map_or_else(String::new, |secs| format!(", {} left", duration(secs)));
            let why = why_waiting.as_ref().map_or_else(String::new, |why| format!(". {why}"));
            format!("Receiving, {}{speed}{left}{why}", of(share))
        }
    }
}
