//! Captions in mirrors on Hugging Face, parquet files with the pictures within.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{
    super::{data, error::BenchmarkError},
    captioned::Captioned,
    splits::{Columns, Mirror, Split},
};

/// Why lmms-lab's mirror of Flickr30k is refused.
const NO_SPLITS: &str = "This mirror has all pictures in one split, called test, which is not the paper's of 1,000; take \
    dataset_flickr30k.json, or a mirror with a column split";

/// The pictures of a split.
pub(super) fn read(data: &Path, tables: &[PathBuf], split: &Split) -> Result<Vec<Captioned>, BenchmarkError> {
    match &split.mirror {
        Mirror::Refused(why) => Err(data::wrong(data, *why)),
        Mirror::Column(columns) => {
            data::check_whole(data, tables)?;
            of_tables(tables, columns, |table, row| match row.get("split") {
                None => Err(data::wrong(table, NO_SPLITS)),
                Some(of_row) => Ok(of_row == split.name),
            })
        }
        Mirror::Files(name, columns, part) => {
            let tables = data::tables_of_split(data, tables, name)?;
            of_tables(&tables, columns, |table, row| match (part, row[columns.name].as_str()) {
                (Some(part), Some(name)) if !name.contains(part) => {
                    Err(data::wrong(table, format!("{name} is no picture of {part}, so this is another mirror")))
                }
                _ => Ok(true),
            })
        }
    }
}

/// The pictures of the rows that are meant.
fn of_tables(
    tables: &[PathBuf],
    columns: &Columns,
    is_meant: impl Fn(&Path, &Value) -> Result<bool, BenchmarkError>,
) -> Result<Vec<Captioned>, BenchmarkError> {
    let mut pictures = Vec::new();
    for table in tables {
        let (rows, column) = data::rows(table)?;
        for (row, number) in rows.zip(1..) {
            let mut row: Value = data::row(table, number, row)?;
            let captions: Vec<String> = data::row(table, number, Ok(row[columns.captions].take()))?;
            let name: String = data::row(table, number, Ok(row[columns.name].clone()))?;
            let column = column.as_deref().ok_or_else(|| data::wrong(table, "It has no pictures"))?;
            if is_meant(table, &row)? {
                pictures.push(Captioned { picture: data::picture_in(table, number, column), name, captions });
            }
        }
    }
    Ok(pictures)
}
