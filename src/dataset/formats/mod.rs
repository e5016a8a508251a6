//! One file a format: its row of the table, how it is read, and how it is written.

mod captions;
mod coco;
mod coco_index;
mod grit;
mod grit_table;
mod image_folder;
mod label_studio;
mod labelme;
mod looks;
mod odvg;
mod own;
mod shards;
mod training;
mod tsv;
mod tuples;
mod voc;
mod yolo;

use super::format::Format;

pub use own::own_object;

/// All formats. Where something is in two of them at a glimpse, the first is taken.
pub const FORMATS: &[Format] = &[
    own::OWN,
    grit::GRIT,
    grit::GRIT_FOLDER,
    shards::SHARDS,
    grit_table::GRIT_TABLE,
    tsv::TSV,
    tuples::TUPLES,
    coco::COCO,
    odvg::ODVG,
    yolo::YOLO,
    voc::VOC,
    labelme::LABELME,
    labelme::X_ANYLABELING,
    image_folder::IMAGE_FOLDER,
    label_studio::LABEL_STUDIO,
    training::MS_SWIFT,
    training::QWEN3_VL,
    training::QWEN2_5_VL,
    training::FLORENCE,
    training::PALIGEMMA,
    training::LLAVA,
    captions::CAPTIONS,
    looks::HTML,
    looks::SVG,
    looks::ANNOTATED,
    looks::CAPTIONED,
    looks::CROPS,
];
