//! What stays when the window is closed: pictures, results, what was typed and chosen.
//!
//! [`Session`] is the content of the session file. Fields are only ever added, each with a default, so an older file
//! can always be read. Pictures of files are read again from there; pasted ones are kept beside the session file.

use std::{path::PathBuf, sync::Arc};

use egui::{Context, ThemePreference};
use serde::{Deserialize, Serialize};

use crate::ui::{
    state::{AppState, Entry, Form, Notice, Reply},
    update::ExportScale,
};
use crate::{
    engine::{Answer, DeviceChoice, LoadOptions},
    geometry::NormBox,
    kernels::Precision,
    overlay::Look,
    picture::PictureSource,
};

/// See the module's description.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Session {
    pictures: Vec<SavedPicture>,
    /// The one shown, by its place.
    current: Option<usize>,
    form: Form,
    look: Look,
    export_scale: ExportScale,
    recent: Vec<PathBuf>,
    /// The folder or file of the checkpoint; none for the built-in one.
    checkpoint: Option<PathBuf>,
    loading: SavedLoading,
    pub(crate) theme: Theme,
    /// Of the interface.
    pub(crate) scale: f32,
}

/// How checkpoints are loaded, in short names; what is not known is left to the program.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct SavedLoading {
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
    fn options(&self) -> LoadOptions {
        let precision = Precision::ALL.into_iter().find(|known| self.precision.as_deref() == Some(known.name()));
        let device = DeviceChoice::ALL.into_iter().find(|known| self.device.as_deref() == Some(known.name()));
        LoadOptions { precision, device: device.filter(|device| device.is_built()).unwrap_or_default() }
    }
}

/// Which theme was chosen.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Default for Session {
    fn default() -> Self {
        let (form, look, theme) = (Form::default(), Look::default(), Theme::default());
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

impl From<ThemePreference> for Theme {
    fn from(theme: ThemePreference) -> Self {
        match theme {
            ThemePreference::System => Self::System,
            ThemePreference::Light => Self::Light,
            ThemePreference::Dark => Self::Dark,
        }
    }
}

impl From<Theme> for ThemePreference {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::System => Self::System,
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedPicture {
    source: SavedSource,
    results: Vec<Arc<Answer>>,
    /// The result shown, by its place.
    shown: Option<usize>,
    region: Option<NormBox>,
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
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) file: String,
    pub(crate) source: PictureSource,
}

impl Session {
    /// What is to be kept of a window, and the pictures that have no file of their own.
    pub(crate) fn of(state: &AppState, ctx: &Context) -> (Self, Vec<Kept>) {
        let mut kept = Vec::new();
        let mut pictures = Vec::new();
        for entry in state.pictures.entries() {
            let source = match &entry.source {
                PictureSource::Path(path) => SavedSource::File(path.clone()),
                source => {
                    let file = kept_file(source);
                    kept.push(Kept { file: file.clone(), source: source.clone() });
                    SavedSource::Kept { name: entry.name.clone(), file }
                }
            };
            pictures.push(saved(entry, source, state));
        }
        let current = state.pictures.current_place();
        let (form, look, recent) = (state.form.clone(), state.look, state.recent.clone());
        let (theme, scale) = (ctx.options(|options| options.theme_preference).into(), ctx.zoom_factor());
        let export_scale = state.export_scale;
        let (checkpoint, loading) = (state.checkpoint.clone(), state.loading.into());
        (Self { pictures, current, form, look, export_scale, recent, checkpoint, loading, theme, scale }, kept)
    }

    /// The files of the session's folder that it needs.
    pub(crate) fn kept_files(&self) -> impl Iterator<Item = &str> {
        self.pictures.iter().filter_map(|picture| match &picture.source {
            SavedSource::Kept { file, .. } => Some(file.as_str()),
            SavedSource::File(_) => None,
        })
    }
}

impl AppState {
    /// Brings back what was kept. `read` gives the content of a file of the session's folder.
    pub(crate) fn restore(&mut self, session: Session, read: impl Fn(&str) -> Option<Vec<u8>>) {
        for picture in session.pictures {
            let source = match picture.source {
                SavedSource::File(path) => PictureSource::Path(path),
                SavedSource::Kept { name, file } => {
                    let Some(bytes) = read(&file) else { continue };
                    PictureSource::Bytes { name, bytes: bytes.into() }
                }
            };
            let Some(entry) = self.pictures.add(vec![source]).and_then(|id| self.pictures.get_mut(id)) else {
                continue;
            };
            let shown = picture.shown.and_then(|at| picture.results.get(at));
            entry.reply = shown.map_or(Reply::Empty, |result| Reply::Finished(Arc::clone(result)));
            entry.region = picture.region;
            entry.results = picture.results;
        }
        (self.form, self.look, self.recent) = (session.form, session.look, session.recent);
        self.export_scale = session.export_scale;
        self.restore_checkpoint(session.checkpoint, session.loading.options());
        let place = session.current.unwrap_or(0);
        if let Some(id) = self.pictures.entries().get(place).or(self.pictures.entries().last()).map(|entry| entry.id) {
            self.form.region = None;
            self.show(id);
        }
    }
}

impl AppState {
    /// Loads the checkpoint chosen last, in the way chosen last, unless something else was asked for at the start.
    fn restore_checkpoint(&mut self, chosen: Option<PathBuf>, kept: LoadOptions) {
        let at_start = (self.checkpoint.clone(), self.loading);
        self.loading.precision = self.loading.precision.or(kept.precision);
        if self.loading.device == DeviceChoice::Auto {
            self.loading.device = kept.device;
        }
        if let Some(path) = chosen.filter(|_| self.checkpoint.is_none()) {
            if path.exists() {
                self.checkpoint = Some(path);
            } else {
                let path = path.display();
                self.tell(Notice::Problem(format!(
                    "The checkpoint used last is gone, the built-in one takes its place: {path}"
                )));
            }
        }
        if at_start != (self.checkpoint.clone(), self.loading) {
            self.use_checkpoint(self.checkpoint.clone());
        }
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
fn kept_file(source: &PictureSource) -> String {
    use sha2::{Digest as _, Sha256};
    let hash = match source {
        PictureSource::Path(path) => Sha256::digest(path.as_os_str().as_encoded_bytes()),
        PictureSource::Bytes { bytes, .. } => Sha256::digest(bytes),
        PictureSource::Pixels { pixels, .. } => {
            Sha256::new_with_prefix(pixels.width().to_le_bytes()).chain_update(pixels.as_raw()).finalize()
        }
    };
    format!("{:032x}", u128::from_be_bytes(hash.first_chunk().copied().unwrap_or_default()))
}
