//! What the model is busy with, and for which picture: one run at a time, which lands where it was asked for.
//!
//! A person may look at other pictures meanwhile. A picture that is not in memory is read before it is asked about.

use std::{path::PathBuf, sync::Arc};

use super::batch::Batch;
use crate::ui::state::{AppState, Content, EntryId, Model};
use crate::{
    checkpoint::Source,
    engine::{Answer, Engine, GenerateOptions, LoadOptions, Progress},
    text::{Exchange, Task},
    worker::RequestId,
};

/// What the model is busy with.
#[derive(Debug)]
pub enum Work {
    /// Nothing.
    Idle,
    /// The picture has to be read first.
    Preparing {
        /// Whose picture.
        entry: EntryId,
        /// What will be asked.
        task: Task,
        /// How the answer will be written.
        options: GenerateOptions,
    },
    /// A run is under way.
    Running {
        /// Whose run.
        entry: EntryId,
        /// Which run.
        id: RequestId,
    },
}

impl Work {
    /// The entry it is about.
    #[must_use]
    pub fn entry(&self) -> Option<EntryId> {
        match self {
            Self::Idle => None,
            Self::Preparing { entry, .. } | Self::Running { entry, .. } => Some(*entry),
        }
    }
}

impl AppState {
    /// Why nothing can be asked; `None` if it can.
    pub(crate) fn cannot_run(&self) -> Option<&'static str> {
        match self.pictures.current().map(|entry| &entry.content) {
            None if !matches!(self.model, Model::Failed(_)) => Some("Open a picture first"),
            Some(Content::Failed(_)) => Some("This picture can't be opened"),
            _ => self.cannot_ask(),
        }
    }

    /// Why nothing can be asked about any picture; `None` if it can.
    pub(crate) fn cannot_ask(&self) -> Option<&'static str> {
        if let Model::Failed(_) = self.model { Some("There is no model") } else { self.form.task().err() }
    }

    /// Asks about the picture shown.
    pub(crate) fn run(&mut self) {
        let (Some(entry), Ok(mut task)) = (self.pictures.current().map(|entry| entry.id), self.form.task()) else {
            return;
        };
        if let Task::Ask { earlier, .. } = &mut task {
            *earlier = self.conversation();
        }
        self.chosen = None;
        self.ask(entry, task, self.form.options());
    }

    /// What a question would follow: the conversation of the answer shown, if that is to be kept.
    #[must_use]
    pub(crate) fn conversation(&self) -> Vec<Exchange> {
        let shown = self.reply().answer().filter(|_| self.form.keeps_conversation);
        shown.map(|shown| shown.conversation()).unwrap_or_default()
    }

    /// Asks about a picture, in place of what is under way.
    fn ask(&mut self, entry: EntryId, task: Task, options: GenerateOptions) {
        if let Some(batch) = &mut self.batch {
            batch.yield_turn();
        }
        if self.work.entry() != Some(entry) {
            self.end_run(None);
        }
        self.work = Work::Preparing { entry, task, options };
        self.advance();
    }

    /// Goes on until there is something to wait for: submits what was prepared once its picture is there, and takes
    /// the next of many when nothing is under way.
    pub(crate) fn advance(&mut self) {
        loop {
            match &self.work {
                Work::Running { .. } => break,
                Work::Idle => match self.batch.as_mut().and_then(Batch::take_turn) {
                    Some(work) => self.work = work,
                    None => break,
                },
                Work::Preparing { entry, .. } => match self.pictures.get(*entry).map(|entry| &entry.content) {
                    Some(Content::Unread | Content::Large | Content::Reading(_)) => break,
                    Some(Content::Read(_)) => self.submit(),
                    Some(Content::Failed(_)) | None => self.work = Work::Idle,
                },
            }
        }
        self.read_wanted();
        self.end_batch();
    }

    /// Hands over what was prepared.
    fn submit(&mut self) {
        let Work::Preparing { entry: id, task, options } = std::mem::replace(&mut self.work, Work::Idle) else {
            return;
        };
        let Some(entry) = self.pictures.get_mut(id) else { return };
        let Some(picture) = entry.picture().cloned() else { return };
        let run = self.worker.submit(picture, task, options);
        entry.reply.start(run);
        entry.failure = None;
        self.work = Work::Running { entry: id, id: run };
    }

    /// Loads another checkpoint. What is asked meanwhile waits for it.
    pub(crate) fn use_checkpoint(&mut self, path: Option<PathBuf>) {
        let (source, options) = (path.clone().map_or(Source::Embedded, Source::Path), self.loading);
        (self.checkpoint, self.model) = (path, Model::Loading(None));
        self.worker.load(move |on_progress| Engine::load_with(&source, options, on_progress));
    }

    /// Loads the checkpoint in use in another way, and later ones too.
    pub(crate) fn set_loading(&mut self, options: LoadOptions) {
        self.loading = options;
        self.use_checkpoint(self.checkpoint.clone());
    }

    /// Stops what is under way: the loading of the model, or else what it is asked.
    pub(crate) fn stop(&mut self) {
        if let Model::Loading(_) = self.model {
            self.worker.stop_loading();
        }
        self.worker.cancel();
        if let Work::Preparing { .. } = self.work {
            self.work = Work::Idle;
            self.advance();
        }
    }

    fn is_under_way(&self, run: RequestId) -> bool {
        matches!(self.work, Work::Running { id, .. } if id == run)
    }

    pub(crate) fn progressed(&mut self, run: RequestId, progress: Progress) {
        if let Work::Running { entry, .. } = self.work
            && let Some(entry) = self.pictures.get_mut(entry)
        {
            entry.reply.progress(run, progress);
        }
    }

    pub(crate) fn finished(&mut self, run: RequestId, answer: Box<Answer>) {
        if !self.is_under_way(run) {
            return;
        }
        let entry = self.work.entry().and_then(|entry| self.pictures.get_mut(entry));
        if let Some(entry) = entry {
            let answer = Arc::from(answer);
            entry.reply.finish(run, Arc::clone(&answer));
            entry.results.push(answer);
        }
        self.end_run(None);
        self.advance();
    }

    /// A run ended early: stopped, or failed with this sentence.
    pub(crate) fn interrupted(&mut self, run: RequestId, failure: Option<String>) {
        if self.is_under_way(run) {
            self.end_run(failure);
            self.advance();
        }
    }

    /// Whoever was asked about keeps what was written.
    fn end_run(&mut self, failure: Option<String>) {
        let work = std::mem::replace(&mut self.work, Work::Idle);
        if let Some(entry) = work.entry().and_then(|entry| self.pictures.get_mut(entry)) {
            entry.reply.interrupt();
            entry.failure = failure;
        }
    }
}
