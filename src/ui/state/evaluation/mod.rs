//! The evaluation of a checkpoint: what is asked, how far it is, what it came to, and which answers are behind a number.

mod overview;
mod wish;

use crate::evaluate::asking::Found;

pub use overview::{EvaluationStage, Findings, Overview};
pub use wish::{EvaluationPlace, EvaluationWish};

/// All that the evaluation screen shows.
#[derive(Clone, Debug, Default)]
pub struct EvaluationState {
    /// What is to be evaluated, as typed and chosen.
    pub wish: EvaluationWish,
    /// What lies in the folder.
    pub findings: Findings,
    /// How far it is.
    pub stage: EvaluationStage,
}

impl EvaluationState {
    /// Whether the model is busy with it.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.stage, EvaluationStage::Running { .. })
    }

    /// The part of a benchmark that is chosen among those that were found.
    #[must_use]
    pub fn chosen(&self) -> Option<Found> {
        let Findings::Found(found) = &self.findings else { return None };
        let is_chosen = |one: &&Found| one.benchmark.name() == self.wish.benchmark && one.split == self.wish.split;
        found.iter().find(is_chosen).copied()
    }

    /// What it came to, if it is over.
    #[must_use]
    pub fn overview(&self) -> Option<&Overview> {
        if let EvaluationStage::Over(overview) = &self.stage { Some(overview) } else { None }
    }
}
