//! The pictures that are open: a list of entries, one of which is shown.
//!
//! An entry is cheap: of ten thousand only the pixels of the one shown, of its neighbours and of the one being asked
//! about are in memory; others are read again when they are shown. What can't be opened stays in the list and says why.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use super::entry::{Content, Entry, EntryId};
use crate::{
    dataset::Verdict,
    engine::Answer,
    picture::{FileStamp, Picture, PictureId, PictureSource},
};

/// The list of pictures, and which of them is shown.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// Their ids ascend.
    entries: Vec<Entry>,
    current: Option<usize>,
    /// The few entries whose pixels are in memory.
    in_memory: Vec<EntryId>,
    /// Until their ends are told, also if their entries are gone by then.
    readings: Vec<Reading>,
    n_made: u64,
    /// Counts how often pictures came or went.
    edition: u64,
}

/// A picture is being read; nothing stops that.
#[derive(Clone, Copy, Debug)]
struct Reading {
    picture: PictureId,
    entry: EntryId,
    /// The picture in memory that it may take the place of.
    instead_of: Option<PictureId>,
}

/// What was added to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// The first of it, new or old.
    pub first: EntryId,
    /// Whether the first is opened for the first time: it was not in the list, or could not be opened.
    pub is_new: bool,
}

/// Bytes of pixels from which a picture is only in memory while it is shown or asked about.
const LARGE_BYTES: usize = 64 << 20;

impl Collection {
    /// All entries in the order shown.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry that is shown.
    #[must_use]
    pub fn current(&self) -> Option<&Entry> {
        self.entries.get(self.current?)
    }

    /// The entry that is shown, to change it.
    pub fn current_mut(&mut self) -> Option<&mut Entry> {
        self.entries.get_mut(self.current?)
    }

    /// The place of the entry that is shown, from 0.
    #[must_use]
    pub fn current_place(&self) -> Option<usize> {
        self.current
    }

    /// An entry by its id.
    #[must_use]
    pub fn get(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(self.place(id)?)
    }

    /// An entry by its id, to change it.
    pub fn get_mut(&mut self, id: EntryId) -> Option<&mut Entry> {
        let place = self.place(id)?;
        self.entries.get_mut(place)
    }

    /// Counts how often pictures came or went.
    #[must_use]
    pub(in crate::ui::state) fn edition(&self) -> u64 {
        self.edition
    }

    pub(in crate::ui::state) fn place(&self, id: EntryId) -> Option<usize> {
        self.entries.binary_search_by_key(&id, |entry| entry.id).ok()
    }

    /// Brings answers to the pictures that they are about, which are appended where they are not in the list. One that is
    /// there already is not brought again, and none takes the place of another in sight. Returns the first picture.
    pub fn attach(&mut self, answers: Vec<(PictureSource, Arc<Answer>, Option<Verdict>)>) -> Option<EntryId> {
        let sources = answers.iter().map(|(source, ..)| source.clone()).collect();
        let first = self.add(sources)?.first;
        let known: HashMap<PathBuf, EntryId> =
            self.entries.iter().filter_map(|entry| Some((entry.source.place()?, entry.id))).collect();
        for (source, answer, verdict) in answers {
            let id = source.place().and_then(|place| known.get(&place));
            let Some(entry) = id.and_then(|id| self.get_mut(*id)) else { continue };
            let is_same = |old: &Arc<Answer>| old.said.as_ref().unwrap_or(&old.caption) == &answer.caption;
            if entry.results.iter().any(is_same) {
                continue;
            }
            entry.results.push(Arc::clone(&answer));
            if entry.answer.latest().is_none() {
                entry.answer.show(answer);
                entry.verdict = verdict;
            }
        }
        Some(first)
    }

    /// The file of an entry is in another place.
    pub fn relocate(&mut self, id: EntryId, path: PathBuf) {
        if let Some(entry) = self.get_mut(id) {
            entry.source = PictureSource::Path(path);
            entry.name = entry.source.name();
        }
        self.try_again(id);
        self.edition += 1;
    }

    /// Appends pictures; a file or bytes that are in the list already are not taken twice, but tried again if they could not
    /// be opened.
    pub fn add(&mut self, sources: Vec<PictureSource>) -> Option<Added> {
        let wanted: HashSet<PathBuf> = sources.iter().filter_map(PictureSource::place).collect();
        let old = self.entries.iter().filter_map(|entry| Some((entry.source.place()?, entry.id)));
        let mut known: HashMap<PathBuf, EntryId> = old.filter(|(place, _)| wanted.contains(place)).collect();
        let mut first = None;
        for source in sources {
            let place = source.place();
            let old = match &source {
                PictureSource::Bytes { bytes, .. } => self.entry_of(bytes),
                _ => place.as_ref().and_then(|place| known.get(place)).copied(),
            };
            let id = old.unwrap_or_else(|| {
                let id = self.append(source).id;
                known.extend(place.map(|place| (place, id)));
                id
            });
            let is_new = old.is_none() || self.try_again(id);
            first = first.or(Some(Added { first: id, is_new }));
        }
        first
    }

    /// Appends a picture, also one that is in the list already.
    pub(in crate::ui) fn append(&mut self, source: PictureSource) -> &mut Entry {
        self.n_made += 1;
        self.edition += 1;
        self.entries.push_mut(Entry::new(EntryId::new(self.n_made), source))
    }

    fn entry_of(&self, wanted: &[u8]) -> Option<EntryId> {
        let is_it = |entry: &&Entry| matches!(&entry.source, PictureSource::Bytes { bytes, .. } if **bytes == *wanted);
        self.entries.iter().find(is_it).map(|entry| entry.id)
    }

    /// If it could not be opened, it is tried again. Returns whether that is so.
    pub fn try_again(&mut self, id: EntryId) -> bool {
        let failed = self.get_mut(id).filter(|entry| matches!(entry.content, Content::Failed(_)));
        failed.map(Entry::try_again).is_some()
    }

    /// Its file is read again, and its thumbnail made again.
    pub fn read_again(&mut self, id: EntryId) {
        self.in_memory.retain(|held| *held != id);
        if let Some(entry) = self.get_mut(id).filter(|entry| !matches!(entry.content, Content::Reading(_))) {
            entry.try_again();
        }
    }

    /// If it is in memory, its file is looked at again.
    pub fn check(&mut self, id: EntryId) {
        if let Some(entry) = self.get_mut(id) {
            entry.is_to_be_checked = entry.picture().is_some_and(|picture| picture.stamp.is_some());
        }
    }

    /// Whether it is not known yet if what is in memory of it is still what its file holds.
    #[must_use]
    pub fn is_being_checked(&self, id: EntryId) -> bool {
        let is_it = |reading: &Reading| reading.entry == id && reading.instead_of.is_some();
        self.get(id).is_some_and(|entry| entry.is_to_be_checked) || self.readings.iter().any(is_it)
    }

    /// Shows this entry.
    pub fn show(&mut self, id: EntryId) {
        self.current = self.place(id).or(self.current);
    }

    /// Takes entries out of the list, in its order. In the place of one shown the next that stays is shown, or else the last.
    pub fn remove(&mut self, ids: &BTreeSet<EntryId>) -> Vec<Entry> {
        let is_gone = |entry: &Entry| ids.contains(&entry.id);
        let n_before = self.current.map(|current| self.entries[..current].iter().filter(|e| !is_gone(e)).count());
        self.edition += 1;
        let mut removed: Vec<Entry> = self.entries.extract_if(.., |entry| is_gone(entry)).collect();
        removed.iter_mut().for_each(Entry::forget_pixels);
        self.in_memory.retain(|held| !ids.contains(held));
        self.current = n_before.and_then(|place| Some(place.min(self.entries.len().checked_sub(1)?)));
        removed
    }

    /// Puts entries that were removed back in their places, and shows this one.
    pub fn put_back(&mut self, entries: Vec<Entry>, shown: EntryId) {
        self.edition += 1;
        self.entries.extend(entries);
        self.entries.sort_by_key(|entry| entry.id);
        self.show(shown);
    }

    /// How many pictures are being read, also those that nobody waits for any more.
    #[must_use]
    pub fn n_being_read(&self) -> usize {
        self.readings.len()
    }

    /// If an entry has to be read, that begins. Returns under which identity, what is read, and how its file is if what is
    /// in memory is still right.
    pub fn begin_reading(&mut self, id: EntryId) -> Option<(PictureId, PictureSource, Option<FileStamp>)> {
        let entry = self.get_mut(id)?;
        let (picture, source) = (PictureId::next(), entry.source.clone());
        let (instead_of, known) = match &entry.content {
            Content::Read(read) if entry.is_to_be_checked => (Some(read.id), read.stamp),
            Content::Unread { .. } => {
                entry.content = Content::Reading(picture);
                (None, None)
            }
            Content::Read(_) | Content::Reading(_) | Content::Failed(_) => return None,
        };
        entry.is_to_be_checked = false;
        self.readings.push(Reading { picture, entry: id, instead_of });
        Some((picture, source, known))
    }

    /// A file that was looked at again is as it was.
    pub fn finish_check(&mut self, picture: PictureId) {
        self.readings.retain(|reading| reading.picture != picture);
    }

    /// Takes in a picture that was read, or why it could not be; what nobody waits for any more is dropped.
    pub fn finish_reading(&mut self, picture: PictureId, result: Result<Picture, String>) {
        let Some(at) = self.readings.iter().position(|reading| reading.picture == picture) else { return };
        let Reading { entry: id, instead_of, .. } = self.readings.swap_remove(at);
        let Some(entry) = self.get_mut(id) else { return };
        match (&entry.content, result) {
            (Content::Reading(awaited), Ok(read)) if *awaited == picture => {
                entry.take_in(read);
                self.in_memory.push(id);
            }
            (Content::Reading(awaited), Err(error)) if *awaited == picture => entry.content = Content::Failed(error),
            (Content::Read(old), Ok(read)) if instead_of == Some(old.id) => entry.take_in(read),
            // What is in memory stays when its file is gone.
            _ => {}
        }
    }

    /// Lets go of all pixels but those of the entries named.
    pub fn keep_only(&mut self, kept: &[EntryId]) {
        for id in self.in_memory.extract_if(.., |id| !kept.contains(id)).collect::<Vec<_>>() {
            let Some(entry) = self.get_mut(id) else { continue };
            if let Content::Read(picture) = &entry.content {
                entry.content = Content::Unread { is_large: picture.pixels.as_raw().len() > LARGE_BYTES };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collection(names: &[&str]) -> Collection {
        let mut collection = Collection::default();
        let first = collection.add(names.iter().map(|name| PictureSource::Path(name.into())).collect());
        collection.show(first.expect("a first one").first);
        collection
    }

    fn shown(collection: &Collection) -> Option<&str> {
        collection.current().map(|entry| entry.name.as_str())
    }

    #[test]
    fn a_file_is_in_the_list_once() {
        let mut collection = collection(&["a.png", "b.png", "a.png"]);
        let second = collection.entries()[1].id;
        assert_eq!(
            collection.add(vec![PictureSource::Path("b.png".into()), PictureSource::Path("c.png".into())]),
            Some(Added { first: second, is_new: false })
        );
        let names: Vec<&str> = collection.entries().iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["a.png", "b.png", "c.png"]);
    }

    #[test]
    fn removing_shows_the_next_or_the_last() {
        let mut collection = collection(&["a.png", "b.png", "c.png"]);
        let ids: Vec<EntryId> = collection.entries().iter().map(|entry| entry.id).collect();
        collection.show(ids[1]);
        collection.remove(&[ids[0]].into());
        assert_eq!(shown(&collection), Some("b.png"));
        collection.remove(&[ids[1]].into());
        assert_eq!(shown(&collection), Some("c.png"));
        collection.remove(&[ids[2]].into());
        assert_eq!((shown(&collection), collection.current_place()), (None, None));
    }

    #[test]
    fn only_what_is_wanted_stays_in_memory() {
        let mut collection = collection(&["a.png", "b.png"]);
        let ids: Vec<EntryId> = collection.entries().iter().map(|entry| entry.id).collect();
        for id in &ids {
            let (picture, ..) = collection.begin_reading(*id).expect("it is read");
            collection.keep_only(&[]);
            let read = Picture { id: picture, ..Picture::new("", image::RgbImage::new(1, 1)) };
            collection.finish_reading(picture, Ok(read));
        }
        collection.keep_only(&ids[1..]);
        let are_read: Vec<bool> = collection.entries().iter().map(|entry| entry.picture().is_some()).collect();
        assert_eq!(are_read, [false, true]);
        assert!(matches!(collection.entries()[0].content, Content::Unread { is_large: false }));
    }
}
