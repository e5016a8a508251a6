//! RefCOCO, RefCOCO+ and RefCOCOg: which thing an expression means, by the paper's rules (`evaluation/refcoco` of unilm).
//!
//! Read from the annotations of MDETR, which the paper took; or from what these were made of, the lists of the refer program;
//! or from mirrors in parquet. All give the same expressions, boxes and splits; those with others are refused by name.

mod expression;
mod mdetr;
mod mirrors;
mod refer;

use std::path::Path;

pub(super) use expression::Expression;

use super::{
    benchmark::{Benchmark, Measure, Part, Question, Scoring, Share, TaskSet, Way},
    boxes::{self, PixelBox},
    card::{COCO_PICTURES, Card, EXPRESSIONS, LENGTH},
    data,
    error::BenchmarkError,
};

/// One of the three.
#[derive(Debug)]
pub(super) struct Expressions {
    name: &'static str,
    card: Card,
    splits: &'static [&'static str],
    /// Precision at 1 of the released weights, in per cent, by split (paper, Table 3).
    published: &'static [f64],
}

pub(super) const REFCOCO: Expressions = Expressions {
    name: "refcoco",
    card: Card {
        about: "Which thing an expression means",
        files: "finetune_refcoco_SPLIT.json of MDETR, or refs(unc).p and instances.json of the refer program, or jxu124's \
            parquet files, or lmms-lab's of testA and testB; pictures in train2014",
        source: "https://zenodo.org/record/4729015 (mdetr_annotations.tar.gz), https://github.com/lichengunc/refer, \
            huggingface.co/datasets/jxu124/refcoco or lmms-lab/RefCOCO; pictures from https://cocodataset.org",
        annotations: EXPRESSIONS,
        pictures: COCO_PICTURES,
        length: LENGTH,
    },
    splits: &["val", "testA", "testB"],
    published: &[52.32, 57.42, 47.26],
};
pub(super) const REFCOCO_PLUS: Expressions = Expressions {
    name: "refcoco+",
    card: Card {
        about: "Which thing an expression without words of place means",
        files: "finetune_refcoco+_SPLIT.json of MDETR, or refs(unc).p and instances.json of the refer program, or jxu124's or \
            lmms-lab's parquet files; pictures in train2014",
        source: "as refcoco; huggingface.co/datasets/jxu124/refcocoplus or lmms-lab/RefCOCOplus",
        annotations: EXPRESSIONS,
        pictures: COCO_PICTURES,
        length: LENGTH,
    },
    splits: &["val", "testA", "testB"],
    published: &[45.48, 50.73, 42.24],
};
pub(super) const REFCOCOG: Expressions = Expressions {
    name: "refcocog",
    card: Card {
        about: "Which thing a longer expression means",
        files: "finetune_refcocog_SPLIT.json of MDETR, or refs(umd).p and instances.json of the refer program, or jxu124's \
            parquet files, or lmms-lab's of test; pictures in train2014",
        source: "as refcoco; huggingface.co/datasets/jxu124/refcocog or lmms-lab/RefCOCOg",
        annotations: EXPRESSIONS,
        pictures: COCO_PICTURES,
        length: LENGTH,
    },
    splits: &["val", "test"],
    published: &[60.57, 61.65],
};

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

    fn card(&self) -> &Card {
        &self.card
    }

    fn splits(&self) -> &'static [&'static str] {
        self.splits
    }

    fn task_name(&self, split: &str) -> String {
        format!("{}_bbox_rec_{split}", self.name)
    }

    fn read(&self, data: &Path, Part { split, .. }: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let mut set = Set { questions: Vec::new(), meant: Vec::new(), published: None };
        set.published = self.splits.iter().position(|known| *known == split).map(|i| self.published[i]);
        for expression in read(data, self.name, split)? {
            set.add(expression, Way::greedy(&self.card));
        }
        Ok(Box::new(set))
    }
}

/// The expressions of a split with their boxes, if all can be asked about.
pub(super) fn read(data: &Path, name: &str, split: &str) -> Result<Vec<Expression>, BenchmarkError> {
    let expressions = of_files(data, name, split)?;
    let fault = expressions.iter().find_map(Expression::fault);
    fault.map_or(Ok(expressions), |fault| Err(data::wrong(data, fault)))
}

fn of_files(data: &Path, name: &str, split: &str) -> Result<Vec<Expression>, BenchmarkError> {
    let of_mdetr = format!("finetune_{name}_{split}.json");
    let of_refer = if name == "refcocog" { "refs(umd).p" } else { "refs(unc).p" };
    if let Ok(path) = data::found(data, &[&of_mdetr]) {
        return mdetr::read(data, &path);
    }
    if let Some(path) = refer::found(data, name, of_refer) {
        return refer::read(data, &path, split);
    }
    if let tables @ [_, ..] = &data::tables(data)[..] {
        return mirrors::read(data, tables, name, split);
    }
    if let Some(path) = refer::found(data, name, "refs(google).p") {
        return Err(data::wrong(&path, format!("Google's splits are not those of the paper, which are in {of_refer}")));
    }
    Err(data::missing(data, format!("{of_mdetr}, {of_refer} or parquet files")))
}

impl Set {
    fn add(&mut self, expression: Expression, way: Way) {
        let Expression { id, picture, size, words, sides } = expression;
        self.questions.push(Question {
            id,
            picture,
            prompt: format!("<grounding><phrase>{words}</phrase>"),
            way,
            target: format!("{sides:?}"),
            truth: vec![boxes::truth(boxes::from_sides(sides), size)],
        });
        self.meant.push(Meant { expression: words, size, place: boxes::from_sides(sides) });
    }
}

impl TaskSet for Set {
    fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn score(&self, answers: &[Option<String>], _: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        let [mut first, mut mean, mut any, mut overlap] = [const { Vec::new() }; 4];
        for (number, (meant, answer)) in self.meant.iter().zip(answers).enumerate() {
            let Some(answer) = answer else { continue };
            let mut said = boxes::of_phrase(answer, &meant.expression, meant.size);
            if said.is_empty() {
                said.push([0.0; 4]);
            }
            let share = |is_so: bool| Share::new(number, f64::from(u8::from(is_so)));
            first.push(share(boxes::is_at(said[0], meant.place)));
            let middle = |side: usize| said.iter().map(|place| place[side]).sum::<f64>() / said.len() as f64;
            mean.push(share(boxes::is_at(std::array::from_fn(middle), meant.place)));
            any.push(share(said.iter().any(|place| boxes::is_at(*place, meant.place))));
            overlap.push(Share::new(number, boxes::iou(said[0], meant.place)));
        }
        Ok(vec![
            Measure::mean("ACC@0.5", first).published(self.published),
            Measure::mean("ACC@0.5 mean box", mean),
            Measure::mean("ACC@0.5 upper bound", any),
            Measure::mean("IoU", overlap),
        ])
    }
}
