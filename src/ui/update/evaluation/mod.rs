//! Evaluating a checkpoint: choosing what, asking, and looking at what it came to.

mod results;

use std::path::{Path, PathBuf};

use crate::{
    evaluate::asking::{EvaluationEvent, Found, Wish},
    typed,
    ui::state::{
        AppState, Effect, EvaluationAction, EvaluationPlace, EvaluationStage, EvaluationWish, Findings, Notice,
        Overview, Shows,
    },
};

/// Sentences that are kept of questions that could not be asked.
const MOST_PROBLEMS: usize = 20;

impl AppState {
    pub(super) fn perform_evaluation(&mut self, action: EvaluationAction) {
        match action {
            EvaluationAction::Edit(wish) => self.edit_evaluation(wish),
            EvaluationAction::Look => self.look_for_benchmarks(),
            EvaluationAction::LookInto(measure) => {
                if let EvaluationStage::Over(overview) = &mut self.evaluation.stage {
                    *overview = overview.clone().looking_into(measure);
                }
            }
            EvaluationAction::Open(question) => self.open_question(question),
        }
    }

    /// Shows the screen; what lies in the folder of the last time is looked at again.
    pub(super) fn show_evaluation(&mut self) {
        self.panes.shows = if self.panes.shows == Shows::Evaluation { Shows::Picture } else { Shows::Evaluation };
        if self.panes.shows == Shows::Evaluation && matches!(self.evaluation.findings, Findings::Unknown) {
            self.look_for_benchmarks();
        }
    }

    fn edit_evaluation(&mut self, wish: EvaluationWish) {
        let old = std::mem::replace(&mut self.evaluation.wish, wish);
        if old.data != self.evaluation.wish.data {
            self.evaluation.findings = Findings::Unknown;
        }
    }

    /// Takes over a folder that was chosen.
    pub(super) fn choose_evaluation_folder(&mut self, place: EvaluationPlace, folder: &Path) {
        let mut wish = self.evaluation.wish.clone();
        *wish.folder(place) = folder.to_string_lossy().into_owned();
        self.edit_evaluation(wish);
        if place == EvaluationPlace::Data {
            self.look_for_benchmarks();
        }
    }

    fn evaluation_path(&self, typed: &str) -> PathBuf {
        typed::path(typed, self.home.as_deref())
    }

    fn look_for_benchmarks(&mut self) {
        let data = self.evaluation_path(&self.evaluation.wish.data);
        let is_looking = matches!(&self.evaluation.findings, Findings::Looking(path) if *path == data);
        if !data.as_os_str().is_empty() && !is_looking {
            self.evaluation.findings = Findings::Looking(data.clone());
            self.effects.push(Effect::LookForBenchmarks(data));
        }
    }

    /// Takes in what lies in a folder, unless another one is meant by now.
    pub(super) fn found_benchmarks(&mut self, data: &Path, found: Result<Vec<Found>, String>) {
        if !matches!(&self.evaluation.findings, Findings::Looking(path) if path == data) {
            return;
        }
        self.evaluation.findings = match found {
            Ok(found) => {
                self.evaluation.wish.take_first_of(&found);
                Findings::Found(found)
            }
            Err(sentence) => Findings::Nothing(sentence),
        };
    }

    pub(super) fn start_evaluation(&mut self) {
        let wish = &self.evaluation.wish;
        let Some(found) = self.evaluation.chosen() else { return };
        let answers = Some(self.evaluation_path(&wish.answers)).filter(|path| !path.as_os_str().is_empty());
        let wish = Wish {
            benchmark: found.benchmark,
            data: self.evaluation_path(&wish.data),
            split: found.split.to_owned(),
            shots: wish.shots,
            limit: wish.limit().ok().flatten(),
            answers,
        };
        self.evaluation.stage = EvaluationStage::Running { tally: None, is_stopping: false, problems: Vec::new() };
        self.effects.push(Effect::Evaluate(Box::new(wish)));
    }

    /// What is answered by now is kept and reckoned.
    pub(super) fn stop_evaluation(&mut self) {
        if let EvaluationStage::Running { is_stopping, .. } = &mut self.evaluation.stage {
            *is_stopping = true;
            self.effects.push(Effect::StopEvaluation);
        }
    }

    /// Takes in what the evaluation tells.
    pub(super) fn apply_evaluation(&mut self, event: EvaluationEvent) {
        let EvaluationStage::Running { tally, problems, .. } = &mut self.evaluation.stage else { return };
        match event {
            EvaluationEvent::NotAsked(sentence) => {
                if problems.len() < MOST_PROBLEMS && !problems.contains(&sentence) {
                    problems.push(sentence);
                }
            }
            EvaluationEvent::Counted(news) => *tally = Some(news),
            EvaluationEvent::Ended(outcome) => {
                let problems = std::mem::take(problems);
                self.evaluation.stage = EvaluationStage::Over(Overview::new(*outcome, problems));
                if self.panes.shows != Shows::Evaluation {
                    let told = "The evaluation is over; Evaluate… in the menu Model shows it";
                    self.notices.tell(Notice::Done(told.to_owned()));
                }
            }
            EvaluationEvent::Failed(sentence) => {
                if self.panes.shows != Shows::Evaluation {
                    self.notices.tell(Notice::Problem(sentence.clone()));
                }
                self.evaluation.stage = EvaluationStage::Failed(sentence);
            }
        }
    }
}
