//! The scenes asked as the published benchmarks are, for whoever wants their numbers with the pictures behind them.

use std::{collections::BTreeMap, path::Path};

use super::{
    records::{self, Scene, ScenesError},
    score::score_raw,
};
use crate::{
    dataset::Location,
    evaluate::benchmarks::{
        Benchmark, BenchmarkError, Card, Measure, Part, Question, Scoring, Share, TaskSet, Truth, Way, without_picture,
    },
    geometry::NormBox,
};

const CARD: Card = Card {
    about: "The mini checkpoint's own world",
    files: "truth.jsonl and pictures",
    source: "made by assets/mini/recipe/make_scenes.py",
    annotations: "yours",
    pictures: "those of the drawings, see assets/mini/README.md",
    // room for the longest detailed caption of a scene
    length: Some(280),
};

/// A folder of scenes.
#[derive(Debug)]
pub struct Scenes;

/// The benchmark of the mini checkpoint's own world.
pub const SCENES: Scenes = Scenes;

struct Set {
    scenes: Vec<Scene>,
    questions: Vec<Question>,
}

impl Benchmark for Scenes {
    fn name(&self) -> &'static str {
        "scenes"
    }

    fn card(&self) -> &Card {
        &CARD
    }

    fn splits(&self) -> &'static [&'static str] {
        &["all"]
    }

    fn task_name(&self, _: &str) -> String {
        "scenes".to_owned()
    }

    fn read(&self, data: &Path, _: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let folder = if data.is_file() { data.parent().unwrap_or(data) } else { data };
        if !folder.join("truth.jsonl").is_file() {
            return Err(BenchmarkError::Missing { names: "truth.jsonl".to_owned(), path: data.to_owned() });
        }
        let scenes = records::read(folder, None).map_err(of_scenes)?;
        let questions = scenes.iter().map(|scene| question(scene, folder)).collect();
        Ok(Box::new(Set { scenes, questions }))
    }
}

fn of_scenes(error: ScenesError) -> BenchmarkError {
    match error {
        ScenesError::File { reason, path } => BenchmarkError::File { reason, path },
        ScenesError::Line { line, reason, path } => {
            BenchmarkError::Content { what: format!("Line {line} is not a task ({reason})"), path }
        }
        ScenesError::Empty { path } => BenchmarkError::Content { what: "It has no questions".to_owned(), path },
    }
}

fn question(scene: &Scene, folder: &Path) -> Question {
    let place = |[x1, y1, x2, y2]: [f32; 4]| NormBox::new(x1, y1, x2, y2);
    let things = scene.objects.iter().map(|thing| {
        let plural = thing.plural.clone().unwrap_or_else(|| format!("{}s", thing.noun));
        Truth { place: place(thing.place), names: vec![thing.noun.clone(), plural] }
    });
    let meant = scene.boxes.iter().map(|meant| Truth { place: place(*meant), names: Vec::new() });
    Question {
        id: scene.id.clone(),
        picture: Location::File(folder.join(&scene.picture)),
        prompt: scene.prompt.clone(),
        way: Way::greedy(&CARD),
        target: scene.target.clone(),
        truth: if scene.objects.is_empty() { meant.collect() } else { things.collect() },
    }
}

impl TaskSet for Set {
    fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn score(&self, answers: &[Option<String>], _: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        let mut by_name: BTreeMap<String, Vec<Share>> = BTreeMap::new();
        for (number, (scene, answer)) in self.scenes.iter().zip(answers).enumerate() {
            let Some(answer) = answer else { continue };
            for (name, tally) in score_raw(scene, without_picture(answer)) {
                let each = by_name.entry(name).or_default();
                each.extend(tally.value().map(|value| Share { question: number, value, weight: tally.of as f64 }));
            }
        }
        Ok(by_name.into_iter().map(|(name, each)| Measure::mean(name, each)).collect())
    }
}
