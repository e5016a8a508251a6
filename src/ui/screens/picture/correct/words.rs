//! The text of an answer, to be typed in: phrases keep their colours while it changes, and words that are selected can be
//! linked to boxes.

use std::ops::Range;

use egui::{
    Button, FontId, Id, Key, KeyboardShortcut, Margin, Modifiers, Response, ScrollArea, TextBuffer, TextEdit,
    TextFormat, Ui, text::LayoutJob, text_edit::TextEditState,
};

use crate::{
    caption::{Caption, Correction, Phrase},
    overlay::caption_text::CaptionText,
    ui::{
        state::{Actions, AppState, CorrectAction},
        theme,
        widgets::{on_panel, remark},
    },
    words::shortened,
};

/// Characters of what is selected on the button that links it.
const SHOWN_CHARS: usize = 24;
const NEW_LINE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter);

/// Paints the text and what can be done with what is selected in it.
pub(super) fn words_ui(ui: &mut Ui, state: &AppState, caption: &Caption, actions: &mut Actions) {
    let id = Id::unique("text to correct");
    let mut text = caption.text.clone();
    let highlight = state.highlight().map(|choice| choice.phrase);
    let colours = CaptionText { highlight, ground: ui.visuals().text_edit_bg_color(), ..on_panel(ui, caption) };
    let mut layouter = |ui: &Ui, buffer: &dyn TextBuffer, width: f32| {
        // What was typed in this frame is laid out as plain words until its phrases are found.
        let mut job =
            if buffer.as_str() == caption.text { coloured(&colours) } else { plain(buffer.as_str(), &colours) };
        job.wrap.max_width = width;
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let field = TextEdit::multiline(&mut text).id(id).layouter(&mut layouter).return_key(NEW_LINE);
    let field = field.desired_rows(3).desired_width(f32::INFINITY).margin(Margin::symmetric(8, 6));
    let field = field.hint_text("Type what the picture shows");
    let response = ScrollArea::vertical().max_height(theme::FIELD_HEIGHT).show(ui, |ui| ui.add(field)).inner;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Text of the answer"));
    let is_entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if response.changed() {
        actions.push(CorrectAction::Type(text));
    } else if response.lost_focus() || is_entered {
        actions.push(CorrectAction::EndTyping);
    }
    let selected = selection(ui, &response, &caption.text);
    let words =
        selected.clone().and_then(|span| caption.text.get(span)).map(str::trim).filter(|words| !words.is_empty());
    let waits = |phrase: &Phrase| phrase.span.is_empty() && !phrase.regions.is_empty();
    let waiting = state.chosen().filter(|chosen| caption.phrases.get(*chosen).is_some_and(waits));
    let label = match words {
        Some(words) => format!("Link “{}” to boxes", shortened(words, SHOWN_CHARS)),
        None => "Link to boxes".to_owned(),
    };
    let button = ui.add_enabled(words.is_some(), Button::new(label));
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, words.is_some(), "Link to boxes"));
    let tooltip = "These words become a phrase; the next boxes drawn are its boxes";
    let button = button.on_hover_text(tooltip).on_disabled_hover_text("Select words of the text first");
    if let Some(span) = selected.filter(|_| button.clicked()) {
        let link = waiting.map_or(Correction::Link(span.clone()), |phrase| Correction::Relink(phrase, span));
        actions.push(CorrectAction::Make(link));
    }
    if words.is_none() {
        remark(ui, "Select words to link them to boxes; part of a phrase makes two of it, several become one");
    }
}

/// What is selected in this text, or was when its field had the focus last; in bytes.
fn selection(ui: &Ui, field: &Response, text: &str) -> Option<Range<usize>> {
    let kept = field.id.with(text);
    if field.has_focus() {
        let editing = TextEditState::load(ui.ctx(), field.id)?;
        let byte = |character: usize| text.char_indices().map(|(at, _)| at).nth(character).unwrap_or(text.len());
        let bounds = editing.cursor.char_range().map(|range| range.sorted_cursors().map(|end| byte(end.index.into())));
        let span = bounds.map_or(0..0, |[first, last]| first..last);
        ui.data_mut(|data| data.insert_temp(kept, span));
    }
    ui.data(|data| data.get_temp::<Range<usize>>(kept)).filter(|span| !span.is_empty())
}

fn format(text: &CaptionText<'_>) -> TextFormat {
    TextFormat::simple(FontId::proportional(15.0), text.text)
}

fn plain(words: &str, text: &CaptionText<'_>) -> LayoutJob {
    LayoutJob::single_section(words.to_owned(), format(text))
}

/// The text with the phrases that have boxes on grounds of their colours.
fn coloured(text: &CaptionText<'_>) -> LayoutJob {
    let (mut job, mut written) = (LayoutJob::default(), 0);
    let caption = text.caption;
    let mut add = |span: Range<usize>, format: TextFormat| {
        job.append(caption.text.get(span).unwrap_or_default(), 0.0, format);
    };
    for (index, phrase) in caption.linked().filter(|(_, phrase)| !phrase.span.is_empty()) {
        add(written..phrase.span.start, format(text));
        let look = text.look(index);
        let background = look.background;
        add(phrase.span.clone(), TextFormat { background, color: look.text, ..format(text) });
        written = phrase.span.end;
    }
    add(written..caption.text.len(), format(text));
    job
}
