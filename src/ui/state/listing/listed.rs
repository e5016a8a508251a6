//! The list as the strip shows it, and what is chosen there.

use std::collections::BTreeSet;

use super::Arrangement;
use crate::ui::state::{AppState, Entry, EntryId};

impl AppState {
    /// How many pictures the strip shows.
    #[must_use]
    pub fn n_listed(&self) -> usize {
        self.listing.shown.as_ref().map_or(self.pictures.entries().len(), Vec::len)
    }

    /// The picture at this place of the strip.
    #[must_use]
    pub fn listed(&self, place: usize) -> Option<&Entry> {
        match &self.listing.shown {
            None => self.pictures.entries().get(place),
            Some(shown) => self.pictures.get(*shown.get(place)?),
        }
    }

    /// The place of a picture in the strip, if it is shown there.
    #[must_use]
    pub fn listed_place(&self, id: EntryId) -> Option<usize> {
        match &self.listing.shown {
            None => self.pictures.place(id),
            Some(shown) => shown.iter().position(|other| *other == id),
        }
    }

    /// The picture this many places after the one shown, or before it if negative. Beside one that the strip does not show
    /// are its ends.
    #[must_use]
    pub fn listed_neighbour(&self, offset: isize) -> Option<&Entry> {
        match self.listed_place(self.pictures.current()?.id) {
            Some(place) => self.listed(place.checked_add_signed(offset)?),
            None if offset > 0 => self.listed(0),
            None => self.listed(self.n_listed().checked_sub(1)?),
        }
    }

    /// The next picture of the strip, or the first again after the last, with an answer that nobody has decided about.
    #[must_use]
    pub(in crate::ui) fn next_unreviewed(&self) -> Option<EntryId> {
        let shown = self.pictures.current()?.id;
        let place = self.listed_place(shown).map_or(0, |place| place + 1);
        let mut around = (place..self.n_listed()).chain(0..place).filter_map(|at| self.listed(at));
        let is_open = |entry: &&Entry| entry.verdict.is_none() && entry.answer.finished().is_some();
        around.find(|entry| is_open(entry) && entry.id != shown).map(|entry| entry.id)
    }

    /// The picture that is to be shown when these are gone: the next one of the strip, or else the one before.
    pub(in crate::ui) fn successor(&self, gone: &BTreeSet<EntryId>) -> Option<EntryId> {
        let place = self.listed_place(self.pictures.current()?.id)?;
        let mut around = (place..self.n_listed()).chain((0..place).rev()).filter_map(|at| self.listed(at));
        around.find(|entry| !gone.contains(&entry.id)).map(|entry| entry.id)
    }

    /// What an action on this picture is about: all that are chosen, if it is one of them.
    #[must_use]
    pub(in crate::ui) fn acted_on(&self, id: EntryId) -> BTreeSet<EntryId> {
        if self.listing.chosen.contains(&id) { self.listing.chosen.clone() } else { [id].into() }
    }

    /// What is set at the head of the strip.
    #[must_use]
    pub fn arrangement(&self) -> &Arrangement {
        &self.listing.arrangement
    }

    /// The pictures chosen together; empty where only the picture shown is meant.
    #[must_use]
    pub fn chosen_pictures(&self) -> &BTreeSet<EntryId> {
        &self.listing.chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        picture::PictureSource,
        ui::state::{Filter, Sort, Work},
    };

    fn names(state: &AppState) -> Vec<&str> {
        (0..state.n_listed()).filter_map(|at| state.listed(at)).map(|entry| entry.name.as_str()).collect()
    }

    fn arranged(arrangement: Arrangement) -> AppState {
        let mut state = AppState::default();
        let paths = ["cat 10.png", "Dog 2.png", "cat 9.png"];
        state.pictures.add(paths.iter().map(|path| PictureSource::Path(path.into())).collect());
        state.listing.arrangement = arrangement;
        state.listing.refresh(&state.pictures, &Work::Idle, None);
        state
    }

    #[test]
    fn names_are_sorted_by_their_numbers_and_found_by_any_of_their_words() {
        let state = arranged(Arrangement { sort: Sort::Name, ..Arrangement::default() });
        assert_eq!(names(&state), ["cat 9.png", "cat 10.png", "Dog 2.png"]);
        let state = arranged(Arrangement { search: " PNG  cat".to_owned(), ..Arrangement::default() });
        assert_eq!(names(&state), ["cat 10.png", "cat 9.png"]);
        assert_eq!(names(&arranged(Arrangement { filter: Filter::Done, ..Arrangement::default() })), [""; 0]);
    }

    #[test]
    fn the_newest_file_comes_first_and_one_without_a_date_last() {
        let mut state = arranged(Arrangement { sort: Sort::Date, ..Arrangement::default() });
        let ids: Vec<EntryId> = state.listing.take_undated(&state.pictures).into_iter().map(|(id, _)| id).collect();
        assert_eq!(state.listing.take_undated(&state.pictures), [], "they are asked for once");
        let at = |secs| {
            std::fs::metadata(env!("CARGO_MANIFEST_DIR")).and_then(|folder| folder.modified()).expect("a date")
                + std::time::Duration::from_secs(secs)
        };
        state.listing.date(vec![(ids[0], at(1)), (ids[2], at(2))]);
        state.listing.refresh(&state.pictures, &Work::Idle, None);
        assert_eq!(names(&state), ["cat 9.png", "cat 10.png", "Dog 2.png"]);
    }
}
