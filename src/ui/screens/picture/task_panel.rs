//! What to ask: the kind of task, its words, and how the answer is written.

use egui::{Button, CollapsingHeader, DragValue, Frame, Key, Margin, RichText, Slider, TextEdit, Ui, vec2};

use crate::ui::{
    canvas::n_cells,
    state::{Action, AppState, Command, Form, TaskKind, Writing},
    theme,
    widgets::{command_button, main_button, remark, section_title},
};

/// Paints the panel. What is changed is pushed as one [`Action::Edit`].
pub(crate) fn task_panel_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let mut form = state.form.clone();
    section_title(ui, "Task");
    kinds_ui(ui, &mut form.kind);
    remark(ui, form.kind.explanation());
    region_ui(ui, state, &mut form, actions);
    words_ui(ui, &mut form, actions);
    if form.kind.offers_grounding() {
        ui.checkbox(&mut form.grounded, "Link phrases to boxes");
    }
    if form.kind == TaskKind::Ask {
        conversation_ui(ui, state, &mut form.keeps_conversation);
    }
    ui.add_space(theme::GRID);
    let command = if state.reply().is_under_way() { Command::Stop } else { Command::Run };
    main_button(ui, state, command, actions);
    CollapsingHeader::new("Settings").show(ui, |ui| settings_ui(ui, state, &mut form, actions));
    if form != state.form {
        // Before what else was pushed: a Run by Enter has to see the words.
        actions.insert(0, Action::Edit(form));
    }
}

/// What the buttons offer; some of it in two forms.
const CHOICES: [(&str, &[TaskKind]); 6] = [
    ("Describe", &[TaskKind::Brief, TaskKind::Detailed]),
    ("Find", &[TaskKind::Find]),
    ("Ask", &[TaskKind::Ask]),
    ("Region", &[TaskKind::Region]),
    ("Link", &[TaskKind::Link]),
    ("Prompt", &[TaskKind::Prompt]),
];
const ACROSS: usize = 3;

/// All choices at once, three in a row, and below them the forms of the chosen one.
fn kinds_ui(ui: &mut Ui, kind: &mut TaskKind) {
    let rows: Vec<Vec<Segment>> = CHOICES
        .chunks(ACROSS)
        .map(|row| {
            let segment = |(label, kinds): &(&'static str, &'static [TaskKind])| Segment {
                label,
                kind: if kinds.contains(kind) { *kind } else { kinds[0] },
                tooltip: kinds[0].explanation(),
            };
            row.iter().map(segment).collect()
        })
        .collect();
    segments_ui(ui, &rows, ACROSS, kind);
    let forms = CHOICES.iter().map(|(_, kinds)| *kinds).find(|kinds| kinds.len() > 1 && kinds.contains(kind));
    if let Some(forms) = forms {
        let segment = |form: &TaskKind| Segment { label: form.label(), kind: *form, tooltip: form.explanation() };
        segments_ui(ui, &[forms.iter().map(segment).collect()], forms.len(), kind);
    }
}

struct Segment {
    label: &'static str,
    kind: TaskKind,
    tooltip: &'static str,
}

/// Buttons side by side in an inset, one of which is chosen.
fn segments_ui(ui: &mut Ui, rows: &[Vec<Segment>], across: usize, kind: &mut TaskKind) {
    let gap = theme::GRID / 2.0;
    let colours = theme::colours(ui.visuals().dark_mode);
    let frame = Frame::new().fill(colours.inset).corner_radius(theme::RADIUS);
    frame.inner_margin(Margin::same(gap as i8)).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(gap, gap);
        let width = (ui.available_width() - (across as f32 - 1.0) * gap) / across as f32;
        for row in rows {
            ui.horizontal(|ui| {
                for segment in row {
                    let is_chosen = *kind == segment.kind;
                    let button = if is_chosen {
                        let text = RichText::new(segment.label).color(egui::Color32::WHITE);
                        Button::selectable(true, text).fill(colours.accent)
                    } else {
                        Button::selectable(false, segment.label)
                    };
                    let response = ui.add(button.min_size(vec2(width, theme::SEGMENT_HEIGHT)));
                    if response.on_hover_text(segment.tooltip).clicked() {
                        *kind = segment.kind;
                    }
                }
            });
        }
    });
}

/// How words are typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    /// In one line, sent by Enter.
    Line,
    /// In several lines.
    Lines,
    /// In several lines, as the model gets them.
    Raw,
}

/// The field of the kinds that need words.
fn words_ui(ui: &mut Ui, form: &mut Form, actions: &mut Vec<Action>) {
    let (words, hint, kind) = match form.kind {
        TaskKind::Find => (&mut form.phrase, "A dog under a tree", Field::Line),
        TaskKind::Ask => (&mut form.question, "What is on the left?", Field::Line),
        TaskKind::Link => (&mut form.caption, "A dog under a tree and a sun", Field::Lines),
        TaskKind::Prompt => (&mut form.prompt, "<grounding>An image of", Field::Raw),
        TaskKind::Brief | TaskKind::Detailed | TaskKind::Region => return,
    };
    let field = match kind {
        Field::Line => TextEdit::singleline(words),
        Field::Lines => TextEdit::multiline(words).desired_rows(3),
        Field::Raw => TextEdit::multiline(words).desired_rows(3).font(egui::TextStyle::Monospace),
    };
    let response = ui.add(field.hint_text(hint).desired_width(f32::INFINITY).margin(Margin::symmetric(8, 6)));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, form.kind.label()));
    if kind == Field::Line && response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        actions.push(Action::Do(Command::Run));
        response.request_focus();
    }
}

/// Whether a rectangle is drawn, for the kinds that look at it, and what to ask about it.
fn region_ui(ui: &mut Ui, state: &AppState, form: &mut Form, actions: &mut Vec<Action>) {
    if !form.kind.uses_region() {
        return;
    }
    if form.region.is_some() {
        let choice = |label, kind: TaskKind| Segment { label, kind, tooltip: kind.explanation() };
        let choices = vec![choice("Describe it", TaskKind::Region), choice("Ask about it", TaskKind::Ask)];
        segments_ui(ui, &[choices], 2, &mut form.kind);
    }
    match form.region {
        Some(region) => {
            ui.horizontal(|ui| {
                let (columns, rows) = n_cells(region);
                ui.label(format!("{columns} × {rows} cells of the 32 × 32 grid"))
                    .on_hover_text("The model sees places in steps of these cells");
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    command_button(ui, state, Command::ClearRegion, actions);
                });
            });
        }
        None if form.kind == TaskKind::Region => {
            command_button(ui, state, Command::PlaceRegion, actions);
        }
        None => {}
    }
}

/// Whether a question follows the ones before it, and how many those are.
fn conversation_ui(ui: &mut Ui, state: &AppState, keeps: &mut bool) {
    ui.checkbox(keeps, "Keep the conversation")
        .on_hover_text("The questions before, and their answers, stay in the prompt; otherwise each starts afresh");
    match state.conversation().len() {
        0 if *keeps => remark(ui, "The next question follows the answer that is shown"),
        0 => {}
        1 => remark(ui, "Follows 1 question"),
        n_earlier => remark(ui, &format!("Follows {n_earlier} questions")),
    }
}

/// How the answer is written.
fn settings_ui(ui: &mut Ui, state: &AppState, form: &mut Form, actions: &mut Vec<Action>) {
    let writing = &mut form.writing;
    number_ui(ui, "Most tokens", "The answer is cut off after this many", |ui| {
        ui.add(DragValue::new(&mut writing.max_new_tokens).range(1..=1024))
    });
    number_ui(ui, "No-repeat n-gram", "No run of this many tokens occurs twice; 0 allows all", |ui| {
        let mut size = writing.no_repeat_ngram_size.unwrap_or(state.no_repeat_ngram_size());
        let response = ui.add(DragValue::new(&mut size).range(0..=10));
        if response.changed() {
            writing.no_repeat_ngram_size = Some(size);
        }
        response
    });
    ui.checkbox(&mut writing.sampled, "Sample")
        .on_hover_text("Pick tokens by chance among the likely ones; otherwise always the likeliest");
    if writing.sampled {
        sampling_ui(ui, writing);
    }
    ui.checkbox(&mut form.run_on_open, "Run when a picture is opened");
    if form.writing != Writing::default() && state.form.writing != Writing::default() {
        command_button(ui, state, Command::ResetSettings, actions);
    }
}

fn sampling_ui(ui: &mut Ui, writing: &mut Writing) {
    number_ui(ui, "Temperature", "Higher is bolder", |ui| {
        ui.add(Slider::new(&mut writing.temperature, 0.1..=1.0).step_by(0.01))
    });
    number_ui(ui, "Top-p", "The share of probability that is picked from", |ui| {
        ui.add(Slider::new(&mut writing.top_p, 0.1..=1.0).step_by(0.01))
    });
    number_ui(ui, "Seed", "The same seed gives the same answer", |ui| ui.add(DragValue::new(&mut writing.seed)));
}

/// A named value: name at the left, value at the right.
fn number_ui(ui: &mut Ui, name: &str, tooltip: &str, value: impl FnOnce(&mut Ui) -> egui::Response) {
    ui.horizontal(|ui| {
        let label = ui.label(name).on_hover_text(tooltip);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            value(ui).labelled_by(label.id).on_hover_text(tooltip);
        });
    });
}
