//! Pictures within other files: members of tar archives, cells of tables, rows of Parquet files. Nothing is unpacked to the
//! disk.

mod table;

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::bufread::MultiGzDecoder;
use serde::{Deserialize, Serialize};

pub use table::{PictureColumn, Rows, pictures};

/// Bytes of a picture, at most.
const MOST_BYTES: u64 = 512 << 20;

/// A picture within another file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// The file that it is in.
    pub file: PathBuf,
    /// Where in it.
    pub place: Place,
}

/// Where in a file a picture is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Place {
    /// A member of a tar archive, or a cell of a table of text.
    Range {
        /// Its path in the archive.
        name: String,
        /// Its bytes in the file once that is unpacked; in a table those of base64.
        range: Range<u64>,
    },
    /// In a row of a Parquet file.
    Row {
        /// The row, from 0.
        row: u64,
        /// The column.
        column: String,
    },
}

impl Member {
    /// What tells it from all others: the place behind the path of the file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.file.join(self.name())
    }

    /// What it is called in the file: a member's path, or the number of a row.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.place {
            Place::Range { name, .. } => name.clone(),
            Place::Row { row, .. } => row.to_string(),
        }
    }

    /// The content of its file.
    ///
    /// # Errors
    /// When the file can't be read, has no such place, or the picture is longer than 512 MiB.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let bytes = match &self.place {
            Place::Row { row, column } => table::picture(&self.file, *row, column).map_err(io::Error::other)?,
            Place::Range { range, .. } => {
                let n_bytes = range.end.saturating_sub(range.start).min(MOST_BYTES + 1);
                let bytes = part(&self.file, range.start, n_bytes)?;
                let is_table = self.file.to_string_lossy().contains(".tsv");
                if is_table { STANDARD.decode(bytes).map_err(|e| io::Error::other(e.to_string()))? } else { bytes }
            }
        };
        if bytes.len() as u64 > MOST_BYTES { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
    }
}

/// Bytes of a file, which is unpacked if it is a gzip.
fn part(file: &Path, start: u64, n_bytes: u64) -> io::Result<Vec<u8>> {
    let mut plain = BufReader::new(File::open(file)?);
    let mut bytes = vec![];
    if plain.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = BufReader::new(MultiGzDecoder::new(plain));
        if unpacked.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            unpacked.consume(3);
        }
        io::copy(&mut (&mut unpacked).take(start), &mut io::sink())?;
        unpacked.take(n_bytes).read_to_end(&mut bytes)?;
    } else {
        plain.seek(SeekFrom::Start(start))?;
        plain.take(n_bytes).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
