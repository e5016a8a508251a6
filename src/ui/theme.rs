//! Every colour and size of the window, for the dark and the light theme.
//!
//! Sizes follow a grid of 4 points. Panels are quiet so that the picture and the colours of phrases stand out; one violet
//! accent marks what to do next. Phrase colours come from [`crate::overlay::palette`], here they only meet the panel.

use std::collections::BTreeMap;

use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Theme, Visuals, vec2,
};

use crate::overlay::palette;

/// Step of the spacing grid, in points.
pub(crate) const GRID: f32 = 4.0;
/// Space between the parts of a panel.
pub(crate) const SECTION_GAP: f32 = 4.0 * GRID;
/// Space around the content of panels.
pub(crate) const PANEL_MARGIN: i8 = 16;
/// Size of the window when it opens for the first time, in points.
pub(crate) const WINDOW_SIZE: [f32; 2] = [1120.0, 760.0];
/// The smallest size of the window, in points.
pub(crate) const MIN_WINDOW_SIZE: [f32; 2] = [800.0, 600.0];
/// Characters that are shown of a problem or of what was asked: what people paste is not repeated whole.
pub(crate) const LONGEST_TEXT: usize = 600;
/// Height of the button that runs and stops.
pub(crate) const RUN_BUTTON_HEIGHT: f32 = 36.0;
/// Most of a text that is typed is as high as this; of a longer one the part at the cursor is shown.
pub(crate) const FIELD_HEIGHT: f32 = 160.0;
/// Width of the names in a list of facts.
pub(crate) const FACT_INDENT: f32 = 80.0;
/// Height of one choice of the task control.
pub(crate) const SEGMENT_HEIGHT: f32 = 28.0;
/// Space between the picture and the edge of the canvas.
pub(crate) const CANVAS_MARGIN: f32 = 16.0;
/// Size of a thumbnail.
pub(crate) const THUMBNAIL_SIZE: egui::Vec2 = vec2(104.0, 78.0);
/// Who rests on something for so long wants to know about it.
const TOOLTIP_DELAY_SECS: f32 = 0.6;
/// Radius of rounded corners.
pub(crate) const RADIUS: CornerRadius = CornerRadius::same(6);

/// How much larger a caption is in a presentation.
pub(crate) const PRESENTED_SCALE: f32 = 1.7;

/// The title of the window's empty state.
#[must_use]
pub(crate) fn title_font() -> FontId {
    FontId::proportional(24.0)
}

/// Colours that egui's own visuals have no place for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Colours {
    /// The ground behind the picture.
    pub(crate) canvas: Color32,
    /// The ground of panels.
    pub(crate) panel: Color32,
    /// The ground of what is set into a panel.
    pub(crate) inset: Color32,
    /// Lines between panels.
    pub(crate) line: Color32,
    /// Words.
    pub(crate) text: Color32,
    /// Words of less weight.
    pub(crate) weak: Color32,
    /// Filled: the button to press next.
    pub(crate) accent: Color32,
    /// The accent as a line or a word on a panel.
    pub(crate) accent_line: Color32,
    /// The ground behind the words of a problem.
    pub(crate) problem: Color32,
    /// The line around a problem.
    pub(crate) problem_line: Color32,
    /// The ground behind the words of a warning.
    pub(crate) warning: Color32,
    /// The line around a warning, and its sign.
    pub(crate) warning_line: Color32,
    /// The ground behind the words that say what was done.
    pub(crate) done: Color32,
    /// The line around a deed.
    pub(crate) done_line: Color32,
}

const DARK: Colours = Colours {
    canvas: Color32::from_rgb(0x12, 0x13, 0x17),
    panel: Color32::from_rgb(0x1c, 0x1d, 0x22),
    inset: Color32::from_rgb(0x27, 0x29, 0x30),
    line: Color32::from_rgb(0x34, 0x37, 0x40),
    text: Color32::from_rgb(0xe8, 0xe9, 0xed),
    weak: Color32::from_rgb(0xa2, 0xa7, 0xb3),
    accent: Color32::from_rgb(0x6b, 0x5b, 0xd6),
    accent_line: Color32::from_rgb(0xa5, 0x99, 0xf5),
    problem: Color32::from_rgb(0x43, 0x22, 0x24),
    problem_line: Color32::from_rgb(0xd9, 0x6a, 0x66),
    warning: Color32::from_rgb(0x3b, 0x2f, 0x17),
    warning_line: Color32::from_rgb(0xd8, 0xa2, 0x3f),
    done: Color32::from_rgb(0x1e, 0x35, 0x2c),
    done_line: Color32::from_rgb(0x4f, 0xa5, 0x81),
};

const LIGHT: Colours = Colours {
    canvas: Color32::from_rgb(0xe6, 0xe7, 0xec),
    panel: Color32::from_rgb(0xf8, 0xf8, 0xfa),
    inset: Color32::from_rgb(0xe9, 0xea, 0xef),
    line: Color32::from_rgb(0xd2, 0xd4, 0xdc),
    text: Color32::from_rgb(0x1d, 0x1e, 0x24),
    weak: Color32::from_rgb(0x5a, 0x5f, 0x6b),
    accent: Color32::from_rgb(0x5d, 0x4c, 0xcb),
    accent_line: Color32::from_rgb(0x5d, 0x4c, 0xcb),
    problem: Color32::from_rgb(0xfb, 0xe6, 0xe4),
    problem_line: Color32::from_rgb(0xb4, 0x3a, 0x35),
    warning: Color32::from_rgb(0xfb, 0xf0, 0xd9),
    warning_line: Color32::from_rgb(0x8f, 0x5f, 0x0a),
    done: Color32::from_rgb(0xe0, 0xf2, 0xe9),
    done_line: Color32::from_rgb(0x2f, 0x80, 0x5c),
};

/// The colours of a theme.
#[must_use]
pub(crate) fn colours(dark: bool) -> Colours {
    if dark { DARK } else { LIGHT }
}

/// Sets up both themes, and the keys that egui itself would take.
pub(crate) fn install(ctx: &Context) {
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| dress(style, theme == Theme::Dark));
    }
    // Ctrl with plus, minus and 0 belong to the picture.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

fn dress(style: &mut Style, dark: bool) {
    let font = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = BTreeMap::from([
        (TextStyle::Small, font(12.0)),
        (TextStyle::Body, font(14.0)),
        (TextStyle::Button, font(14.0)),
        (TextStyle::Heading, font(16.0)),
        (TextStyle::Monospace, FontId::monospace(12.5)),
    ]);
    style.spacing.item_spacing = vec2(2.0 * GRID, 2.0 * GRID);
    style.spacing.button_padding = vec2(3.0 * GRID, 1.5 * GRID);
    style.spacing.interact_size.y = SEGMENT_HEIGHT;
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(PANEL_MARGIN);
    style.spacing.tooltip_width = 320.0;
    style.interaction.tooltip_delay = TOOLTIP_DELAY_SECS;
    style.visuals = visuals(dark);
}

fn visuals(dark: bool) -> Visuals {
    let c = colours(dark);
    let mut v = if dark { Visuals::dark() } else { Visuals::light() };
    v.panel_fill = c.panel;
    v.window_fill = c.panel;
    v.window_stroke = Stroke::new(1.0, c.line);
    v.extreme_bg_color = if dark { c.canvas } else { Color32::WHITE };
    v.code_bg_color = c.inset;
    v.faint_bg_color = c.inset;
    v.weak_text_color = Some(c.weak);
    v.hyperlink_color = c.accent_line;
    v.selection.bg_fill = palette::mix(c.accent, c.panel, 0.45);
    v.selection.stroke = Stroke::new(1.5, c.accent_line);
    v.window_corner_radius = CornerRadius::same(10);
    v.menu_corner_radius = CornerRadius::same(8);
    v.window_shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: Color32::from_black_alpha(60) };
    v.popup_shadow = Shadow { offset: [0, 4], blur: 12, spread: 0, color: Color32::from_black_alpha(50) };
    v.indent_has_left_vline = false;
    let widgets = &mut v.widgets;
    widgets.noninteractive.fg_stroke.color = c.text;
    widgets.noninteractive.bg_stroke.color = c.line;
    for (state, fill) in [
        (&mut widgets.inactive, c.inset),
        (&mut widgets.hovered, palette::mix(c.text, c.inset, 0.08)),
        (&mut widgets.active, palette::mix(c.text, c.inset, 0.16)),
        (&mut widgets.open, palette::mix(c.text, c.inset, 0.08)),
    ] {
        state.weak_bg_fill = fill;
        state.bg_fill = fill;
        state.fg_stroke = Stroke::new(1.5, c.text);
        state.bg_stroke = Stroke::new(1.0, c.line);
        state.corner_radius = RADIUS;
        state.expansion = 0.0;
    }
    widgets.hovered.bg_stroke.color = c.weak;
    widgets.active.bg_stroke.color = c.accent_line;
    v
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::{caption_text::phrase_look, palette::contrast};

    const READABLE: f32 = 4.5;

    #[test]
    fn words_are_readable_in_both_themes() {
        for dark in [true, false] {
            let c = colours(dark);
            for (text, ground, what) in [
                (c.text, c.panel, "text on panels"),
                (c.text, c.inset, "text on buttons"),
                (c.weak, c.panel, "weak text on panels"),
                (c.weak, c.canvas, "weak text on the canvas"),
                (c.text, c.canvas, "text on the canvas"),
                (c.text, c.problem, "problems"),
                (c.text, c.done, "deeds"),
                (Color32::WHITE, c.accent, "the run button"),
                (c.accent_line, c.panel, "accented words"),
            ] {
                assert!(contrast(text, ground) >= READABLE, "{what}, dark {dark}: {}", contrast(text, ground));
            }
        }
    }

    #[test]
    fn phrases_are_readable_in_both_themes() {
        for (index, highlighted, dark) in
            (0..9).flat_map(|i| [(i, false, false), (i, false, true), (i, true, false), (i, true, true)])
        {
            let look = phrase_look(index, highlighted, colours(dark).text, colours(dark).panel);
            let ratio = contrast(look.text, look.background);
            assert!(ratio >= READABLE, "phrase {index}, highlighted {highlighted}, dark {dark}: {ratio}");
        }
    }
}
