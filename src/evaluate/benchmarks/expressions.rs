//! RefCOCO, RefCOCO+ and RefCOCOg: which thing an expression means, by the paper's rules (`evaluation/refcoco` of unilm).
//!
//! Read from the annotations of MDETR, which the paper took: a picture and a box for each expression, in the same order.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{
    benchmark::{Benchmark, Measure, Question, Scoring, TaskSet},
    boxes::{self, PixelBox},
    data,
    error::BenchmarkError,
};

/// One of the three.
#[derive(Debug)]
pub(super) struct Expressions {
    name: &'static str,
    about: &'static str,
    splits: &'static [&'static str],
    /// Precision at 1 of the released weights, in per cent, by split (paper, Table 3).
    published: &'static [f64],
}

pub(super) const REFCOCO: Expressions = Expressions {
    name: "refcoco",
    about: "Things by expressions: finetune_refcoco_SPLIT.json of MDETR, pictures in train2014",
    splits: &["val", "testA", "testB"],
    published: &[52.32, 57.42, 47.26],
};
pub(super) const REFCOCO_PLUS: Expressions = Expressions {
    name: "refcoco+",
    about: "The same without words of place: finetune_refcoco+_SPLIT.json",
    splits: &["val", "testA", "testB"],
    published: &[45.48, 50.73, 42.24],
};
pub(super) const REFCOCOG: Expressions = Expressions {
    name: "refcocog",
    about: "Longer expressions: finetune_refcocog_SPLIT.json",
    splits: &["val", "test"],
    published: &[60.57, 61.65],
};

/// Why tables are refused: nobody should hold a number of theirs against the paper's by mistake.
const MIRRORS: &str = "Mirrors in parquet are not read, since the val of RefCOCO and of RefCOCOg in lmms-lab's are two \
    splits in one, the paper's and Google's";

/// A file of MDETR's, as far as it is needed.
#[derive(Deserialize)]
struct Annotations {
    images: Vec<Image>,
    annotations: Vec<Annotation>,
}

/// An expression in a picture.
#[derive(Deserialize)]
pub(super) struct Image {
    pub(super) id: u64,
    pub(super) file_name: String,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) caption: String,
}

#[derive(Deserialize)]
pub(super) struct Annotation {
    image_id: u64,
    /// x, y, width, height in pixels.
    pub(super) bbox: [f64; 4],
}

/// An expression, and the one box that is right.
struct Meant {
    expression: String,
    size: [f64; 2],
    place: PixelBox,
}

struct Set {
    questions: Vec<Question>,
    meant: Vec<Meant>,
    published: Option<f64>,
}

impl Benchmark for Expressions {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn splits(&self) -> &'static [&'static str] {
        self.splits
    }

    fn task_name(&self, split: &str) -> String {
        format!("{}_bbox_rec_{split}", self.name)
    }

    fn read(&self, data: &Path, split: &str) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        data::check_split(self, split)?;
        let mut set = Set { questions: Vec::new(), meant: Vec::new(), published: None };
        set.published = self.splits.iter().position(|known| *known == split).map(|i| self.published[i]);
        for (image, annotation) in read(data, self.name, split)? {
            set.add(data, image, annotation.bbox);
        }
        Ok(Box::new(set))
    }
}

/// The expressions of a split with their boxes.
pub(super) fn read(data: &Path, name: &str, split: &str) -> Result<Vec<(Image, Annotation)>, BenchmarkError> {
    let name = format!("finetune_{name}_{split}.json");
    let path = match data::found(data, &[&name]) {
        Err(_) if data::has_tables(data) => return Err(data::wrong(data, format!("{MIRRORS}; take {name} of MDETR"))),
        found => found?,
    };
    let file: Annotations = data::json(&path)?;
    if file.images.len() != file.annotations.len() || file.images.is_empty() {
        let what = format!("{} expressions have {} boxes", file.images.len(), file.annotations.len());
        return Err(data::wrong(&path, what));
    }
    let pairs: Vec<_> = file.images.into_iter().zip(file.annotations).collect();
    if let Some(i) = pairs.iter().position(|(image, annotation)| image.id != annotation.image_id) {
        return Err(data::wrong(&path, format!("Box {0} is of another picture than expression {0}", i + 1)));
    }
    Ok(pairs)
}

/// Where a picture of COCO's is.
pub(super) fn picture(data: &Path, file_name: &str) -> PathBuf {
    let folder = if file_name.contains("train2014") { "train2014" } else { "val2014" };
    data::picture(data, &[folder, &format!("coco/{folder}")], file_name)
}

impl Set {
    fn add(&mut self, data: &Path, image: Image, bbox: [f64; 4]) {
        self.questions.push(Question {
            id: image.id.to_string(),
            picture: picture(data, &image.file_name),
            prompt: format!("<grounding><phrase>{}</phrase>", image.caption),
            target: format!("{bbox:?}"),
        });
        let (size, place) = ([image.width, image.height], boxes::from_sides(bbox));
        self.meant.push(Meant { expression: image.caption, size, place });
    }
}

impl TaskSet for Set {
    fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn score(&self, answers: &[Option<String>], _: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        let [mut first, mut mean, mut any, mut overlap] = [const { Vec::new() }; 4];
        let share = |is_so: bool| f64::from(u8::from(is_so));
        for (meant, answer) in self.meant.iter().zip(answers) {
            let Some(answer) = answer else { continue };
            let mut said = boxes::of_phrase(answer, &meant.expression, meant.size);
            if said.is_empty() {
                said.push([0.0; 4]);
            }
            first.push(share(boxes::is_at(said[0], meant.place)));
            let middle = |side: usize| said.iter().map(|place| place[side]).sum::<f64>() / said.len() as f64;
            mean.push(share(boxes::is_at(std::array::from_fn(middle), meant.place)));
            any.push(share(said.iter().any(|place| boxes::is_at(*place, meant.place))));
            overlap.push(boxes::iou(said[0], meant.place));
        }
        Ok(vec![
            Measure::mean("ACC@0.5", first).published(self.published),
            Measure::mean("ACC@0.5 mean box", mean),
            Measure::mean("ACC@0.5 upper bound", any),
            Measure::mean("IoU", overlap),
        ])
    }
}
