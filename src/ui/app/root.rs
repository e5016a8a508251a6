//! The window as eframe sees it: events in, panels painted, actions performed, effects carried out.
//!
//! [`eframe::App::logic`] takes in what the threads tell; `ui` lets the views paint and collects their actions, which are
//! performed when all of them have painted. Nothing is repainted without a reason: the worker and the jobs wake the window when
//! they have something to tell.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use egui::{Context, Frame, Margin, Panel, Ui};

use super::{
    batch_folder::BatchKeeper,
    end::{Closing, End},
    input,
    jobs::{Jobs, Report},
    look_ahead::LookAhead,
    memory_gauge::MemoryGauge,
    place,
};
use crate::{
    checkpoint::Library,
    convert::Conversion,
    engine::LoadOptions,
    evaluate::asking::Evaluation,
    hub::{Download, Offer},
    ui::{
        dialogs::dialogs_ui,
        screens::{EvaluationScreen, PictureScreen},
        session::{self, Beginning, SessionStore, WindowPlace},
        shell::{Toast, has_notices, menu_ui, notices_ui, status_bar_ui},
        state::{Action, Actions, AppState, Dialog, Event, JobEvent, Pick, PictureAction, Shows},
        theme,
        widgets::bar_frame,
    },
    worker::Worker,
};

/// The window's content: the state, what paints it, and what works beside it.
pub struct App {
    pub(super) ctx: Context,
    pub(super) state: AppState,
    pub(super) screen: PictureScreen,
    evaluation_screen: EvaluationScreen,
    toast: Toast,
    actions: Actions,
    /// Dialogs of the system to be shown; they need the window's frame.
    pub(super) picks: Vec<Pick>,
    pub(super) worker: Worker,
    pub(super) download: Option<Download>,
    pub(super) conversion: Option<Conversion>,
    pub(super) evaluation: Option<Evaluation>,
    pub(super) jobs: Jobs,
    /// Where the answers of the run over all are kept, besides with their pictures.
    pub(super) batch: Option<BatchKeeper>,
    /// `None` if nothing is to be kept.
    pub(super) session: Option<SessionStore>,
    /// Where the window was seen last; `None` until a desktop has said so.
    pub(super) place: Option<WindowPlace>,
    pub(super) closing: Closing,
    pub(super) end: End,
    memory: MemoryGauge,
    look_ahead: LookAhead,
}

impl App {
    /// An empty window over a worker, which has to wake this context after each event.
    #[must_use]
    pub fn new(ctx: &Context, worker: Worker) -> Self {
        theme::install(ctx);
        let jobs = Jobs::new(ctx.clone());
        jobs.sample_thumbnails(ctx.pixels_per_point());
        Self {
            ctx: ctx.clone(),
            state: AppState::default(),
            screen: PictureScreen::new(ctx),
            evaluation_screen: EvaluationScreen::new(ctx),
            toast: Toast::default(),
            actions: Actions::default(),
            picks: Vec::new(),
            worker,
            download: None,
            conversion: None,
            evaluation: None,
            jobs,
            batch: None,
            session: None,
            place: None,
            closing: Closing::default(),
            end: End::default(),
            memory: MemoryGauge::default(),
            look_ahead: LookAhead::default(),
        }
    }

    /// Opens pictures and folders at once, as those named on the command line.
    #[must_use]
    pub fn with_pictures(mut self, paths: Vec<PathBuf>) -> Self {
        if !paths.is_empty() {
            self.perform(PictureAction::OpenPaths(paths));
        }
        self
    }

    /// Lets a person choose among the checkpoints of this library, and get another one.
    pub fn offer_checkpoints(&mut self, library: Library, offer: Option<Offer>) {
        let effects = self.state.offer_checkpoints(library, offer);
        self.carry_out(effects);
    }

    /// Says which checkpoint is being read, and how; before [`App::offer_checkpoints`], which lists it with the others.
    #[must_use]
    pub fn with_loading(mut self, checkpoint: Option<PathBuf>, loading: LoadOptions) -> Self {
        self.state.begin_with(checkpoint, loading);
        self
    }

    /// Lets people write `~` for this folder.
    pub fn set_home(&mut self, home: Option<PathBuf>) {
        self.state.home = home;
    }

    /// Brings back the session that is kept in this folder, and keeps this one there.
    #[must_use]
    pub fn with_session(self, folder: &Path) -> Self {
        let beginning = session::begin(folder, self.jobs.waker());
        self.with_beginning(beginning)
    }

    /// Brings back what was kept of the last window, and keeps this one's in the same place.
    pub(super) fn with_beginning(mut self, beginning: Beginning) -> Self {
        let Beginning { store, restored, problems } = beginning;
        self.place = restored.as_ref().and_then(|restored| restored.session.window);
        self.session = store;
        let is_whole = restored.as_ref().is_none_or(|restored| restored.is_whole);
        let (effects, files) = restored.map(|restored| self.state.restore(restored)).unwrap_or_default();
        if let Some(session) = &mut self.session {
            session.know(files);
            if is_whole {
                session.mark_saved(self.state.n_changes, self.place);
            }
        }
        self.carry_out(effects);
        for problem in problems {
            self.apply(Event::Job(JobEvent::Failed(problem)));
        }
        self
    }

    /// Closes when something outside of the window wants the program to end.
    pub(super) fn with_end(mut self, end: End) -> Self {
        end.set_window(&self.ctx);
        self.end = end;
        self
    }

    /// Says that files can't be dropped on the window.
    #[must_use]
    pub fn without_drops(mut self) -> Self {
        self.screen.forbid_drops();
        self
    }

    /// Shows nothing that differs from run to run, for tests that look at pixels.
    #[must_use]
    pub fn without_measures(mut self) -> Self {
        self.memory = MemoryGauge::Hidden;
        self
    }

    /// What the window shows.
    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Takes in what has happened.
    pub fn apply(&mut self, event: Event) {
        let effects = self.state.apply(event);
        self.carry_out(effects);
    }

    /// Does what a person wishes.
    pub fn perform(&mut self, action: impl Into<Action>) {
        let effects = self.state.perform(action);
        self.carry_out(effects);
    }

    /// Whether the textures of the current picture, or of the samples, are there; for tests that look at pixels.
    #[must_use]
    pub fn is_fully_shown(&self) -> bool {
        match self.state.panes.shows {
            Shows::Evaluation => self.evaluation_screen.is_fully_shown(),
            _ => self.screen.is_fully_shown(&self.state),
        }
    }

    /// Screen pixels per picture pixel as painted last; `None` before the first picture.
    #[must_use]
    pub fn zoom(&self) -> Option<f32> {
        self.screen.shown_zoom()
    }

    /// Takes in all that the worker and what works beside the window have to tell.
    fn take_events(&mut self) {
        while let Some(event) = self.worker.try_recv() {
            self.apply(Event::Worker(event));
        }
        while let Some(event) = self.download.as_ref().and_then(Download::try_recv) {
            self.apply(Event::Download(event));
        }
        while let Some(event) = self.conversion.as_ref().and_then(Conversion::try_recv) {
            self.apply(Event::Conversion(event));
        }
        while let Some(event) = self.evaluation.as_ref().and_then(Evaluation::try_recv) {
            self.apply(Event::Evaluation(event));
        }
        while let Some(kept) = self.session.as_mut().and_then(SessionStore::try_recv) {
            self.session_was_written(kept);
        }
        for (entry, error) in self.screen.receive_thumbnails(&self.ctx) {
            self.apply(Event::Job(JobEvent::NotShown(entry, error)));
        }
        while let Some(report) = self.jobs.next_report() {
            self.take_report(report);
        }
    }

    fn take_report(&mut self, report: Report) {
        match report {
            Report::Event(event) => self.apply(Event::Job(event)),
            Report::Batch(keeper, opened) => {
                self.batch = Some(keeper);
                self.apply(Event::Job(JobEvent::OpenedBatch(Ok(opened))));
            }
            Report::ForClipboard(image) => {
                self.ctx.copy_image(image);
                self.apply(Event::Job(JobEvent::CopiedPicture));
            }
            Report::Preview(made) => {
                self.screen.receive_preview(&self.ctx, made.as_ref().ok());
                if let Err(problem) = made {
                    self.apply(Event::Job(JobEvent::Failed(problem)));
                }
            }
            Report::Samples(thumbnails) => self.screen.receive_samples(&self.ctx, thumbnails),
            Report::Memory(n_bytes) => self.memory.receive(n_bytes),
        }
    }

    /// Asks for the textures of a picture that is new.
    fn follow_picture(&mut self) {
        if let Some(picture) = self.screen.follow_picture(&self.state) {
            self.jobs.preview(picture.clone());
        }
    }

    fn perform_actions(&mut self, frame: &eframe::Frame) {
        for action in self.actions.take() {
            self.perform(action);
            // What the action changed was painted before it.
            self.ctx.request_repaint();
        }
        for pick in std::mem::take(&mut self.picks) {
            self.jobs.pick(frame, pick);
        }
    }

    /// Has the session written when enough time has passed since something changed.
    fn keep_session(&mut self) {
        let Some(session) = &mut self.session else { return };
        match session.due(self.state.n_changes, self.place) {
            None => {}
            Some(Duration::ZERO) => session.save(&self.state, self.place),
            Some(wait) => self.ctx.request_repaint_after(wait),
        }
    }

    fn panels_ui(&mut self, ui: &mut Ui) {
        let Self { state, screen, evaluation_screen, actions, .. } = self;
        if state.panes.shows == Shows::Presentation {
            let canvas = screen.presentation_ui(ui, state, actions);
            self.toast.ui(&self.ctx, canvas, state, actions);
            return;
        }
        Panel::top("menu").frame(bar_frame(ui)).show(ui, |ui| menu_ui(ui, state, actions));
        Panel::bottom("status").frame(bar_frame(ui)).exact_size(28.0).show(ui, |ui| {
            let zoom = screen.shown_zoom().filter(|_| state.picture().is_some());
            status_bar_ui(ui, state, zoom, self.memory.n_bytes());
        });
        let above = |ui: &mut Ui, actions: &mut Actions| {
            if has_notices(state) {
                let frame = Frame::new().fill(theme::colours(ui.visuals().dark_mode).canvas);
                let frame = frame.inner_margin(Margin::same(12));
                let panel = Panel::top("notices").frame(frame).show_separator_line(false);
                panel.show(ui, |ui| notices_ui(ui, state, actions));
            }
        };
        let canvas = match state.panes.shows {
            Shows::Evaluation => evaluation_screen.ui(ui, state, actions, above),
            _ => screen.ui(ui, state, actions, above),
        };
        self.toast.ui(&self.ctx, canvas, state, actions);
    }
}

impl eframe::App for App {
    fn logic(&mut self, _ctx: &Context, _frame: &mut eframe::Frame) {
        self.take_events();
        self.close_when_saved();
        self.follow_picture();
        if self.memory.is_due() {
            self.jobs.measure_memory();
        }
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let ctx = self.ctx.clone();
        if let Some(pasted) = input::pasted_picture(&ctx) {
            self.jobs.paste(pasted);
        }
        input::handed_over(&ctx, &mut self.actions);
        let mut by_key = Actions::default();
        if self.state.dialog == Dialog::Closed {
            if self.state.panes.shows != Shows::Evaluation {
                self.screen.strip_keys(&ctx, &self.state, &mut by_key);
            }
            input::keys(&ctx, &self.state, &mut by_key);
        }
        self.panels_ui(ui);
        dialogs_ui(&ctx, &self.state, &mut self.actions);
        input::focus_ring(&ctx);
        input::drop_hint(&ctx);
        // Keys mean what was typed before them, which the panels tell.
        let leads_to_phrases = input::leads_to_phrases(&by_key);
        self.actions.extend(by_key);
        self.perform_actions(frame);
        if leads_to_phrases && self.state.correcting().is_some() {
            self.screen.focus_phrases();
        }
        self.follow_picture();
        self.look_ahead.follow(&self.state, &self.worker, &self.ctx);
        self.place = place::noted(&ctx, self.place);
        self.keep_session();
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.finish();
    }
}
