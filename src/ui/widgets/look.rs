//! Which parts of the boxes are shown, on the screen and in exported pictures.

use egui::{Slider, Ui};

use crate::{caption::SCORE_MEANING, overlay::Look};

/// Paints the choices, in the side panel and in the View menu. Returns what was chosen, if that is something else.
pub(crate) fn look_ui(ui: &mut Ui, shown: Look) -> Option<Look> {
    let mut look = shown;
    ui.checkbox(&mut look.boxes, "Outlines");
    ui.checkbox(&mut look.labels, "Labels");
    ui.checkbox(&mut look.fill, "Fill");
    ui.checkbox(&mut look.scores, "Scores").on_hover_text(SCORE_MEANING);
    ui.horizontal(|ui| {
        let label = ui.label("Hide boxes below").on_hover_text(SCORE_MEANING);
        let slider = Slider::new(&mut look.least_score, 0.0..=1.0)
            .step_by(0.01)
            .custom_formatter(
                |score, _| if score == 0.0 { "off".to_owned() } else { format!("{:.0} %", score * 100.0) },
            )
            .custom_parser(|typed| {
                let percent: f64 = typed.trim().trim_end_matches('%').trim_end().parse().ok()?;
                Some(percent / 100.0)
            });
        let tooltip =
            "Boxes with a lower score are hidden here and left out of exported pictures; other exports have them all";
        ui.add(slider).labelled_by(label.id).on_hover_text(tooltip);
    });
    if shown != Look::default()
        && ui.small_button("Reset").on_hover_text("Show outlines and labels of all boxes").clicked()
    {
        look = Look::default();
    }
    (look != shown).then_some(look)
}
