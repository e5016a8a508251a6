//! Records written in a format: each split in turn, one record at a time, through [`Outputs`], so that nothing of a person's
//! is replaced unasked.
//!
//! The file that grows is written in one pass; files that each record has for itself, and copies of pictures, in another.

mod files;

use std::{
    ffi::OsString,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use self::files::{link, make_folder, put};
use super::{
    format::{Drawing, Format, Outgoing, Shape, Sizes, Splits, Writer},
    location::{content, relative, relative_exactly},
    names::{Name, Names},
    problem::{DatasetError, Problem},
    record::{Location, Record},
    select::Selection,
    survey::{Source, Survey},
};
use crate::{
    disk::Outputs,
    words::{brief, place},
};

/// What becomes of the pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Images {
    /// They stay where they are.
    #[default]
    None,
    /// They are copied, upright and without a tag that says how to turn them.
    Copy,
    /// Links lead to them; those within archives, and those that a tag says to be turned are copied, since not all readers heed it.
    Link,
}

/// Gives the file of a picture that a tag says to be turned anew, upright and without the tag; `None` where it is upright.
pub type Upright<'a> = dyn Fn(&Location) -> Result<Option<Vec<u8>>, String> + 'a;

/// Draws pictures of a record, of the content of its picture's file.
pub type Draw<'a> = dyn Fn(&Record, Vec<u8>, &[Drawing]) -> Result<Vec<Vec<u8>>, String> + 'a;

/// A conversion that is to be done.
pub struct Conversion<'a> {
    /// Where the records come from.
    pub source: &'a Source,
    /// What was found there.
    pub survey: &'a Survey,
    /// What is taken of it.
    pub selection: Selection,
    /// The format to write.
    pub format: &'static Format,
    /// The file or folder to write.
    pub target: &'a Path,
    /// What becomes of the pictures.
    pub images: Images,
    /// For copies of pictures.
    pub upright: &'a Upright<'a>,
    /// For formats that are drawn.
    pub draw: &'a Draw<'a>,
    /// Gives the size of a picture that the source does not tell.
    pub sizes: Sizes,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records.
    pub n_records: u64,
    /// Pictures, copied or linked.
    pub n_pictures: u64,
    /// Records and pictures that could not be written.
    pub n_problems: u64,
}

/// Writes the records; those that can't be written are told as they are met.
///
/// # Errors
/// When the format is only read, or a file can't be written.
pub fn convert(
    conversion: &Conversion<'_>,
    outputs: &mut Outputs,
    tell: &mut dyn FnMut(&Problem),
) -> Result<Report, DatasetError> {
    let splits = Splits {
        names: conversion.selection.splits(),
        classes: conversion.survey.classes.iter().cloned().collect(),
        selection: conversion.selection.clone(),
    };
    let write = conversion.format.write;
    let write = write.ok_or_else(|| DatasetError::malformed(conversion.target, "This format is only read"))?;
    let mut report = Report::default();
    for &split in &splits.names {
        let mut writer = write(&splits);
        let mut pass =
            Pass { conversion, place: Place::new(conversion, &*writer, split), split, report: &mut report, tell };
        pass.write_main(&mut *writer, outputs)?;
        pass.write_others(&mut *writer, outputs)?;
    }
    for (name, content) in write(&splits).common_files() {
        let path = match conversion.format.shape {
            Shape::Folder => conversion.target.join(name),
            Shape::File(_) => with_stem_ending(conversion.target, &name.to_string_lossy()),
        };
        put(outputs, &path, &content)?;
    }
    Ok(report)
}

/// Where a split goes.
struct Place {
    main: Option<PathBuf>,
    /// The folder of the split.
    root: PathBuf,
    /// Where the names of pictures start from.
    base: PathBuf,
    pictures: PathBuf,
}

impl Place {
    fn new(conversion: &Conversion<'_>, writer: &dyn Writer, split: &str) -> Self {
        let target = conversion.target;
        let (main, root) = match conversion.format.shape {
            Shape::File(_) => {
                let file = if split.is_empty() { target.to_owned() } else { with_suffix(target, split) };
                (Some(file), target.parent().map(Path::to_owned).unwrap_or_default())
            }
            Shape::Folder => {
                let root = if writer.has_own_splits() { target.to_owned() } else { target.join(split) };
                (writer.main_file().map(|file| root.join(file)), root)
            }
        };
        let (base, pictures) = (root.join(writer.base()), root.join(writer.pictures_folder(split)));
        Self { main, root, base, pictures }
    }
}

/// `a-train.jsonl` for `a.jsonl` and `train`.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    with_stem_ending(path, &format!("-{suffix}{ending}"))
}

/// The path with something else in place of its ending.
fn with_stem_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// One split on its way.
struct Pass<'a, 'b> {
    conversion: &'a Conversion<'b>,
    place: Place,
    split: &'static str,
    report: &'a mut Report,
    tell: &'a mut dyn FnMut(&Problem),
}

/// Why a pass ended early.
enum Stopped {
    /// The file that grows could not be written.
    Main(io::Error),
    /// Something else.
    Other(DatasetError),
}

impl From<DatasetError> for Stopped {
    fn from(e: DatasetError) -> Self {
        Self::Other(e)
    }
}

/// Writes what a pass writes of one record.
type Put<'a> = dyn FnMut(&mut dyn Writer, &Outgoing<'_>, &Name) -> Result<(), Stopped> + 'a;

impl Pass<'_, '_> {
    fn write_main(&mut self, writer: &mut dyn Writer, outputs: &mut Outputs) -> Result<(), DatasetError> {
        let Some(main) = self.place.main.clone() else { return Ok(()) };
        make_folder(outputs, &main)?;
        let mut failure = None;
        let written = outputs.write_with(&main, |file| {
            let mut out = BufWriter::new(file);
            writer.begin(&mut out)?;
            let done =
                self.each(writer, &mut |writer, outgoing, _| writer.put(outgoing, &mut out).map_err(Stopped::Main));
            match done {
                Err(Stopped::Main(e)) => return Err(e),
                Err(Stopped::Other(e)) => {
                    let reason = io::Error::other(e.to_string());
                    failure = Some(e);
                    return Err(reason);
                }
                Ok((n_records, n_problems)) => {
                    self.report.n_records += n_records;
                    self.report.n_problems += n_problems;
                }
            }
            writer.end(&mut out)?;
            out.flush()
        });
        failure.map_or(Ok(()), Err).and(written.map_err(DatasetError::from))
    }

    /// What each record has for itself.
    fn write_others(&mut self, writer: &mut dyn Writer, outputs: &mut Outputs) -> Result<(), DatasetError> {
        let is_first = self.place.main.is_none();
        if !is_first && self.conversion.images == Images::None && !writer.has_files_beside() {
            return Ok(());
        }
        let (conversion, split) = (self.conversion, self.split);
        let (root, pictures) = (self.place.root.clone(), self.place.pictures.clone());
        let (mut n_pictures, mut unbrought) = (0, Vec::new());
        let done = self.each(writer, &mut |writer, outgoing, name| {
            if let Some((file, content)) = writer.own_file(split, outgoing) {
                put(outputs, &root.join(file), &content)?;
            }
            match draw(conversion, writer, outgoing) {
                Ok(drawn) => {
                    for (file, content) in drawn {
                        put(outputs, &root.join(file), &content)?;
                    }
                }
                Err(reason) => {
                    let reason = format!("Its picture can't be drawn ({reason})");
                    unbrought.push(Problem { place: brief(outgoing.record.picture_name()), reason });
                }
            }
            let location = &outgoing.record.picture.location;
            match bring(conversion, location, &pictures.join(name.whole()), outputs)? {
                Some(Ok(())) => n_pictures += 1,
                Some(Err(problem)) => unbrought.push(problem),
                None => {}
            }
            Ok(())
        });
        let (n_records, n_problems) = match done {
            Ok(counts) => counts,
            Err(Stopped::Other(e)) => return Err(e),
            Err(Stopped::Main(e)) => return Err(DatasetError::unreadable(conversion.target, e)),
        };
        for problem in &unbrought {
            (self.tell)(problem);
        }
        self.report.n_pictures += n_pictures;
        self.report.n_problems += unbrought.len() as u64;
        if is_first {
            self.report.n_records += n_records;
            self.report.n_problems += n_problems;
        }
        Ok(())
    }

    /// Hands each record of the split on; gives how many were, and how many could not be.
    fn each(&mut self, writer: &mut dyn Writer, put: &mut Put<'_>) -> Result<(u64, u64), Stopped> {
        let selection = &self.conversion.selection;
        let (mut names, mut n_records, mut n_problems) = (Names::default(), 0, 0);
        for mut record in self.conversion.source.records()?.flatten() {
            if !selection.takes(&record) || selection.split_of(&record) != self.split {
                continue;
            }
            selection.apply(&mut record);
            let name = names.name(&record, n_records + 1);
            let picture = self.picture_name(&record, &name, writer.needs_picture());
            let exactly = self.exact_name(&record);
            let size = size(self.conversion, &record, writer.needs_picture());
            let fails = match (&picture, &size) {
                (Some(picture), Ok(size)) => {
                    let outgoing = Outgoing {
                        record: &record,
                        selection,
                        picture,
                        picture_exactly: exactly.as_deref(),
                        stem: &name.stem,
                        size: *size,
                        number: n_records + 1,
                        content: &|| upright(self.conversion, &record.picture.location),
                    };
                    let refusal = writer.refuses(&outgoing);
                    if refusal.is_none() {
                        put(writer, &outgoing, &name)?;
                        n_records += 1;
                    }
                    refusal.map(str::to_owned)
                }
                (None, _) => Some("Its picture has no name".to_owned()),
                (_, Err(reason)) => Some(format!("The size of its picture is not known ({reason})")),
            };
            if let Some(reason) = fails {
                n_problems += 1;
                (self.tell)(&Problem { place: brief(record.picture_name()), reason });
            }
        }
        Ok((n_records, n_problems))
    }

    /// What a picture that stays where it is is called, where that is no Unicode text.
    fn exact_name(&self, record: &Record) -> Option<OsString> {
        match &record.picture.location {
            Location::File(path) if self.conversion.images == Images::None && path.to_str().is_none() => {
                Some(relative_exactly(&self.place.base, path))
            }
            _ => None,
        }
    }

    /// What the picture is called in the files that are written; empty, where it need not be called anything.
    fn picture_name(&self, record: &Record, name: &Name, is_needed: bool) -> Option<String> {
        let Place { base, pictures, .. } = &self.place;
        match &record.picture.location {
            Location::Unknown if !is_needed => Some(String::new()),
            Location::Unknown => record.picture.url.clone().filter(|url| !url.is_empty()),
            _ if self.conversion.images != Images::None => Some(relative(base, &pictures.join(name.whole()))),
            Location::File(path) => Some(relative(base, path)),
            Location::Within(_) => Some(record.picture_name()),
        }
    }
}

/// The size of a record's picture, where it is needed or known.
fn size(conversion: &Conversion<'_>, record: &Record, is_needed: bool) -> Result<Option<[u32; 2]>, String> {
    match record.picture.size {
        None if is_needed => (conversion.sizes)(&record.picture.location).map(Some),
        size => Ok(size),
    }
}

/// Brings a picture to where the records say it is; `None` if it stays where it is.
fn bring(
    conversion: &Conversion<'_>,
    location: &Location,
    target: &Path,
    outputs: &mut Outputs,
) -> Result<Option<Result<(), Problem>>, DatasetError> {
    let problem = |reason: String| Problem { place: place(target), reason };
    if let Location::File(path) = location {
        outputs.reads(path);
    }
    match (conversion.images, location) {
        (Images::None, _) | (_, Location::Unknown) => Ok(None),
        (Images::Link, Location::File(path)) => match (conversion.upright)(location) {
            Ok(None) => {
                make_folder(outputs, target)?;
                outputs.check(target)?;
                Ok(Some(link(path, target).map_err(|e| problem(format!("It can't be linked ({e})")))))
            }
            Ok(Some(content)) => put(outputs, target, &content).map(|()| Some(Ok(()))),
            Err(reason) => Ok(Some(Err(problem(format!("Its picture can't be read ({reason})"))))),
        },
        (Images::Link | Images::Copy, location) => match upright(conversion, location) {
            Ok(content) => put(outputs, target, &content).map(|()| Some(Ok(()))),
            Err(reason) => Ok(Some(Err(problem(format!("Its picture can't be read ({reason})"))))),
        },
    }
}

/// The file of a picture, turned if need be.
fn upright(conversion: &Conversion<'_>, location: &Location) -> Result<Vec<u8>, String> {
    match (conversion.upright)(location)? {
        Some(turned) => Ok(turned),
        None => content(location).map_err(|e| e.to_string()),
    }
}

/// The pictures that a format draws of a record, each with its name.
fn draw(
    conversion: &Conversion<'_>,
    writer: &dyn Writer,
    outgoing: &Outgoing<'_>,
) -> Result<Vec<(PathBuf, Vec<u8>)>, String> {
    let (files, drawings): (Vec<_>, Vec<_>) = writer.drawings(outgoing).into_iter().unzip();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let drawn = (conversion.draw)(
        outgoing.record,
        content(&outgoing.record.picture.location).map_err(|e| e.to_string())?,
        &drawings,
    )?;
    Ok(files.into_iter().zip(drawn).collect())
}
