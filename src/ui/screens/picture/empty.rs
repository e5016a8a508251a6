//! The canvas before the first picture: how to bring one in, and samples to try.

use egui::{
    Align2, Button, Color32, CornerRadius, Image, Rect, RichText, Sense, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, UiBuilder, Vec2, WidgetInfo, vec2,
};

use crate::ui::{
    command::Command,
    state::{Actions, AppState},
    textures::{SAMPLES, Sample, SampleThumbnails},
    theme,
    widgets::full_model_button,
};

/// The thumbnails' textures; `None` where one could not be made.
pub(super) type SampleTextures = Vec<Option<TextureHandle>>;

/// The size of all that stands in the middle.
const CONTENT: Vec2 = vec2(476.0, 426.0);
/// The height of the way to the full model below it.
const OFFER_HEIGHT: f32 = 52.0;
const SAMPLES_ACROSS: usize = 4;
/// The height of the words under a thumbnail.
const WORDS_HEIGHT: f32 = 20.0;

/// Hands the thumbnails to the graphics card.
pub(super) fn textures(ctx: &egui::Context, thumbnails: SampleThumbnails) -> SampleTextures {
    let load = |thumbnail| ctx.load_texture("sample", thumbnail, TextureOptions::LINEAR);
    thumbnails.into_iter().map(|thumbnail| thumbnail.map(load)).collect()
}

/// Paints the empty canvas. On a desktop that can't drop files on the window, the words say what can be done instead.
pub(super) fn empty_ui(
    ui: &mut Ui,
    state: &AppState,
    textures: Option<&SampleTextures>,
    can_drop: bool,
    actions: &mut Actions,
) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let canvas = ui.available_rect_before_wrap();
    ui.painter().rect_filled(canvas, 0.0, colours.canvas);
    let zone = canvas.shrink(24.0);
    dashed_outline(ui, zone, colours.line);
    let offers = state.full_model().is_some() && !state.is_offer_declined;
    let size = if offers { CONTENT + vec2(0.0, OFFER_HEIGHT) } else { CONTENT };
    let content = Align2::CENTER_CENTER
        .align_size_within_rect(size.min(zone.shrink2(vec2(theme::CANVAS_MARGIN, theme::GRID)).size()), zone);
    ui.scope_builder(UiBuilder::new().max_rect(content), |ui| {
        ui.vertical_centered(|ui| {
            let (title, hint) = if can_drop {
                ("Drop a picture here", "or paste one with Ctrl+V")
            } else {
                ("Open a picture", "or paste one with Ctrl+V")
            };
            glyph(ui, colours.accent_line);
            ui.add_space(theme::SECTION_GAP);
            ui.label(RichText::new(title).font(theme::title_font()));
            ui.label(RichText::new(hint).weak());
            ui.add_space(theme::GRID);
            open_button(ui, colours.accent, actions);
            ui.add_space(theme::SECTION_GAP);
            ui.label(RichText::new("Or try a sample").small().weak());
            samples_ui(ui, textures, actions);
            if offers {
                ui.label(RichText::new("The built-in model knows drawn scenes only").small().weak());
                full_model_button(ui, state, actions);
            }
        });
    });
}

fn open_button(ui: &mut Ui, fill: Color32, actions: &mut Actions) {
    let presentation = Command::Open.presentation();
    let text = RichText::new(presentation.label).color(Color32::WHITE).size(15.0);
    let button = Button::new(text).fill(fill).min_size(vec2(128.0, theme::RUN_BUTTON_HEIGHT));
    if ui.add(button).on_hover_text(presentation.tooltip).clicked() {
        actions.push(Command::Open);
    }
}

fn dashed_outline(ui: &Ui, zone: Rect, colour: Color32) {
    let corners = [zone.left_top(), zone.right_top(), zone.right_bottom(), zone.left_bottom(), zone.left_top()];
    ui.painter().extend(egui::Shape::dashed_line(&corners, Stroke::new(1.5, colour), 8.0, 6.0));
}

/// A picture frame with a box in it: what the program is about, in one sign.
fn glyph(ui: &mut Ui, colour: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(56.0, 44.0), Sense::hover());
    let painter = ui.painter();
    painter.rect_stroke(rect, CornerRadius::same(6), Stroke::new(2.0, colour), StrokeKind::Inside);
    let inner = Rect::from_min_size(rect.min + vec2(12.0, 12.0), vec2(22.0, 20.0));
    painter.rect_filled(inner, 1.0, colour.gamma_multiply(0.25));
    painter.rect_stroke(inner, 1.0, Stroke::new(2.0, colour), StrokeKind::Inside);
    painter.circle_filled(rect.right_top() + vec2(-12.0, 12.0), 3.5, colour);
}

/// Thumbnails in rows with what is asked below each, smaller where there is little room.
fn samples_ui(ui: &mut Ui, textures: Option<&SampleTextures>, actions: &mut Actions) {
    let gap = vec2(3.0 * theme::GRID, theme::GRID);
    let across = SAMPLES_ACROSS as f32;
    let room = (ui.available_width() - (across - 1.0) * gap.x) / across;
    let size = theme::THUMBNAIL_SIZE * (room / theme::THUMBNAIL_SIZE.x).clamp(0.1, 1.0);
    let width = across * size.x + (across - 1.0) * gap.x;
    for (row, samples) in SAMPLES.chunks(SAMPLES_ACROSS).enumerate() {
        ui.allocate_ui(vec2(width, size.y + WORDS_HEIGHT), |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = gap.x;
                for (column, sample) in samples.iter().enumerate() {
                    let texture = textures.and_then(|textures| textures.get(row * SAMPLES_ACROSS + column)?.as_ref());
                    if sample_ui(ui, sample, texture, size) {
                        actions.push(sample.action());
                    }
                }
            });
        });
        ui.add_space(gap.y);
    }
}

/// One thumbnail with its words; whether it was clicked.
fn sample_ui(ui: &mut Ui, sample: &Sample, texture: Option<&TextureHandle>, size: Vec2) -> bool {
    let colours = theme::colours(ui.visuals().dark_mode);
    let (whole, response) = ui.allocate_exact_size(size + vec2(0.0, WORDS_HEIGHT), Sense::click());
    let label = format!("Sample {}: {}", sample.name, sample.asks);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &label));
    let rect = Rect::from_min_size(whole.min, size);
    ui.painter().rect_filled(rect, theme::RADIUS, colours.inset);
    if let Some(texture) = texture {
        Image::new((texture.id(), rect.size())).corner_radius(theme::RADIUS).paint_at(ui, rect);
    }
    let is_lit = response.hovered() || response.has_focus();
    let stroke = if is_lit { Stroke::new(2.0, colours.accent_line) } else { Stroke::new(1.0, colours.line) };
    ui.painter().rect_stroke(rect, theme::RADIUS, stroke, StrokeKind::Outside);
    let font = egui::TextStyle::Small.resolve(ui.style());
    let colour = if is_lit { ui.visuals().text_color() } else { ui.visuals().weak_text_color() };
    ui.painter().text(whole.center_bottom(), Align2::CENTER_BOTTOM, sample.asks, font, colour);
    response.on_hover_text(sample.name).on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}
