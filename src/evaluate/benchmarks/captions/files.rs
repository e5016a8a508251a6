//! Captions in files of their own: COCO's form, which NoCaps has too, and Karpathy's, of all splits in one file.

use std::{collections::HashMap, path::Path};

use serde::Deserialize;

use super::{
    super::{data, error::BenchmarkError},
    captioned::Captioned,
    splits::Split,
};

/// Either of the two forms of file.
#[derive(Deserialize)]
#[serde(untagged, expecting = "it has neither COCO's form nor Karpathy's")]
enum File {
    Coco { images: Vec<Image>, annotations: Vec<Annotation> },
    Karpathy { images: Vec<Picture> },
}

#[derive(Deserialize)]
struct Image {
    id: u64,
    file_name: String,
}

#[derive(Deserialize)]
struct Annotation {
    image_id: u64,
    caption: String,
}

#[derive(Deserialize)]
struct Picture {
    filename: String,
    split: String,
    sentences: Vec<Sentence>,
}

#[derive(Deserialize)]
struct Sentence {
    raw: String,
}

/// The pictures of a split; `folders` are those of the data that may have them.
pub(super) fn read(
    data: &Path,
    path: &Path,
    folders: &[&str],
    split: &Split,
) -> Result<Vec<Captioned>, BenchmarkError> {
    let captioned = |(name, captions): (String, Vec<String>)| {
        let picture = data::picture(data, folders, &name);
        Captioned { picture, name, captions }
    };
    Ok(data::json::<File>(path)?.pictures(split.name).into_iter().map(captioned).collect())
}

impl File {
    /// Names of pictures with their captions.
    fn pictures(self, split: &str) -> Vec<(String, Vec<String>)> {
        match self {
            Self::Karpathy { images } => {
                let own = images.into_iter().filter(|image| image.split == split);
                own.map(|image| (image.filename, image.sentences.into_iter().map(|one| one.raw).collect())).collect()
            }
            Self::Coco { images, annotations } => {
                let mut captions: HashMap<u64, Vec<String>> = HashMap::new();
                for annotation in annotations {
                    captions.entry(annotation.image_id).or_default().push(annotation.caption);
                }
                let of = |image: Image| (image.file_name, captions.remove(&image.id).unwrap_or_default());
                images.into_iter().map(of).collect()
            }
        }
    }
}
