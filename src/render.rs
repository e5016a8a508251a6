//! Records drawn: their pictures with boxes and captions, by the painter of the window, and boxes cut out.

use image::{RgbImage, imageops};

use crate::{
    caption::{Caption, Phrase, Region},
    dataset::{self, Drawing, Record, Span, Words},
    export,
    geometry::{NormBox, PatchIndex},
    overlay::{self, Look, Mark},
    picture::{PictureSource, open},
};

/// Draws pictures of a record as PNG files; `file` is the content of its picture's file.
///
/// # Errors
/// One sentence, when the file is no picture, or there is no room for what is drawn.
pub fn draw(record: &Record, file: Vec<u8>, drawings: &[Drawing]) -> Result<Vec<Vec<u8>>, String> {
    let source = PictureSource::Bytes { name: record.picture_name(), bytes: file.into() };
    let pixels = open(source).map_err(|e| e.to_string())?.pixels;
    let drawn = drawings.iter().map(|drawing| {
        let image = match drawing {
            Drawing::Crop(edges) => crop(&pixels, *edges),
            Drawing::Annotated => annotated(&pixels, record)?,
            Drawing::Captioned => overlay::with_caption(&annotated(&pixels, record)?, &readable(record)),
        };
        export::png(&image).map_err(|e| e.to_string())
    });
    drawn.collect()
}

fn annotated(pixels: &RgbImage, record: &Record) -> Result<RgbImage, String> {
    overlay::check_room(pixels.dimensions(), 1.0).map_err(|e| e.to_string())?;
    let look = Look::default();
    Ok(overlay::annotate(pixels, &marks(record, look), look))
}

/// What is within a box, every pixel that it touches, and one at least.
fn crop(pixels: &RgbImage, [x1, y1, x2, y2]: [f64; 4]) -> RgbImage {
    let ends = |from: f64, to: f64, side: u32| {
        let first = ((from * f64::from(side)).floor() as u32).min(side - 1);
        let last = ((to * f64::from(side)).ceil() as u32).clamp(first + 1, side);
        (first, last - first)
    };
    let ((x, width), (y, height)) = (ends(x1, x2, pixels.width()), ends(y1, y2, pixels.height()));
    imageops::crop_imm(pixels, x, y, width, height).to_image()
}

/// The marks of all boxes, numbered by their phrases.
fn marks(record: &Record, look: Look) -> Vec<Mark> {
    overlay::marks(&caption(record, |_| true), None, look)
}

/// The caption with the phrases that can be marked in it: of those within others the outer ones.
fn readable(record: &Record) -> Caption {
    let ranges: Vec<_> = record.spans.iter().filter_map(|span| span.words.range()).collect();
    let is_outer = |span: &Span| {
        let Words::Linked(own) = &span.words else { return true };
        !ranges.iter().any(|other| {
            let shares = other.start < own.end && own.start < other.end;
            let is_before = (other.start, usize::MAX - other.end) < (own.start, usize::MAX - own.end);
            shares && is_before
        })
    };
    caption(record, is_outer)
}

/// The record as what the window shows; of phrases that are not wanted neither words nor boxes.
fn caption(record: &Record, is_wanted: impl Fn(&Span) -> bool) -> Caption {
    let phrase = |span: &Span| {
        let regions = if is_wanted(span) { span.regions.iter().map(region).collect() } else { Vec::new() };
        let lost = match &span.words {
            Words::Loose(words) if !words.is_empty() => Some(words.clone()),
            _ => None,
        };
        Phrase { span: span.words.range().filter(|_| is_wanted(span)).cloned().unwrap_or(0..0), regions, lost }
    };
    Caption { text: record.caption.clone(), phrases: record.spans.iter().map(phrase).collect() }
}

fn region(region: &dataset::Region) -> Region {
    let [x1, y1, x2, y2] = region.edges.map(|edge| edge as f32);
    let norm = NormBox::new(x1, y1, x2, y2);
    let score = region.score.map(|score| score as f32);
    let patches = region.cells.map_or_else(|| norm.to_patches(), |[first, last]| (PatchIndex(first), PatchIndex(last)));
    Region { norm, patches, raw_span: 0..0, score, token_probability: None }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn record() -> Record {
        let mut record = Record { caption: "a dog in a field".to_owned(), ..Record::default() };
        let boxed = |edges| dataset::Region::new(edges).unwrap();
        record.link(Words::Linked(0..16), Some(0..5), boxed([0.25, 0.25, 0.5, 0.75]));
        record.link(Words::Linked(9..16), None, boxed([0.0, 0.5, 1.0, 1.0]));
        record.link(Words::Loose("sky".to_owned()), None, boxed([0.0, 0.0, 1.0, 0.5]));
        record
    }

    /// A picture of 40×20 pixels, each of a colour of its own.
    fn file() -> Vec<u8> {
        export::png(&RgbImage::from_fn(40, 20, |x, y| Rgb([x as u8, y as u8, 7]))).unwrap()
    }

    #[test]
    fn boxes_are_cut_out_to_the_pixel() {
        let cut = |edges| {
            let drawn = draw(&record(), file(), &[Drawing::Crop(edges)]).unwrap();
            let image = image::load_from_memory(&drawn[0]).unwrap().to_rgb8();
            (image.dimensions(), image.get_pixel(0, 0).0)
        };
        assert_eq!(cut([0.25, 0.25, 0.5, 0.75]), ((10, 10), [10, 5, 7]));
        assert_eq!(cut([0.26, 0.0, 0.27, 0.04]), ((1, 1), [10, 0, 7]), "every pixel that it touches");
        assert_eq!(cut([1.0, 1.0, 1.0, 1.0]), ((1, 1), [39, 19, 7]), "an empty box in the corner");
        assert_eq!(cut([0.0, 0.0, 1.0, 1.0]).0, (40, 20));
    }

    #[test]
    fn pictures_are_painted_by_the_window_s_painter() {
        let wide = export::png(&RgbImage::from_pixel(400, 200, Rgb([128; 3]))).unwrap();
        let drawn = draw(&record(), wide, &[Drawing::Annotated, Drawing::Captioned]).unwrap();
        let [plain, captioned] = [0, 1].map(|at| image::load_from_memory(&drawn[at]).unwrap().to_rgb8());
        assert_eq!(plain.dimensions(), (400, 200));
        assert!(plain.pixels().any(|pixel| pixel.0 != [128; 3]));
        assert!(captioned.height() > 220 && captioned.width() == 400);
        assert!(draw(&record(), b"no picture".to_vec(), &[Drawing::Annotated]).is_err());
    }

    #[test]
    fn marks_say_the_words_also_those_outside_the_caption() {
        let labels: Vec<String> = marks(&record(), Look::default()).into_iter().map(|mark| mark.label).collect();
        assert_eq!(labels.len(), 3);
        assert_eq!(labels[..2], ["a dog in a field", "a field"]);
        assert!(labels[2].contains("sky"), "{}", labels[2]);
        let caption = readable(&record());
        let shown: Vec<&str> = caption.linked().map(|(_, phrase)| caption.words(phrase)).collect();
        assert_eq!(shown, ["a dog in a field", ""]);
    }
}
