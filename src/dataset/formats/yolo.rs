//! YOLO, as Ultralytics trains from it: `data.yaml` with the names of classes, `images/SPLIT` and `labels/SPLIT` with a text
//! file for each picture.
//!
//! A line is a class and a box by its middle and size, in fractions; five columns, since readers drop a picture whose lines
//! have a score as the sixth.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::dataset::{
    fields::folder_of,
    format::{Format, Outgoing, Part, Records, Shape, Sizes, Splits, Writer},
    input::stream::{Walk, files, has_ending, whole},
    problem::{DatasetError, Problem},
    record::{Location, Picture, Record, Region, Words},
};

/// YOLO.
pub(crate) const YOLO: Format = Format {
    name: "yolo",
    label: "YOLO, data.yaml with a text file for each picture",
    holds: &[Part::LooseWords, Part::NoBoxes],
    rounds: None,
    shape: Shape::Folder,
    is_looked_at: false,
    recognises: |glimpse| {
        glimpse.has_name("data.yaml")
            || glimpse.ending == "yaml" && glimpse.head.windows(6).any(|part| part == b"names:")
            || glimpse.names.iter().any(|name| name.starts_with("labels/") && has_ending(Path::new(name), "txt"))
    },
    read: Some(read),
    write: Some(|splits: &Splits| Box::new(Files { splits: splits.clone() })),
};

fn read(folder: &Path, _: Sizes) -> Result<Records, DatasetError> {
    // The file that names the classes stands for its folder.
    let folder = if folder.is_dir() { folder } else { folder_of(folder) };
    let is_yaml = |path: &PathBuf| has_ending(path, "yaml") || has_ending(path, "yml");
    let yaml = Walk::new(folder)?.take(1000).find(is_yaml);
    let yaml = yaml.map(|path| whole(&path).map_err(|e| DatasetError::unreadable(&path, e))).transpose()?;
    let names = names(&String::from_utf8_lossy(&yaml.unwrap_or_default()));
    let labels = folder.join("labels");
    let folder = folder.to_owned();
    Ok(Box::new(files(&labels, "txt")?.map(move |path| {
        let content = whole(&path).map_err(|e| Problem::new(&path, "", format!("It can't be read ({e})")))?;
        let beside = path.strip_prefix(&labels).map(|name| folder.join("images").join(name)).unwrap_or_default();
        let mut record = Record { picture: picture(&beside), ..Record::default() };
        for (at, line) in
            String::from_utf8_lossy(&content).lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
        {
            let told = |reason| Problem::new(&path, &format!("line {}", at + 1), reason);
            let (class, region) = label(line).map_err(told)?;
            let name = names
                .iter()
                .find(|(number, _)| *number == class)
                .map_or_else(|| class.to_string(), |(_, name)| name.clone());
            record.link(Words::Loose(name), None, region);
        }
        Ok(record)
    })))
}

/// The picture of a label file, whatever its ending.
fn picture(beside: &Path) -> Picture {
    const ENDINGS: [&str; 7] = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff"];
    let all =
        ENDINGS.iter().flat_map(|ending| [beside.with_extension(ending), beside.with_extension(ending.to_uppercase())]);
    let there = all.into_iter().find(|path| path.exists());
    Picture { location: Location::File(there.unwrap_or_else(|| beside.with_extension("jpg"))), ..Picture::default() }
}

fn label(line: &str) -> Result<(usize, Region), String> {
    let mut columns = line.split_ascii_whitespace();
    let class = columns.next().and_then(|class| class.parse().ok()).ok_or("It does not begin with a class")?;
    let numbers: Vec<f64> =
        columns.map(str::parse).collect::<Result<_, _>>().map_err(|_| "A column of it is no number")?;
    let (edges, score) = match numbers.as_slice() {
        [x, y, w, h, rest @ ..] if rest.len() < 2 => {
            ([x - w / 2.0, y - h / 2.0, x + w / 2.0, y + h / 2.0], rest.first().copied())
        }
        // A polygon.
        points if points.len() >= 6 && points.len() % 2 == 0 => {
            let axis = |first: usize| points.iter().skip(first).step_by(2).copied();
            let ends = |first| (axis(first).fold(f64::MAX, f64::min), axis(first).fold(f64::MIN, f64::max));
            let ((x1, x2), (y1, y2)) = (ends(0), ends(1));
            ([x1, y1, x2, y2], None)
        }
        _ => return Err("It is neither a box nor a polygon".to_owned()),
    };
    Ok((class, Region::new(edges).ok_or("A box of it is none")?.scored(score)))
}

/// The names of classes in a `data.yaml`: a list or a map, in one line or in several. The rest of YAML is passed over.
fn names(yaml: &str) -> Vec<(usize, String)> {
    let mut lines = yaml.lines().skip_while(|line| !line.starts_with("names:"));
    let first = lines.next().map_or("", |line| line["names:".len()..].trim());
    if let Some(list) = first.strip_prefix('[') {
        let items = split(list.trim_end_matches(']'));
        return items.into_iter().map(|item| scalar(&item)).enumerate().collect();
    }
    let inside = lines.take_while(|line| line.starts_with([' ', '-', '#']) || line.trim().is_empty());
    let items = inside.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    items
        .enumerate()
        .filter_map(|(at, line)| {
            if let Some(item) = line.strip_prefix('-') {
                return Some((at, scalar(item)));
            }
            let (number, name) = line.split_once(':')?;
            Some((scalar(number).parse().ok()?, scalar(name)))
        })
        .collect()
}

/// At commas outside quotes.
fn split(list: &str) -> Vec<String> {
    let (mut items, mut quote, mut before) = (vec![String::new()], None, ' ');
    for c in list.chars() {
        match (c, quote) {
            (',', None) => items.push(String::new()),
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open && before != '\\' => quote = None,
            _ => {}
        }
        if c != ',' || quote.is_some() {
            items.last_mut().into_iter().for_each(|item| item.push(c));
        }
        before = c;
    }
    items
}

/// A text of YAML: in double quotes as JSON has it, in single ones with those doubled, or plain.
fn scalar(text: &str) -> String {
    let text = text.trim();
    let single = || Some(text.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"));
    serde_json::from_str::<String>(text).ok().or_else(single).unwrap_or_else(|| text.to_owned())
}

struct Files {
    splits: Splits,
}

/// The name of the split where there is but one.
const ONLY: &str = "train";

fn named(split: &str) -> &str {
    if split.is_empty() { ONLY } else { split }
}

impl Writer for Files {
    fn needs_picture(&self) -> bool {
        false
    }

    fn has_own_splits(&self) -> bool {
        true
    }

    fn pictures_folder(&self, split: &str) -> PathBuf {
        Path::new("images").join(named(split))
    }

    fn own_file(&self, split: &str, outgoing: &Outgoing<'_>) -> Option<(PathBuf, Vec<u8>)> {
        let mut lines = String::new();
        for (span, region) in outgoing.record.boxes() {
            let [x1, y1, x2, y2] = region.edges;
            let class = self.splits.class_of(outgoing.record.words(span));
            let (x, y, w, h) = (f64::midpoint(x1, x2), f64::midpoint(y1, y2), x2 - x1, y2 - y1);
            let _ = writeln!(lines, "{class} {x:.9} {y:.9} {w:.9} {h:.9}");
        }
        let path = Path::new("labels").join(named(split)).join(format!("{}.txt", outgoing.stem));
        Some((path, lines.into_bytes()))
    }

    fn common_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        // Without a path they start from this file; a dot would be the folder that a program is started in. Readers want both.
        let mut yaml = String::new();
        for (key, at) in [("train", 0), ("val", 1)] {
            let split = self.splits.names.get(at).or(self.splits.names.first()).copied().unwrap_or_default();
            let _ = writeln!(yaml, "{key}: images/{}", named(split));
        }
        yaml.push_str("names:\n");
        for (at, name) in self.splits.classes.iter().enumerate() {
            let _ = writeln!(yaml, "  {at}: {}", quoted(name));
        }
        vec![(PathBuf::from("data.yaml"), yaml.into_bytes())]
    }
}

/// A text that YAML reads as it is: JSON, with what JSON leaves as it is and YAML does not allow spelt out.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in Value::from(text).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_however_they_are_written() {
        let expected = [(0, "a dog".to_owned()), (1, "it's, \"é\": 🚀".to_owned())];
        for yaml in [
            "path: .\nnames:\n  0: a dog\n  1: 'it''s, \"é\": 🚀'\nnc: 2\n",
            "names: [a dog, \"it's, \\\"é\\\": 🚀\"]\n",
            "nc: 2\nnames:\n- a dog\n# second\n- \"it's, \\\"é\\\": 🚀\"\nval: x\n",
        ] {
            assert_eq!(names(yaml), expected, "{yaml}");
        }
        assert_eq!(names(""), []);
        assert_eq!(scalar(&quoted("a\u{85}\u{2028}\n\"b")), "a\u{85}\u{2028}\n\"b");
    }

    #[allow(clippy::float_cmp, reason = "these numbers are exact")]
    #[test]
    fn labels_are_boxes_or_polygons() {
        assert_eq!(label("3 0.5 0.5 0.5 1").expect("a box").1.edges, [0.25, 0.0, 0.75, 1.0]);
        assert_eq!(label("3 0.5 0.5 0.5 1 0.25").expect("a box").1.score, Some(0.25));
        assert_eq!(label("0 0.1 0.2 0.5 0.1 0.3 0.9").expect("a polygon").1.edges, [0.1, 0.1, 0.5, 0.9]);
        for line in ["", "x 1 1 1 1", "0 1 1 1", "0 a b c d", "0 nan 1 1 1"] {
            assert!(label(line).is_err(), "{line}");
        }
    }
}
