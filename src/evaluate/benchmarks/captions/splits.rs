//! Which captions there are, as data: the splits of Flickr30k, COCO and NoCaps, and how files and mirrors call them.

use super::super::card::{COCO_PICTURES, Card, FLICKR30K_PICTURES, LENGTH};

/// The captions of one of the three.
#[derive(Debug)]
pub(in super::super) struct Captions {
    pub(super) name: &'static str,
    pub(super) card: Card,
    /// Of the splits, in their order.
    pub(super) names: &'static [&'static str],
    pub(super) splits: &'static [Split],
    /// Where the pictures may be.
    pub(super) folders: &'static [&'static str],
}

/// A split, and the forms that it comes in.
#[derive(Debug)]
pub(super) struct Split {
    pub(super) name: &'static str,
    pub(super) task_name: &'static str,
    /// The file with its captions.
    pub(super) file: &'static str,
    pub(super) mirror: Mirror,
    /// Another file that people take for it, and why it is not.
    pub(super) mistaken: Option<(&'static str, &'static str)>,
    /// CIDEr of the released weights, times 100 (README of the model).
    pub(super) published: Option<f64>,
}

/// Parquet files on Hugging Face with pictures within.
#[derive(Debug)]
pub(super) enum Mirror {
    /// A column says of which split a row is.
    Column(Columns),
    /// The files of the split are called so, and its pictures are of this part of COCO, if it is COCO's.
    Files(&'static str, Columns, Option<&'static str>),
    /// Why there is none.
    Refused(&'static str),
}

/// What a mirror calls a picture's captions and its file.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) captions: &'static str,
    pub(super) name: &'static str,
}

const ALL_OF_IT: &str = "captions_val2014.json has all of val2014, of which Karpathy's test split is 5,000 pictures; take \
    dataset_coco.json, or --split val2014";
const NOT_KARPATHYS: &str = "Karpathy's test split is not read from mirrors: the val of lmms-lab's is all of val2014, of which it \
    is 5,000 pictures, and their test has no captions; take dataset_coco.json, or --split val2014";

pub(in super::super) const FLICKR30K: Captions = Captions {
    name: "flickr30k-caption",
    card: Card {
        about: "Captions of the 1,000 pictures of Karpathy's test split",
        files: "dataset_flickr30k.json, pictures in flickr30k-images; or parquet files with a column split",
        source: "https://cs.stanford.edu/people/karpathy/deepimagesent/caption_datasets.zip, pictures from \
            https://shannon.cs.illinois.edu/DenotationGraph; or huggingface.co/datasets/umaru97/flickr30k_train_val_test",
        annotations: "captions and Karpathy's list of splits: terms not stated",
        pictures: FLICKR30K_PICTURES,
        length: LENGTH,
    },
    names: &["test"],
    splits: &[Split {
        name: "test",
        task_name: "flickr30k_test",
        file: "dataset_flickr30k.json",
        mirror: Mirror::Column(Columns { captions: "caption", name: "filename" }),
        mistaken: None,
        published: Some(80.5),
    }],
    folders: &["flickr30k-images", "flickr30k_images"],
};

pub(in super::super) const COCO: Captions = Captions {
    name: "coco-caption",
    card: Card {
        about: "Captions of COCO: the 5,000 pictures of Karpathy's test split, or all of val2014",
        files: "dataset_coco.json for test; captions_val2014.json or lmms-lab's parquet files for val2014; pictures in val2014",
        source: "https://cs.stanford.edu/people/karpathy/deepimagesent/caption_datasets.zip, captions and pictures from \
            https://cocodataset.org; or huggingface.co/datasets/lmms-lab/COCO-Caption",
        annotations: "captions: CC BY 4.0; Karpathy's list of splits: terms not stated",
        pictures: COCO_PICTURES,
        length: LENGTH,
    },
    names: &["test", "val2014"],
    splits: &[
        Split {
            name: "test",
            task_name: "coco_karpathy_test",
            file: "dataset_coco.json",
            mirror: Mirror::Refused(NOT_KARPATHYS),
            mistaken: Some(("captions_val2014.json", ALL_OF_IT)),
            published: None,
        },
        Split {
            name: "val2014",
            task_name: "coco2014_cap_val",
            file: "captions_val2014.json",
            mirror: Mirror::Files("val", Columns { captions: "answer", name: "file_name" }, Some("val2014")),
            mistaken: None,
            published: None,
        },
    ],
    folders: &["val2014"],
};

pub(in super::super) const NOCAPS: Captions = Captions {
    name: "nocaps",
    card: Card {
        about: "Captions of things that COCO's lack, 4,500 pictures of Open Images",
        files: "nocaps_val_4500_captions.json, pictures in val; or lmms-lab's parquet files",
        source: "https://nocaps.org/download; or huggingface.co/datasets/lmms-lab/NoCaps",
        annotations: "CC BY 2.0, as a mirror says (HuggingFaceM4/NoCaps); nocaps.org states none",
        pictures: "Open Images, which lists each as CC BY 2.0 and warrants nothing",
        length: LENGTH,
    },
    names: &["val"],
    splits: &[Split {
        name: "val",
        task_name: "nocaps_val",
        file: "nocaps_val_4500_captions.json",
        mirror: Mirror::Files(
            "validation",
            Columns { captions: "annotations_captions", name: "image_file_name" },
            None,
        ),
        mistaken: None,
        published: None,
    }],
    folders: &["val"],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_are_found_by_the_names_that_are_listed() {
        for captions in [FLICKR30K, COCO, NOCAPS] {
            let names: Vec<&str> = captions.splits.iter().map(|split| split.name).collect();
            assert_eq!(names, captions.names, "{}", captions.name);
        }
    }
}
