//! What an evaluation came to: a table beside the published numbers, and the two files that lmms-eval writes of a run.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{
    benchmark::{Measure, Question},
    interval::Interval,
    predictions::Answers,
};
use crate::{dataset::Location, evaluate::calibration::BothScores};

/// What was evaluated.
#[derive(Clone, Debug)]
pub struct Run {
    /// The task, as in lmms-eval where the rules are the same.
    pub task: String,
    /// Examples before each question.
    pub shots: usize,
    /// Questions in the split.
    pub n_questions: usize,
    /// Those that have an answer.
    pub n_answered: usize,
    /// How long the model took; `None` for answers that were there already.
    pub seconds: Option<f64>,
    /// Where the answers come from: the checkpoint, or a file.
    pub source: Value,
    /// What the scores of boxes are worth; `None` where there are none.
    pub calibration: Option<BothScores>,
}

/// A run with what it came to.
#[derive(Clone, Debug)]
pub struct Report {
    run: Run,
    measures: Vec<(Measure, Option<Interval>)>,
}

impl Report {
    /// Works out how sure each number is.
    #[must_use]
    pub fn new(run: Run, measures: Vec<Measure>) -> Self {
        let with_interval = |measure: Measure| {
            let interval = Interval::of_mean(&measure.each);
            (measure, interval)
        };
        Self { run, measures: measures.into_iter().map(with_interval).collect() }
    }

    /// What was evaluated.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// All numbers, and how sure those are that are means.
    #[must_use]
    pub fn measures(&self) -> &[(Measure, Option<Interval>)] {
        &self.measures
    }

    /// The content of `results.json`: lmms-eval's keys, and beside them what it has no room for.
    #[must_use]
    pub fn results(&self) -> Value {
        let task = &self.run.task;
        let mut results = Map::from_iter([("alias".to_owned(), task.clone().into())]);
        let (mut better, mut published, mut intervals) = (Map::new(), Map::new(), Map::new());
        for (measure, interval) in &self.measures {
            let number = |value: f64| if value.is_nan() { Value::Null } else { value.into() };
            results.insert(format!("{},none", measure.key), number(measure.value));
            let stderr = interval.map_or(Value::from("N/A"), |interval| interval.stderr.into());
            results.insert(format!("{}_stderr,none", measure.key), stderr);
            better.insert(measure.key.clone(), true.into());
            published.extend(measure.published.map(|value| (measure.key.clone(), (value / measure.scale).into())));
            intervals.extend(interval.map(|it| (measure.key.clone(), json!([it.low, it.high]))));
        }
        json!({
            "results": {task: results},
            "configs": {task: {"task": task, "protocol": "paper", "num_fewshot": self.run.shots}},
            "versions": {task: 1},
            "n-shot": {task: self.run.shots},
            "higher_is_better": {task: better},
            "n-samples": {task: {"original": self.run.n_questions, "effective": self.run.n_answered}},
            "published": {task: published},
            "intervals": {task: intervals},
            "seconds": self.run.seconds,
            "source": self.run.source,
            "calibration": self.run.calibration,
        })
    }

    /// The lines of `samples_TASK.jsonl`: each question, its answer, and what that adds to the first number.
    #[must_use]
    pub fn samples(&self, questions: &[Question], answers: &Answers) -> String {
        let first = self.measures.first().map(|(measure, _)| measure);
        let mut each = first.map(|measure| measure.each.iter()).into_iter().flatten().peekable();
        let mut lines = String::new();
        for (number, question) in questions.iter().enumerate() {
            let Some(Some(answer)) = answers.texts.get(number) else { continue };
            let mut line = json!({
                "doc_id": number,
                "doc": {"id": question.id, "image": place(&question.picture)},
                "target": question.target,
                "arguments": [[question.prompt]],
                "resps": [[answer]],
                "filtered_resps": [answer],
            });
            if let Some(scores @ [_, ..]) = answers.scores.get(number).map(Vec::as_slice) {
                line["scores"] = json!(scores);
            }
            if let (Some(measure), Some(share)) = (first, each.next_if(|share| share.question == number)) {
                line[&measure.key] = share.value.into();
            }
            lines.push_str(&line.to_string());
            lines.push('\n');
        }
        lines
    }
}

/// A picture's file; in a table, the row behind the path of that.
fn place(picture: &Location) -> String {
    match picture {
        Location::File(path) => path.to_string_lossy().into_owned(),
        Location::Within(member) => member.path().to_string_lossy().into_owned(),
        Location::Unknown => String::new(),
    }
}

/// A line for each number: ours, how sure it is, what was published, and the difference.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.measures.iter().map(|(measure, _)| measure.key.chars().count()).max().unwrap_or_default();
        let run = &self.run;
        writeln!(f, "{}: {} of {} questions", run.task, run.n_answered, run.n_questions)?;
        write!(f, "{:width$}  {:>7}  {:>15}  {:>9}  {:>10}", "", "here", "95 % interval", "published", "difference")?;
        for (measure, interval) in &self.measures {
            let told = |value: f64| format!("{:.2}", measure.scale * value);
            let here = if measure.value.is_nan() { "–".to_owned() } else { told(measure.value) };
            let range = interval.map(|it| format!("{} to {}", told(it.low), told(it.high))).unwrap_or_default();
            let published = measure.published.map(|value| format!("{value:.2}")).unwrap_or_default();
            let difference = measure.published.filter(|_| !measure.value.is_nan());
            let difference =
                difference.map(|value| format!("{:+.2}", measure.scale * measure.value - value)).unwrap_or_default();
            write!(f, "\n{:width$}  {here:>7}  {range:>15}  {published:>9}  {difference:>10}", measure.key)?;
        }
        Ok(())
    }
}
