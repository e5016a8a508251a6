//! The two doors: what has happened comes in by [`AppState::apply`], what a person wishes by [`AppState::perform`].

use std::time::Duration;

use crate::{
    evaluate::asking::EvaluationEvent,
    ui::{
        command::Command,
        state::{Action, AppState, Dialog, Effect, Event, IfTaken, JobEvent, Model, Notice, ResultAction, Topic},
    },
    words, worker,
};

/// A dialog that is gone sooner was never seen: the desktop has none.
const SOONEST_CANCEL: Duration = Duration::from_millis(250);

impl AppState {
    /// Takes in what has happened. What belongs to a run or a picture of the past is dropped.
    #[must_use = "effects have to be carried out"]
    pub fn apply(&mut self, event: Event) -> Vec<Effect> {
        let is_passing = matches!(
            event,
            Event::Worker(worker::Event::Progress { .. } | worker::Event::Loading(_))
                | Event::Evaluation(EvaluationEvent::Counted(_))
                | Event::Job(JobEvent::Opened(_, Ok(_)) | JobEvent::Unchanged(_))
        );
        match event {
            Event::Worker(event) => self.apply_worker(event),
            Event::Download(event) => self.apply_download(event),
            Event::Conversion(event) => self.apply_conversion(event),
            Event::Evaluation(event) => self.apply_evaluation(event),
            Event::Job(event) => self.apply_job(event),
        }
        // Neither a token nor pixels change how far a picture is.
        if is_passing { self.end_glance() } else { self.end_change() }
    }

    /// Does what a person wishes.
    #[must_use = "effects have to be carried out"]
    pub fn perform(&mut self, action: impl Into<Action>) -> Vec<Effect> {
        let action = action.into();
        let is_glance = matches!(action, Action::Result(ResultAction::PointAt(_)));
        if !is_glance && !matches!(action, Action::Do(Command::Quit)) {
            self.n_changes += 1;
        }
        match action {
            Action::Do(command) => self.perform_command(command),
            Action::Picture(action) => self.perform_picture(action),
            Action::Form(action) => self.perform_form(action),
            Action::Result(action) => self.perform_result(action),
            Action::Correct(action) => self.perform_correct(action),
            Action::Checkpoint(action) => self.perform_checkpoint(action),
            Action::Export(action) => self.perform_export(action),
            Action::Evaluation(action) => self.perform_evaluation(action),
            Action::Dialog(action) => self.perform_dialog(action),
            Action::Divide(panes) => self.panes = panes.clamped(),
            Action::Dismiss(notice) => self.notices.dismiss(notice),
        }
        if is_glance { self.end_glance() } else { self.end_change() }
    }

    fn apply_worker(&mut self, event: worker::Event) {
        match event {
            worker::Event::Loading(progress) => self.model = Model::Loading(Some(progress)),
            worker::Event::Ready(info) => self.loaded(info),
            worker::Event::LoadFailed(error) => self.load_failed(error),
            worker::Event::LoadRefused(error) => self.load_refused(&error),
            worker::Event::Progress { id, progress } => self.progressed(id, progress),
            worker::Event::Finished { id, answer } => {
                self.n_changes += 1;
                self.finished(id, answer);
            }
            worker::Event::Failed { id, error } => self.interrupted(id, Some(error)),
            worker::Event::Cancelled(id) => self.interrupted(id, None),
        }
    }

    fn apply_job(&mut self, event: JobEvent) {
        match event {
            JobEvent::PickedPictures(paths) => self.effects.push(Effect::Gather(paths)),
            JobEvent::PickedCheckpoint(path) | JobEvent::GatheredCheckpoint(path) => {
                self.n_changes += 1;
                self.use_checkpoint(Some(path));
            }
            JobEvent::PickedFolderOfLost(folder) => self.look_for_pictures(folder),
            JobEvent::PickedBatchFolder(place, folder) => {
                self.n_changes += 1;
                self.choose_batch_folder(place, &folder);
            }
            JobEvent::PickedEvaluationFolder(place, folder) => {
                self.n_changes += 1;
                self.choose_evaluation_folder(place, &folder);
            }
            JobEvent::FoundBenchmarks(data, found) => self.found_benchmarks(&data, found),
            JobEvent::OpenedBatch(opened) => {
                self.n_changes += 1;
                self.opened_batch(opened);
            }
            JobEvent::Found(found, n_missing) => self.found_pictures(found, n_missing),
            JobEvent::PickedDownloadFolder(folder) => {
                self.n_changes += 1;
                self.place_download(&folder);
            }
            JobEvent::PickedTarget(export, path) => self.save_to(export, path, IfTaken::Replace),
            JobEvent::Taken(export, path) => self.dialog = Dialog::Replace { export, path },
            JobEvent::NotPicked(purpose, open_for) if open_for < SOONEST_CANCEL => self.ask_for_path(purpose),
            JobEvent::Gathered(gathered, datasets) => {
                self.n_changes += 1;
                self.notices.begin(Topic::Pictures);
                self.gathered(gathered);
                for dataset in datasets {
                    self.opened_dataset(dataset);
                }
            }
            JobEvent::Pasted(source) => {
                self.n_changes += 1;
                self.notices.begin(Topic::Pictures);
                self.open(vec![source]);
            }
            JobEvent::Opened(id, result) => self.opened(id, result),
            JobEvent::Unchanged(id) => {
                self.pictures.finish_check(id);
                self.advance();
            }
            JobEvent::Dated(dates) => self.listing.date(dates),
            JobEvent::NotShown(entry, error) => self.could_not_open(entry, error),
            // A list that was begun with another one in use may lack this one.
            JobEvent::Checkpoints { in_use, found } if in_use == self.checkpoint => self.checkpoints = found,
            JobEvent::Checkpoints { .. } | JobEvent::NotPicked(..) => {}
            JobEvent::Examined(checkpoint, found) => self.examined(checkpoint.as_deref(), found),
            JobEvent::Surveyed(survey) => self.survey = Some(survey),
            JobEvent::Saved(path) => self.notices.tell(Notice::Done(format!("Saved {}", words::place(&path)))),
            JobEvent::SavedAll { n_saved, folder, problems } => self.saved_all(n_saved, &folder, &problems),
            JobEvent::SavedDataset { n_records, n_pictures, folder, problems } => {
                self.saved_dataset(n_records, n_pictures, &folder, &problems);
            }
            JobEvent::CopiedPicture => {
                self.notices.tell(Notice::Done("The annotated picture is on the clipboard".to_owned()));
            }
            JobEvent::SessionKept(kept) => self.session_kept(kept.err()),
            JobEvent::SessionDelays => {
                self.notices.tell(Notice::Done("Saving the session; the window closes when that is done".to_owned()));
            }
            JobEvent::Failed(error) => self.notices.tell(Notice::Problem(error)),
            JobEvent::NotExported(error) => self.notices.tell_of(Topic::Export, Notice::Problem(error)),
            JobEvent::NotAdded(error) => {
                self.notices.begin(Topic::Pictures);
                self.notices.tell_of(Topic::Pictures, Notice::Warning(error));
            }
        }
    }

    /// Why the session is not saved is told once, and no longer when it is.
    fn session_kept(&mut self, problem: Option<String>) {
        if self.unsaved == problem {
            return;
        }
        if let Some(old) = std::mem::replace(&mut self.unsaved, problem.clone()) {
            self.notices.take_back(&old);
        }
        if let Some(problem) = problem {
            self.notices.tell(Notice::Problem(problem));
        }
    }

    /// What the change that was made asks for. Which pictures are wanted is seen once, at its end: they may pass by quickly.
    pub(super) fn end_change(&mut self) -> Vec<Effect> {
        self.list_anew();
        self.end_glance()
    }

    /// The same where nothing of what the strip shows can have changed.
    fn end_glance(&mut self) -> Vec<Effect> {
        self.read_wanted();
        self.forget_lost_phrases();
        std::mem::take(&mut self.effects)
    }

    /// A new answer may have fewer phrases than the one that a phrase was chosen in.
    fn forget_lost_phrases(&mut self) {
        let n_phrases = self.answer().caption().map_or(0, |caption| caption.phrases.len());
        self.choice = self.choice.filter(|choice| choice.phrase < n_phrases);
        self.pointed_at = self.pointed_at.filter(|choice| choice.phrase < n_phrases);
    }
}
