//! Where the pictures of a batch come from: files, folders of them, archives and datasets, and lists.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    error::BatchError,
    item::{Item, order},
};
use crate::{
    dataset::{Location, Picture, Record, Source, of_content},
    picture::{EXTENSIONS, gather_at_most, upright_size},
    words,
};

/// The pictures behind these files, folders, archives and datasets, and those of a list, each once, in the order of their
/// names. Those of the only folder named are called by their path within it, so that the batch is the same on every machine,
/// wherever that folder lies there; others as they are named. Also what could not be read, a sentence each.
///
/// # Errors
/// When two of them have the same id.
pub fn items_of(paths: &[PathBuf], listed: Vec<Item>) -> Result<(Vec<Item>, Vec<String>), BatchError> {
    let (mut named, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        let base = (paths.len() == 1 && listed.is_empty() && path.is_dir()).then_some(path.as_path());
        if !take_records(path, base, &mut named, &mut problems) {
            let gathered = gather_at_most(usize::MAX, vec![path.clone()]);
            named.extend(
                gathered.files.into_iter().map(|file| Item::new(within(base, &file), Location::File(file.clone()))),
            );
            problems.extend(gathered.problems);
        }
    }
    named.extend(listed);
    Ok((each_once(named)?, problems))
}

/// How a file is called.
fn within<'a>(base: Option<&Path>, path: &'a Path) -> &'a Path {
    base.and_then(|base| path.strip_prefix(base).ok()).unwrap_or(path)
}

/// The dataset in this file or folder; `None` where there is none.
#[must_use]
pub fn dataset_at(path: &Path) -> Option<Source> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    // A pipe would be waited for.
    if !path.is_dir() && (!path.is_file() || EXTENSIONS.contains(&ending.as_str())) {
        return None;
    }
    Source::new(path, None, Arc::new(of_content(upright_size))).ok()
}

/// Takes the pictures of a dataset; says whether this is one. A folder with pictures is none here: what lies beside them may
/// be what was said of them before.
fn take_records(path: &Path, base: Option<&Path>, items: &mut Vec<Item>, problems: &mut Vec<String>) -> bool {
    if path.is_dir() && !gather_at_most(1, vec![path.to_owned()]).files.is_empty() {
        return false;
    }
    let Some(source) = dataset_at(path) else { return false };
    let records = match source.records() {
        Ok(records) => records,
        Err(e) => {
            problems.push(e.to_string());
            return true;
        }
    };
    let (mut n_elsewhere, mut at, mut found) = (0, HashMap::new(), Vec::<(Location, Vec<String>)>::new());
    for record in records {
        match record {
            Err(problem) => problems.push(problem.to_string()),
            Ok(Record { picture: Picture { location: Location::Unknown, .. }, .. }) => n_elsewhere += 1,
            Ok(Record { picture: Picture { location, .. }, caption, .. }) => {
                // One that has several captions is one picture.
                let at = *at.entry(location.clone()).or_insert_with(|| {
                    found.push((location, Vec::new()));
                    found.len() - 1
                });
                found[at].1.extend(Some(caption).filter(|caption| !caption.is_empty()));
            }
        }
    }
    items.extend(found.into_iter().map(|(location, captions)| {
        // What was said before is handed through.
        let given = (!captions.is_empty()).then(|| ("caption".to_owned(), captions.into()));
        Item { given: given.into_iter().collect(), ..Item::new(&name(base, &location), location) }
    }));
    if n_elsewhere > 0 {
        problems.push(format!(
            "{n_elsewhere} records have no picture on this computer; kosmoscope data fetch gets those that have an address: {}",
            words::place(path)
        ));
    }
    true
}

/// What a picture is called: by its path, and in an archive or a table by its place there.
fn name(base: Option<&Path>, location: &Location) -> PathBuf {
    match location {
        Location::Unknown => PathBuf::new(),
        Location::File(path) => within(base, path).to_owned(),
        Location::Within(member) => within(base, &member.file).join(member.name()),
    }
}

/// In their order, each once: a picture that is named twice is one. Parts know nothing of an item but the bytes of its id.
fn each_once(mut items: Vec<Item>) -> Result<Vec<Item>, BatchError> {
    items.sort_by(|one, other| order(one.id.as_bytes(), other.id.as_bytes()));
    let is_same_id = |pair: &&[Item]| pair[0].id.as_bytes() == pair[1].id.as_bytes();
    if let Some(twins) = items.windows(2).filter(is_same_id).find(|pair| pair[0] != pair[1]) {
        return Err(BatchError::Twins(words::brief(twins[0].id.field().id)));
    }
    items.dedup_by(|one, other| one.id.as_bytes() == other.id.as_bytes());
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(line: &str) -> Item {
        Item::of_line(line.as_bytes()).unwrap()
    }

    fn ids(items: &[Item]) -> Vec<String> {
        items.iter().map(|item| String::from_utf8_lossy(item.id.as_bytes()).into_owned()).collect()
    }

    #[test]
    fn pictures_of_one_folder_are_called_by_their_place_in_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        for name in ["10.png", "9.png", "sub/a.png"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let (items, problems) = items_of(&[folder.path().to_owned()], vec![]).unwrap();
        assert_eq!((ids(&items), problems.len()), (["9.png", "10.png", "sub/a.png"].map(str::to_owned).to_vec(), 0));
        let twins = vec![line(r#"{"image":"a","id":"x"}"#), line(r#"{"image":"b","id":"x"}"#)];
        assert!(items_of(&[], twins).is_err_and(|e| e.to_string().starts_with("Two pictures are called x")));
        let listed = line(r#"{"image":"b","id":"x"}"#);
        assert!(items_of(&["x".into()], vec![listed]).is_err(), "a file and an id that are called alike");
    }
}
