//! The reliability diagram: how often boxes of a certain score are right.

use egui::{Align2, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::{
    evaluate::{Bin, Calibration},
    ui::{
        theme,
        widgets::{remark, section_title},
    },
};

const HEIGHT: f32 = 168.0;
/// Room for the numbers at the left and below.
const LEFT: f32 = 30.0;
const BELOW: f32 = 18.0;

/// Paints the diagram and says in words what it shows.
pub(super) fn diagram_ui(ui: &mut Ui, calibration: &Calibration) {
    section_title(ui, "What scores are worth");
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, in_words(calibration)));
    let colours = theme::colours(ui.visuals().dark_mode);
    let (painter, font) = (ui.painter(), TextStyle::Small.resolve(ui.style()));
    let plot = Rect::from_min_max(rect.min + vec2(LEFT, 6.0), rect.max - vec2(4.0, BELOW));
    let at =
        |score: f64, right: f64| plot.left_bottom() + vec2(score as f32 * plot.width(), -right as f32 * plot.height());
    for share in [0.0, 0.5, 1.0] {
        let y = at(0.0, share).y;
        painter.hline(plot.x_range(), y, Stroke::new(1.0, colours.line));
        let percent = format!("{:.0} %", 100.0 * share);
        painter.text(pos2(plot.left() - 4.0, y), Align2::RIGHT_CENTER, &percent, font.clone(), colours.weak);
        let x = at(share, 0.0).x.clamp(plot.left() + 8.0, plot.right() - 14.0);
        painter.text(pos2(x, plot.bottom() + 4.0), Align2::CENTER_TOP, &percent, font.clone(), colours.weak);
    }
    let width = 1.0 / calibration.bins.len() as f64;
    for (i, bin) in calibration.bins.iter().enumerate().filter(|(_, bin)| bin.boxes > 0) {
        let left = i as f64 * width;
        let bar = Rect::from_two_pos(at(left, 0.0), at(left + width, right(bin))).shrink2(vec2(1.0, 0.0));
        painter.rect(bar, 0.0, colours.accent.gamma_multiply(0.7), Stroke::NONE, StrokeKind::Inside);
        let mean = at(bin.mean, bin.mean);
        painter.hline(mean.x - 4.0..=mean.x + 4.0, mean.y, Stroke::new(2.0, colours.text));
    }
    painter.line_segment([at(0.0, 0.0), at(1.0, 1.0)], Stroke::new(1.0, colours.weak));
    if let Some(bin) = response.hover_pos().and_then(|pos| bin_at(calibration, (pos.x - plot.left()) / plot.width())) {
        response.on_hover_text(bin_in_words(bin));
    }
    remark(ui, &in_words(calibration));
}

fn bin_at(calibration: &Calibration, share: f32) -> Option<&Bin> {
    let at = (share >= 0.0).then_some((share * calibration.bins.len() as f32) as usize)?;
    calibration.bins.get(at).filter(|bin| bin.boxes > 0)
}

fn right(bin: &Bin) -> f64 {
    bin.right as f64 / bin.boxes.max(1) as f64
}

fn bin_in_words(bin: &Bin) -> String {
    format!(
        "{} boxes with a mean score of {:.0} %: {:.0} % of them are right",
        bin.boxes,
        100.0 * bin.mean,
        100.0 * right(bin)
    )
}

fn in_words(calibration: &Calibration) -> String {
    let Calibration { boxes, right, expected_calibration_error, auroc, .. } = calibration;
    let order = auroc.map_or(String::new(), |auroc| {
        format!("; a right box has the higher score in {:.0} % of pairs", 100.0 * auroc)
    });
    format!(
        "Bars: how many boxes of a score are right; the line is what the score says. {right} of {boxes} boxes are right, scores \
         are {:.1} points off on average{order}",
        100.0 * expected_calibration_error
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Scored;

    #[test]
    fn a_part_of_the_diagram_is_told_by_its_boxes() {
        let mut scored = Scored::default();
        for (score, is_right) in [(0.95, true), (0.91, true), (0.93, false), (0.15, false)] {
            scored.add(score, is_right);
        }
        let calibration = scored.calibration();
        let told = |share| bin_at(&calibration, share).map(bin_in_words);
        assert_eq!(told(0.99).unwrap(), "3 boxes with a mean score of 93 %: 67 % of them are right");
        assert_eq!([told(0.5), told(-0.1), told(1.5)], [None, None, None]);
        assert!(in_words(&calibration).contains("2 of 4 boxes are right"));
    }
}
