//! The canvas before the first picture: how to bring one in, and four samples to try.

use egui::{
    Align2, Button, Color32, CornerRadius, Image, Rect, RichText, Sense, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, UiBuilder, Vec2, WidgetInfo, vec2,
};

use super::{
    action::{Action, Command},
    samples::{SAMPLES, Sample, Thumbnails},
    theme,
};

/// The thumbnails' textures; `None` where one could not be made.
pub(super) type SampleTextures = [Option<TextureHandle>; SAMPLES.len()];

/// Of all that stands in the middle.
const CONTENT: Vec2 = vec2(464.0, 312.0);

/// Hands the thumbnails to the graphics card.
pub(super) fn textures(ctx: &egui::Context, thumbnails: Thumbnails) -> SampleTextures {
    thumbnails.map(|thumbnail| Some(ctx.load_texture("sample", thumbnail?, TextureOptions::LINEAR)))
}

/// Paints the empty canvas. On a desktop that can't drop files on the window, the words say what can be done instead.
pub(super) fn empty_ui(ui: &mut Ui, textures: Option<&SampleTextures>, can_drop: bool, actions: &mut Vec<Action>) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let canvas = ui.available_rect_before_wrap();
    ui.painter().rect_filled(canvas, 0.0, colours.canvas);
    let zone = canvas.shrink(24.0);
    dashed_outline(ui, zone, colours.line);
    let content =
        Align2::CENTER_CENTER.align_size_within_rect(CONTENT.min(zone.shrink(theme::CANVAS_MARGIN).size()), zone);
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
        });
    });
}

fn open_button(ui: &mut Ui, fill: Color32, actions: &mut Vec<Action>) {
    let presentation = Command::Open.presentation();
    let text = RichText::new(presentation.label).color(Color32::WHITE).size(15.0);
    let button = Button::new(text).fill(fill).min_size(vec2(128.0, theme::RUN_BUTTON_HEIGHT));
    if ui.add(button).on_hover_text(presentation.tooltip).clicked() {
        actions.push(Action::Do(Command::Open));
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

/// Thumbnails in one row, smaller where there is little room.
fn samples_ui(ui: &mut Ui, textures: Option<&SampleTextures>, actions: &mut Vec<Action>) {
    let gap = 3.0 * theme::GRID;
    let n_samples = SAMPLES.len() as f32;
    let room = (ui.available_width() - (n_samples - 1.0) * gap) / n_samples;
    let size = theme::THUMBNAIL_SIZE * (room / theme::THUMBNAIL_SIZE.x).clamp(0.1, 1.0);
    let row = vec2(n_samples * size.x + (n_samples - 1.0) * gap, size.y);
    ui.allocate_ui(row, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for (at, sample) in SAMPLES.iter().enumerate() {
                let texture = textures.and_then(|textures| textures[at].as_ref());
                if sample_ui(ui, sample, texture, size) {
                    actions.push(Action::Open(vec![sample.source()]));
                }
            }
        });
    });
}

/// One thumbnail; whether it was clicked.
fn sample_ui(ui: &mut Ui, sample: &Sample, texture: Option<&TextureHandle>, size: Vec2) -> bool {
    let colours = theme::colours(ui.visuals().dark_mode);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Sample {}", sample.name)));
    ui.painter().rect_filled(rect, theme::RADIUS, colours.inset);
    if let Some(texture) = texture {
        Image::new((texture.id(), rect.size())).corner_radius(theme::RADIUS).paint_at(ui, rect);
    }
    let is_lit = response.hovered() || response.has_focus();
    let stroke = if is_lit { Stroke::new(2.0, colours.accent_line) } else { Stroke::new(1.0, colours.line) };
    ui.painter().rect_stroke(rect, theme::RADIUS, stroke, StrokeKind::Outside);
    response.on_hover_text(sample.name).on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}
