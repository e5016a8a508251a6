//! Asking the model: one run at a time, which lands where it was asked for.
//!
//! A person may look at other pictures meanwhile. A picture that is not in memory is read before it is asked about.

use std::sync::Arc;

use crate::{
    engine::{Answer, GenerateOptions, Progress},
    text::Task,
    ui::state::{AnswerState, AppState, Batch, Content, Effect, EntryId, TurnEnd, Work},
    worker::RequestId,
};

impl AppState {
    /// Asks about the picture shown.
    pub(super) fn run(&mut self) {
        let (Some(entry), Ok(mut task)) = (self.pictures.current().map(|entry| entry.id), self.form.task()) else {
            return;
        };
        if let Task::Ask { earlier, .. } = &mut task {
            *earlier = self.conversation();
        }
        self.choice = None;
        self.form.renew_seed();
        self.ask(entry, task, self.form.options());
    }

    /// Asks about a picture, in place of what is under way.
    pub(super) fn ask(&mut self, entry: EntryId, task: Task, options: GenerateOptions) {
        if let Some(batch) = &mut self.batch {
            batch.yield_turn();
        }
        if self.work.entry() != Some(entry) {
            self.end_run(None);
        }
        self.prepare(Work::Preparing { entry, task, options });
        self.advance();
    }

    /// What will be asked is asked about the picture as its file is now.
    fn prepare(&mut self, work: Work) {
        if let Some(entry) = work.entry() {
            self.pictures.check(entry);
        }
        self.work = work;
    }

    /// Goes on until there is something to wait for: submits what was prepared once its picture is there, and takes
    /// the next of many when nothing is under way.
    pub(super) fn advance(&mut self) {
        loop {
            match &self.work {
                Work::Running { .. } => break,
                Work::Idle => match self.batch.as_mut().and_then(Batch::take_turn) {
                    Some(work) => self.prepare(work),
                    None => break,
                },
                Work::Preparing { entry, .. } if self.pictures.is_being_checked(*entry) => break,
                Work::Preparing { entry, .. } => match self.pictures.get(*entry).map(|entry| &entry.content) {
                    Some(Content::Unread { .. } | Content::Reading(_)) => break,
                    Some(Content::Read(_)) => self.submit(),
                    Some(Content::Failed(failure)) => {
                        let (id, failure) = (*entry, failure.clone());
                        self.keep_in_batch(id, Err(failure));
                        self.work = Work::Idle;
                        self.end_turn(TurnEnd::Failed);
                    }
                    None => {
                        self.work = Work::Idle;
                        self.end_turn(TurnEnd::Failed);
                    }
                },
            }
        }
        self.end_batch();
    }

    /// Hands over what was prepared.
    fn submit(&mut self) {
        let Work::Preparing { entry: id, task, options } = std::mem::replace(&mut self.work, Work::Idle) else {
            return;
        };
        let Some(entry) = self.pictures.get_mut(id) else { return };
        let Some(picture) = entry.picture().cloned() else { return };
        let run = RequestId::next();
        entry.answer.start(run);
        entry.failure = None;
        self.work = Work::Running { entry: id, id: run, task: task.clone(), options: options.clone() };
        self.effects.push(Effect::Submit { id: run, picture, task, options });
    }

    /// Stops what is asked, and nothing else; what was written stays.
    pub(super) fn stop_run(&mut self) {
        if self.has_begun() {
            // The worker tells its end.
            self.effects.push(Effect::CancelRuns);
        } else {
            self.drop_run();
            self.end_turn(TurnEnd::Stopped);
            self.advance();
        }
    }

    /// Stops loading the checkpoint, and nothing else.
    pub(super) fn stop_loading(&mut self) {
        self.fallback = None;
        self.effects.push(Effect::StopLoading);
    }

    /// What is asked is over at once, whatever the worker is at.
    pub(super) fn drop_run(&mut self) {
        if let Work::Running { .. } = self.work {
            self.effects.push(Effect::CancelRuns);
        }
        self.end_run(None);
    }

    /// Another checkpoint takes over: what has not begun is asked of that one, and so is the picture of a run over all.
    pub(super) fn ask_again(&mut self) {
        self.stop_batch_of_another_checkpoint();
        if self.batch.as_mut().is_some_and(Batch::yield_turn) {
            self.end_run(None);
        } else if !self.has_begun()
            && let Work::Running { entry, task, options, .. } = self.work.clone()
        {
            self.end_run(None);
            self.work = Work::Preparing { entry, task, options };
        }
        self.advance();
    }

    /// Whether the worker has taken up what is asked.
    fn has_begun(&self) -> bool {
        let asked = self.work.entry().and_then(|id| self.pictures.get(id));
        asked.is_some_and(|entry| matches!(entry.answer, AnswerState::Running { progress: Some(_), .. }))
    }

    fn is_under_way(&self, run: RequestId) -> bool {
        matches!(self.work, Work::Running { id, .. } if id == run)
    }

    pub(super) fn progressed(&mut self, run: RequestId, progress: Progress) {
        if let Work::Running { entry, .. } = self.work
            && let Some(entry) = self.pictures.get_mut(entry)
        {
            entry.answer.progress(run, progress);
        }
    }

    pub(super) fn finished(&mut self, run: RequestId, answer: Box<Answer>) {
        if !self.is_under_way(run) {
            return;
        }
        let asked = self.work.entry();
        if let Some((entry, wanted)) = asked.and_then(|entry| Some((entry, self.take_question(entry)?))) {
            self.take_over(entry, wanted, &answer);
        } else if let Some(entry) = asked.and_then(|entry| self.pictures.get_mut(entry)) {
            let is_of_batch = self.batch.as_ref().is_some_and(Batch::is_asking);
            if let Some(batch) = &mut self.batch {
                batch.note_secs(answer.timings.total_secs());
            }
            let answer: Arc<Answer> = Arc::from(answer);
            entry.results.push(Arc::clone(&answer));
            // What a person has worked on stays in sight, unless it was this picture alone that they asked about.
            if is_of_batch && entry.is_reviewed() {
                entry.answer.abandon();
            } else {
                entry.answer.finish(run, Arc::clone(&answer));
            }
            let id = entry.id;
            self.keep_in_batch(id, Ok(answer));
        }
        self.end_run(None);
        self.end_turn(TurnEnd::Answered);
        self.advance();
    }

    /// A run ended early: stopped, or failed with this sentence.
    pub(super) fn interrupted(&mut self, run: RequestId, failure: Option<String>) {
        if self.is_under_way(run) {
            if let Some((id, failure)) = self.work.entry().zip(failure.clone()) {
                self.keep_in_batch(id, Err(failure));
            }
            let end = if failure.is_some() { TurnEnd::Failed } else { TurnEnd::Stopped };
            self.end_run(failure);
            self.end_turn(end);
            self.advance();
        }
    }

    /// The run is over; its picture keeps what was written.
    fn end_run(&mut self, failure: Option<String>) {
        let work = std::mem::replace(&mut self.work, Work::Idle);
        let is_for_correction = work.entry().and_then(|entry| self.take_question(entry)).is_some();
        if let Some(entry) = work.entry().and_then(|entry| self.pictures.get_mut(entry)) {
            if is_for_correction {
                entry.answer.abandon();
            }
            entry.answer.interrupt();
            entry.failure = failure;
        }
    }
}
