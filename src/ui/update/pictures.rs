//! Pictures come and go: added to the list, shown, read when they are wanted, let go when they are not.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    picture::{EXTENSIONS, Gathered, Picture, PictureId, PictureSource},
    text::Task,
    ui::state::{
        Added, AppState, Batch, Content, DatasetRead, Effect, Entry, EntryId, EvaluationPlace, Notice, PictureAction,
        Shows, Topic,
    },
    words,
};

/// Entries in the menu of files that were opened lately.
const MOST_RECENT: usize = 10;
/// More at once would only take the time from each other.
const MOST_READINGS: usize = 2;

/// Whether a file is called as pictures are.
fn has_picture_ending(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| EXTENSIONS.contains(&ending.as_str()))
}

impl AppState {
    pub(super) fn perform_picture(&mut self, action: PictureAction) {
        match action {
            PictureAction::Open(sources) => self.open(sources),
            PictureAction::OpenPaths(paths) => match &paths[..] {
                [path] if self.panes.shows == Shows::Evaluation && !has_picture_ending(path) => {
                    self.choose_evaluation_folder(EvaluationPlace::Data, path);
                }
                _ => self.effects.push(Effect::Gather(paths)),
            },
            PictureAction::OpenText(text) => self.effects.push(Effect::GatherText(text, self.home.clone())),
            PictureAction::AskAbout(source, task) => self.ask_about(source, task),
            PictureAction::Show(entry) => self.show_alone(entry),
            PictureAction::Remove(entry) => self.remove(self.acted_on(entry)),
            PictureAction::Arrange(arrangement) => self.listing.arrangement = arrangement,
            PictureAction::Toggle(entry) => self.toggle(entry),
            PictureAction::ExtendTo(entry) => self.extend_to(entry),
            PictureAction::ChooseAll => self.choose_all(),
            PictureAction::ChooseNone => self.listing.chosen.clear(),
            PictureAction::RunOn(entry) => self.run_on(&self.acted_on(entry)),
            PictureAction::OpenAgain(entry) => self.open_again(&self.acted_on(entry)),
            PictureAction::CopyPath(entry) => self.copy_paths(&self.acted_on(entry)),
            PictureAction::DismissFailure => {
                if let Some(entry) = self.pictures.current_mut() {
                    entry.failure = None;
                }
            }
        }
    }

    /// Adds pictures to the list, shows the first of them, and asks about it if that is wanted.
    pub(super) fn open(&mut self, sources: Vec<PictureSource>) {
        for path in sources.iter().filter_map(PictureSource::path).take(MOST_RECENT) {
            self.recent.retain(|old| old != path);
            self.recent.insert(0, path.to_owned());
        }
        self.recent.truncate(MOST_RECENT);
        let Some(Added { first, is_new }) = self.pictures.add(sources) else { return };
        self.show(first);
        // One of the list is only shown: its answers, if it has any, are there already.
        if is_new {
            self.run_when_opened();
        }
    }

    /// The picture shown could not be opened: it is tried again.
    pub(super) fn try_again(&mut self) {
        if let Some(id) = self.pictures.current().map(|entry| entry.id) {
            self.show(id);
            self.run_when_opened();
        }
    }

    fn run_when_opened(&mut self) {
        if self.form.run_on_open && self.batch.is_none() && self.cannot_run().is_none() {
            self.run();
        }
    }

    /// Opens a picture, or shows it if it is open already, and asks this about it.
    pub(super) fn ask_about(&mut self, source: PictureSource, task: Task) {
        let Some(Added { first, .. }) = self.pictures.add(vec![source]) else { return };
        self.show(first);
        self.form.take(task);
        if self.cannot_run().is_none() {
            self.run();
        }
    }

    /// Shows an entry, as its file is now. A run under way goes on.
    pub(super) fn show(&mut self, id: EntryId) {
        if self.panes.shows == Shows::Evaluation {
            self.panes.shows = Shows::Picture;
        }
        if self.pictures.current().is_none_or(|entry| entry.id != id) {
            self.keep_region();
            self.pictures.show(id);
            self.follow_current();
        }
        self.pictures.try_again(id);
        // What is being said stays on the pixels that it is about.
        if self.work.entry() != Some(id) {
            self.pictures.check(id);
        }
    }

    /// Shows the entry this many places further on.
    pub(super) fn step(&mut self, offset: isize) {
        if let Some(id) = self.listed_neighbour(offset).map(|entry| entry.id) {
            self.show_alone(id);
        }
    }

    /// Takes pictures out of the list; their files stay. What is asked about one of them ends.
    pub(super) fn take_out(&mut self, ids: &BTreeSet<EntryId>) -> Vec<Entry> {
        if self.work.entry().is_some_and(|asked| ids.contains(&asked)) {
            self.drop_run();
        }
        if let Some(batch) = &mut self.batch {
            batch.leave(ids);
        }
        let shown = self.pictures.current().map(|entry| entry.id);
        let next = self.successor(ids);
        self.keep_region();
        let removed = self.pictures.remove(ids);
        if shown.is_some_and(|shown| ids.contains(&shown)) {
            if let Some(next) = next {
                self.pictures.show(next);
            }
            self.follow_current();
        }
        self.advance();
        removed
    }

    /// Puts pictures that were taken out back, and shows one of them.
    pub(super) fn put_back(&mut self, entries: Vec<Entry>, shown: EntryId) {
        self.keep_region();
        self.pictures.put_back(entries, shown);
        self.follow_current();
    }

    /// The rectangle that is drawn belongs to the picture shown.
    fn keep_region(&mut self) {
        if let Some(shown) = self.pictures.current_mut() {
            shown.region = self.form.region;
        }
    }

    /// A picture that was only looked at for its thumbnail can't be opened.
    pub(super) fn could_not_open(&mut self, id: EntryId, error: String) {
        if let Some(entry) = self.pictures.get_mut(id)
            && matches!(entry.content, Content::Unread { .. })
        {
            entry.content = Content::Failed(error);
        }
    }

    /// Takes in what was found behind the paths a person pointed at.
    pub(super) fn gathered(&mut self, gathered: Gathered) {
        self.open(gathered.files.into_iter().map(PictureSource::Path).collect());
        for problem in gathered.problems {
            self.notices.tell_of(Topic::Pictures, Notice::Warning(problem));
        }
    }

    /// The pictures of a dataset come into the list, each with what it says of them. What is in the list keeps its own
    /// answers, and nothing is taken twice.
    pub(super) fn opened_dataset(&mut self, read: DatasetRead) {
        let DatasetRead { path, answers, n_elsewhere, problems } = read;
        let n_answers = answers.len();
        let first = self.pictures.attach(answers);
        if let Some(first) = first {
            self.show(first);
            self.recent.retain(|old| *old != path);
            self.recent.insert(0, path.clone());
            self.recent.truncate(MOST_RECENT);
        }
        let place = words::place(&path);
        let told = match n_answers {
            1 => format!("1 record of {place} is open"),
            n => format!("{n} records of {place} are open"),
        };
        if n_elsewhere > 0 {
            let elsewhere = format!(
                "{n_elsewhere} records name no file on this computer; kosmoscope data fetch gets the pictures of those that \
                 have an address: {place}"
            );
            self.notices.tell_of(Topic::Pictures, Notice::Warning(elsewhere));
        }
        for problem in problems {
            self.notices.tell_of(Topic::Pictures, Notice::Warning(problem));
        }
        self.notices.tell(Notice::Done(told));
    }

    /// Looks in a folder for the files of the list that are not where they were.
    pub(super) fn look_for_pictures(&mut self, folder: PathBuf) {
        let file = |entry: &Entry| Some((entry.id, entry.source.path()?.to_owned()));
        let files = self.pictures.entries().iter().filter_map(file).collect();
        self.effects.push(Effect::LookFor { files, folder });
    }

    /// Pictures that were lost are in other places; they are opened from there from now on.
    pub(super) fn found_pictures(&mut self, found: Vec<(EntryId, PathBuf)>, n_missing: usize) {
        let told = format!("{} of {} missing pictures were found there", found.len(), found.len() + n_missing);
        for (id, path) in found {
            self.pictures.relocate(id, path);
        }
        let notice = if n_missing == 0 { Notice::Done(told) } else { Notice::Warning(told) };
        self.notices.tell_of(Topic::Pictures, notice);
    }

    /// Another picture is shown: what belonged to the one before is put away.
    fn follow_current(&mut self) {
        self.form.region = self.pictures.current().and_then(|entry| entry.region);
        (self.choice, self.pointed_at) = (None, None);
        self.notices.forget_deeds();
    }

    /// A picture was read, or could not be.
    pub(super) fn opened(&mut self, id: PictureId, result: Result<Picture, String>) {
        self.pictures.finish_reading(id, result);
        self.advance();
    }

    /// Reads the pictures that are wanted and lets go of the others.
    pub(super) fn read_wanted(&mut self) {
        let current = self.pictures.current().map(|entry| entry.id);
        let asked = self.work.entry().into_iter().chain(self.batch.as_ref().and_then(Batch::next));
        let needed = current.into_iter().chain(asked);
        // Neighbours are read before they are asked for, so that they appear at once.
        let beside = [1, -1].into_iter().filter_map(|offset| self.listed_neighbour(offset));
        let beside =
            beside.filter(|entry| !matches!(entry.content, Content::Unread { is_large: true })).map(|entry| entry.id);
        let wanted: Vec<EntryId> = needed.chain(beside).collect();
        self.pictures.keep_only(&wanted);
        for id in wanted {
            if self.pictures.n_being_read() < MOST_READINGS
                && let Some((id, source, unless)) = self.pictures.begin_reading(id)
            {
                self.effects.push(Effect::OpenPicture { id, source, unless });
            }
        }
    }
}
