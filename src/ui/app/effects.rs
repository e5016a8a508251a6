//! Carrying out what a change of the state asks for.

use egui::{ThemePreference, ViewportCommand};

use super::root::App;
use crate::{
    convert::{self, ConversionEvent},
    engine::{OnLoad, Opened},
    evaluate::asking,
    hub::{self, Download, DownloadEvent},
    ui::state::{Effect, Event, ThemeChoice},
};

impl App {
    /// Carries out what was asked for, apart from dialogs of the system, which need the window's frame: those are left.
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Submit { id, picture, task, options } => self.worker.submit(id, picture, task, options),
                Effect::CancelRuns => self.worker.cancel(),
                Effect::Load(source, options) => {
                    self.worker.look_and_load(move || {
                        let opened = Opened::new(&source)?;
                        Ok(move |on_progress: OnLoad<'_>| opened.load(options, on_progress))
                    });
                }
                Effect::StopLoading => self.worker.stop_loading(),
                Effect::OpenPicture { id, source, unless } => self.jobs.open(id, source, unless),
                Effect::OpenBatch { pictures, parts, retry_failed, settings } => {
                    self.jobs.open_batch(pictures, parts, retry_failed, *settings);
                }
                Effect::KeepInBatch(path, outcome) => {
                    if let Some(batch) = &self.batch {
                        batch.keep(path, outcome);
                    }
                }
                Effect::CloseBatch => self.batch = None,
                Effect::LookForBenchmarks(data) => self.jobs.look_for_benchmarks(data),
                Effect::Evaluate(wish) => {
                    let (evaluation, work) = asking::evaluation(*wish, self.jobs.waker());
                    self.worker.lend(move |engine| work.carry_out(engine));
                    self.evaluation = Some(evaluation);
                }
                Effect::StopEvaluation => {
                    if let Some(evaluation) = &self.evaluation {
                        evaluation.stop();
                    }
                }
                Effect::LookFor { files, folder } => self.jobs.look_for(files, folder),
                Effect::LookUpDates(files) => self.jobs.look_up_dates(files),
                Effect::ListCheckpoints => {
                    let downloaded = self.state.offer.as_ref().map(|offer| offer.folder.clone());
                    self.jobs.list_checkpoints(self.state.library.clone(), self.state.checkpoint.clone(), downloaded);
                }
                Effect::SurveyDownload(folder) => self.jobs.survey(folder),
                Effect::StartDownload(offer) => {
                    let wake = self.jobs.waker();
                    self.watch_download(hub::start_download(offer, wake));
                }
                Effect::PauseDownload => {
                    if let Some(download) = &self.download {
                        download.pause();
                    }
                }
                Effect::CancelDownload => {
                    if let Some(download) = &self.download {
                        download.stop();
                    }
                }
                Effect::DiscardDownload(folder) => {
                    let wake = self.jobs.waker();
                    self.watch_download(hub::start_discarding(folder, wake));
                }
                Effect::Examine { checkpoint, folder } => self.jobs.examine(checkpoint, folder),
                Effect::StartConversion { source, origin, format, to } => {
                    match convert::start_conversion(source, origin, format, to, self.jobs.waker()) {
                        Ok(conversion) => self.conversion = Some(conversion),
                        Err(e) => self.apply(Event::Conversion(ConversionEvent::Failed(could_not_start(&e)))),
                    }
                }
                Effect::StopConversion => {
                    if let Some(conversion) = &self.conversion {
                        conversion.stop();
                    }
                }
                Effect::Pick(pick) => self.picks.push(pick),
                Effect::Gather(paths) => self.jobs.gather(paths),
                Effect::GatherText(text, home) => self.jobs.gather_text(text, home),
                Effect::Save { export, path, if_taken, pictures } => {
                    self.jobs.save(export, path, if_taken, pictures);
                }
                Effect::CopyPicture(annotated) => self.jobs.copy(annotated),
                Effect::CopyText(text) => self.ctx.copy_text(text),
                Effect::RequestPaste => self.ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
                Effect::Zoom(step) => self.screen.zoom(step),
                Effect::FocusRegion => self.screen.focus_region(),
                Effect::FocusPicture => self.screen.focus_picture(),
                Effect::FocusWords => self.screen.focus_words(),
                Effect::SetFullScreen(whole) => self.ctx.send_viewport_cmd(ViewportCommand::Fullscreen(whole)),
                Effect::SetTheme(theme) => self.ctx.set_theme(preference(theme)),
                Effect::SetScale(scale) => self.ctx.set_zoom_factor(scale),
                Effect::Quit => self.ctx.send_viewport_cmd(ViewportCommand::Close),
            }
        }
    }

    fn watch_download(&mut self, started: std::io::Result<Download>) {
        match started {
            Ok(download) => self.download = Some(download),
            Err(e) => self.apply(Event::Download(DownloadEvent::Failed(could_not_start(&e)))),
        }
    }
}

fn could_not_start(e: &std::io::Error) -> String {
    format!("Could not start: {e}")
}

fn preference(theme: ThemeChoice) -> ThemePreference {
    match theme {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Light => ThemePreference::Light,
        ThemeChoice::Dark => ThemePreference::Dark,
    }
}
