//! Expressions in the lists of the refer program: `refs(unc).p`, a pickle of things with what people called each, and their
//! boxes in `instances.json` beside it. MDETR's annotations are made of these, in this order.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    super::data,
    expression::{Expression, picture},
};
use crate::{
    disk,
    evaluate::benchmarks::error::BenchmarkError,
    pickle::{Id, Pickle},
};

/// Bytes of a list; the longest published one has some ten million.
const MOST_BYTES: u64 = 256 << 20;
/// Expressions of a split; the longest has 120 thousand.
const MOST_EXPRESSIONS: usize = 1_000_000;

/// Boxes and pictures, as far as they are needed.
#[derive(Deserialize)]
struct Instances {
    images: Vec<Image>,
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
struct Image {
    id: usize,
    file_name: String,
    width: f64,
    height: f64,
}

#[derive(Deserialize)]
struct Annotation {
    id: usize,
    /// x, y, width, height in pixels.
    bbox: [f64; 4],
}

/// The list of this name, in the folder or in that of the benchmark within it.
pub(super) fn found(data: &Path, benchmark: &str, name: &str) -> Option<PathBuf> {
    let is_it = data.is_file() && data.file_name().is_some_and(|own| own == name);
    let places = [data.join(name), data.join(benchmark).join(name)];
    is_it.then(|| data.to_owned()).or_else(|| places.into_iter().find(|path| path.is_file()))
}

pub(super) fn read(data: &Path, path: &Path, split: &str) -> Result<Vec<Expression>, BenchmarkError> {
    let unread = |reason: io::Error| BenchmarkError::File { reason, path: path.to_owned() };
    let bytes = disk::read_at_most(path, MOST_BYTES).map_err(unread)?;
    let pickle = Pickle::read(&bytes).map_err(|reason| unread(io::Error::other(reason)))?;
    let beside = path.with_file_name("instances.json");
    let instances: Instances = data::json(&beside)?;
    let images: HashMap<usize, Image> = instances.images.into_iter().map(|image| (image.id, image)).collect();
    let boxes: HashMap<usize, [f64; 4]> = instances.annotations.into_iter().map(|one| (one.id, one.bbox)).collect();
    let refs = pickle.sequence(pickle.root()).ok_or_else(|| data::wrong(path, "It is no list"))?;
    let too_many = || data::wrong(path, format!("It has more than {MOST_EXPRESSIONS} expressions"));
    if refs.len() > MOST_EXPRESSIONS {
        return Err(too_many());
    }
    let mut expressions = Vec::new();
    for (id, number) in refs.iter().zip(1..) {
        let thing = Thing::of(&pickle, *id).ok_or_else(|| data::wrong(path, format!("Entry {number} is no thing")))?;
        if thing.split != split {
            continue;
        }
        let image = images.get(&thing.image);
        let (image, sides) = image.zip(boxes.get(&thing.annotation)).ok_or_else(|| {
            data::wrong(&beside, format!("It lacks the picture or the box of entry {number} of the list"))
        })?;
        for (words, at) in thing.sentences.iter().zip(0..) {
            if expressions.len() == MOST_EXPRESSIONS {
                return Err(too_many());
            }
            let words = field(&pickle, *words, "sent").and_then(|id| pickle.text(id));
            let words = words.ok_or_else(|| data::wrong(path, format!("Entry {number} has no text")))?;
            expressions.push(Expression {
                id: format!("{}-{at}", thing.annotation),
                picture: picture(data, &image.file_name),
                size: [image.width, image.height],
                words: words.to_owned(),
                sides: *sides,
            });
        }
    }
    match expressions.len() {
        0 => Err(data::wrong(path, format!("It has no split {split}"))),
        _ => Ok(expressions),
    }
}

/// An entry of the list.
struct Thing<'a> {
    split: &'a str,
    image: usize,
    annotation: usize,
    sentences: &'a [Id],
}

impl<'a> Thing<'a> {
    fn of(pickle: &'a Pickle, id: Id) -> Option<Self> {
        let of = |name: &str| field(pickle, id, name);
        Some(Self {
            split: pickle.text(of("split")?)?,
            image: pickle.size(of("image_id")?)?,
            annotation: pickle.size(of("ann_id")?)?,
            sentences: pickle.sequence(of("sentences")?)?,
        })
    }
}

fn field(pickle: &Pickle, id: Id, name: &str) -> Option<Id> {
    // A record has a dozen fields; one with many more is none.
    let pairs = pickle.pairs(id).filter(|pairs| pairs.len() < 100)?;
    pairs.iter().find(|(key, _)| pickle.text(*key) == Some(name)).map(|(_, value)| *value)
}
