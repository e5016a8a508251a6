//! Pascal VOC: an XML file for each picture, in a folder `Annotations` beside the pictures' `JPEGImages`, and a list of them all.
//!
//! Pixels count from 1 and both corners are within the box, as in the original: the left edge 0 is `xmin` 1, the right edge
//! of a picture 640 wide is `xmax` 640. Some programs write from 0; their boxes are read a pixel too far up and left.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use roxmltree::{Document, Node, ParsingOptions};

use crate::dataset::{
    fields::{folder_of, location, markup},
    format::{Format, Outgoing, Part, PixelBox, Records, Shape, Sizes, Splits, Writer},
    input::stream::{files, whole},
    problem::{DatasetError, Problem},
    record::{Location, Picture, Record, Region, Words},
};

/// Pascal VOC.
pub(crate) const VOC: Format = Format {
    name: "voc",
    label: "Pascal VOC, an XML file for each picture",
    holds: &[Part::LooseWords, Part::NoBoxes],
    rounds: Some("boxes to whole pixels"),
    shape: Shape::Folder,
    is_looked_at: false,
    recognises: |glimpse| {
        glimpse.has_name(".xml") && !glimpse.has_name(".json")
            || glimpse.head.windows(11).any(|part| part == b"<annotation")
    },
    read: Some(read),
    write: Some(|_: &Splits| Box::new(Files)),
};

const PICTURES: &str = "JPEGImages";

fn read(path: &Path, sizes: Sizes) -> Result<Records, DatasetError> {
    Ok(Box::new(
        files(path, "xml")?.map(move |path| record(&path, &sizes).map_err(|reason| Problem::new(&path, "", reason))),
    ))
}

fn record(path: &Path, sizes: &Sizes) -> Result<Record, String> {
    let content = whole(path).map_err(|e| format!("It can't be read ({e})"))?;
    let content = String::from_utf8(content).map_err(|_| "It is no UTF-8 text")?;
    // Definitions of entities could grow without end.
    let options = ParsingOptions { nodes_limit: 1 << 20, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&content, options).map_err(|e| format!("It is not XML ({e})"))?;
    let annotation = document.root_element();
    let name = text(annotation, "filename").ok_or("Its filename is missing")?;
    let folders = [folder_of(path).join("..").join(PICTURES), folder_of(path).to_owned()];
    let is_there = |location: &Location| matches!(location, Location::File(path) if path.exists());
    let at = folders.iter().map(|folder| location(folder, name)).find(is_there);
    let at = at.unwrap_or_else(|| location(&folders[0], name));
    let told = child(annotation, "size").and_then(|size| Some([number(size, "width")?, number(size, "height")?]));
    let told = told.map(|size| size.map(|side| side as u32)).filter(|size| !size.contains(&0));
    let size = told.map_or_else(|| sizes(&at), Ok)?;
    let mut record = Record { picture: Picture { location: at, size: Some(size), url: None }, ..Record::default() };
    for object in annotation.children().filter(|node| node.has_tag_name("object")) {
        let words = Words::Loose(text(object, "name").unwrap_or_default().to_owned());
        let place = child(object, "bndbox").ok_or("An object of it has no box")?;
        let [x1, y1, x2, y2] = ["xmin", "ymin", "xmax", "ymax"].map(|edge| number(place, edge));
        let edges = (|| Some([x1? - 1.0, y1? - 1.0, x2?, y2?]))().ok_or("A box of it is not four numbers")?;
        record.link(words, None, Region::from_pixels(edges, size).ok_or("A box of it is none")?);
    }
    Ok(record)
}

fn child<'a, 'b>(node: Node<'a, 'b>, name: &str) -> Option<Node<'a, 'b>> {
    node.children().find(|child| child.has_tag_name(name))
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?.text()
}

fn number(node: Node<'_, '_>, name: &str) -> Option<f64> {
    text(node, name)?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

struct Files;

impl Writer for Files {
    /// The list of pictures, without which some readers find nothing.
    fn main_file(&self) -> Option<PathBuf> {
        Some(PathBuf::from("ImageSets/Main/trainval.txt"))
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", outgoing.stem)
    }

    fn has_files_beside(&self) -> bool {
        true
    }

    fn pictures_folder(&self, _: &str) -> PathBuf {
        PathBuf::from(PICTURES)
    }

    fn base(&self) -> PathBuf {
        PathBuf::from(PICTURES)
    }

    fn own_file(&self, _: &str, outgoing: &Outgoing<'_>) -> Option<(PathBuf, Vec<u8>)> {
        let [width, height] = outgoing.size?;
        let objects: String = outgoing.pixel_boxes().map(|place| object(&place, [width, height])).collect();
        let content = format!(
            "<annotation>\n  <folder>{PICTURES}</folder>\n  <filename>{}</filename>\n  <size>\n    <width>{width}</width>\n    \
             <height>{height}</height>\n    <depth>3</depth>\n  </size>\n  <segmented>0</segmented>\n{objects}</annotation>\n",
            escaped(outgoing.picture)
        );
        Some((PathBuf::from(format!("Annotations/{}.xml", outgoing.stem)), content.into_bytes()))
    }
}

fn object(place: &PixelBox<'_>, [width, height]: [u32; 2]) -> String {
    let [x1, y1, x2, y2] = place.edges.map(f64::round);
    // At least one pixel, inside the picture.
    let (x1, y1) = (x1.min(f64::from(width) - 1.0), y1.min(f64::from(height) - 1.0));
    format!(
        "  <object>\n    <name>{}</name>\n    <pose>Unspecified</pose>\n    <truncated>0</truncated>\n    \
         <difficult>0</difficult>\n    <bndbox>\n      <xmin>{}</xmin>\n      <ymin>{}</ymin>\n      <xmax>{}</xmax>\n      \
         <ymax>{}</ymax>\n    </bndbox>\n  </object>\n",
        escaped(&place.class),
        x1 + 1.0,
        y1 + 1.0,
        x2.max(x1 + 1.0),
        y2.max(y1 + 1.0)
    )
}

/// Text as XML has it; signs that XML can't hold are replaced.
fn escaped(text: &str) -> String {
    markup(text, |c| match c {
        '\t' | '\n' | '\r' => Some(" "),
        '\u{fffe}' | '\u{ffff}' | '\0'..' ' => Some("\u{fffd}"),
        _ => None,
    })
}
