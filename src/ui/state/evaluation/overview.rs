//! How far an evaluation is, and what it came to: a number and the answers behind it, the worst first.

use std::{path::PathBuf, sync::Arc};

use crate::{
    batch::Tally,
    evaluate::{
        asking::{Found, Outcome},
        benchmarks::{Measure, Share},
    },
    worker::RequestId,
};

/// What lies in the folder of a benchmark.
#[derive(Clone, Debug, Default)]
pub enum Findings {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// This folder is being looked at.
    Looking(PathBuf),
    /// It has these.
    Found(Vec<Found>),
    /// It has none; one sentence.
    Nothing(String),
}

/// How far an evaluation is.
#[derive(Clone, Debug, Default)]
pub enum EvaluationStage {
    /// None was begun.
    #[default]
    NotBegun,
    /// The model is busy with it.
    Running {
        /// `None` until the first answer.
        tally: Option<Tally>,
        /// Whether it was told to stop, and is about to.
        is_stopping: bool,
        /// Why questions could not be asked, each sentence once.
        problems: Vec<String>,
    },
    /// It came to something.
    Over(Overview),
    /// It came to nothing; one sentence.
    Failed(String),
}

/// What an evaluation came to, and the number that is looked into.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Tells it from others.
    id: RequestId,
    /// What it came to.
    pub outcome: Arc<Outcome>,
    /// Why questions could not be asked, each sentence once.
    pub problems: Vec<String>,
    /// The place of the number among those of the report.
    measure: usize,
    /// The answers behind it, the worst first.
    ranked: Arc<Vec<Share>>,
    /// Whether each of them is right or wrong, and nothing between.
    is_right_or_wrong: bool,
}

impl Overview {
    /// Looks into the first number.
    #[must_use]
    pub fn new(outcome: Outcome, problems: Vec<String>) -> Self {
        Self {
            id: RequestId::next(),
            outcome: Arc::new(outcome),
            problems,
            measure: 0,
            ranked: Arc::default(),
            is_right_or_wrong: true,
        }
        .looking_into(0)
    }

    /// The same with another number looked into, by its place.
    #[must_use]
    pub fn looking_into(self, measure: usize) -> Self {
        let measures = self.outcome.report.measures();
        let measure = measure.min(measures.len().saturating_sub(1));
        let mut ranked = ranked_by(measures, measure).map(|measure| measure.each.clone()).unwrap_or_default();
        // equal ones stay in the order of the questions
        ranked.sort_by(|one, other| one.value.total_cmp(&other.value));
        let is_right_or_wrong = ranked.iter().all(|share| share.value.fract() == 0.0);
        Self { measure, ranked: Arc::new(ranked), is_right_or_wrong, ..self }
    }

    /// Tells it from others.
    #[must_use]
    pub fn id(&self) -> RequestId {
        self.id
    }

    /// The place of the number that is looked into.
    #[must_use]
    pub fn measure(&self) -> usize {
        self.measure
    }

    /// Whether each answer behind the number is right or wrong, and nothing between.
    #[must_use]
    pub fn is_right_or_wrong(&self) -> bool {
        self.is_right_or_wrong
    }

    /// What answers are ranked by: the number that is looked into, or, where that is of all together, the first that is a mean.
    #[must_use]
    pub fn ranked_by(&self) -> Option<&Measure> {
        ranked_by(self.outcome.report.measures(), self.measure)
    }

    /// The answers behind the number, the worst first.
    #[must_use]
    pub fn ranked(&self) -> &[Share] {
        &self.ranked
    }
}

fn ranked_by<T>(measures: &[(Measure, T)], at: usize) -> Option<&Measure> {
    let wanted = measures.get(at).into_iter().chain(measures).map(|(measure, _)| measure);
    wanted.into_iter().find(|measure| !measure.each.is_empty())
}
