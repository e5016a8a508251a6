//! A folder of scenes: `truth.jsonl`, one task a line, beside the pictures it names.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{disk, words::place};

/// Bytes of a file of tasks.
const MOST_BYTES: u64 = 1 << 30;

/// One task about a picture, and what is right to answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Scene {
    /// Seed of the scene and number of the task.
    pub id: String,
    /// The picture's path inside the folder.
    pub picture: String,
    /// What kind of task it is, for example `find`.
    pub task: String,
    /// What the model gets after the picture, tags included.
    pub prompt: String,
    /// The recipe's own answer, tags included.
    pub target: String,
    /// For captions, everything in the picture.
    #[serde(default)]
    pub objects: Vec<Thing>,
    /// For tasks about certain things, the boxes that are meant: x1, y1, x2, y2 in 0..=1.
    #[serde(default)]
    pub boxes: Vec<[f32; 4]>,
    /// How large the only box is, if there is only one.
    pub size: Option<Size>,
    /// For tasks about a region, what it shows.
    pub noun: Option<String>,
    /// The plural of `noun`.
    pub plural: Option<String>,
    /// Answers that count as right, without the full stop.
    #[serde(default)]
    pub accept: Vec<String>,
}

/// A thing in a picture.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Thing {
    /// What it is called.
    pub noun: String,
    /// What several of it are called; with an s if it is left out.
    pub plural: Option<String>,
    /// x1, y1, x2, y2 in 0..=1.
    #[serde(rename = "box")]
    pub place: [f32; 4],
    /// How much of the picture it takes.
    pub size: Size,
}

/// How much of the picture a thing takes: the square root of its area is below 0.22, below 0.35, or above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// The root of its area is below 0.22.
    Small,
    /// The root of its area is at least 0.22 and below 0.35.
    Medium,
    /// The root of its area is 0.35 or more.
    Large,
}

impl Size {
    /// The names of all sizes, from the smallest on.
    pub const NAMES: [&str; 3] = [Self::Small.name(), Self::Medium.name(), Self::Large.name()];

    /// What tables call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

/// Why a folder of scenes can't be read; nothing was scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenesError {
    /// There is no such file, or it can't be read.
    #[error(
        "The tasks can't be read ({reason}); a folder of scenes has a truth.jsonl, see the recipe: {}",
        place(path)
    )]
    File {
        /// What the system says about it.
        reason: io::Error,
        /// The file that was looked for.
        path: PathBuf,
    },
    /// A line is not a task.
    #[error("Line {line} is not a task ({reason}); nothing was scored: {}", place(path))]
    Line {
        /// Its number, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: serde_json::Error,
        /// The file that it is in.
        path: PathBuf,
    },
    /// There is a file, but no task in it.
    #[error("There are no tasks in this file: {}", place(path))]
    Empty {
        /// The file that holds nothing.
        path: PathBuf,
    },
}

/// Reads the tasks of a folder; those of at most `most_pictures` pictures.
///
/// # Errors
/// When there is no `truth.jsonl`, or one of its lines is not a task.
pub fn read(folder: &Path, most_pictures: Option<usize>) -> Result<Vec<Scene>, ScenesError> {
    let path = folder.join("truth.jsonl");
    let text = disk::read_at_most(&path, MOST_BYTES)
        .and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other))
        .map_err(|reason| ScenesError::File { reason, path: path.clone() })?;
    let mut scenes: Vec<Scene> = Vec::new();
    let mut n_pictures = 0;
    for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        let scene: Scene = serde_json::from_str(line).map_err(|reason| ScenesError::Line {
            line: number,
            reason,
            path: path.clone(),
        })?;
        n_pictures += usize::from(scenes.last().is_none_or(|last| last.picture != scene.picture));
        if most_pictures.is_some_and(|most| n_pictures > most) {
            break;
        }
        scenes.push(scene);
    }
    if scenes.is_empty() { Err(ScenesError::Empty { path }) } else { Ok(scenes) }
}
