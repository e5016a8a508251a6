//! Asking the same about all pictures, one after the other; it can be paused and stopped.
//!
//! Answers land with their pictures, and the view stays where the person is. A run that the person asks for meanwhile
//! comes first; the picture it interrupts takes its turn again.

use crate::ui::state::{AppState, Batch, EntryId, Notice, Pace};

impl AppState {
    /// Asks the task of the panel about all pictures.
    pub(super) fn run_all(&mut self) {
        if let Ok(task) = self.form.task() {
            self.batch = Some(Batch::new(&self.pictures, task, self.form.options()));
            self.advance();
        }
    }

    /// The run under way comes to its end, and the next waits.
    pub(super) fn set_pace(&mut self, pace: Pace) {
        if let Some(batch) = &mut self.batch {
            batch.pace = pace;
            self.advance();
        }
    }

    /// Gives up what is left; answers stay.
    pub(super) fn stop_all(&mut self) {
        self.batch = None;
        self.stop();
    }

    /// Says so when all is done.
    pub(super) fn end_batch(&mut self) {
        let Some(batch) = self.batch.take_if(|batch| batch.is_over()) else { return };
        let has_problem = |id: &&EntryId| self.pictures.get(**id).is_some_and(|entry| entry.problem().is_some());
        let n_failed = batch.all().iter().filter(has_problem).count();
        let n_total = batch.n_total();
        self.notices.tell(match n_failed {
            0 => Notice::Done(format!("All {n_total} pictures are done")),
            1 => Notice::Problem(format!("{n_total} pictures are done; 1 of them failed, and its picture says why")),
            _ => Notice::Problem(format!(
                "{n_total} pictures are done; {n_failed} of them failed, and their pictures say why"
            )),
        });
    }
}
