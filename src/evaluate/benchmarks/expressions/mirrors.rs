//! Expressions in mirrors on Hugging Face: jxu124's, with the split in a column and corners of boxes; and lmms-lab's, with a
//! file for each split, sides of boxes, and the pictures.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::{
    super::data,
    expression::{Expression, picture},
};
use crate::{
    archive::{self, Rows},
    evaluate::benchmarks::error::BenchmarkError,
    picture::upright_size,
};

/// What of the paper's splits lmms-lab's mirrors have merged with others, and of what.
const MERGED: [(&str, &str); 2] = [("refcoco", "val"), ("refcocog", "val")];

/// A row of jxu124's.
#[derive(Deserialize)]
struct Thing {
    split: String,
    ann_id: Value,
    sentences: Vec<Sentence>,
    /// A picture in COCO's form, as text.
    raw_image_info: String,
    /// x1, y1, x2, y2 in pixels.
    bbox: [f64; 4],
}

#[derive(Deserialize)]
struct Sentence {
    sent: String,
}

#[derive(Deserialize)]
struct ImageInfo {
    file_name: String,
    width: f64,
    height: f64,
}

/// A row of lmms-lab's.
#[derive(Deserialize)]
struct Pictured {
    question_id: Value,
    answer: Vec<String>,
    /// x, y, width, height in pixels.
    bbox: [f64; 4],
}

pub(super) fn read(
    data: &Path,
    tables: &[PathBuf],
    name: &str,
    split: &str,
) -> Result<Vec<Expression>, BenchmarkError> {
    let mut expressions = Vec::new();
    let own: Vec<PathBuf> = tables.iter().filter(|table| data::is_of_split(table, split)).cloned().collect();
    data::check_whole(data, &own)?;
    for table in tables {
        let (rows, pictures) = data::rows(table)?;
        match pictures {
            None => of_things(data, table, rows, split, &mut expressions)?,
            Some(_) if !data::is_of_split(table, split) => {}
            Some(_) if MERGED.contains(&(name, split)) => {
                let what = format!(
                    "The {split} of {name} in mirrors like this one is two splits in one, the paper's and Google's; take \
                     finetune_{name}_{split}.json of MDETR, or jxu124's mirror"
                );
                return Err(data::wrong(table, what));
            }
            Some(column) => with_pictures(table, rows, &column, &mut expressions)?,
        }
    }
    match expressions.len() {
        0 => Err(data::wrong(data, format!("Its tables have no split {split}"))),
        _ => Ok(expressions),
    }
}

fn of_things(
    data: &Path,
    table: &Path,
    rows: Rows,
    split: &str,
    expressions: &mut Vec<Expression>,
) -> Result<(), BenchmarkError> {
    for (row, number) in rows.zip(1..) {
        let thing: Thing = data::row(table, number, row)?;
        if thing.split != split {
            continue;
        }
        let image: ImageInfo = serde_json::from_str(&thing.raw_image_info)
            .map_err(|e| data::wrong(table, format!("Row {number} has no picture ({e})")))?;
        let [x1, y1, x2, y2] = thing.bbox;
        expressions.extend(thing.sentences.into_iter().enumerate().map(|(at, sentence)| Expression {
            id: format!("{}-{at}", thing.ann_id),
            picture: picture(data, &image.file_name),
            size: [image.width, image.height],
            words: sentence.sent,
            sides: [x1, y1, x2 - x1, y2 - y1],
        }));
    }
    Ok(())
}

fn with_pictures(
    table: &Path,
    rows: Rows,
    column: &str,
    expressions: &mut Vec<Expression>,
) -> Result<(), BenchmarkError> {
    let pictures = archive::pictures(table, column).map_err(|reason| data::unread(table, reason))?;
    for ((row, bytes), number) in rows.zip(pictures).zip(1..) {
        let Pictured { question_id, answer, bbox } = data::row(table, number, row)?;
        let size = bytes.ok_or("it is not there".to_owned()).and_then(upright_size);
        let size = size.map_err(|e| data::wrong(table, format!("Row {number} has no picture ({e})")))?;
        let id = question_id.as_str().map_or_else(|| question_id.to_string(), str::to_owned);
        expressions.extend(answer.into_iter().enumerate().map(|(at, words)| Expression {
            id: format!("{id}-{at}"),
            picture: data::picture_in(table, number, column),
            size: size.map(f64::from),
            words,
            sides: bbox,
        }));
    }
    Ok(())
}
