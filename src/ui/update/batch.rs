//! Asking the same about all pictures, one after the other; it can be paused and stopped.
//!
//! Answers land with their pictures, and the view stays where the person is. A run that the person asks for meanwhile
//! comes first; the picture it interrupts takes its turn again.

use std::collections::BTreeSet;

use crate::ui::state::{AppState, Batch, EntryId, Notice, Pace, TurnEnd};

impl AppState {
    /// Asks the task of the panel about all pictures.
    pub(super) fn run_all(&mut self) {
        self.run_batch(self.pictures.entries().iter().map(|entry| entry.id).collect());
    }

    /// Asks it about those that have no answer yet.
    pub(super) fn run_rest(&mut self) {
        let rest = self.pictures.entries().iter().filter(|entry| entry.answer.caption().is_none());
        self.run_batch(rest.map(|entry| entry.id).collect());
    }

    /// Asks it about these; the picture shown is not left for one alone.
    pub(super) fn run_on(&mut self, ids: &BTreeSet<EntryId>) {
        if self.cannot_run_on(ids.len()).is_some() {
            return;
        }
        match (ids.first(), self.form.task()) {
            (Some(id), Ok(task)) if ids.len() == 1 => {
                self.pictures.try_again(*id);
                self.ask(*id, task, self.form.options());
            }
            _ => self.run_batch(ids.clone()),
        }
    }

    /// Those that could not be opened are tried again.
    fn run_batch(&mut self, ids: BTreeSet<EntryId>) {
        if let Ok(task) = self.form.task() {
            for id in &ids {
                self.pictures.try_again(*id);
            }
            self.batch = Some(Batch::new(ids, task, self.form.options()));
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

    /// Gives up what is left; answers stay, and so does a run of the person's own.
    pub(super) fn stop_all(&mut self) {
        if self.batch.take().is_some_and(|batch| batch.is_asking()) {
            self.stop_run();
        }
    }

    /// There is no model: what is left waits for another one.
    pub(super) fn pause_without_model(&mut self) {
        if let Some(batch) = &mut self.batch {
            batch.pace = Pace::Paused;
            if batch.yield_turn() {
                self.drop_run();
            }
        }
    }

    /// The picture of the run that is over had its turn, if it was one of all.
    pub(super) fn end_turn(&mut self, end: TurnEnd) {
        if let Some(batch) = &mut self.batch {
            batch.end_turn(end);
        }
    }

    /// Says so when all is done.
    pub(super) fn end_batch(&mut self) {
        if let Some(batch) = self.batch.take_if(|batch| batch.is_over())
            && batch.n_total() > 0
        {
            self.notices.tell(summary(&batch));
        }
    }
}

/// How the turns of all pictures ended.
fn summary(batch: &Batch) -> Notice {
    let n_total = batch.n_total();
    let failed = match batch.n_ended(TurnEnd::Failed) {
        0 => String::new(),
        1 => "; 1 failed, and its picture says why".to_owned(),
        n => format!("; {n} failed, and their pictures say why"),
    };
    let stopped = match batch.n_ended(TurnEnd::Stopped) {
        0 => String::new(),
        1 => "; 1 was stopped".to_owned(),
        n => format!("; {n} were stopped"),
    };
    match batch.n_done() {
        1 if n_total == 1 => Notice::Done("1 picture is done".to_owned()),
        n_done if n_done == n_total => Notice::Done(format!("All {n_total} pictures are done")),
        n_done if failed.is_empty() => Notice::Done(format!("{n_done} of {n_total} pictures are done{stopped}")),
        n_done => Notice::Warning(format!("{n_done} of {n_total} pictures are done{failed}{stopped}")),
    }
}
