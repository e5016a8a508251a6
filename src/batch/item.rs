//! One picture of a batch: its file, and what it is called wherever the batch is run.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::BatchError;
use crate::{export::ImageName, picture::gather_at_most, words};

/// A picture to be asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What tells it from all others: its path within the folder, or what a list says.
    pub id: ItemId,
    /// Its file.
    pub path: PathBuf,
    /// Other fields of its line in a list, which are handed through.
    pub given: Map<String, Value>,
}

/// What tells an item from all others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemId {
    /// The bytes of a path.
    Path(Vec<u8>),
    /// What a list says.
    Given(String),
}

/// A line of a list: a picture with an id of its own, and other fields.
#[derive(Clone, Debug, Deserialize)]
pub struct ItemLine {
    image: PathBuf,
    id: Option<Value>,
    #[serde(flatten)]
    given: Map<String, Value>,
}

/// An id as a line of a part has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct IdField {
    pub(super) id: String,
    /// Where the id is a path that is no Unicode text: its bytes, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id_bytes: Option<String>,
}

impl ItemId {
    /// What its hash is taken of, and what it is sorted by.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Path(bytes) => bytes,
            Self::Given(text) => text.as_bytes(),
        }
    }

    pub(super) fn field(&self) -> IdField {
        match self {
            Self::Given(text) => IdField { id: text.clone(), id_bytes: None },
            Self::Path(bytes) => {
                let name = ImageName::from(Path::new(&crate::typed::os_string(bytes.clone())));
                IdField { id: name.image, id_bytes: name.image_bytes }
            }
        }
    }
}

impl Item {
    fn new(id: &Path, path: PathBuf) -> Self {
        Self { id: ItemId::Path(id.as_os_str().as_encoded_bytes().to_vec()), path, given: Map::new() }
    }

    /// The same picture another time, under an id of its own: for its second caption, the third, and so on.
    #[must_use]
    pub fn nth(&self, number: usize) -> Self {
        let end = format!("#{number}");
        let id = match &self.id {
            ItemId::Path(bytes) => ItemId::Path([bytes.as_slice(), end.as_bytes()].concat()),
            ItemId::Given(text) => ItemId::Given(format!("{text}{end}")),
        };
        Self { id, ..self.clone() }
    }

    /// The item of a line of a list: a path, or an object with `image` and other fields.
    ///
    /// # Errors
    /// One sentence, when it is neither.
    pub fn of_line(line: &str) -> Result<Self, String> {
        if !line.trim_start().starts_with('{') {
            return Ok(Self::new(Path::new(line), line.into()));
        }
        let ItemLine { image, id, given } =
            serde_json::from_str(line).map_err(|e| format!("This line is no picture ({e}): {}", words::brief(line)))?;
        let id = match id {
            None => return Ok(Self { given, ..Self::new(&image.clone(), image) }),
            Some(Value::String(id)) => id,
            Some(other) => other.to_string(),
        };
        Ok(Self { id: ItemId::Given(id), path: image, given })
    }
}

/// The pictures behind these files and folders. Those of the only folder named are called by their path within it, so that
/// the batch is the same on every machine, wherever that folder lies there; others as they are named. Also what could not
/// be read, a sentence each.
///
/// # Errors
/// When two of them have the same id.
pub fn items_of(paths: &[PathBuf], listed: Vec<Item>) -> Result<(Vec<Item>, Vec<String>), BatchError> {
    let gathered = gather_at_most(usize::MAX, paths.to_vec());
    let folder = match paths {
        [only] if only.is_dir() && listed.is_empty() => Some(only),
        _ => None,
    };
    let id = |path: &Path| folder.and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path).to_owned();
    let named = gathered.files.into_iter().map(|path| Item::new(&id(&path), path));
    // By their bytes, which is all that a part has of them.
    let mut items: BTreeMap<Vec<u8>, Item> = BTreeMap::new();
    for item in named.chain(listed) {
        if let Some(twin) = items.insert(item.id.as_bytes().to_vec(), item) {
            // A file that is named twice is one picture.
            if items.get(twin.id.as_bytes()) != Some(&twin) {
                return Err(BatchError::Twins(words::brief(twin.id.field().id)));
            }
        }
    }
    Ok((items.into_values().collect(), gathered.problems))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_path_or_an_object_whose_fields_go_along() {
        assert_eq!(Item::of_line("a b.png").unwrap().path, Path::new("a b.png"));
        let item = Item::of_line(r#"{"image": "a.png", "id": 7, "split": "train", "tags": [1]}"#).unwrap();
        assert_eq!((item.id.as_bytes(), item.path.as_path()), (&b"7"[..], Path::new("a.png")));
        assert_eq!(serde_json::to_string(&item.given).unwrap(), r#"{"split":"train","tags":[1]}"#);
        assert!(Item::of_line(r#"{"picture": "a.png"}"#).is_err_and(|e| e.contains("missing field `image`")));
    }

    #[test]
    fn pictures_of_one_folder_are_called_by_their_place_in_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        for name in ["b.png", "a.png", "sub/a.png"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let (items, problems) = items_of(&[folder.path().to_owned()], vec![]).unwrap();
        let ids: Vec<&[u8]> = items.iter().map(|item| item.id.as_bytes()).collect();
        assert_eq!((ids, problems.len()), (vec![&b"a.png"[..], b"b.png", b"sub/a.png"], 0));
        let twins = vec![
            Item::of_line(r#"{"image":"a","id":"x"}"#).unwrap(),
            Item::of_line(r#"{"image":"b","id":"x"}"#).unwrap(),
        ];
        assert!(items_of(&[], twins).is_err_and(|e| e.to_string().starts_with("Two pictures are called x")));
        let listed = Item::of_line(r#"{"image":"b","id":"x"}"#).unwrap();
        assert!(items_of(&["x".into()], vec![listed]).is_err(), "a file and an id that are called alike");
    }
}
