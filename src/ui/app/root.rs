//! The window as eframe sees it: messages in, panels painted, actions carried out.
//!
//! [`eframe::App::logic`] takes in what the worker and the chores tell and what the desktop hands over; `ui` lets the
//! views paint and collects their actions; then the actions are carried out. Nothing is repainted without a reason: the
//! worker and the chores wake the window when they have something to tell.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use egui::{CentralPanel, Context, Frame, Margin, Panel, ThemePreference, Ui, ViewportCommand};

use super::{
    input,
    jobs::{Chores, Report},
};
use crate::ui::{
    canvas::{Boxes, CanvasView, Drawing, Scene, view as canvas},
    dialogs::{Dialog, dialogs_ui},
    screens::picture::{
        Pair, PointedAt, SampleTextures, StripView, compare, empty, empty_ui, side_ui, strip_ui, unshown_ui,
    },
    session::{Keeper, Session},
    shell::{Toast, has_notices, menu_ui, notices_ui, status_bar_ui},
    state::{Action, AppState, Chore, Command, Content, Notice},
    textures::{Preview, Thumbnails},
    theme,
    widgets::bar_frame,
};
use crate::{checkpoint::Library, engine::LoadOptions, hub::Offer, picture::PictureId, worker::Worker};

/// The window's content.
pub struct App {
    /// What it shows.
    pub state: AppState,
    canvas: CanvasView,
    /// The picture that a preview was asked for, which may be under way.
    previewed: Option<PictureId>,
    preview: Option<Preview>,
    /// `None` until they are made.
    samples: Option<SampleTextures>,
    strip: StripView,
    thumbnails: Thumbnails,
    can_drop: bool,
    /// The checkpoint in use when those on this computer were listed last.
    listed_with: Option<PathBuf>,
    /// The phrase of the compared result that the pointer rests on.
    other_pointed_at: Option<usize>,
    toast: Toast,
    /// Whether memory in use is shown.
    shows_memory: bool,
    /// `None` if nothing is to be kept.
    keeper: Option<Keeper>,
    chores: Chores,
    actions: Vec<Action>,
}

/// A dialog that is gone sooner was never seen: the desktop has none.
const SOONEST_CANCEL: Duration = Duration::from_millis(250);

impl App {
    /// An empty window over a worker, which has to wake this context after each event.
    #[must_use]
    pub fn new(ctx: &Context, worker: Worker) -> Self {
        theme::install(ctx);
        let chores = Chores::new(ctx.clone());
        chores.thumbnails(ctx.pixels_per_point());
        Self {
            state: AppState::new(worker),
            canvas: CanvasView::default(),
            previewed: None,
            preview: None,
            samples: None,
            strip: StripView::default(),
            thumbnails: Thumbnails::new(ctx),
            can_drop: true,
            listed_with: None,
            other_pointed_at: None,
            toast: Toast::default(),
            shows_memory: true,
            keeper: None,
            chores,
            actions: Vec::new(),
        }
    }

    /// Opens pictures and folders at once, as those named on the command line.
    #[must_use]
    pub fn with_pictures(mut self, paths: Vec<PathBuf>) -> Self {
        if !paths.is_empty() {
            self.actions.push(Action::OpenPaths(paths));
        }
        self
    }

    /// Lets a person choose among the checkpoints in these places, and get another one.
    #[must_use]
    pub fn with_checkpoints(mut self, places: Library, offer: Option<Offer>) -> Self {
        (self.state.places, self.state.offer) = (places, offer);
        self.list_checkpoints();
        self
    }

    /// Says which checkpoint is being read, and how.
    #[must_use]
    pub fn with_loading(mut self, checkpoint: Option<PathBuf>, loading: LoadOptions) -> Self {
        (self.state.checkpoint, self.state.loading) = (checkpoint, loading);
        self
    }

    /// Brings back the session that is kept in this folder, and keeps this one there.
    #[must_use]
    pub fn with_session(mut self, ctx: &Context, folder: &Path) -> Self {
        let keeper = Keeper::open(folder).and_then(|keeper| self.keeper.insert(keeper).load());
        match keeper {
            Ok(None) => {}
            Ok(Some(session)) => self.restore(ctx, session),
            Err(problem) => self.state.tell(Notice::Problem(problem)),
        }
        self
    }

    fn restore(&mut self, ctx: &Context, session: Session) {
        let Some(keeper) = &mut self.keeper else { return };
        ctx.set_theme(ThemePreference::from(session.theme));
        theme::set_scale(ctx, session.scale);
        self.state.restore(session, |file| keeper.read(file));
        keeper.is_at(self.state.n_changes);
    }

    /// Has the session written when enough time has passed since something changed.
    fn keep_session(&mut self, ctx: &Context) {
        let Some(keeper) = &mut self.keeper else { return };
        match keeper.due(self.state.n_changes) {
            None => {}
            Some(Duration::ZERO) => {
                self.chores.keep(keeper.begin(self.state.n_changes, Session::of(&self.state, ctx)));
            }
            Some(wait) => ctx.request_repaint_after(wait),
        }
    }

    /// Says that files can't be dropped on the window.
    #[must_use]
    pub fn without_drops(mut self) -> Self {
        self.can_drop = false;
        self
    }

    /// Shows nothing that differs from run to run, for tests that look at pixels.
    #[must_use]
    pub fn without_measures(mut self) -> Self {
        self.shows_memory = false;
        self
    }

    /// Whether the textures of the current picture, or of the samples, are there; for tests that look at pixels.
    #[must_use]
    pub fn is_fully_shown(&self) -> bool {
        match self.state.pictures.current().map(|entry| &entry.content) {
            _ if self.state.pictures.entries().len() > 1 && !self.thumbnails.is_complete() => false,
            Some(Content::Read(picture)) => self.preview.as_ref().is_some_and(|preview| preview.id == picture.id),
            Some(Content::Failed(_)) => true,
            Some(Content::Unread | Content::Large | Content::Reading(_)) => false,
            None => self.samples.is_some(),
        }
    }

    /// Screen pixels per picture pixel as painted last; `None` before the first picture.
    #[must_use]
    pub fn zoom(&self) -> Option<f32> {
        self.canvas.shown_zoom()
    }

    fn take_report(&mut self, ctx: &Context, report: Report) {
        match report {
            Report::PickedPictures(paths) => self.actions.push(Action::OpenPaths(paths)),
            Report::PickedTarget(format, path) => self.actions.push(Action::SaveTo(format, path)),
            Report::PickedCheckpoint(folder) => self.actions.push(Action::UseCheckpoint(Some(folder))),
            Report::Checkpoints(found) => self.state.checkpoints = found,
            Report::LookedAt(path, found) => self.state.looked_at(path.as_deref(), found),
            Report::Gathered(gathered) => self.state.gathered(gathered),
            Report::NotPicked(purpose, open_for) if open_for < SOONEST_CANCEL => self.state.ask_for_path(purpose),
            Report::NotPicked(..) => {}
            Report::Saved(path) => self.state.tell(Notice::Done(format!("Saved {}", path.display()))),
            Report::ForClipboard(image) => {
                ctx.copy_image(image);
                self.state.tell(Notice::Done("The annotated picture is in the clipboard".to_owned()));
            }
            Report::Preview(pyramid) => {
                // A preview of a picture that is gone is not shown.
                if self.previewed == Some(pyramid.id) {
                    self.preview = Preview::new(ctx, &pyramid);
                }
            }
            Report::Thumbnails(thumbnails) => self.samples = Some(empty::textures(ctx, thumbnails)),
            Report::Pasted(source) => self.actions.push(Action::Open(vec![source])),
            Report::Kept(took, result) => {
                self.keeper.iter_mut().for_each(|keeper| keeper.written(took));
                if let Err(problem) = result {
                    self.state.tell(Notice::Problem(problem));
                }
            }
            Report::Failed(error) => self.state.tell(Notice::Problem(error)),
        }
    }

    fn list_checkpoints(&mut self) {
        self.listed_with.clone_from(&self.state.checkpoint);
        self.chores.list_checkpoints(self.state.places.clone(), self.listed_with.clone());
    }

    /// Asks for the textures of a picture that is new.
    fn follow_picture(&mut self) {
        let picture = self.state.picture();
        let id = picture.map(|picture| picture.id);
        if id != self.previewed {
            self.previewed = id;
            self.canvas.fit();
            if let Some(picture) = picture {
                self.chores.preview(picture.clone());
            }
        }
    }

    fn perform_actions(&mut self, ctx: &Context, frame: &eframe::Frame) {
        for action in std::mem::take(&mut self.actions) {
            if let Some(chore) = self.state.perform(action) {
                self.do_chore(ctx, frame, chore);
            }
            // What the action changed was painted before it.
            ctx.request_repaint();
        }
    }

    fn do_chore(&mut self, ctx: &Context, frame: &eframe::Frame, chore: Chore) {
        match chore {
            Chore::PickPictures => self.chores.pick_pictures(frame, self.folder().as_deref()),
            Chore::PickFolder => self.chores.pick_folder(frame, self.folder().as_deref()),
            Chore::PickCheckpoint => self.chores.pick_checkpoint(frame),
            Chore::PickCheckpointFile => self.chores.pick_checkpoint_file(frame),
            Chore::Download(offer) => self.state.download(offer, self.chores.waker()),
            Chore::Discard(folder) => self.state.discard(folder, self.chores.waker()),
            Chore::LookAt(checkpoint, folder) => self.chores.look_at(checkpoint, folder),
            Chore::Shrink => self.state.shrink(self.chores.waker()),
            Chore::Gather(paths) => self.chores.gather(paths),
            Chore::PickTarget { format, suggested } => self.chores.pick_target(frame, format, &suggested),
            Chore::Save(savable, path) => self.chores.save(savable, path),
            Chore::CopyPicture(annotated) => self.chores.copy(annotated),
            Chore::CopyText(text) => ctx.copy_text(text),
            Chore::RequestPaste => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            Chore::View(Command::PlaceRegion) => self.canvas.focus_region(),
            Chore::View(command) if theme::change(ctx, command) => {}
            Chore::View(zoom) => self.canvas.want(zoom),
            Chore::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    /// Where the picture shown lies: where a person is likely to open the next one.
    fn folder(&self) -> Option<PathBuf> {
        let path = self.state.pictures.current()?.source.path()?;
        path.parent().map(Path::to_owned)
    }

    fn panels_ui(&mut self, ui: &mut Ui) {
        Panel::top("menu").frame(bar_frame(ui)).show(ui, |ui| menu_ui(ui, &self.state, &mut self.actions));
        Panel::bottom("status").frame(bar_frame(ui)).exact_size(28.0).show(ui, |ui| {
            let zoom = self.canvas.shown_zoom().filter(|_| self.state.picture().is_some());
            status_bar_ui(ui, &self.state, zoom, self.shows_memory);
        });
        if self.state.pictures.entries().len() > 1 {
            let frame = Frame::new().fill(ui.visuals().panel_fill);
            let strip = Panel::left("strip").frame(frame).resizable(false).exact_size(theme::STRIP_WIDTH);
            strip.show(ui, |ui| {
                strip_ui(ui, &mut self.strip, &self.state, &mut self.thumbnails, &mut self.actions);
            });
        }
        let side_frame = Frame::new().fill(ui.visuals().panel_fill);
        let side = Panel::right("side").frame(side_frame).resizable(true);
        let side = side.default_size(theme::SIDE_PANEL_WIDTH).size_range(theme::SIDE_PANEL_WIDTH..=560.0);
        let pointed_at = side.show(ui, |ui| side_ui(ui, &self.state, self.other_pointed_at, &mut self.actions)).inner;
        if has_notices(&self.state) {
            let frame = Frame::new().fill(theme::colours(ui.visuals().dark_mode).canvas).inner_margin(Margin::same(12));
            Panel::top("notices").frame(frame).show_separator_line(false).show(ui, |ui| {
                notices_ui(ui, &self.state, &mut self.actions);
            });
        }
        let canvas = ui.available_rect_before_wrap();
        let pointed_at = CentralPanel::no_frame().show(ui, |ui| self.canvas_ui(ui)).inner.or(pointed_at);
        self.toast.ui(ui.ctx(), canvas, &self.state, &mut self.actions);
        if pointed_at.shown != self.state.pointed_at {
            self.actions.push(Action::PointAt(pointed_at.shown));
        }
        if std::mem::replace(&mut self.other_pointed_at, pointed_at.other) != pointed_at.other {
            ui.ctx().request_repaint();
        }
    }

    fn canvas_ui(&mut self, ui: &mut Ui) -> PointedAt {
        let Some(entry) = self.state.pictures.current() else {
            empty_ui(ui, self.samples.as_ref(), self.can_drop, &mut self.actions);
            return PointedAt::default();
        };
        let Content::Read(picture) = &entry.content else {
            unshown_ui(ui, &self.state, entry, &mut self.actions);
            return PointedAt::default();
        };
        let preview = self.preview.as_mut().filter(|preview| preview.id == picture.id);
        let state = &self.state;
        let boxes = state.reply().caption().map(|caption| Boxes {
            caption,
            highlight: state.highlight(),
            chosen: state.chosen,
            shared: state.shared(),
            look: state.look,
            can_remove: state.reply().answer().is_some(),
        });
        let Some(other) = state.compared() else {
            let region_use = state.form.kind.row().needs.region;
            let region = state.form.region.filter(|_| region_use.is_some());
            let is_required = region_use.is_some_and(|region_use| region_use.is_required);
            let drawing = if is_required { Drawing::Plain } else { Drawing::WithShift };
            let scene = Scene { picture, preview, boxes, region, drawing };
            let shown = canvas::canvas_ui(ui, &mut self.canvas, scene, &mut self.actions);
            return PointedAt { shown, other: None };
        };
        let other = compare::boxes(state, other, self.other_pointed_at);
        let pair = Pair { picture, preview, boxes: [boxes, Some(other)] };
        compare::canvases_ui(ui, &mut self.canvas, pair, state, &mut self.actions)
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        if self.state.take_news() || self.state.checkpoint != self.listed_with {
            self.list_checkpoints();
        }
        for (entry, error) in self.thumbnails.receive(ctx) {
            self.state.could_not_open(entry, error);
        }
        while let Some(report) = self.chores.next_report() {
            self.take_report(ctx, report);
        }
        self.follow_picture();
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        if let Some(pasted) = input::pasted_picture(&ctx) {
            self.chores.paste(Arc::clone(&pasted));
        }
        input::handed_over(&ctx, &mut self.actions);
        if self.state.dialog == Dialog::Closed {
            input::keys(&ctx, &self.state, &mut self.actions);
        }
        self.panels_ui(ui);
        dialogs_ui(&ctx, &self.state, &mut self.actions);
        input::drop_hint(&ctx);
        self.perform_actions(&ctx, frame);
        self.follow_picture();
        self.keep_session(&ctx);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.state.end_shrinking();
        if let Some(keeper) = &mut self.keeper
            && keeper.due(self.state.n_changes).is_some()
            && let Err(problem) =
                keeper.begin(self.state.n_changes, Session::of(&self.state, self.chores.ctx())).write()
        {
            tracing::warn!("{problem}");
        }
    }
}
