//! Where images and their annotations are in a file of COCO's: a few bytes are kept for each, whatever the file says of it.

use std::{
    collections::HashMap,
    fs::File,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{BufReader, Read as _},
    path::Path,
};

use serde_json::Value;

use crate::dataset::{
    fields::object,
    input::elements::{Element, Elements},
    input::stream::{json, seekable},
    problem::{DatasetError, Problem},
};

/// A file that was gone through once.
pub(super) struct Index {
    /// For images and for annotations, which stand far from each other.
    files: [Cursor; 2],
    images: Vec<Bytes>,
    /// Each with the number of its image; sorted.
    annotations: Vec<(usize, Bytes)>,
    categories: HashMap<Id, String>,
    /// What could not be understood.
    pub(super) problems: Vec<Problem>,
}

/// A place in the file, from which what is near needs no new look at the disk.
struct Cursor {
    file: BufReader<File>,
    /// From the beginning, a byte order mark aside.
    at: u64,
}

impl Cursor {
    fn new(path: &Path) -> Result<Self, DatasetError> {
        Ok(Self { file: seekable(path)?, at: 0 })
    }

    fn value(&mut self, (offset, length): Bytes) -> Result<Value, String> {
        let mut bytes = vec![0; length];
        let way = offset as i64 - self.at as i64;
        let read = self.file.seek_relative(way).and_then(|()| self.file.read_exact(&mut bytes));
        read.map_err(|e| format!("It can't be read ({e})"))?;
        self.at = offset + length as u64;
        json(&bytes)
    }
}

/// Offset and length in the file.
type Bytes = (u64, usize);

/// Tells ids apart, whether they are numbers or texts, in eight bytes each.
type Id = u64;

fn id(value: Option<&Value>) -> Option<Id> {
    let value = value.filter(|id| id.is_number() || id.is_string())?;
    let mut hasher = DefaultHasher::new();
    value.to_string().hash(&mut hasher);
    Some(hasher.finish())
}

#[derive(Default)]
struct Found {
    images: Vec<Bytes>,
    numbers: HashMap<Id, usize>,
    annotations: Vec<(Id, Bytes)>,
    categories: HashMap<Id, String>,
}

impl Found {
    fn take(&mut self, element: &Element) -> Result<(), String> {
        let place = (element.offset, element.bytes.len());
        match element.field.as_str() {
            "images" => {
                let image = object(json(&element.bytes)?)?;
                self.numbers.insert(id(image.get("id")).ok_or("An image has no id")?, self.images.len());
                self.images.push(place);
            }
            "annotations" => {
                let annotation = object(json(&element.bytes)?)?;
                let image = id(annotation.get("image_id")).ok_or("An annotation has no image_id")?;
                self.annotations.push((image, place));
            }
            "categories" => {
                let category = object(json(&element.bytes)?)?;
                let name = category.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                self.categories.insert(id(category.get("id")).ok_or("A category has no id")?, name);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Index {
    pub(super) fn of(path: &Path) -> Result<Self, DatasetError> {
        let (mut found, mut problems) = (Found::default(), Vec::new());
        for (at, element) in Elements::new(seekable(path)?).enumerate() {
            if let Err(reason) = element.and_then(|element| found.take(&element)) {
                problems.push(Problem::new(path, &format!("element {}", at + 1), reason));
            }
        }
        let n_annotations = found.annotations.len();
        let with_image = |(image, place)| Some((*found.numbers.get(&image)?, place));
        let mut annotations: Vec<_> = found.annotations.into_iter().filter_map(with_image).collect();
        let n_lost = n_annotations - annotations.len();
        if n_lost > 0 {
            problems.push(Problem::new(path, "", format!("Annotations of images that are not in the file: {n_lost}")));
        }
        annotations.sort_unstable();
        let files = [Cursor::new(path)?, Cursor::new(path)?];
        Ok(Self { files, images: found.images, annotations, categories: found.categories, problems })
    }

    pub(super) fn n_images(&self) -> usize {
        self.images.len()
    }

    /// An image and its annotations, as they stand in the file.
    pub(super) fn image(&mut self, number: usize) -> (Result<Value, String>, Vec<Result<Value, String>>) {
        let first = self.annotations.partition_point(|(image, _)| *image < number);
        let own = self.annotations[first..].iter().take_while(|(image, _)| *image == number);
        let places: Vec<_> = own.map(|(_, place)| *place).collect();
        let [for_images, for_annotations] = &mut self.files;
        let image = for_images.value(self.images[number]);
        (image, places.into_iter().map(|place| for_annotations.value(place)).collect())
    }

    /// The name of a category.
    pub(super) fn category(&self, value: Option<&Value>) -> Option<String> {
        self.categories.get(&id(value)?).cloned()
    }
}
