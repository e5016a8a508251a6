//! A question of an evaluation on the picture screen: what was said beside what is right.

use std::{ops::Range, path::Path, sync::Arc};

use crate::{
    batch::source_of,
    caption::Caption,
    dataset::{self, Origin, Region, Span, Words},
    engine::Answer,
    evaluate::{
        asking::Outcome,
        benchmarks::{Question, without_picture},
    },
    geometry::NormBox,
    grounding,
    ui::state::{AppState, Notice, Shows, Topic},
    words,
};

impl AppState {
    /// Opens the picture of a question with the answer to it, and what is right beside that if it is about places.
    pub(super) fn open_question(&mut self, number: usize) {
        let Some(overview) = self.evaluation.overview() else { return };
        let outcome = Arc::clone(&overview.outcome);
        let Some(question) = outcome.questions.get(number) else { return };
        let Some(source) = source_of(&question.picture) else {
            let problem = format!("The picture of question {} is not on this computer", question.id);
            return self.notices.tell_of(Topic::Pictures, Notice::Warning(words::printable(&problem)));
        };
        let answer = |name: &str, record| Arc::new(Answer::of_record(record, Path::new(name), None));
        let said = said_to(&outcome, number).map(|record| answer(&format!("Answer to {}", question.id), record));
        let right = truth_of(question).map(|record| answer(&format!("Right for {}", question.id), record));
        let answers = said.iter().chain(&right).map(|answer| (source.clone(), Arc::clone(answer), None)).collect();
        let Some(entry) = self.pictures.attach(answers) else { return };
        self.show(entry);
        if let Some(entry) = self.pictures.current_mut() {
            // One that was there already was not brought again.
            let kept = |wanted: Arc<Answer>| {
                let old = entry.results.iter().find(|old| old.caption == wanted.caption);
                old.map_or(wanted, Arc::clone)
            };
            let (said, right) = (said.map(kept), right.map(kept));
            entry.compared = said.as_ref().and(right.clone());
            if let Some(shown) = said.or(right) {
                entry.answer.show(shown);
            }
        }
        (self.choice, self.pointed_at, self.panes.shows) = (None, None, Shows::Picture);
        self.notices.tell(Notice::Done("F4 leads back to the evaluation".to_owned()));
    }
}

/// What was said to a question, if anything was, with the scores of its boxes.
fn said_to(outcome: &Outcome, number: usize) -> Option<dataset::Record> {
    let text = outcome.answers.texts.get(number)?.as_deref()?;
    let Caption { text, phrases } = grounding::parse(without_picture(text)).caption;
    let mut scores = outcome.answers.scores.get(number).into_iter().flatten();
    let mut region = |place: NormBox| {
        let score = scores.next().copied().flatten().map(|[score, _]| f64::from(score));
        Some(region_at(place)?.scored(score))
    };
    let spans = phrases
        .into_iter()
        .map(|phrase| span(phrase.span, phrase.regions.iter().filter_map(|one| region(one.norm)).collect()));
    Some(dataset::Record { spans: spans.collect(), caption: text, ..dataset::Record::default() })
}

/// What is right, if it is about places: each with its name, or with what was asked for.
fn truth_of(question: &Question) -> Option<dataset::Record> {
    let asked = grounding::parse(&question.prompt).caption.text;
    let mut record = dataset::Record::default();
    for truth in &question.truth {
        let name = truth.names.first().map_or(asked.trim(), String::as_str);
        if !record.caption.is_empty() {
            record.caption.push_str(", ");
        }
        let start = record.caption.len();
        record.caption.push_str(if name.is_empty() { "here" } else { name });
        record.spans.push(span(start..record.caption.len(), region_at(truth.place).into_iter().collect()));
    }
    (!record.spans.is_empty()).then_some(record)
}

fn span(place: Range<usize>, regions: Vec<Region>) -> Span {
    let words = if place.is_empty() { Words::Loose(String::new()) } else { Words::Linked(place) };
    Span { words, regions, chunk: None, origin: Origin::default() }
}

fn region_at(place: NormBox) -> Option<Region> {
    Region::new(place.tidied().to_array().map(f64::from))
}
