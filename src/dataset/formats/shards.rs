//! Tar archives with a picture and its texts in turn, as `WebDataset` reads and img2dataset writes them: `KEY.jpg`, `KEY.json`,
//! `KEY.txt`, in any order but together. The JSON is GRIT's; without one, the text is the caption.

use std::{
    io::BufRead,
    iter::Peekable,
    path::{Path, PathBuf},
};

use super::grit;
use crate::archive::{self, Place};
use crate::dataset::{
    fields::object,
    format::{Format, Records, Shape, Sizes},
    input::elements::LONGEST_RECORD,
    input::stream::{files, has_ending, json, open},
    input::tar::{Member, Members},
    problem::{DatasetError, Problem},
    record::{Location, Record},
};

/// `WebDataset`.
pub(crate) const SHARDS: Format = Format {
    name: "webdataset",
    label: "WebDataset, tar archives of KEY.jpg and KEY.json",
    holds: &[],
    rounds: None,
    shape: Shape::Folder,
    is_looked_at: false,
    recognises: |glimpse| glimpse.ending == "tar" || glimpse.ending == "tgz" || glimpse.has_name(".tar"),
    read: Some(read),
    write: None,
};

fn read(path: &Path, _: Sizes) -> Result<Records, DatasetError> {
    if path.is_file() {
        return read_archive(path);
    }
    Ok(Box::new(files(path, "tar")?.flat_map(|path| {
        read_archive(&path).unwrap_or_else(|e| Box::new(std::iter::once(Err(Problem::new(&path, "", e)))))
    })))
}

fn read_archive(path: &Path) -> Result<Records, DatasetError> {
    let is_text = |name: &str, length: u64| {
        ["json", "txt"].iter().any(|ending| has_ending(Path::new(name), ending)) && length <= LONGEST_RECORD as u64
    };
    let members = Members::new(open(path)?, is_text).peekable();
    Ok(Box::new(Groups { members, path: path.to_owned() }))
}

/// The members of one key after those of another.
struct Groups<R: BufRead> {
    members: Peekable<Members<R>>,
    path: PathBuf,
}

/// A member's path up to the first dot of its name, and what comes behind.
fn key(name: &str) -> (&str, &str) {
    let start = name.rfind('/').map_or(0, |slash| slash + 1);
    name[start..].find('.').map_or((name, ""), |dot| (&name[..start + dot], &name[start + dot + 1..]))
}

impl<R: BufRead> Iterator for Groups<R> {
    type Item = Result<Record, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let first = match self.members.next()? {
                Ok(first) => first,
                Err(e) => return Some(Err(Problem::new(&self.path, "", format!("The rest can't be read ({e})")))),
            };
            let name = key(&first.name).0.to_owned();
            let mut group = vec![first];
            while let Some(Ok(next)) =
                self.members.next_if(|next| next.as_ref().is_ok_and(|next| key(&next.name).0 == name))
            {
                group.push(next);
            }
            if let Some(record) = record(&self.path, group) {
                return Some(record.map_err(|reason| Problem::new(&self.path, &name, reason)));
            }
        }
    }
}

/// `None` for what belongs to no picture, such as a list of contents.
fn record(file: &Path, group: Vec<Member>) -> Option<Result<Record, String>> {
    let (mut fields, mut caption, mut picture) = (None, None, None);
    for member in group {
        let ending = key(&member.name).1.to_lowercase();
        match (ending.as_str(), member.content) {
            ("json", Some(content)) => fields = Some(json(&content).and_then(object)),
            ("txt", Some(content)) => caption = Some(String::from_utf8_lossy(&content).into_owned()),
            (ending, _) if grit::PICTURES.contains(&ending) => {
                picture = Some(Location::Within(archive::Member {
                    file: file.to_owned(),
                    place: Place::Range { name: member.name, range: member.range },
                }));
            }
            _ => {}
        }
    }
    let record = match (fields, caption) {
        (Some(fields), _) => fields.and_then(|fields| grit::record(fields, Path::new(""))),
        (None, Some(caption)) => Ok(Record { caption, ..Record::default() }),
        (None, None) if picture.is_none() => return None,
        (None, None) => Ok(Record { notes: vec!["It has a picture and no text".to_owned()], ..Record::default() }),
    };
    Some(record.map(|mut record| {
        record.picture.location = picture.unwrap_or_default();
        record
    }))
}
