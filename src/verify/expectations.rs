//! Answers that are known: those of the published weights, or those in a file.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{
    disk,
    engine::Entity,
    picture::{self, Picture, PictureError, PictureSource},
    words::{brief, place},
};

/// What the published weights answer; `assets/expectations/README.md` says where that comes from.
const PUBLISHED: &[u8] = include_bytes!("../../assets/expectations/kosmos-2.json");
const PUBLISHED_PICTURE: &[u8] = include_bytes!("../../assets/expectations/snowman_224.png");

/// Bytes of a file with expectations.
const MOST_BYTES: u64 = 64 << 20;

/// What a checkpoint should answer.
#[derive(Clone, Debug, Deserialize)]
pub struct Expectations {
    /// What to do if it does not.
    pub remedy: String,
    /// Pictures, prompts and answers, one after the other.
    pub cases: Vec<Case>,
}

/// A prompt on a picture, and what the answer must be if each token is the likeliest one.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// What to call it.
    pub name: String,
    /// The picture's file, beside the expectations.
    pub picture: PathBuf,
    /// The raw prompt.
    pub prompt: String,
    /// The most tokens that the answer may have.
    pub max_new_tokens: usize,
    /// No run of this many ids occurs twice; 0 in a file means that there is no such rule.
    pub no_repeat_ngram_size: usize,
    /// All ids after the prompt.
    pub new_ids: Vec<u32>,
    /// The text without tags.
    pub text: String,
    /// The linked phrases.
    pub entities: Vec<Entity>,
    /// Logits of some steps.
    pub logits: Vec<Logits>,
    /// How far a logit may be off.
    pub tolerance: f32,
    /// The picture's pixels, once they are read.
    #[serde(skip)]
    pub(super) pixels: Option<Picture>,
}

/// Some logits of one step.
#[derive(Clone, Debug, Deserialize)]
pub struct Logits {
    /// Which step, from 0; negative ones count from the end, -1 is the last.
    pub step: i64,
    /// The first id; negative ones count from the end.
    pub first_id: i64,
    /// The logit of the first id, and those of the ids after it.
    pub values: Vec<f32>,
}

/// Why expectations can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectationsError {
    /// The file can't be read.
    #[error("The expectations can't be read ({}): {}", brief(reason), place(path))]
    Unreadable {
        /// What is wrong.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A picture can't be opened.
    #[error(transparent)]
    Picture(PictureError),
    /// What is part of the program is damaged.
    #[error("The expectations inside this program are damaged; get the program again")]
    Program,
}

impl Expectations {
    /// Reads a file and the pictures that it names.
    ///
    /// # Errors
    /// When one of them can't be read.
    pub fn read(path: &Path) -> Result<Self, ExpectationsError> {
        let unreadable = |reason: String| ExpectationsError::Unreadable { reason, path: path.to_owned() };
        let bytes = disk::read_at_most(path, MOST_BYTES).map_err(|e| unreadable(e.to_string()))?;
        let mut all: Self = serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        for case in &mut all.cases {
            let opened = picture::open(PictureSource::Path(folder.join(&case.picture)));
            case.pixels = Some(opened.map_err(ExpectationsError::Picture)?);
        }
        Ok(all)
    }

    /// The answers of the published weights.
    ///
    /// # Errors
    /// When the program is damaged.
    pub(super) fn published() -> Result<Self, ExpectationsError> {
        let source = PictureSource::Bytes { name: "snowman".to_owned(), bytes: PUBLISHED_PICTURE.into() };
        let (Ok(mut all), Ok(picture)) = (serde_json::from_slice::<Self>(PUBLISHED), picture::open(source)) else {
            return Err(ExpectationsError::Program);
        };
        all.cases.iter_mut().for_each(|case| case.pixels = Some(picture.clone()));
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::resample;

    #[test]
    fn the_published_expectations_are_whole() {
        let all = Expectations::published().unwrap();
        assert_eq!(all.cases.iter().map(|case| case.new_ids.len()).collect::<Vec<_>>(), [21, 94]);
        for case in &all.cases {
            let pixels = &case.pixels.as_ref().unwrap().pixels;
            // As published for the picture of the reference's tests, and unchanged on its way into the model.
            let sums = pixels.pixels().fold([0_u32; 3], |sums, p| std::array::from_fn(|c| sums[c] + u32::from(p[c])));
            assert_eq!(sums, [4_013_692, 3_382_382, 2_911_576]);
            assert!(resample::resize(pixels, 224, 224) == **pixels);
            assert!(case.logits.iter().all(|logits| logits.values.len() == 3) && case.new_ids.last() == Some(&2));
            for (phrase, (start, end), boxes) in &case.entities {
                let named: String = case.text.chars().skip(*start).take(end - start).collect();
                assert_eq!((&named, boxes.len()), (phrase, 1));
            }
        }
    }
}
