//! The picture screen: the strip at the left, the panel at the right, and the picture between them.

use egui::{Context, Frame, Margin, Panel, Rect, Ui};

use super::{
    compare::{self, Pair, PointedAt},
    empty::{SampleTextures, empty_ui, textures},
    gestures::push_gestures,
    placeholder::placeholder_ui,
    side_panel::side_ui,
    side_view::SideView,
    strip::{StripView, strip_ui, table_ui},
};
use crate::{
    caption::Choice,
    geometry::GRID,
    overlay::caption_text::CaptionText,
    picture::{Picture, PictureId},
    ui::{
        canvas::{Boxes, CanvasView, Drawing, Rectangle, Scene, canvas_ui},
        command::Command,
        state::{Action, Actions, AppState, Content, EntryId, Panes, ResultAction, Shows, ZoomStep},
        textures::{Preview, Pyramid, SampleThumbnails, Thumbnails},
        theme,
        widgets::{caption_text_ui, command_button, on_panel, part},
    },
};

/// What the screen remembers between frames, and what the graphics card was given for it.
pub(crate) struct PictureScreen {
    canvas: CanvasView,
    strip: StripView,
    side: SideView,
    thumbnails: Thumbnails,
    /// The picture shown last.
    followed: Option<PictureId>,
    /// The picture that a preview was asked for last.
    previewed: Option<PictureId>,
    /// Whether a preview is being made.
    makes_preview: bool,
    preview: Option<Preview>,
    /// `None` until they are made.
    samples: Option<SampleTextures>,
    /// What of the compared result the pointer rests on.
    other_pointed_at: Option<Choice>,
    can_drop: bool,
}

impl PictureScreen {
    /// A screen without a picture.
    #[must_use]
    pub(crate) fn new(ctx: &Context) -> Self {
        Self {
            canvas: CanvasView::default(),
            strip: StripView::default(),
            side: SideView::default(),
            thumbnails: Thumbnails::new(ctx),
            followed: None,
            previewed: None,
            makes_preview: false,
            preview: None,
            samples: None,
            other_pointed_at: None,
            can_drop: true,
        }
    }

    /// Says that files can't be dropped on the window.
    pub(crate) fn forbid_drops(&mut self) {
        self.can_drop = false;
    }

    /// Takes in the thumbnails that were made. Returns the entries that can't be opened, and why.
    pub(crate) fn receive_thumbnails(&mut self, ctx: &Context) -> Vec<(EntryId, String)> {
        let failures = self.thumbnails.receive(ctx);
        failures.into_iter().map(|((entry, _), error)| (entry, error)).collect()
    }

    /// Takes in the sizes of a picture, unless another one is shown by now; `None` if they could not be made.
    pub(crate) fn receive_preview(&mut self, ctx: &Context, pyramid: Option<&Pyramid>) {
        self.makes_preview = false;
        if let Some(pyramid) = pyramid.filter(|pyramid| self.followed == Some(pyramid.id)) {
            self.preview = Preview::new(ctx, pyramid);
        }
    }

    /// Takes in the small pictures of the samples.
    pub(crate) fn receive_samples(&mut self, ctx: &Context, thumbnails: SampleThumbnails) {
        self.samples = Some(textures(ctx, thumbnails));
    }

    /// The picture shown, if its preview is to be made now: one at a time, so of many that pass by only the last gets one.
    pub(crate) fn follow_picture<'a>(&mut self, state: &'a AppState) -> Option<&'a Picture> {
        let picture = state.picture();
        let id = picture.map(|picture| picture.id);
        if std::mem::replace(&mut self.followed, id) != id {
            self.canvas.fit();
        }
        let is_there = id == self.preview.as_ref().map(|preview| preview.id);
        if self.makes_preview || is_there || id == self.previewed {
            return None;
        }
        self.previewed = id;
        self.makes_preview = picture.is_some();
        picture
    }

    /// Shows the picture at another size.
    pub(crate) fn zoom(&mut self, step: ZoomStep) {
        self.canvas.want(step);
    }

    /// Lets the keys go to the rectangle on the picture.
    pub(crate) fn focus_region(&mut self) {
        self.canvas.focus_region();
    }

    /// Lets the keys go to the picture.
    pub(crate) fn focus_picture(&mut self) {
        self.canvas.focus_picture();
    }

    /// Lets the keys go to the field of the chosen task.
    pub(crate) fn focus_words(&mut self) {
        self.side.wants_words = true;
    }

    /// Lets the keys go to the phrase that was chosen last while its answer is corrected, or else to the first.
    pub(crate) fn focus_phrases(&mut self) {
        self.side.wants_phrase = true;
    }

    /// The keys that the strip takes for itself while it has the focus.
    pub(crate) fn strip_keys(&mut self, ctx: &Context, state: &AppState, actions: &mut Actions) {
        self.strip.keys(ctx, state, actions);
    }

    /// Screen pixels per picture pixel as painted last; `None` before the first picture.
    #[must_use]
    pub(crate) fn shown_zoom(&self) -> Option<f32> {
        self.canvas.shown_zoom()
    }

    /// Whether the textures of the current picture, or of the samples, are there.
    #[must_use]
    pub(crate) fn is_fully_shown(&self, state: &AppState) -> bool {
        match state.pictures.current().map(|entry| &entry.content) {
            _ if state.pictures.entries().len() > 1 && !self.thumbnails.is_complete() => false,
            Some(Content::Read(picture)) => self.preview.as_ref().is_some_and(|preview| preview.id == picture.id),
            Some(Content::Failed(_)) => true,
            Some(Content::Unread { .. } | Content::Reading(_)) => false,
            None => self.samples.is_some(),
        }
    }

    /// Paints the strip and the panel, and what `above` has to say over the picture, then the picture. Returns the place of
    /// the picture.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        actions: &mut Actions,
        above: impl FnOnce(&mut Ui, &mut Actions),
    ) -> Rect {
        let mut panes = state.panes;
        let frame = Frame::new().fill(ui.visuals().panel_fill);
        let shows_table = state.panes.shows == Shows::Table && !state.pictures.entries().is_empty();
        if state.pictures.entries().len() > 1 && !shows_table {
            let strip = Panel::left("strip").frame(frame).resizable(true);
            let strip = strip.default_size(panes.strip_width).size_range(Panes::STRIP_WIDTHS);
            let shown = strip.show(ui, |ui| strip_ui(ui, &mut self.strip, state, &mut self.thumbnails, actions));
            panes.strip_width = shown.response.rect.width();
        }
        let side = Panel::right("side").frame(frame).resizable(true);
        let side = side.default_size(panes.side_width).size_range(Panes::SIDE_WIDTHS);
        let shown = side.show(ui, |ui| side_ui(ui, &mut self.side, state, self.other_pointed_at, actions));
        panes.side_width = shown.response.rect.width();
        let pointed_at = shown.inner;
        if panes.differs_from(&state.panes) {
            actions.push(Action::Divide(panes));
        }
        above(ui, actions);
        let canvas = ui.available_rect_before_wrap();
        if shows_table {
            table_ui(ui, &mut self.strip, state, &mut self.thumbnails, actions);
            point_at(state, pointed_at, actions);
            return canvas;
        }
        let pointed_at =
            egui::CentralPanel::no_frame().show(ui, |ui| self.canvas_ui(ui, state, actions)).inner.or(pointed_at);
        point_at(state, pointed_at, actions);
        if std::mem::replace(&mut self.other_pointed_at, pointed_at.other) != pointed_at.other {
            ui.ctx().request_repaint();
        }
        canvas
    }

    /// Paints the picture and its caption alone.
    pub(crate) fn presentation_ui(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Actions) -> Rect {
        let colours = theme::colours(ui.visuals().dark_mode);
        let mut pointed_at = PointedAt::default();
        if let Some(caption) = state.answer().caption() {
            let frame = Frame::new().fill(colours.canvas).inner_margin(Margin::symmetric(48, 24));
            let panel = Panel::bottom("presented").frame(frame).show_separator_line(false);
            panel.show(ui, |ui| {
                let (highlight, shared) = (state.highlight().map(|choice| choice.phrase), state.shared());
                let scale = theme::PRESENTED_SCALE;
                let text =
                    CaptionText { highlight, shared: &shared, scale, ground: colours.canvas, ..on_panel(ui, caption) };
                let mut gestures = Vec::new();
                pointed_at.shown = caption_text_ui(ui, text, &mut gestures);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Max), |ui| {
                    command_button(ui, state, Command::EndPresentation, actions);
                });
                push_gestures(gestures, state, actions);
            });
        }
        let canvas = ui.available_rect_before_wrap();
        let in_picture = egui::CentralPanel::no_frame().show(ui, |ui| self.canvas_ui(ui, state, actions)).inner;
        let pointed_at = in_picture.or(pointed_at);
        point_at(state, pointed_at, actions);
        canvas
    }

    fn canvas_ui(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Actions) -> PointedAt {
        part(ui, "canvas", |ui| self.canvas_content_ui(ui, state, actions))
    }

    fn canvas_content_ui(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Actions) -> PointedAt {
        let Some(entry) = state.pictures.current() else {
            empty_ui(ui, state, self.samples.as_ref(), self.can_drop, actions);
            return PointedAt::default();
        };
        let Content::Read(picture) = &entry.content else {
            placeholder_ui(ui, state, entry, actions);
            return PointedAt::default();
        };
        let preview = self.preview.as_mut().filter(|preview| preview.id == picture.id);
        let boxes = boxes_shown(state);
        let Some(other) = state.compared() else {
            let (rectangle, drawing) = rectangle(state, picture);
            let mut gestures = Vec::new();
            let scene = Scene { picture, preview, boxes, rectangle, drawing };
            let shown = canvas_ui(ui, &mut self.canvas, scene, &mut gestures);
            push_gestures(gestures, state, actions);
            return PointedAt { shown, other: None };
        };
        let other = compare::boxes(state, other, self.other_pointed_at);
        let pair = Pair { picture, preview, boxes: [boxes, Some(other)] };
        compare::canvases_ui(ui, &mut self.canvas, pair, state, actions)
    }
}

/// The rectangle on the picture, and which drags draw one: a box while the answer is corrected, else a region for the
/// tasks that look at one.
fn rectangle(state: &AppState, picture: &Picture) -> (Option<Rectangle>, Drawing) {
    if let Some(correcting) = state.correcting() {
        let (width, height) = picture.pixels.dimensions();
        let pixel = egui::vec2(1.0 / width.max(1) as f32, 1.0 / height.max(1) as f32);
        let step = if correcting.snaps { egui::Vec2::splat(1.0 / GRID as f32) } else { pixel };
        let caption = state.answer().finished().map(|answer| &answer.caption);
        let chosen = state.chosen_box().and_then(|(phrase, region)| caption?.phrases.get(phrase)?.regions.get(region));
        let drawing = if caption.is_some() { Drawing::Plain } else { Drawing::Off };
        return (chosen.map(|region| Rectangle::Chosen { place: region.norm, step }), drawing);
    }
    let region_use = state.form.kind.row().needs.region;
    let region = state.form.region.filter(|_| region_use.is_some());
    let is_required = region_use.is_some_and(|region_use| region_use.is_required);
    (region.map(Rectangle::Region), if is_required { Drawing::Plain } else { Drawing::WithShift })
}

/// Tells what is pointed at, when it changes.
fn point_at(state: &AppState, pointed_at: PointedAt, actions: &mut Actions) {
    if pointed_at.shown != state.pointed_at {
        actions.push(ResultAction::PointAt(pointed_at.shown));
    }
}

/// The boxes of the answer shown.
fn boxes_shown(state: &AppState) -> Option<Boxes<'_>> {
    state.answer().caption().map(|caption| Boxes {
        caption,
        highlight: state.highlight(),
        chosen: state.choice,
        shared: state.shared(),
        look: state.look,
        can_remove: state.answer().finished().is_some(),
        is_doubtful: state.answer().finished().is_some_and(|answer| state.is_doubtful(answer)),
    })
}
