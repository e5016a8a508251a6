//! What stays when the window is closed: pictures, results, what was typed and chosen.
//!
//! [`Session`] is the content of the session file. Fields are only ever added, each with a default, so an older file
//! can always be read. Pictures of files are read again from there; pasted ones are kept beside the session file.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    engine::{Answer, DeviceChoice, LoadOptions},
    geometry::NormBox,
    kernels::Precision,
    overlay::Look,
    picture::PictureSource,
    ui::state::{AppState, Entry, EntryId, ExportScale, Form, ThemeChoice},
};

/// The files of the session's folder that keep pictures without a file of their own, by entry. A picture never changes,
/// so each is named once.
pub(crate) type KeptFiles = HashMap<EntryId, String>;

/// The content of the session file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Session {
    pub(crate) pictures: Vec<SavedPicture>,
    /// The one shown, by its place.
    pub(crate) current: Option<usize>,
    pub(crate) form: Form,
    pub(crate) look: Look,
    pub(crate) export_scale: ExportScale,
    pub(crate) recent: Vec<PathBuf>,
    /// The folder or file of the checkpoint; none for the built-in one.
    pub(crate) checkpoint: Option<PathBuf>,
    pub(crate) loading: SavedLoading,
    pub(crate) theme: ThemeChoice,
    /// How large letters and buttons are, 1 being the usual size.
    pub(crate) scale: f32,
}

/// How checkpoints are loaded, in short names; what is not known is left to the program.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SavedLoading {
    precision: Option<String>,
    device: Option<String>,
}

impl From<LoadOptions> for SavedLoading {
    fn from(options: LoadOptions) -> Self {
        let device = (options.device != DeviceChoice::Auto).then(|| options.device.name().to_owned());
        Self { precision: options.precision.map(|precision| precision.name().to_owned()), device }
    }
}

impl SavedLoading {
    /// What the program knows of it.
    pub(crate) fn options(&self) -> LoadOptions {
        let precision = Precision::ALL.into_iter().find(|known| self.precision.as_deref() == Some(known.name()));
        let device = DeviceChoice::ALL.into_iter().find(|known| self.device.as_deref() == Some(known.name()));
        LoadOptions { precision, device: device.filter(|device| device.is_built()).unwrap_or_default() }
    }
}

impl Default for Session {
    fn default() -> Self {
        let (form, look, theme) = (Form::default(), Look::default(), ThemeChoice::default());
        let export_scale = ExportScale::default();
        Self {
            pictures: vec![],
            current: None,
            form,
            look,
            export_scale,
            recent: vec![],
            checkpoint: None,
            loading: SavedLoading::default(),
            theme,
            scale: 1.0,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SavedPicture {
    pub(crate) source: SavedSource,
    pub(crate) results: Vec<Arc<Answer>>,
    /// The result shown, by its place.
    pub(crate) shown: Option<usize>,
    pub(crate) region: Option<NormBox>,
}

/// Where to take a picture from again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum SavedSource {
    File(PathBuf),
    /// In a file of the session's folder.
    Kept {
        name: String,
        file: String,
    },
}

/// A picture that has no file of its own, and the file of the session's folder that keeps it.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) file: String,
    pub(super) source: PictureSource,
}

impl Session {
    /// What is to be kept of a window, and the pictures that have no file of their own; those that `files` has not named
    /// yet get their names, which takes a sum of all their pixels.
    pub(super) fn of(state: &AppState, files: &mut KeptFiles) -> (Self, Vec<Kept>) {
        let mut kept = Vec::new();
        let mut pictures = Vec::new();
        for entry in state.pictures.entries() {
            let source = match &entry.source {
                PictureSource::Path(path) => SavedSource::File(path.clone()),
                source => {
                    let file = files.entry(entry.id).or_insert_with(|| file_name(source)).clone();
                    kept.push(Kept { file: file.clone(), source: source.clone() });
                    SavedSource::Kept { name: entry.name.clone(), file }
                }
            };
            pictures.push(saved(entry, source, state));
        }
        let session = Self {
            pictures,
            current: state.pictures.current_place(),
            form: state.form.clone(),
            look: state.look,
            export_scale: state.export_scale,
            recent: state.recent.clone(),
            checkpoint: state.checkpoint.clone(),
            loading: state.loading.into(),
            theme: state.theme,
            scale: state.scale,
        };
        (session, kept)
    }

    /// The files of the session's folder that it needs.
    pub(super) fn kept_files(&self) -> impl Iterator<Item = &str> {
        self.pictures.iter().filter_map(|picture| match &picture.source {
            SavedSource::Kept { file, .. } => Some(file.as_str()),
            SavedSource::File(_) => None,
        })
    }
}

fn saved(entry: &Entry, source: SavedSource, state: &AppState) -> SavedPicture {
    let is_current = state.pictures.current().is_some_and(|current| current.id == entry.id);
    SavedPicture {
        source,
        shown: entry.shown_place(),
        results: entry.results.clone(),
        region: if is_current { state.form.region } else { entry.region },
    }
}

/// A name that only this picture has.
fn file_name(source: &PictureSource) -> String {
    let hash = match source {
        PictureSource::Path(path) => Sha256::digest(path.as_os_str().as_encoded_bytes()),
        PictureSource::Bytes { bytes, .. } => Sha256::digest(bytes),
        PictureSource::Pixels { pixels, .. } => {
            Sha256::new_with_prefix(pixels.width().to_le_bytes()).chain_update(pixels.as_raw()).finalize()
        }
    };
    format!("{:032x}", u128::from_be_bytes(hash.first_chunk().copied().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_has_a_name_is_not_summed_again() {
        let mut state = AppState::default();
        let pixels = Arc::new(image::RgbImage::new(8, 8));
        let id = state.pictures.add(vec![PictureSource::Pixels { name: "pasted".to_owned(), pixels }]).expect("added");
        let mut files = KeptFiles::new();
        let first: Vec<String> = Session::of(&state, &mut files).0.kept_files().map(str::to_owned).collect();
        assert_eq!(files[&id], first[0]);
        // Another name in its place is taken over unseen: nothing was summed.
        files.insert(id, "known".to_owned());
        assert_eq!(Session::of(&state, &mut files).0.kept_files().collect::<Vec<_>>(), ["known"]);
    }
}
