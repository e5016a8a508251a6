//! Expressions in MDETR's annotations: a picture and a box for each, in the same order.

use std::{collections::HashSet, path::Path};

use serde::Deserialize;

use super::{
    super::data,
    expression::{Expression, picture},
};
use crate::evaluate::benchmarks::error::BenchmarkError;

/// A file, as far as it is needed.
#[derive(Deserialize)]
struct Annotations {
    images: Vec<Image>,
    annotations: Vec<Annotation>,
}

/// An expression in a picture.
#[derive(Deserialize)]
struct Image {
    id: u64,
    file_name: String,
    width: f64,
    height: f64,
    caption: String,
}

#[derive(Deserialize)]
struct Annotation {
    image_id: u64,
    /// x, y, width, height in pixels.
    bbox: [f64; 4],
}

pub(super) fn read(data: &Path, path: &Path) -> Result<Vec<Expression>, BenchmarkError> {
    let file: Annotations = data::json(path)?;
    if file.images.len() != file.annotations.len() || file.images.is_empty() {
        let what = format!("{} expressions have {} boxes", file.images.len(), file.annotations.len());
        return Err(data::wrong(path, what));
    }
    let pairs: Vec<_> = file.images.into_iter().zip(file.annotations).collect();
    if let Some(i) = pairs.iter().position(|(image, annotation)| image.id != annotation.image_id) {
        return Err(data::wrong(path, format!("Box {0} is of another picture than expression {0}", i + 1)));
    }
    let mut known = HashSet::new();
    if let Some((twice, _)) = pairs.iter().find(|(image, _)| !known.insert(image.id)) {
        return Err(data::wrong(path, format!("It has expression {} twice", twice.id)));
    }
    let expression = |(image, annotation): (Image, Annotation)| Expression {
        id: image.id.to_string(),
        picture: picture(data, &image.file_name),
        size: [image.width, image.height],
        words: image.caption,
        sides: annotation.bbox,
    };
    Ok(pairs.into_iter().map(expression).collect())
}
