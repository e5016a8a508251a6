//! Asking the same about all pictures, one after the other; it can be paused and stopped.
//!
//! Answers land with their pictures, and the view stays where the person is. A run that the person asks for meanwhile
//! comes first; the picture it interrupts takes its turn again.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use crate::{
    batch::Settings,
    engine::Answer,
    picture::PictureSource,
    typed,
    ui::state::{
        AppState, Batch, BatchFolder, BatchPlace, BatchWish, Dialog, Effect, Entry, EntryId, Model, Notice,
        OpenedBatch, Pace, Topic, TurnEnd,
    },
    words,
};

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

    /// One of the folders of a run that is kept, as typed.
    pub(super) fn batch_folder(&mut self, place: BatchPlace) -> &mut String {
        match place {
            BatchPlace::Pictures => &mut self.batch_wish.pictures,
            BatchPlace::Parts => &mut self.batch_wish.parts,
        }
    }

    /// Takes a folder over into the card.
    pub(super) fn choose_batch_folder(&mut self, place: BatchPlace, folder: &Path) {
        *self.batch_folder(place) = folder.to_string_lossy().into_owned();
        self.dialog = Dialog::Batch;
    }

    /// Has the folder of a run opened that is kept there.
    pub(super) fn start_batch(&mut self) {
        let (Model::Ready(info), Ok(task)) = (&self.model, self.form.task()) else { return };
        let path = |typed: &str| typed::path(typed, self.home.as_deref());
        let settings = Box::new(Settings::new(task, self.form.options(), info));
        let BatchWish { pictures, parts, retry_failed } = &self.batch_wish;
        let (pictures, parts, retry_failed) = (path(pictures), path(parts), *retry_failed);
        self.effects.push(Effect::OpenBatch { pictures, parts, retry_failed, settings });
        self.dialog = Dialog::Closed;
        self.notices.begin(Topic::Pictures);
    }

    /// The folder is open: its answers come to their pictures, and the others are asked about.
    pub(super) fn opened_batch(&mut self, opened: Result<Box<OpenedBatch>, String>) {
        let OpenedBatch { parts, files, open, answered, settings, problems } = match opened {
            Ok(opened) => *opened,
            Err(problem) => return self.notices.tell_of(Topic::Pictures, Notice::Problem(problem)),
        };
        for problem in problems {
            self.notices.tell_of(Topic::Pictures, Notice::Warning(problem));
        }
        let Some(added) = self.pictures.add(files.into_iter().map(PictureSource::Path).collect()) else { return };
        self.pictures.attach(answered);
        if self.pictures.current().is_none() {
            self.show(added.first);
        }
        let is_open = |entry: &&Entry| entry.source.path().is_some_and(|path| open.contains(path));
        let ids: BTreeSet<EntryId> = self.pictures.entries().iter().filter(is_open).map(|entry| entry.id).collect();
        for id in &ids {
            self.pictures.try_again(*id);
        }
        if ids.is_empty() {
            self.notices.tell(Notice::Done(format!("All pictures have their answers in {}", words::place(&parts))));
        }
        let Settings { task, options, fingerprint, precision, .. } = settings;
        let mut batch = Batch::new(ids, task, options);
        batch.folder = Some(BatchFolder { parts, fingerprint, precision });
        self.batch = Some(batch);
        self.advance();
    }

    /// Has what became of a picture of the run under way kept, if it is one that is kept.
    pub(super) fn keep_in_batch(&mut self, id: EntryId, outcome: Result<Arc<Answer>, String>) {
        let is_kept = self.batch.as_ref().is_some_and(|batch| batch.is_asking() && batch.folder.is_some());
        if let Some(path) = self.pictures.get(id).filter(|_| is_kept).and_then(|entry| entry.source.path()) {
            self.effects.push(Effect::KeepInBatch(path.to_owned(), outcome));
        }
    }

    /// Answers of one checkpoint are not kept among those of another.
    pub(super) fn stop_batch_of_another_checkpoint(&mut self) {
        let Model::Ready(info) = &self.model else { return };
        let Some(folder) = self.batch.as_ref().and_then(|batch| batch.folder.as_ref()) else { return };
        if folder.fingerprint == info.fingerprint && folder.precision == info.precision.name() {
            return;
        }
        let place = words::place(&folder.parts);
        self.notices.tell(Notice::Warning(format!(
            "The run stopped, since another checkpoint is in use; what it has answered is kept. Go on with the one before: {place}"
        )));
        self.stop_all();
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
        let batch = self.batch.take();
        if batch.as_ref().is_some_and(Batch::is_asking) {
            self.stop_run();
        }
        if batch.is_some_and(|batch| batch.folder.is_some()) {
            self.effects.push(Effect::CloseBatch);
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
        if let Some(batch) = self.batch.take_if(|batch| batch.is_over()) {
            if batch.folder.is_some() {
                self.effects.push(Effect::CloseBatch);
            }
            if batch.n_total() > 0 {
                self.notices.tell(summary(&batch));
            }
        }
    }
}

/// How the turns of all pictures ended.
fn summary(batch: &Batch) -> Notice {
    let n_total = batch.n_total();
    let kept = batch.folder.as_ref().map_or_else(String::new, |folder| format!(", in {}", words::place(&folder.parts)));
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
        1 if n_total == 1 => Notice::Done(format!("1 picture is done{kept}")),
        n_done if n_done == n_total => Notice::Done(format!("All {n_total} pictures are done{kept}")),
        n_done if failed.is_empty() => Notice::Done(format!("{n_done} of {n_total} pictures are done{stopped}{kept}")),
        n_done => Notice::Warning(format!("{n_done} of {n_total} pictures are done{failed}{stopped}{kept}")),
    }
}
