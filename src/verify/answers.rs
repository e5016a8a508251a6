//! Answers that are known, and whether a checkpoint gives them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Check;
use crate::{
    engine::{Engine, EngineError, GenerateOptions, Sampling, Trace},
    picture::{self, Picture, PictureError, PictureSource},
};

/// The published weights' own, see `assets/expectations/README.md`.
const PUBLISHED: &[u8] = include_bytes!("../../assets/expectations/kosmos-2.json");
const PUBLISHED_PICTURE: &[u8] = include_bytes!("../../assets/expectations/snowman_224.png");

/// What a checkpoint should answer.
#[derive(Clone, Debug, Deserialize)]
pub struct Expectations {
    /// What to do if it does not.
    pub remedy: String,
    /// Answers, one after the other.
    pub cases: Vec<Case>,
}

/// One answer, always the likeliest token.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// What to call it.
    pub name: String,
    /// The picture's file, beside the expectations.
    pub picture: PathBuf,
    /// The raw prompt.
    pub prompt: String,
    /// Tokens at most.
    pub max_new_tokens: usize,
    /// No run of so many ids occurs twice; 0 for none.
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
    /// Its pixels, once they are read.
    #[serde(skip)]
    pixels: Option<Picture>,
}

/// Phrase, start and end in characters, boxes as fractions.
pub type Entity = (String, (usize, usize), Vec<[f32; 4]>);

/// Some logits of one step.
#[derive(Clone, Debug, Deserialize)]
pub struct Logits {
    /// Which step, from 0; negative ones count from the end, -1 is the last.
    pub step: i64,
    /// The first id; negative ones count from the end.
    pub first_id: i64,
    /// Its logit and those after it.
    pub values: Vec<f32>,
}

/// Why expectations can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectationsError {
    /// The file can't be read.
    #[error("The expectations can't be read ({reason}): {}", path.display())]
    Unreadable {
        /// What is wrong.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A picture can't be opened.
    #[error(transparent)]
    Picture(PictureError),
}

impl Expectations {
    /// Reads a file and the pictures that it names.
    ///
    /// # Errors
    /// When one of them can't be read.
    pub fn read(path: &Path) -> Result<Self, ExpectationsError> {
        let unreadable = |reason: String| ExpectationsError::Unreadable { reason, path: path.to_owned() };
        let bytes = std::fs::read(path).map_err(|e| unreadable(e.to_string()))?;
        let mut all: Self = serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        for case in &mut all.cases {
            let opened = picture::open(PictureSource::Path(folder.join(&case.picture)));
            case.pixels = Some(opened.map_err(ExpectationsError::Picture)?);
        }
        Ok(all)
    }

    /// Those of the published weights.
    pub(super) fn published() -> Result<Self, EngineError> {
        let broken = EngineError::Setting("The expectations inside this program are damaged; get the program again");
        let source = PictureSource::Bytes { name: "snowman".to_owned(), bytes: PUBLISHED_PICTURE.into() };
        let (Ok(mut all), Ok(picture)) = (serde_json::from_slice::<Self>(PUBLISHED), picture::open(source)) else {
            return Err(broken);
        };
        all.cases.iter_mut().for_each(|case| case.pixels = Some(picture.clone()));
        Ok(all)
    }
}

/// Runs a case and gives the first difference.
pub(super) fn check(engine: &Engine, case: &Case, remedy: &str) -> Result<Check, EngineError> {
    let Some(pixels) = &case.pixels else { return Ok(Check::skipped(&case.name, "it has no picture")) };
    let options = GenerateOptions {
        max_new_tokens: case.max_new_tokens,
        no_repeat_ngram: Some(case.no_repeat_ngram_size).into(),
        sampling: Sampling::Greedy,
    };
    let trace = engine.trace(&engine.pixel_values(pixels)?, &case.prompt, &options)?;
    if let Some(difference) = first_difference(&trace, case)? {
        return Ok(Check::failed(&case.name, format!("{difference}; {remedy}")));
    }
    let n_boxes: usize = case.entities.iter().map(|entity| entity.2.len()).sum();
    let n_logits: usize = case.logits.iter().map(|logits| logits.values.len()).sum();
    let n_ids = case.new_ids.len();
    let seen = format!("{n_ids} ids, the text, {n_boxes} boxes and {n_logits} logits are as expected");
    Ok(Check::passed(&case.name, seen))
}

fn first_difference(trace: &Trace, case: &Case) -> Result<Option<String>, EngineError> {
    // Logits first: they differ long before a token does.
    for Logits { step, first_id, values } in &case.logits {
        let all = trace.step_logits(*step)?;
        let start = if *first_id < 0 { all.len() as i64 + first_id } else { *first_id };
        for (id, expected) in (start..).zip(values) {
            let found = usize::try_from(id).ok().and_then(|id| all.get(id)).copied().unwrap_or(f32::NAN);
            let is_near = (found - expected).abs() <= case.tolerance;
            if !is_near {
                return Ok(Some(format!("the logit of id {id} in step {step} is {found}, expected was {expected}")));
            }
        }
    }
    let ids = trace.new_ids()?;
    let n_same = ids.iter().zip(&case.new_ids).take_while(|(found, expected)| found == expected).count();
    if n_same < ids.len().max(case.new_ids.len()) {
        let (found, expected) = (ids.get(n_same), case.new_ids.get(n_same));
        let name = |id: Option<&u32>| id.map_or("the end".to_owned(), |id| format!("id {id}"));
        return Ok(Some(format!("token {n_same} is {}, expected was {}", name(found), name(expected))));
    }
    if trace.text.text != case.text {
        return Ok(Some(format!("the text is {:?}, expected was {:?}", trace.text.text, case.text)));
    }
    let differs = |(found, expected): &(&Entity, &Entity)| {
        let boxes = |entity: &Entity| entity.2.concat();
        let is_off = |(a, b): (&f32, &f32)| (a - b).abs() > 1e-4;
        (&found.0, found.1, found.2.len()) != (&expected.0, expected.1, expected.2.len())
            || boxes(found).iter().zip(&boxes(expected)).any(is_off)
    };
    let (found, expected) = (&trace.text.entities, &case.entities);
    if found.len() != expected.len() {
        return Ok(Some(format!("{} phrases are linked, expected were {}", found.len(), expected.len())));
    }
    let first = found.iter().zip(expected).find(differs);
    Ok(first.map(|(found, expected)| format!("a phrase is {found:?}, expected was {expected:?}")))
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
