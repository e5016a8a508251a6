//! What a window begins with, before its first frame: its checkpoint, those to choose from, what the last window left.
//!
//! Afterwards the state changes through its two doors alone.

use std::{path::PathBuf, sync::Arc};

use crate::{
    checkpoint::Library,
    engine::{DeviceChoice, LoadOptions},
    hub::Offer,
    picture::PictureSource,
    ui::{
        session::{KeptFiles, Restored, SavedSource},
        state::{AnswerState, AppState, Effect, Notice},
    },
};

impl AppState {
    /// Where checkpoints to choose from are, and which one can be downloaded.
    #[must_use = "effects have to be carried out"]
    pub(in crate::ui) fn offer_checkpoints(&mut self, library: Library, offer: Option<Offer>) -> Vec<Effect> {
        (self.library, self.offer) = (library, offer);
        self.effects.push(Effect::ListCheckpoints);
        self.end_change()
    }

    /// The checkpoint that is being read from the start, and how.
    pub(in crate::ui) fn begin_with(&mut self, checkpoint: Option<PathBuf>, loading: LoadOptions) {
        (self.checkpoint, self.loading) = (checkpoint, loading);
    }

    /// Brings back what was kept. Returns the effects, and which files keep the pictures without a file of their own.
    #[must_use = "effects have to be carried out"]
    pub(in crate::ui) fn restore(&mut self, restored: Restored) -> (Vec<Effect>, KeptFiles) {
        let Restored { session, kept, has_checkpoint } = restored;
        let mut files = KeptFiles::new();
        for picture in session.pictures {
            let (source, file) = match picture.source {
                SavedSource::File(path) => (PictureSource::Path(path), None),
                SavedSource::Kept { name, file } => {
                    let Some(bytes) = kept.get(&file).cloned() else { continue };
                    (PictureSource::Bytes { name, bytes }, Some(file))
                }
            };
            let Some(entry) = self.pictures.add(vec![source]).and_then(|added| self.pictures.get_mut(added.first))
            else {
                continue;
            };
            files.extend(file.map(|file| (entry.id, file)));
            let shown = picture.shown.and_then(|at| picture.results.get(at));
            entry.answer = shown.map_or(AnswerState::Empty, |result| AnswerState::Finished(Arc::clone(result)));
            entry.region = picture.region;
            entry.results = picture.results;
        }
        (self.form, self.look, self.recent) = (session.form, session.look, session.recent);
        self.export_scale = session.export_scale;
        self.set_theme(session.theme);
        self.set_scale(session.scale);
        self.restore_checkpoint(session.checkpoint, has_checkpoint, session.loading.options());
        let place = session.current.unwrap_or(0);
        if let Some(id) = self.pictures.entries().get(place).or(self.pictures.entries().last()).map(|entry| entry.id) {
            self.form.region = None;
            self.show(id);
        }
        (self.end_change(), files)
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
                let path = path.display();
                self.notices.tell(Notice::Problem(format!(
                    "The checkpoint used last time was not found; the built-in one is used: {path}"
                )));
            }
        }
        if wanted != self.checkpoint || at_start != self.loading {
            self.use_checkpoint(wanted);
        }
    }
}
