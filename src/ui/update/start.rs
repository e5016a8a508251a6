//! What a window begins with, before its first frame: its checkpoint, those to choose from, what the last window left.
//!
//! Afterwards the state changes through its two doors alone.

use std::path::PathBuf;

use crate::{
    archive::Member,
    checkpoint::Library,
    engine::{DeviceChoice, LoadOptions},
    hub::Offer,
    picture::PictureSource,
    ui::{
        session::{KeptFiles, Restored, SavedPicture, SavedSource},
        state::{AnswerState, AppState, BatchWish, Effect, Notice, Paper},
    },
    words,
};

impl AppState {
    /// Where checkpoints to choose from are, and which one can be downloaded.
    #[must_use = "effects have to be carried out"]
    pub(in crate::ui) fn offer_checkpoints(&mut self, library: Library, offer: Option<Offer>) -> Vec<Effect> {
        (self.library, self.offer) = (library, offer);
        self.place_offer();
        self.effects.push(Effect::ListCheckpoints);
        self.end_change()
    }

    /// The checkpoint that is being read from the start, and how.
    pub(in crate::ui) fn begin_with(&mut self, checkpoint: Option<PathBuf>, loading: LoadOptions) {
        (self.checkpoint, self.loading) = (checkpoint, loading);
        self.must_have_fallback();
    }

    /// Brings back what was kept. Returns the effects, and which files keep the pictures without a file of their own.
    #[must_use = "effects have to be carried out"]
    pub(in crate::ui) fn restore(&mut self, restored: Restored) -> (Vec<Effect>, KeptFiles) {
        let Restored { session, kept, has_checkpoint, .. } = restored;
        let mut files = KeptFiles::new();
        // By their places in the file.
        let mut ids = Vec::new();
        for picture in session.pictures {
            let Some(SavedPicture { source: Some(source), results, shown, region, verdict }) = picture else {
                ids.push(None);
                continue;
            };
            let (source, file) = match source {
                SavedSource::File(path) => (PictureSource::Path(path.into()), None),
                SavedSource::Within { file, place } => {
                    (PictureSource::Within(Member { file: file.into(), place }), None)
                }
                SavedSource::Kept { name, file } => {
                    // Without its content it can't be shown, but its answers stay.
                    let bytes = kept.get(&file).cloned().unwrap_or_default();
                    (PictureSource::Bytes { name, bytes }, Some(file))
                }
            };
            let entry = self.pictures.append(source);
            files.extend(file.map(|file| (entry.id, file)));
            let shown = shown.and_then(|at| results.get(at)?.clone());
            entry.answer = shown.map_or(AnswerState::Empty, AnswerState::Finished);
            (entry.region, entry.verdict) = (region, verdict);
            entry.results = results.into_iter().flatten().collect();
            ids.push(Some(entry.id));
        }
        (self.form, self.look, self.panes) = (session.form, session.look, session.panes.clamped());
        self.recent = session.recent.into_iter().map(PathBuf::from).collect();
        self.paper = Paper { scale: session.export_scale, has_caption: session.export_caption };
        self.saved_in = session.saved_in.map(PathBuf::from);
        self.looks_ahead = session.looks_ahead;
        self.restore_batch(session.batch, session.is_batch_going);
        self.evaluation.wish = session.evaluation;
        self.listing.arrangement.sort = session.sort;
        self.restore_download_folder(session.download_folder.map(PathBuf::from));
        self.set_theme(session.theme);
        self.set_scale(session.scale);
        self.restore_checkpoint(session.checkpoint.map(PathBuf::from), has_checkpoint, session.loading.options());
        let shown = session.current.and_then(|place| *ids.get(place)?);
        if let Some(id) = shown.or_else(|| self.pictures.entries().first().map(|entry| entry.id)) {
            self.form.region = None;
            self.show(id);
        }
        (self.end_change(), files)
    }

    /// A run that the last window was closed on can be gone on with.
    fn restore_batch(&mut self, wish: BatchWish, was_going: bool) {
        if was_going {
            let place = &wish.parts;
            self.notices.tell(Notice::Warning(format!(
                "The run into a folder is not through; Run into a folder… in the menu Run goes on with it: {place}"
            )));
        }
        self.batch_wish = wish;
    }

    fn restore_download_folder(&mut self, folder: Option<PathBuf>) {
        self.download_folder = folder;
        if self.place_offer() {
            // It may be there already.
            self.effects.push(Effect::ListCheckpoints);
        }
    }

    /// What is on offer goes where a person wants it; whether both are known.
    fn place_offer(&mut self) -> bool {
        let (Some(offer), Some(folder)) = (&mut self.offer, &self.download_folder) else { return false };
        offer.folder.clone_from(folder);
        true
    }

    /// Loads the checkpoint chosen last, in the way chosen last, unless something else was asked for at the start.
    fn restore_checkpoint(&mut self, chosen: Option<PathBuf>, is_there: bool, kept: LoadOptions) {
        let at_start = self.loading;
        self.loading.precision = self.loading.precision.or(kept.precision);
        if self.loading.device == DeviceChoice::Auto {
            self.loading.device = kept.device;
        }
        let mut wanted = self.checkpoint.clone();
        if let Some(path) = chosen.filter(|_| wanted.is_none()) {
            if is_there {
                wanted = Some(path);
            } else {
                let path = words::place(&path);
                self.notices.tell(Notice::Warning(format!(
                    "The checkpoint used last time was not found; the built-in one is used: {path}"
                )));
            }
        }
        if wanted != self.checkpoint || at_start != self.loading {
            self.use_checkpoint(wanted);
        }
    }
}
