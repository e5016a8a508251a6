//! Parquet files: rows as JSON objects, without the columns that hold pictures, and a picture of one row.
//!
//! Files come in groups of rows, of which one is in memory at a time. The library takes more for granted than a file may keep;
//! where it gives up, the rest of the file is told as unreadable.

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use parquet::{
    basic::{ConvertedType, LogicalType, Type as Physical},
    file::{reader::FileReader, serialized_reader::SerializedFileReader},
    record::{Field, Row, reader::RowIter},
    schema::types::{Type, TypePtr},
};
use serde_json::{Map, Value};

/// The rows of a file.
#[allow(missing_debug_implementations, reason = "the library's reader has none")]
pub struct Rows {
    /// `None` once nothing more can be had of it.
    rows: Option<RowIter<'static>>,
}

/// A column that holds pictures.
pub type PictureColumn = Option<String>;

impl Rows {
    /// The rows, and the column with their pictures, which is not among what they give.
    ///
    /// # Errors
    /// One sentence, when it is no such file, or can't be read.
    pub fn open(path: &Path) -> Result<(Self, PictureColumn), String> {
        guarded(|| {
            let reader = reader(path)?;
            let schema = reader.metadata().file_metadata().schema_descr().root_schema_ptr();
            let picture =
                schema.get_fields().iter().find(|column| is_picture(column)).map(|column| column.name().to_owned());
            let others = schema.get_fields().iter().filter(|column| !is_picture(column)).cloned().collect();
            let rows = RowIter::from_file_into(Box::new(reader)).project(Some(with(&schema, others)?));
            Ok((Self { rows: Some(rows.map_err(|e| e.to_string())?) }, picture))
        })
    }
}

impl Iterator for Rows {
    type Item = Result<Value, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = self.rows.as_mut()?;
        let row = guarded(|| rows.next().transpose().map_err(|e| e.to_string()));
        match row {
            Ok(row) => row.map(|row: Row| Ok(object(row))),
            Err(reason) => {
                self.rows = None;
                Some(Err(format!("The rest can't be read ({reason})")))
            }
        }
    }
}

fn object(row: Row) -> Value {
    row.into_columns().into_iter().map(|(name, field)| (name, json(field))).collect::<Map<_, _>>().into()
}

/// What records are made of; times and the like, which they have no use for, become nothing.
fn json(field: Field) -> Value {
    match field {
        Field::Bool(is_so) => is_so.into(),
        Field::Byte(number) => number.into(),
        Field::Short(number) => number.into(),
        Field::Int(number) => number.into(),
        Field::Long(number) => number.into(),
        Field::UByte(number) => number.into(),
        Field::UShort(number) => number.into(),
        Field::UInt(number) => number.into(),
        Field::ULong(number) => number.into(),
        Field::Float(number) => number.into(),
        Field::Double(number) => number.into(),
        Field::Str(text) => text.into(),
        Field::Group(row) => object(row),
        Field::ListInternal(list) => list.elements().iter().cloned().map(json).collect(),
        _ => Value::Null,
    }
}

/// The pictures of all rows, of this column, one after the other; those that can't be had are `None`.
///
/// # Errors
/// When the file can't be read, with the reason.
pub fn pictures(path: &Path, column: &str) -> Result<impl Iterator<Item = Option<Vec<u8>>>, String> {
    let mut rows = guarded(|| {
        let reader = reader(path)?;
        let own = only(&reader, column)?;
        // One row of pictures is in memory at a time.
        let rows = RowIter::from_file_into(Box::new(reader)).with_batch_size(1);
        rows.project(Some(own)).map_err(|e| e.to_string())
    })?;
    Ok(std::iter::from_fn(move || match guarded(|| rows.next().transpose().map_err(|e| e.to_string())) {
        Ok(row) => row.map(bytes),
        Err(_) => None,
    }))
}

/// The picture in a row, counted from 0, of this column.
pub(super) fn picture(path: &Path, row: u64, column: &str) -> Result<Vec<u8>, String> {
    guarded(|| {
        let reader = reader(path)?;
        let mut row = usize::try_from(row).map_err(|e| e.to_string())?;
        let own = only(&reader, column)?;
        for group in 0..reader.num_row_groups() {
            let n_rows = usize::try_from(reader.metadata().row_group(group).num_rows()).map_err(|e| e.to_string())?;
            if row < n_rows {
                let group = reader.get_row_group(group).map_err(|e| e.to_string())?;
                let mut rows =
                    RowIter::from_row_group(Some(own), &*group).map_err(|e| e.to_string())?.with_batch_size(1);
                let found = rows.nth(row).transpose().map_err(|e| e.to_string())?;
                return found.and_then(bytes).ok_or_else(|| "it has no picture".to_owned());
            }
            row -= n_rows;
        }
        Err("it has no such row".to_owned())
    })
}

fn reader(path: &Path) -> Result<SerializedFileReader<File>, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    SerializedFileReader::new(file).map_err(|e| e.to_string())
}

/// Whatever the library does with a damaged file, it is an error.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("it is damaged".to_owned()))
}

/// The schema of one column.
fn only(reader: &SerializedFileReader<File>, column: &str) -> Result<Type, String> {
    let schema = reader.metadata().file_metadata().schema_descr().root_schema_ptr();
    let own = schema.get_fields().iter().filter(|other| other.name() == column).cloned().collect();
    with(&schema, own)
}

/// The schema with these columns only.
fn with(schema: &Type, columns: Vec<TypePtr>) -> Result<Type, String> {
    Type::group_type_builder(schema.name()).with_fields(columns).build().map_err(|e| e.to_string())
}

/// Bytes that are no text, or the pair of bytes and path that Hugging Face's programs make of a picture, or a list of such pairs.
fn is_picture(column: &Arc<Type>) -> bool {
    if !column.is_primitive() {
        let is_bytes = |inner: &Arc<Type>| inner.is_primitive() && inner.name() == "bytes" && is_picture(inner);
        return fields(element(column).unwrap_or(column)).iter().any(is_bytes);
    }
    let info = column.get_basic_info();
    let is_text =
        info.converted_type() != ConvertedType::NONE || matches!(info.logical_type_ref(), Some(LogicalType::String));
    column.get_physical_type() == Physical::BYTE_ARRAY && !is_text
}

/// What a list is made of: behind its name stands a group of which there may be many, and in that the element.
fn element(column: &Type) -> Option<&Arc<Type>> {
    let info = column.get_basic_info();
    let is_list =
        info.converted_type() == ConvertedType::LIST || matches!(info.logical_type_ref(), Some(LogicalType::List));
    fields(column).first().filter(|_| is_list).and_then(|many| fields(many).first())
}

/// The fields of a group; none of anything else.
fn fields(column: &Type) -> &[TypePtr] {
    if column.is_primitive() { &[] } else { column.get_fields() }
}

fn bytes(row: Row) -> Option<Vec<u8>> {
    let of_pair = |pair: &Row| {
        pair.get_column_iter().find_map(|(_, field)| match field {
            Field::Bytes(bytes) => Some(bytes.data().to_vec()),
            _ => None,
        })
    };
    match row.into_columns().into_iter().next()?.1 {
        Field::Bytes(bytes) => Some(bytes.data().to_vec()),
        Field::Group(pair) => of_pair(&pair),
        // Of several, such as the frames of a film, none is the picture.
        Field::ListInternal(list) => match list.elements() {
            [Field::Group(pair)] => of_pair(pair),
            _ => None,
        },
        _ => None,
    }
}
