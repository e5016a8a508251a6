//! One picture of a batch: where it is, and what it is called wherever the batch is run.

use std::{
    cmp::Ordering,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    dataset::Location,
    export::ImageName,
    geometry::NormBox,
    picture::{self, Picture, PictureSource, natural_order},
    typed::os_string,
    words,
};

/// A picture to be asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What tells it from all others: its path within the folder, or what a list says.
    pub id: ItemId,
    /// Where it is.
    pub location: Location,
    /// What is asked about it in place of what is asked about all.
    pub asked: Asked,
    /// Other fields of its line in a list, which are handed through.
    pub given: Map<String, Value>,
}

/// What a line of a list asks about its picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The words of the task.
    pub prompt: Option<String>,
    /// Its rectangle.
    pub region: Option<NormBox>,
}

/// What tells an item from all others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    prompt: Option<String>,
    region: Option<[f32; 4]>,
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
    /// What its hash is taken of.
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
                let name = ImageName::from(Path::new(&os_string(bytes.clone())));
                IdField { id: name.image, id_bytes: name.image_bytes }
            }
        }
    }
}

/// Where a picture of a dataset is opened from; `None` for one that is not on this computer.
#[must_use]
pub fn source_of(location: &Location) -> Option<PictureSource> {
    match location {
        Location::File(path) => Some(PictureSource::Path(path.clone())),
        Location::Within(member) => Some(PictureSource::Within(member.clone())),
        Location::Unknown => None,
    }
}

/// In which order items stand: numbers in their names count as numbers, and all bytes of a name at last.
pub(super) fn order(one: &[u8], other: &[u8]) -> Ordering {
    natural_order(&String::from_utf8_lossy(one), &String::from_utf8_lossy(other)).then_with(|| one.cmp(other))
}

impl Item {
    /// A picture that is called by this path.
    pub(super) fn new(id: &Path, location: Location) -> Self {
        Self {
            id: ItemId::Path(id.as_os_str().as_encoded_bytes().to_vec()),
            location,
            asked: Asked::default(),
            given: Map::new(),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// One sentence, when it can't be read.
    pub fn open(&self) -> Result<Picture, String> {
        let missing = || format!("This picture is not on this computer: {}", self.name().image);
        let source = source_of(&self.location).ok_or_else(missing)?;
        picture::open(source).map_err(|e| e.to_string())
    }

    /// Its file; of a picture in an archive or a table, the place there behind the path of that.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        match &self.location {
            Location::File(path) => path.clone(),
            Location::Within(member) => member.path(),
            Location::Unknown => os_string(self.id.as_bytes().to_vec()).into(),
        }
    }

    /// What its record calls it.
    #[must_use]
    pub fn name(&self) -> ImageName {
        self.path().as_path().into()
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

    /// The item of a line of a list: the bytes of a path, or an object with `image` and other fields. Of these, `prompt` and
    /// `region` (left, top, right and bottom in fractions of the picture) are asked about it.
    ///
    /// # Errors
    /// One sentence, when it is neither.
    pub fn of_line(line: &[u8]) -> Result<Self, String> {
        let file = |path: PathBuf| Self::new(&path.clone(), Location::File(path));
        if !line.trim_ascii_start().starts_with(b"{") {
            return Ok(file(os_string(line.to_vec()).into()));
        }
        let ItemLine { image, id, prompt, region, given } = serde_json::from_slice(line)
            .map_err(|e| format!("This line is no picture ({e}): {}", words::brief(String::from_utf8_lossy(line))))?;
        let region = region.map(|[x_min, y_min, x_max, y_max]| NormBox::new(x_min, y_min, x_max, y_max));
        let item = Self { asked: Asked { prompt, region }, given, ..file(image) };
        Ok(match id {
            None => item,
            Some(Value::String(id)) => Self { id: ItemId::Given(id), ..item },
            Some(other) => Self { id: ItemId::Given(other.to_string()), ..item },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_path_or_an_object_whose_fields_go_along() {
        let at = |path: &str| Location::File(path.into());
        assert_eq!(Item::of_line(b"a b.png").unwrap().location, at("a b.png"));
        let item = Item::of_line(br#"{"image": "a.png", "id": 7, "split": "train", "tags": [1]}"#).unwrap();
        assert_eq!((item.id.as_bytes(), item.location), (&b"7"[..], at("a.png")));
        assert_eq!(serde_json::to_string(&item.given).unwrap(), r#"{"split":"train","tags":[1]}"#);
        assert!(Item::of_line(br#"{"picture": "a.png"}"#).is_err_and(|e| e.contains("missing field `image`")));
    }

    #[cfg(unix)]
    #[test]
    fn a_path_in_a_list_is_bytes() {
        let item = Item::of_line(b"caf\xe9.png").unwrap();
        assert_eq!((item.id.as_bytes(), item.name().image_bytes.is_some()), (&b"caf\xe9.png"[..], true));
    }

    #[test]
    fn numbers_in_names_count() {
        let mut names: Vec<&[u8]> = vec![b"10.png", b"9.png", b"\xff.png", b"09.png"];
        names.sort_by(|a, b| order(a, b));
        assert_eq!(names, [&b"09.png"[..], b"9.png", b"10.png", b"\xff.png"]);
    }
}
