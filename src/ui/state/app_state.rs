//! The state of the window, free of anything graphical: what is open, what is asked, what is answered.
//!
//! It changes in two places only: [`AppState::apply`] takes what the worker tells, [`AppState::perform`] what a person
//! does. What needs the window itself (dialogs, the clipboard, the view) is handed back as a [`Chore`].

use std::{num::NonZero, path::PathBuf};

use super::{
    action::{Action, Command},
    answer::Reply,
    collection::Collection,
    form::{Form, Writing},
};
use crate::ui::{
    dialogs::{Dialog, Getting, PathPurpose, Shrinking},
    update::{Annotated, Batch, ExportScale, Format, Pace, Savable, Step, Undo, Work},
};
use crate::{
    checkpoint::{Library, LocalCheckpoint},
    engine::{LoadOptions, LoadProgress, ModelInfo},
    geometry::NormBox,
    hub::Offer,
    overlay::Look,
    picture::Picture,
    worker::{Event, Worker},
};

/// All that the window shows.
#[derive(Debug)]
pub struct AppState {
    /// Whether there is a model.
    pub model: Model,
    /// Which checkpoint it is or is to be: a folder or a file, or the built-in one.
    pub checkpoint: Option<PathBuf>,
    /// How exactly its weights are kept, and where it is computed.
    pub loading: LoadOptions,
    /// Where checkpoints are looked for.
    pub places: Library,
    /// The checkpoints on this computer, as far as they were looked for.
    pub checkpoints: Vec<LocalCheckpoint>,
    /// What can be downloaded, if anything.
    pub offer: Option<Offer>,
    /// How far its download is.
    pub getting: Getting,
    /// How far a smaller copy of a checkpoint is.
    pub shrinking: Shrinking,
    /// The pictures that are open.
    pub pictures: Collection,
    /// What the model is busy with.
    pub work: Work,
    /// What is asked about all pictures.
    pub batch: Option<Batch>,
    /// What is chosen and typed.
    pub form: Form,
    /// The phrase that was chosen, by index.
    pub chosen: Option<usize>,
    /// The phrase that the pointer rests on, by index.
    pub pointed_at: Option<usize>,
    /// What a person should be told, oldest first.
    pub notices: Vec<Notice>,
    /// The dialog inside the window.
    pub dialog: Dialog,
    /// Which parts of the boxes are shown.
    pub look: Look,
    /// How large exported pictures are.
    pub export_scale: ExportScale,
    /// Files that were opened, the latest first.
    pub recent: Vec<PathBuf>,
    /// How often something changed that a session keeps.
    pub(crate) n_changes: u64,
    /// What can be taken back.
    pub undo: Undo,
    pub(crate) worker: Worker,
}

/// Whether there is a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// It is being read; `None` until its size is known.
    Loading(Option<LoadProgress>),
    /// It answers.
    Ready(ModelInfo),
    /// It can't be had; one sentence.
    Failed(String),
}

/// One sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something was done.
    Done(String),
    /// Something went wrong.
    Problem(String),
}

/// What is left to do for the window.
#[derive(Clone, Debug)]
pub enum Chore {
    /// Show the dialog to open pictures.
    PickPictures,
    /// Show the dialog to open a folder.
    PickFolder,
    /// Show the dialog to choose a checkpoint's folder.
    PickCheckpoint,
    /// Show the dialog to choose a checkpoint's file.
    PickCheckpointFile,
    /// Find out what copies of this checkpoint, or of the built-in one, there can be in this folder.
    LookAt(Option<PathBuf>, PathBuf),
    /// Make the smaller copy that was chosen.
    Shrink,
    /// Find the pictures behind these paths.
    Gather(Vec<PathBuf>),
    /// Show the dialog to save something.
    PickTarget {
        /// What is to be saved.
        format: Format,
        /// The suggested file.
        suggested: PathBuf,
    },
    /// Write a file.
    Save(Savable, PathBuf),
    /// Copy the annotated picture.
    CopyPicture(Annotated),
    /// Copy text.
    CopyText(String),
    /// Download the checkpoint on offer.
    Download(Offer),
    /// Remove what a download left unfinished in this folder.
    Discard(PathBuf),
    /// Ask the system for what is in the clipboard.
    RequestPaste,
    /// Change the view of the picture, or the look of the window.
    View(Command),
    /// Close the window.
    Quit,
}

/// More would cover the picture.
const MAX_NOTICES: usize = 3;

impl AppState {
    /// An empty window over a worker that may still be loading.
    #[must_use]
    pub fn new(worker: Worker) -> Self {
        Self {
            model: Model::Loading(None),
            checkpoint: None,
            loading: LoadOptions::default(),
            places: Library::default(),
            checkpoints: Vec::new(),
            offer: None,
            getting: Getting::default(),
            shrinking: Shrinking::default(),
            pictures: Collection::default(),
            work: Work::Idle,
            batch: None,
            form: Form::default(),
            chosen: None,
            pointed_at: None,
            notices: Vec::new(),
            dialog: Dialog::Closed,
            look: Look::default(),
            export_scale: ExportScale::default(),
            recent: Vec::new(),
            n_changes: 0,
            undo: Undo::default(),
            worker,
        }
    }

    /// Takes in all that the worker, the download and the conversion have to tell; whether there is one checkpoint more.
    pub(crate) fn take_news(&mut self) -> bool {
        let mut has_more = false;
        while let Some(event) = self.worker.try_recv() {
            self.apply(event);
        }
        while let Some(event) = self.next_download_event() {
            has_more |= self.apply_download(event);
        }
        while let Some(event) = self.next_conversion_event() {
            has_more |= self.apply_conversion(event);
        }
        has_more
    }

    /// Takes in what the worker tells. What belongs to a run or a picture of the past is dropped.
    pub fn apply(&mut self, event: Event) {
        if matches!(event, Event::Finished { .. }) {
            self.n_changes += 1;
        }
        match event {
            Event::Loading(progress) => self.model = Model::Loading(Some(progress)),
            Event::Ready(info) => self.model = Model::Ready(info),
            Event::LoadFailed(error) => self.model = Model::Failed(error),
            Event::Opened { id, result } => self.opened(id, result),
            Event::Progress { id, progress } => self.progressed(id, progress),
            Event::Finished { id, answer } => self.finished(id, answer),
            Event::Failed { id, error } => self.interrupted(id, Some(error)),
            Event::Cancelled(id) => self.interrupted(id, None),
        }
        self.forget_lost_phrases();
    }

    /// Does what a person wants, up to what only the window can do.
    pub fn perform(&mut self, action: Action) -> Option<Chore> {
        if !matches!(action, Action::PointAt(_)) {
            self.n_changes += 1;
        }
        match action {
            Action::Do(command) => return self.perform_command(command),
            Action::Open(sources) => self.open(sources),
            Action::AskAbout(source, task) => self.ask_about(source, task),
            Action::OpenPaths(paths) => return Some(Chore::Gather(paths)),
            Action::Show(entry) => self.show(entry),
            Action::Remove(entry) => self.do_step(Step::DeleteEntry(entry)),
            Action::Edit(form) => self.form = form,
            Action::BeginRegion => self.begin_region(),
            Action::DrawRegion(region) => self.form.draw(region),
            Action::SetLook(look) => self.look = look,
            Action::SetExportScale(scale) => self.export_scale = scale,
            Action::Choose(phrase) => self.chosen = (self.chosen != Some(phrase)).then_some(phrase),
            Action::PointAt(phrase) => self.pointed_at = phrase,
            Action::UseCheckpoint(path) => self.use_checkpoint(path),
            Action::SetLoading(options) => self.set_loading(options),
            Action::Shrink(checkpoint) => return self.show_shrinking(checkpoint),
            Action::ShrinkTo(format) => self.shrink_to(format),
            Action::ShowResult(at) => self.show_result(at),
            Action::DeleteResult(at) => self.delete_result(at),
            Action::RemoveBox(phrase, region) => self.remove_box(phrase, region),
            Action::UseBox(place, purpose) => self.use_box(place, purpose),
            Action::Compare(at) => self.compare(at),
            Action::SaveTo(format, path) => return self.save_to(format, path),
            Action::EditPath(path) => self.edit_path(path),
            Action::UsePath => return self.use_path(),
            Action::CloseDialog => self.dialog = Dialog::Closed,
            Action::DismissFailure => {
                if let Some(entry) = self.pictures.current_mut() {
                    entry.failure = None;
                }
            }
            Action::DismissNotice(index) => {
                if index < self.notices.len() {
                    self.notices.remove(index);
                }
            }
        }
        self.forget_lost_phrases();
        None
    }

    fn perform_command(&mut self, command: Command) -> Option<Chore> {
        self.unavailable(command).is_none().then_some(())?;
        match command {
            Command::Open => return Some(Chore::PickPictures),
            Command::OpenFolder => return Some(Chore::PickFolder),
            Command::OpenCheckpoint => return Some(Chore::PickCheckpoint),
            Command::OpenCheckpointFile => return Some(Chore::PickCheckpointFile),
            Command::ShrinkCheckpoint => return self.show_shrinking(self.checkpoint.clone()),
            Command::StartShrinking => return Some(Chore::Shrink),
            Command::StopShrinking => self.stop_shrinking(),
            Command::GetCheckpoint => self.dialog = Dialog::Getting,
            Command::StartDownload => return self.offer.clone().map(Chore::Download),
            Command::PauseDownload => self.pause_download(),
            Command::CancelDownload => self.dialog = Dialog::Discarding,
            Command::DiscardDownload => return self.discard_download(),
            Command::OpenPath => self.ask_for_path(PathPurpose::Open),
            Command::Paste => return Some(Chore::RequestPaste),
            Command::Export => return self.pick_target(Format::Picture),
            Command::ExportResults => return self.pick_target(Format::Results),
            Command::ExportAllResults => return self.pick_target(Format::AllResults),
            Command::ExportPath => self.ask_for_path(PathPurpose::Save(Format::Picture)),
            Command::Quit => return Some(Chore::Quit),
            Command::CopyCaption => return self.reply().caption().map(|caption| Chore::CopyText(caption.text.clone())),
            Command::CopyJson => return self.json().map(Chore::CopyText),
            Command::CopyPicture => return self.annotated().map(Chore::CopyPicture),
            Command::CopyRaw => return self.reply().answer().map(|answer| Chore::CopyText(answer.raw.clone())),
            Command::Next => self.step(1),
            Command::Previous => self.step(-1),
            Command::Remove => {
                if let Some(id) = self.pictures.current().map(|entry| entry.id) {
                    self.do_step(Step::DeleteEntry(id));
                }
            }
            Command::CloseAll => self.close_all(),
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::RunAll => self.run_all(),
            Command::Pause => self.set_pace(Pace::Paused),
            Command::Continue => self.set_pace(Pace::Going),
            Command::StopAll => self.stop_all(),
            Command::ZoomIn
            | Command::ZoomOut
            | Command::ZoomActual
            | Command::ZoomFit
            | Command::ThemeSystem
            | Command::ThemeLight
            | Command::ThemeDark
            | Command::Larger
            | Command::Smaller => return Some(Chore::View(command)),
            Command::ShowAll => self.chosen = None,
            Command::Run => self.run(),
            Command::Stop => self.stop(),
            Command::PlaceRegion => {
                self.begin_region();
                self.form.draw(NormBox::new(0.25, 0.25, 0.75, 0.75));
                return Some(Chore::View(command));
            }
            Command::ClearRegion => {
                self.begin_region();
                self.form.region = None;
            }
            Command::EndCompare => self.end_compare(),
            Command::ResetSettings => self.form.writing = Writing::default(),
            Command::Shortcuts => self.dialog = Dialog::Shortcuts,
        }
        None
    }

    /// The picture shown, once it is read.
    #[must_use]
    pub fn picture(&self) -> Option<&Picture> {
        self.pictures.current()?.picture()
    }

    /// What the model said about the picture shown.
    #[must_use]
    pub fn reply(&self) -> &Reply {
        self.pictures.current().map_or(&Reply::Empty, |entry| &entry.reply)
    }

    /// The loaded checkpoint's own rule against repetition; `None` for no rule.
    #[must_use]
    pub fn no_repeat_ngram(&self) -> Option<NonZero<usize>> {
        if let Model::Ready(info) = &self.model { info.checkpoint.no_repeat_ngram } else { None }
    }

    /// The phrase to highlight: the one pointed at, else the chosen one.
    #[must_use]
    pub fn highlight(&self) -> Option<usize> {
        self.pointed_at.or(self.chosen)
    }

    /// Adds a notice; a newer deed takes the place of an older one, a problem stays until it is taken away.
    pub fn tell(&mut self, notice: Notice) {
        self.notices.retain(|old| *old != notice && matches!(old, Notice::Problem(_)));
        self.notices.push(notice);
        if self.notices.len() > MAX_NOTICES {
            self.notices.remove(0);
        }
    }

    /// A new answer may have fewer phrases than the one that a phrase was chosen in.
    pub(crate) fn forget_lost_phrases(&mut self) {
        let n_phrases = self.reply().caption().map_or(0, |caption| caption.phrases.len());
        self.chosen = self.chosen.filter(|index| *index < n_phrases);
        self.pointed_at = self.pointed_at.filter(|index| *index < n_phrases);
    }
}
