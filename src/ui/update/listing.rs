//! What is chosen in the strip, and what is done with several pictures at once.

use std::collections::BTreeSet;

use crate::ui::state::{AppState, Effect, EntryId, Notice, Work};

impl AppState {
    /// Makes the strip's view of the list anew.
    pub(super) fn list_anew(&mut self) {
        let undated = self.listing.take_undated(&self.pictures);
        if !undated.is_empty() {
            self.effects.push(Effect::LookUpDates(undated));
        }
        self.listing.refresh(&self.pictures, &self.work, self.batch.as_ref());
    }

    /// Shows a picture, and chooses no others with it.
    pub(super) fn show_alone(&mut self, id: EntryId) {
        self.listing.chosen.clear();
        self.listing.anchor = Some(id);
        self.show(id);
    }

    /// Chooses a picture with the others, of which the one shown is the first; or no more.
    pub(super) fn toggle(&mut self, id: EntryId) {
        let shown = self.pictures.current().map(|entry| entry.id);
        if self.listing.chosen.is_empty() {
            self.listing.chosen.extend(shown);
        }
        if !self.listing.chosen.insert(id) {
            self.listing.chosen.remove(&id);
        }
        self.listing.anchor = Some(id);
    }

    /// Shows a picture and chooses all from where the choice began up to it.
    pub(super) fn extend_to(&mut self, id: EntryId) {
        let shown = self.pictures.current().map(|entry| entry.id);
        let begin = self.listing.anchor.or(shown).and_then(|anchor| self.listed_place(anchor));
        let (Some(begin), Some(end)) = (begin, self.listed_place(id)) else { return self.show_alone(id) };
        let range = begin.min(end)..=begin.max(end);
        self.listing.chosen = range.filter_map(|place| self.listed(place)).map(|entry| entry.id).collect();
        self.listing.anchor = self.listed(begin).map(|entry| entry.id);
        self.show(id);
    }

    /// Chooses all that the strip shows.
    pub(super) fn choose_all(&mut self) {
        self.listing.chosen =
            (0..self.n_listed()).filter_map(|place| self.listed(place)).map(|entry| entry.id).collect();
    }

    /// Reads files again, but for the one that is being asked about: what is said stays on the pixels that it is about.
    pub(super) fn open_again(&mut self, ids: &BTreeSet<EntryId>) {
        let asked = if let Work::Running { entry, .. } = self.work { Some(entry) } else { None };
        for id in ids.iter().filter(|id| asked != Some(**id)) {
            self.pictures.read_again(*id);
        }
    }

    /// Copies the paths of those that have one.
    pub(super) fn copy_paths(&mut self, ids: &BTreeSet<EntryId>) {
        let path = |id: &EntryId| Some(self.pictures.get(*id)?.source.path()?.to_string_lossy().into_owned());
        let paths: Vec<String> = ids.iter().filter_map(path).collect();
        let told = match paths.len() {
            0 => Notice::Problem("It has no file, so it has no path".to_owned()),
            1 => Notice::Done("The path is on the clipboard".to_owned()),
            n => Notice::Done(format!("{n} paths are on the clipboard")),
        };
        if !paths.is_empty() {
            self.effects.push(Effect::CopyText(paths.join("\n")));
        }
        self.notices.tell(told);
    }
}
