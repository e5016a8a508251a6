//! The pictures that are open: a list of entries, one of which is shown.
//!
//! An entry is cheap: of ten thousand only the pixels of the one shown, of its neighbours and of the one being asked
//! about are in memory; others are read again when they are shown. What can't be opened stays in the list and says why.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::answer::AnswerState;
use crate::{
    engine::Answer,
    geometry::NormBox,
    picture::{Picture, PictureId, PictureSource},
};

/// Tells entries apart for as long as the program runs. Later entries have larger ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(u64);

/// A picture in the list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its identity.
    pub id: EntryId,
    /// To read it by, again and again.
    pub source: PictureSource,
    /// What to call it.
    pub name: String,
    /// Its pixels, if they are in memory.
    pub content: Content,
    /// What is shown of what the model said about it.
    pub answer: AnswerState,
    /// All complete answers, in the order they came.
    pub results: Vec<Arc<Answer>>,
    /// The result that the one shown is compared with.
    pub compared: Option<Arc<Answer>>,
    /// Why its last run failed, in one sentence; `None` after one that did not.
    pub failure: Option<String>,
    /// The rectangle drawn on it, while another picture is shown.
    pub region: Option<NormBox>,
}

/// The pixels of an entry.
#[derive(Clone, Debug)]
pub enum Content {
    /// Not in memory.
    Unread {
        /// Whether it is too large to be read before it is asked for.
        is_large: bool,
    },
    /// Being read under this identity.
    Reading(PictureId),
    /// In memory.
    Read(Picture),
    /// They can't be read; one sentence.
    Failed(String),
}

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
}

/// A picture is being read; nothing stops that.
#[derive(Clone, Copy, Debug)]
struct Reading {
    picture: PictureId,
    entry: EntryId,
}

/// Bytes of pixels from which a picture is only in memory while it is shown or asked about.
const LARGE_BYTES: usize = 64 << 20;

impl Entry {
    fn new(id: EntryId, source: PictureSource) -> Self {
        let name = source.name();
        Self {
            id,
            source,
            name,
            content: Content::Unread { is_large: false },
            answer: AnswerState::Empty,
            results: vec![],
            compared: None,
            failure: None,
            region: None,
        }
    }

    /// It goes out of the list: nothing is read or written for it any more.
    fn forget_pixels(&mut self) {
        if !matches!(self.content, Content::Failed(_)) {
            self.content = Content::Unread { is_large: false };
        }
        self.answer.interrupt();
    }

    /// The place of the result shown.
    #[must_use]
    pub fn shown_place(&self) -> Option<usize> {
        let shown = self.answer.finished()?;
        self.results.iter().position(|result| Arc::ptr_eq(result, shown))
    }

    /// The result that the one shown is compared with; both are among its results, and they are not the same.
    #[must_use]
    pub fn compared(&self) -> Option<&Arc<Answer>> {
        let compared = self.compared.as_ref()?;
        let is_kept = self.results.iter().any(|result| Arc::ptr_eq(result, compared));
        let shown = self.shown_place()?;
        (is_kept && !Arc::ptr_eq(&self.results[shown], compared)).then_some(compared)
    }

    /// Its pixels, if they are in memory.
    #[must_use]
    pub fn picture(&self) -> Option<&Picture> {
        if let Content::Read(picture) = &self.content { Some(picture) } else { None }
    }

    /// Why it can't be opened, or else why its last run failed.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        if let Content::Failed(error) = &self.content { Some(error) } else { self.failure.as_deref() }
    }
}

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

    fn place(&self, id: EntryId) -> Option<usize> {
        self.entries.binary_search_by_key(&id, |entry| entry.id).ok()
    }

    /// Appends pictures; a file or bytes that are in the list already are not taken twice. Returns the first of them, old or new.
    pub fn add(&mut self, sources: Vec<PictureSource>) -> Option<EntryId> {
        let wanted: HashSet<&Path> = sources.iter().filter_map(PictureSource::path).collect();
        let old = self.entries.iter().filter_map(|entry| Some((entry.source.path()?, entry.id)));
        let mut known: HashMap<PathBuf, EntryId> =
            old.filter(|(path, _)| wanted.contains(path)).map(|(path, id)| (path.to_owned(), id)).collect();
        let mut first = None;
        for source in sources {
            let old = match &source {
                PictureSource::Path(path) => known.get(path).copied(),
                PictureSource::Bytes { bytes, .. } => self.entry_of(bytes),
                PictureSource::Pixels { .. } => None,
            };
            let id = old.unwrap_or_else(|| {
                let path = source.path().map(Path::to_owned);
                let id = self.append(source).id;
                known.extend(path.map(|path| (path, id)));
                id
            });
            first = first.or(Some(id));
        }
        first
    }

    /// Appends a picture, also one that is in the list already.
    pub(in crate::ui) fn append(&mut self, source: PictureSource) -> &mut Entry {
        self.n_made += 1;
        self.entries.push_mut(Entry::new(EntryId(self.n_made), source))
    }

    fn entry_of(&self, wanted: &[u8]) -> Option<EntryId> {
        let is_it = |entry: &&Entry| matches!(&entry.source, PictureSource::Bytes { bytes, .. } if **bytes == *wanted);
        self.entries.iter().find(is_it).map(|entry| entry.id)
    }

    /// What could not be opened is to be tried again.
    pub fn try_all_again(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| matches!(entry.content, Content::Failed(_))) {
            entry.content = Content::Unread { is_large: false };
        }
    }

    /// Shows this entry.
    pub fn show(&mut self, id: EntryId) {
        self.current = self.place(id).or(self.current);
    }

    /// The entry this many places after the one shown, or before it if negative.
    #[must_use]
    pub fn neighbour(&self, offset: isize) -> Option<&Entry> {
        self.entries.get(self.current?.checked_add_signed(offset)?)
    }

    /// Takes entries out of the list, in its order. In the place of one shown the next that stays is shown, or else the last.
    pub fn remove(&mut self, ids: &BTreeSet<EntryId>) -> Vec<Entry> {
        let is_gone = |entry: &Entry| ids.contains(&entry.id);
        let n_before = self.current.map(|current| self.entries[..current].iter().filter(|e| !is_gone(e)).count());
        let mut removed: Vec<Entry> = self.entries.extract_if(.., |entry| is_gone(entry)).collect();
        removed.iter_mut().for_each(Entry::forget_pixels);
        self.in_memory.retain(|held| !ids.contains(held));
        self.current = n_before.and_then(|place| Some(place.min(self.entries.len().checked_sub(1)?)));
        removed
    }

    /// Puts entries that were removed back in their places, and shows this one.
    pub fn put_back(&mut self, entries: Vec<Entry>, shown: EntryId) {
        self.entries.extend(entries);
        self.entries.sort_by_key(|entry| entry.id);
        self.show(shown);
    }

    /// How many pictures are being read, also those that nobody waits for any more.
    #[must_use]
    pub fn n_being_read(&self) -> usize {
        self.readings.len()
    }

    /// A picture begins to be read under this identity.
    pub fn begin_reading(&mut self, id: EntryId, picture: PictureId) {
        if let Some(entry) = self.get_mut(id) {
            entry.content = Content::Reading(picture);
            self.readings.push(Reading { picture, entry: id });
        }
    }

    /// Takes in a picture that was read, or why it could not be. Returns its entry, unless that waits for it no more.
    pub fn finish_reading(&mut self, picture: PictureId, result: Result<Picture, String>) -> Option<EntryId> {
        let at = self.readings.iter().position(|reading| reading.picture == picture)?;
        let id = self.readings.swap_remove(at).entry;
        let entry = self.get_mut(id)?;
        if !matches!(entry.content, Content::Reading(awaited) if awaited == picture) {
            return None;
        }
        entry.content = result.map_or_else(Content::Failed, Content::Read);
        if entry.picture().is_some() {
            self.in_memory.push(id);
        }
        Some(id)
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
        collection.show(first.expect("a first one"));
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
            Some(second)
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
            let picture = PictureId::next();
            collection.begin_reading(*id, picture);
            collection.keep_only(&[]);
            let pixels = std::sync::Arc::new(image::RgbImage::new(1, 1));
            let read = Picture { id: picture, name: String::new(), path: None, pixels, notes: vec![] };
            assert_eq!(collection.finish_reading(picture, Ok(read)), Some(*id));
        }
        collection.keep_only(&ids[1..]);
        let are_read: Vec<bool> = collection.entries().iter().map(|entry| entry.picture().is_some()).collect();
        assert_eq!(are_read, [false, true]);
        assert!(matches!(collection.entries()[0].content, Content::Unread { is_large: false }));
    }
}
