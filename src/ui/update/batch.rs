//! Asking the same about all pictures, one after the other; it can be paused and stopped.
//!
//! Answers land with their pictures, and the view stays where the person is. A run that the person asks for meanwhile
//! comes first; the picture it interrupts takes its turn again.

use std::collections::BTreeSet;

use super::runs::Work;
use crate::ui::state::{AppState, Collection, EntryId, Notice};
use crate::{engine::GenerateOptions, text::Task};

/// What is asked about all pictures, and how far it is.
#[derive(Debug)]
pub struct Batch {
    /// Whether it goes on by itself.
    pub pace: Pace,
    task: Task,
    options: GenerateOptions,
    /// Those not asked about yet; ids ascend as the list does.
    waiting: BTreeSet<EntryId>,
    /// The one being asked about.
    at: Option<EntryId>,
    all: Vec<EntryId>,
}

/// Whether the next picture follows by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It does.
    Going,
    /// It waits for the person to continue.
    Paused,
}

impl Batch {
    /// All pictures there are now.
    #[must_use]
    pub fn new(pictures: &Collection, task: Task, options: GenerateOptions) -> Self {
        let all: Vec<EntryId> = pictures.entries().iter().map(|entry| entry.id).collect();
        Self { pace: Pace::Going, task, options, waiting: all.iter().copied().collect(), at: None, all }
    }

    /// Whether this picture's turn is still to come.
    #[must_use]
    pub fn is_waiting(&self, id: EntryId) -> bool {
        self.waiting.contains(&id)
    }

    /// Pictures in all.
    #[must_use]
    pub fn n_total(&self) -> usize {
        self.all.len()
    }

    /// Pictures whose turn is over.
    #[must_use]
    pub fn n_done(&self) -> usize {
        self.all.len() - self.waiting.len() - usize::from(self.at.is_some())
    }

    /// Whose turn is next.
    #[must_use]
    pub fn next(&self) -> Option<EntryId> {
        self.waiting.first().copied()
    }

    /// The picture asked about gives way and takes its turn again.
    pub(crate) fn yield_turn(&mut self) {
        self.waiting.extend(self.at.take());
    }

    /// The next picture's turn; `None` while paused, and at the end.
    pub(crate) fn take_turn(&mut self) -> Option<Work> {
        self.at = None;
        if self.pace == Pace::Paused {
            return None;
        }
        self.at = self.waiting.pop_first();
        Some(Work::Preparing { entry: self.at?, task: self.task.clone(), options: self.options.clone() })
    }

    fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.at.is_none()
    }
}

impl AppState {
    /// Asks the task of the panel about all pictures.
    pub(crate) fn run_all(&mut self) {
        if let Ok(task) = self.form.task() {
            self.batch = Some(Batch::new(&self.pictures, task, self.form.options()));
            self.advance();
        }
    }

    /// The run under way comes to its end, and the next waits.
    pub(crate) fn set_pace(&mut self, pace: Pace) {
        if let Some(batch) = &mut self.batch {
            batch.pace = pace;
            self.advance();
        }
    }

    /// Gives up what is left; answers stay.
    pub(crate) fn stop_all(&mut self) {
        self.batch = None;
        self.stop();
    }

    /// Says so when all is done.
    pub(crate) fn end_batch(&mut self) {
        let Some(batch) = self.batch.take_if(|batch| batch.is_over()) else { return };
        let has_problem = |id: &&EntryId| self.pictures.get(**id).is_some_and(|entry| entry.problem().is_some());
        let n_failed = batch.all.iter().filter(has_problem).count();
        let n_total = batch.n_total();
        self.tell(match n_failed {
            0 => Notice::Done(format!("All {n_total} pictures are done")),
            1 => Notice::Problem(format!("{n_total} pictures are done; 1 of them failed and says why")),
            _ => Notice::Problem(format!("{n_total} pictures are done; {n_failed} of them failed and say why")),
        });
    }
}
