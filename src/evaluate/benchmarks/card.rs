//! What a person should know of a benchmark before getting it: its files, where they come from, and under which terms.

/// What `--list` tells of a benchmark.
#[derive(Debug)]
pub struct Card {
    /// What is asked, in one line.
    pub about: &'static str,
    /// The files it is read from, in each form that is known here.
    pub files: &'static str,
    /// Where they can be had.
    pub source: &'static str,
    /// The terms of what people wrote and drew, or that none are known.
    pub annotations: &'static str,
    /// The terms of the pictures.
    pub pictures: &'static str,
    /// Tokens of a question and its answer together, at most: `--max-len-b` of the original generator, which counts the prompt and
    /// the slots of its pictures too. Its scripts for Flickr30k Entities and RefCOCO have 500; of what was written for the other
    /// numbers no script is published, and the paper names no limit, so they have the same. `None` where nothing is written.
    pub length: Option<usize>,
}

/// As in the scripts of the original generator.
pub(super) const LENGTH: Option<usize> = Some(500);
/// The terms of COCO's pictures (its terms of use).
pub(super) const COCO_PICTURES: &str = "COCO's, whose rights are with their owners; Flickr's terms of use";
/// The terms of the pictures of Flickr30k (README of Flickr30k Entities).
pub(super) const FLICKR30K_PICTURES: &str =
    "rights with their owners, Flickr's terms of use; for non-commercial research and education only";
/// The terms of what RefCOCO, RefCOCO+ and RefCOCOg are made of.
pub(super) const EXPRESSIONS: &str =
    "expressions: terms not stated (refer), unknown (MDETR's files, the mirrors); boxes: COCO's, CC BY 4.0";
