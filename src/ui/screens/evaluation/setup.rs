//! What is evaluated: the folder, the part of the benchmark, how many questions; how far it is, and what the scores are worth.

use egui::{ComboBox, Label, Margin, RichText, TextEdit, Ui, vec2};

use super::diagram::diagram_ui;
use crate::{
    batch::Tally,
    evaluate::asking::Found,
    ui::{
        command::Command,
        state::{Actions, AppState, EvaluationAction, EvaluationStage, EvaluationWish, Findings},
        theme,
        widgets::{command_button, job_progress_ui, main_button, parted, remark, section_title},
    },
    words::duration,
};

/// Paints the panel.
pub(super) fn setup_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let mut wish = state.evaluation.wish.clone();
    section_title(ui, "Evaluate");
    let is_running = state.evaluation.is_running();
    ui.add_enabled_ui(!is_running, |ui| {
        let folder = folder_ui(
            ui,
            state,
            "Benchmark",
            "The folder with its files",
            &mut wish.data,
            Command::ChooseBenchmark,
            actions,
        );
        found_ui(ui, state, &mut wish);
        limit_ui(ui, &mut wish);
        folder_ui(
            ui,
            state,
            "Answers",
            "A folder, to go on later",
            &mut wish.answers,
            Command::ChooseEvaluationFolder,
            actions,
        );
        if wish != state.evaluation.wish {
            actions.push(EvaluationAction::Edit(wish.clone()));
        }
        if folder.lost_focus() && matches!(state.evaluation.findings, Findings::Unknown) {
            actions.push(EvaluationAction::Look);
        }
    });
    ui.add_space(theme::GRID);
    main_button(ui, state, if is_running { Command::StopEvaluation } else { Command::StartEvaluation }, actions);
    if let EvaluationStage::Running { tally, is_stopping, problems } = &state.evaluation.stage {
        let share = tally.map_or(0.0, |tally| (tally.done + tally.failed) as f32 / tally.total.max(1) as f32);
        let words = match tally {
            _ if *is_stopping => "Stopping".to_owned(),
            None => "Reading the questions".to_owned(),
            Some(tally) => so_far(tally),
        };
        job_progress_ui(ui, "Evaluation", share, &words);
        problems_ui(ui, problems);
    }
    if let Some(overview) = state.evaluation.overview() {
        problems_ui(ui, &overview.problems);
        if let Some(calibration) = &overview.outcome.report.run().calibration {
            parted(ui);
            diagram_ui(ui, &calibration.score);
        }
        if let Some(results) = &overview.outcome.results {
            parted(ui);
            remark(ui, &format!("The numbers are in {}", crate::words::place(results)));
        }
    }
}

/// How far it is, in words.
fn so_far(tally: &Tally) -> String {
    let left = tally.seconds_left.map_or(String::new(), |secs| format!(" · {} left", duration(secs)));
    let failed = if tally.failed > 0 { format!(" · {} failed", tally.failed) } else { String::new() };
    format!("{} of {} questions{left}{failed}", tally.done + tally.failed, tally.total)
}

/// A folder: its name, a button that lets one choose it, and its path.
fn folder_ui(
    ui: &mut Ui,
    state: &AppState,
    name: &str,
    hint: &str,
    path: &mut String,
    choose: Command,
    actions: &mut Actions,
) -> egui::Response {
    let label = ui
        .horizontal(|ui| {
            let label = ui.label(name);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                command_button(ui, state, choose, actions);
            });
            label
        })
        .inner;
    let field = TextEdit::singleline(path).hint_text(hint).desired_width(f32::INFINITY).margin(Margin::symmetric(8, 6));
    ui.add(field).labelled_by(label.id)
}

/// What lies in the folder, and which part of it is chosen.
fn found_ui(ui: &mut Ui, state: &AppState, wish: &mut EvaluationWish) {
    match &state.evaluation.findings {
        Findings::Unknown => {}
        Findings::Looking(_) => remark(ui, "Looking what lies there"),
        Findings::Nothing(sentence) => {
            let colour = theme::colours(ui.visuals().dark_mode).problem_line;
            ui.add(Label::new(RichText::new(sentence).small().color(colour)).wrap());
        }
        Findings::Found(found) => {
            parts_ui(ui, found, wish);
            if let Some(chosen) = state.evaluation.chosen() {
                remark(ui, chosen.benchmark.card().about);
                shots_ui(ui, chosen, wish);
            }
        }
    }
}

fn parts_ui(ui: &mut Ui, found: &[Found], wish: &mut EvaluationWish) {
    let name = |one: &Found| format!("{} {} ({})", one.benchmark.name(), one.split, one.n_questions);
    let is_chosen = |one: &Found| one.benchmark.name() == wish.benchmark && one.split == wish.split;
    let chosen = found.iter().find(|one| is_chosen(one)).map(name).unwrap_or_default();
    let mut taken = None;
    let list = ComboBox::from_id_salt("part of the benchmark").width(ui.available_width()).selected_text(chosen);
    let shown = list.show_ui(ui, |ui| {
        for one in found {
            if ui.selectable_label(is_chosen(one), name(one)).clicked() {
                taken = Some(*one);
            }
        }
    });
    shown.response.on_hover_text("The part of the benchmark that is asked, and how many questions it has");
    if let Some(one) = taken {
        wish.take_first_of(&[one]);
    }
}

fn shots_ui(ui: &mut Ui, chosen: Found, wish: &mut EvaluationWish) {
    if chosen.benchmark.shots().len() > 1 {
        ui.horizontal(|ui| {
            ui.label("Examples");
            for shots in chosen.benchmark.shots() {
                ui.radio_value(&mut wish.shots, *shots, shots.to_string());
            }
        });
    }
}

fn limit_ui(ui: &mut Ui, wish: &mut EvaluationWish) {
    ui.horizontal(|ui| {
        let label = ui.label("Only the first");
        let field = TextEdit::singleline(&mut wish.limit).hint_text("all").margin(Margin::symmetric(8, 6));
        ui.add_sized(vec2(80.0, 30.0), field).labelled_by(label.id);
        ui.label("questions");
    });
}

/// Why questions could not be asked.
fn problems_ui(ui: &mut Ui, problems: &[String]) {
    const MOST: usize = 3;
    for problem in problems.iter().take(MOST) {
        let colour = theme::colours(ui.visuals().dark_mode).warning_line;
        ui.add(Label::new(RichText::new(problem).small().color(colour)).wrap());
    }
    if problems.len() > MOST {
        remark(ui, &format!("and {} more of this kind", problems.len() - MOST));
    }
}
