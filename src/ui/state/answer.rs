//! What the model said about one picture: nothing yet, something under way, or an answer.
//!
//! An answer is never lost to a run that fails or is stopped before its first word.

use std::sync::Arc;

use crate::{
    caption::Caption,
    engine::{Answer, Progress},
    worker::RequestId,
};

/// What is shown of what the model said about one picture.
#[derive(Clone, Debug, Default)]
pub enum AnswerState {
    /// Nothing was asked yet, or nothing was said.
    #[default]
    Empty,
    /// A run is under way.
    Running {
        /// Which run.
        id: RequestId,
        /// How far it is; `None` until the worker takes it up.
        progress: Option<Progress>,
        /// What was shown before; it comes back if the run writes nothing.
        earlier: Box<AnswerState>,
    },
    /// A run ended early.
    Stopped {
        /// This much was written.
        caption: Caption,
        /// The complete answer that was shown before.
        earlier: Option<Arc<Answer>>,
    },
    /// A complete answer.
    Finished(Arc<Answer>),
}

impl AnswerState {
    /// The words and boxes to show.
    #[must_use]
    pub fn caption(&self) -> Option<&Caption> {
        match self {
            Self::Empty => None,
            Self::Running { progress, .. } => {
                progress.as_ref().map(|progress| &progress.caption).filter(|caption| is_something(caption))
            }
            Self::Stopped { caption, .. } => Some(caption),
            Self::Finished(answer) => Some(&answer.caption).filter(|caption| is_something(caption)),
        }
    }

    /// The complete answer.
    #[must_use]
    pub fn finished(&self) -> Option<&Arc<Answer>> {
        match self {
            Self::Finished(answer) => Some(answer),
            _ => None,
        }
    }

    /// The complete answer that is shown, or was before a run that is under way or ended early.
    #[must_use]
    pub fn latest(&self) -> Option<&Arc<Answer>> {
        match self {
            Self::Empty => None,
            Self::Running { earlier, .. } => earlier.latest(),
            Self::Stopped { earlier, .. } => earlier.as_ref(),
            Self::Finished(answer) => Some(answer),
        }
    }

    /// Shows a complete answer, or has it shown if the run under way writes nothing.
    pub fn show(&mut self, answer: Arc<Answer>) {
        match self {
            Self::Running { earlier, .. } => earlier.show(answer),
            shown => *shown = Self::Finished(answer),
        }
    }

    /// An answer is deleted, and never comes back by itself: this one takes its place.
    pub fn forget(&mut self, deleted: &Arc<Answer>, instead: Option<&Arc<Answer>>) {
        match self {
            Self::Running { earlier, .. } => earlier.forget(deleted, instead),
            Self::Stopped { earlier, .. } if earlier.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, deleted)) => {
                *earlier = instead.cloned();
            }
            Self::Finished(shown) if Arc::ptr_eq(shown, deleted) => {
                *self = instead.map_or(Self::Empty, |instead| Self::Finished(Arc::clone(instead)));
            }
            Self::Empty | Self::Stopped { .. } | Self::Finished(_) => {}
        }
    }

    /// What a stopped run wrote is no longer shown.
    pub fn forget_unfinished(&mut self) {
        if let Self::Stopped { earlier, .. } = self {
            *self = earlier.take().map_or(Self::Empty, Self::Finished);
        }
    }

    /// What the run under way wrote is not shown; what was there before it is.
    pub fn abandon(&mut self) {
        if let Self::Running { earlier, .. } = self {
            *self = std::mem::take(earlier);
        }
    }

    /// Whether this run is under way.
    #[must_use]
    pub fn is_running(&self, run: RequestId) -> bool {
        matches!(self, Self::Running { id, .. } if *id == run)
    }

    /// Whether any run is under way.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Running { .. })
    }

    /// A run begins.
    pub fn start(&mut self, id: RequestId) {
        let earlier = match std::mem::replace(self, Self::Empty) {
            Self::Running { earlier, .. } => earlier,
            shown => Box::new(shown),
        };
        *self = Self::Running { id, progress: None, earlier };
    }

    /// A run goes on.
    pub fn progress(&mut self, run: RequestId, news: Progress) {
        if let Self::Running { id, progress, .. } = self
            && *id == run
        {
            *progress = Some(news);
        }
    }

    /// A run gave its answer.
    pub fn finish(&mut self, run: RequestId, answer: Arc<Answer>) {
        if self.is_running(run) {
            *self = Self::Finished(answer);
        }
    }

    /// The run under way ended early: keeps what it wrote, or else what was there before it.
    pub fn interrupt(&mut self) {
        *self = match std::mem::replace(self, Self::Empty) {
            Self::Running { progress: Some(progress), earlier, .. } if is_something(&progress.caption) => {
                Self::Stopped { caption: progress.caption, earlier: earlier.latest().cloned() }
            }
            Self::Running { earlier, .. } => *earlier,
            other => other,
        };
    }
}

fn is_something(caption: &Caption) -> bool {
    !caption.text.is_empty() || !caption.phrases.is_empty()
}
