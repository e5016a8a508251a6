//! A source of records, and what is in it: gone through once before anything is written.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    format::{Format, Part, Records, Sizes},
    formats::FORMATS,
    glimpse::Glimpse,
    problem::{DatasetError, Problem},
    record::Record,
    select::Selection,
};

/// Records that can be gone through any number of times.
#[derive(Clone)]
pub struct Source(Kind);

#[derive(Clone)]
enum Kind {
    /// In a file or folder.
    File { path: PathBuf, format: &'static Format, sizes: Sizes },
    /// In memory.
    Memory(Arc<[Record]>),
}

impl Source {
    /// A file or folder in this format, or in the one that it seems to be in. `sizes` gives what the file does not tell.
    ///
    /// # Errors
    /// When it can't be read, or is in none of the formats.
    pub fn new(path: &Path, format: Option<&'static Format>, sizes: Sizes) -> Result<Self, DatasetError> {
        let format = if let Some(format) = format {
            format
        } else {
            let glimpse = Glimpse::of(path)?;
            let known = FORMATS.iter().find(|format| format.read.is_some() && (format.recognises)(&glimpse));
            known.ok_or_else(|| DatasetError::UnknownFormat(path.to_owned()))?
        };
        Ok(Self(Kind::File { path: path.to_owned(), format, sizes }))
    }

    /// Records that are in memory.
    #[must_use]
    pub fn of_records(records: Arc<[Record]>) -> Self {
        Self(Kind::Memory(records))
    }

    /// The format of its file or folder.
    #[must_use]
    pub fn format(&self) -> Option<&'static Format> {
        if let Kind::File { format, .. } = &self.0 { Some(format) } else { None }
    }

    /// Its records, from the first.
    ///
    /// # Errors
    /// When it can't be read, or its format is only written.
    pub fn records(&self) -> Result<Records, DatasetError> {
        match &self.0 {
            Kind::File { path, format, sizes } => {
                let read = format.read.ok_or_else(|| DatasetError::UnknownFormat(path.clone()))?;
                read(path, sizes.clone())
            }
            Kind::Memory(records) => {
                let records = Arc::clone(records);
                Ok(Box::new((0..records.len()).map(move |at| Ok(records[at].clone()))))
            }
        }
    }
}

/// What is in a source.
#[derive(Debug, Default)]
pub struct Survey {
    /// Records that could be read.
    pub n_records: u64,
    /// Records that could not.
    pub n_problems: u64,
    /// Phrases that are left out, since the file of classes says nothing of them.
    pub n_without_class: u64,
    /// For what room is needed, and by how many records.
    pub parts: BTreeMap<Part, u64>,
    /// The classes of boxes.
    pub(super) classes: BTreeSet<String>,
}

impl Survey {
    /// Goes through a source; what can't be read is told as it is met.
    ///
    /// # Errors
    /// When the source can't be read at all.
    pub fn of(source: &Source, selection: &Selection, tell: &mut dyn FnMut(&Problem)) -> Result<Self, DatasetError> {
        let mut survey = Self::default();
        for record in source.records()? {
            let mut record = match record {
                Ok(record) => record,
                Err(problem) => {
                    survey.n_problems += 1;
                    tell(&problem);
                    continue;
                }
            };
            if !selection.takes(&record) {
                continue;
            }
            survey.n_without_class += selection.n_without_class(&record);
            selection.apply(&mut record);
            survey.n_records += 1;
            for part in Part::of(&record) {
                *survey.parts.entry(part).or_default() += 1;
            }
            for (span, _) in record.boxes() {
                if let Some(class) =
                    selection.class(record.words(span)).filter(|class| !survey.classes.contains(&**class))
                {
                    survey.classes.insert(class.into_owned());
                }
            }
        }
        Ok(survey)
    }

    /// What this format has no room for, with the number of records that have it.
    #[must_use]
    pub fn losses(&self, format: &Format) -> Vec<(Part, u64)> {
        let parts = self.parts.iter().filter(|(part, _)| !format.holds.contains(part));
        parts.map(|(part, n_records)| (*part, *n_records)).collect()
    }
}
