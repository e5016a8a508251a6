//! The parts of the evaluation screen in their places.

use egui::{Align, Context, Frame, Label, Layout, Panel, Rect, RichText, ScrollArea, Ui};

use super::{answers::AnswersView, numbers::numbers_ui, setup::setup_ui};
use crate::{
    ui::{
        command::Command,
        state::{Actions, AppState, EvaluationStage, Overview},
        theme,
        widgets::{command_button, part, remark, section_title},
    },
    words::{duration, listed, shortened},
};

const SETUP_WIDTH: f32 = 288.0;
/// The numbers take at most this share of the height; the answers behind them have the rest.
const NUMBERS_SHARE: f32 = 0.42;

/// What the screen remembers between frames.
pub(crate) struct EvaluationScreen {
    answers: AnswersView,
}

impl EvaluationScreen {
    /// A screen without an evaluation.
    #[must_use]
    pub(crate) fn new(ctx: &Context) -> Self {
        Self { answers: AnswersView::new(ctx) }
    }

    /// Whether the small pictures in sight are there.
    #[must_use]
    pub(crate) fn is_fully_shown(&self) -> bool {
        self.answers.is_complete()
    }

    /// Paints what is asked, what `above` has to say over what it came to, and that. Returns its place.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        actions: &mut Actions,
        above: impl FnOnce(&mut Ui, &mut Actions),
    ) -> Rect {
        let frame = Frame::new().fill(ui.visuals().panel_fill);
        let setup = Panel::left("evaluation").frame(frame).resizable(false).exact_size(SETUP_WIDTH);
        setup.show(ui, |ui| {
            let inner = Frame::new().inner_margin(theme::PANEL_MARGIN);
            ScrollArea::vertical().show(ui, |ui| inner.show(ui, |ui| setup_ui(ui, state, actions)));
        });
        above(ui, actions);
        let place = ui.available_rect_before_wrap();
        let ground = Frame::new().fill(theme::colours(ui.visuals().dark_mode).panel);
        egui::CentralPanel::default().frame(ground).show(ui, |ui| {
            part(ui, "evaluation results", |ui| self.results_ui(ui, state, actions));
        });
        place
    }

    fn results_ui(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Actions) {
        let Some(overview) = state.evaluation.overview() else {
            head_ui(ui, state, "Evaluation", None, actions);
            return empty_ui(ui, state);
        };
        head_ui(ui, state, &overview.outcome.report.run().task, Some(summary(overview)), actions);
        let height = NUMBERS_SHARE * ui.available_height();
        part(ui, "numbers", |ui| numbers_ui(ui, overview, height, actions));
        part(ui, "answers", |ui| self.answers.ui(ui, overview, actions));
    }
}

/// What is shown, what is to be known about it, and the way out.
fn head_ui(ui: &mut Ui, state: &AppState, title: &str, summary: Option<String>, actions: &mut Actions) {
    Frame::new().inner_margin(theme::PANEL_MARGIN).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
            command_button(ui, state, Command::EndEvaluation, actions);
            ui.with_layout(Layout::top_down(Align::LEFT), |ui| {
                section_title(ui, title);
                if let Some(summary) = summary {
                    ui.add(Label::new(RichText::new(summary).small().weak()).wrap());
                }
            });
        });
    });
}

/// How many questions were answered, by whom, and how long that took.
fn summary(overview: &Overview) -> String {
    let (outcome, run) = (&overview.outcome, overview.outcome.report.run());
    let mut parts = vec![format!("{} of {} questions answered", run.n_answered, run.n_questions)];
    let checkpoint = &run.source["checkpoint"];
    let known = ["name", "precision"].map(|field| checkpoint[field].as_str().unwrap_or_default());
    parts.push(shortened(&known.join(" "), 60));
    parts.extend(run.seconds.map(duration));
    if outcome.n_left > 0 {
        parts.push(format!("stopped with {} left", outcome.n_left));
    }
    parts.join(" · ")
}

/// In place of results, while there are none.
fn empty_ui(ui: &mut Ui, state: &AppState) {
    let words = match &state.evaluation.stage {
        EvaluationStage::Running { problems, .. } if problems.is_empty() => "The numbers come when all is answered, or when it is stopped".to_owned(),
        EvaluationStage::Running { problems, .. } => listed(problems, "and"),
        EvaluationStage::Failed(sentence) => sentence.clone(),
        EvaluationStage::NotBegun | EvaluationStage::Over(_) => {
            "How good is the checkpoint in use? Choose the folder with the files of a benchmark, as they were downloaded: \
             RefCOCO, Flickr30k Entities, COCO captions, VQAv2 and others, or a folder of scenes of the built-in checkpoint. \
             The numbers come beside the published ones, and behind each are its pictures, the worst first."
                .to_owned()
        }
    };
    Frame::new().inner_margin(theme::PANEL_MARGIN).show(ui, |ui| {
        ui.set_max_width(ui.available_width().min(520.0));
        match &state.evaluation.stage {
            EvaluationStage::Failed(_) => {
                let colour = theme::colours(ui.visuals().dark_mode).problem_line;
                ui.add(Label::new(RichText::new(words).color(colour)).wrap());
            }
            _ => remark(ui, &shortened(&words, theme::LONGEST_TEXT)),
        }
    });
}
