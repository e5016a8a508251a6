//! GRIT as Hugging Face serves it and as img2dataset saves it: Parquet files, with or without the pictures themselves.

use std::path::Path;

use super::grit;
use crate::archive::{Member, Place, Rows};
use crate::dataset::{
    fields::object,
    format::{Format, Records, Shape, Sizes},
    input::stream::files,
    problem::{DatasetError, Problem},
    record::Location,
};

/// GRIT in Parquet files.
pub(crate) const GRIT_TABLE: Format = Format {
    name: "grit-parquet",
    label: "GRIT, Parquet files with or without pictures",
    holds: &[],
    rounds: None,
    shape: Shape::Folder,
    is_looked_at: false,
    recognises: |glimpse| glimpse.head.starts_with(b"PAR1") || glimpse.has_name(".parquet"),
    read: Some(read),
    write: None,
};

fn read(path: &Path, _: Sizes) -> Result<Records, DatasetError> {
    if path.is_file() {
        return read_file(path);
    }
    Ok(Box::new(files(path, "parquet")?.flat_map(|path| {
        read_file(&path).unwrap_or_else(|e| Box::new(std::iter::once(Err(Problem::new(&path, "", e)))))
    })))
}

fn read_file(path: &Path) -> Result<Records, DatasetError> {
    let (rows, column) = Rows::open(path)
        .map_err(|reason| DatasetError::malformed(path, format!("This is no Parquet file ({reason})")))?;
    let path = path.to_owned();
    Ok(Box::new(rows.zip(0_u64..).map(move |(row, number)| {
        let told = |reason| Problem::new(&path, &format!("row {}", number + 1), reason);
        let fields = row.and_then(object).map_err(told)?;
        let has_failed = grit::is_failed(&fields);
        let mut record = grit::record(fields, Path::new("")).map_err(told)?;
        match &column {
            Some(_) if has_failed => record.notes.push(grit::NOT_HAD.to_owned()),
            Some(column) => {
                record.picture.location = Location::Within(Member {
                    file: path.clone(),
                    place: Place::Row { row: number, column: column.clone() },
                });
            }
            None => {}
        }
        Ok(record)
    })))
}
