//! Names for the files of records: like those of their pictures, and no two alike.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use super::record::{Location, Record};

/// Characters of a name, at most; most disks have room for 255 bytes.
const MOST_CHARS: usize = 60;

/// Names given out so far: eight bytes for each.
#[derive(Default)]
pub(super) struct Names {
    taken: HashSet<u64>,
}

/// A name in two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) stem: String,
    /// With its dot; empty if there is none.
    pub(super) ending: String,
}

impl Name {
    pub(super) fn whole(&self) -> String {
        format!("{}{}", self.stem, self.ending)
    }
}

impl Names {
    /// A name for the files of this record; `number` is for one whose picture has no name.
    pub(super) fn name(&mut self, record: &Record, number: u64) -> Name {
        let whole = last_part(record);
        let (stem, ending) = match whole.rfind('.') {
            Some(dot) if dot > 0 && whole.len() - dot <= 5 => whole.split_at(dot),
            _ => (whole.as_str(), ""),
        };
        let is_own = matches!(record.picture.location, Location::File(_));
        let stem = if is_own { stem.to_owned() } else { harmless(stem) };
        let stem = if stem.is_empty() { format!("{number:08}") } else { stem };
        let mut candidate = stem.clone();
        for again in 2_u64.. {
            if self.taken.insert(hash(&candidate)) {
                break;
            }
            candidate = format!("{stem}-{again}");
        }
        Name { stem: candidate, ending: ending.to_owned() }
    }
}

/// The picture's name without folders, or what an address ends with; a record goes by it whatever folder it lies in.
pub(super) fn last_part(record: &Record) -> String {
    let name = record.picture_name();
    let is_address = matches!(record.picture.location, Location::Unknown);
    let name = if is_address { name.split(['?', '#']).next().unwrap_or_default() } else { &name };
    name.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or_default().to_owned()
}

/// The same without what some disk can't have in a name, and not too long.
fn harmless(stem: &str) -> String {
    let is_bad = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    let shown = stem.chars().take(MOST_CHARS).map(|c| if is_bad(c) { '_' } else { c });
    shown.collect::<String>().trim_matches(['.', ' ']).to_owned()
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    // Upper and lower case are one on some disks.
    name.to_lowercase().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::record::Picture;

    #[test]
    fn no_two_names_are_alike() {
        let mut names = Names::default();
        let mut named = |url: &str| {
            let picture = Picture { url: Some(url.to_owned()), ..Picture::default() };
            let Name { stem, ending } = names.name(&Record { picture, ..Record::default() }, 7);
            stem + &ending
        };
        assert_eq!(named("https://x/a/cat.jpg?size=1"), "cat.jpg");
        assert_eq!(named("https://x/b/CAT.png"), "CAT-2.png");
        assert_eq!(named("https://x/a:b|.webp"), "a_b_.webp");
        assert_eq!(named(""), "00000007");
        assert_eq!(named("https://x/v1.2.final-version"), "v1.2.final-version");
    }
}
