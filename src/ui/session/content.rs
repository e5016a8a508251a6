//! What stays when the window is closed: pictures, results, what was typed and chosen.
//!
//! [`Session`] is the content of the session file. Fields are only ever added, each with a default, so an older file
//! can always be read. Pictures of files are read again from there; pasted ones are kept beside the session file.
//! An entry is known by its place in the list alone, so that one picture may stand in it twice.

use std::{collections::HashMap, fs, sync::Arc};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::path::SavedPath;
use crate::{
    archive::{self, Member},
    dataset::Verdict,
    engine::{Answer, DeviceChoice, LoadOptions},
    export,
    geometry::NormBox,
    kernels::Precision,
    overlay::Look,
    picture::PictureSource,
    ui::state::{AppState, BatchWish, Entry, EntryId, EvaluationWish, ExportScale, Form, Panes, Sort, ThemeChoice},
};

/// The files of the session's folder that keep pictures without a file of their own, by entry. A picture never changes,
/// so each is named once.
pub(crate) type KeptFiles = HashMap<EntryId, String>;

/// The content of the session file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Session {
    /// `None` where one could not be read.
    pub(crate) pictures: Vec<Option<SavedPicture>>,
    /// The one shown, by its place.
    pub(crate) current: Option<usize>,
    pub(crate) form: Form,
    pub(crate) look: Look,
    pub(crate) panes: Panes,
    pub(crate) export_scale: ExportScale,
    /// Whether captions stand below exported pictures.
    pub(crate) export_caption: bool,
    /// The folder that something was saved in last.
    pub(crate) saved_in: Option<SavedPath>,
    /// The last run that was kept in a folder.
    pub(crate) batch: BatchWish,
    /// Whether it was under way.
    pub(crate) is_batch_going: bool,
    /// What was evaluated last.
    pub(crate) evaluation: EvaluationWish,
    /// The order of the strip.
    pub(crate) sort: Sort,
    pub(crate) recent: Vec<SavedPath>,
    /// The folder or file of the checkpoint; none for the built-in one.
    pub(crate) checkpoint: Option<SavedPath>,
    pub(crate) loading: SavedLoading,
    /// Where the full model's download goes; none for the usual place.
    pub(crate) download_folder: Option<SavedPath>,
    pub(crate) looks_ahead: bool,
    pub(crate) theme: ThemeChoice,
    /// How large letters and buttons are, 1 being the usual size.
    pub(crate) scale: f32,
    /// The last, where it is looked for before the rest is read.
    pub(crate) window: Option<WindowPlace>,
}

/// What was kept of the last window.
#[derive(Debug)]
pub(crate) struct Restored {
    /// The session file.
    pub(crate) session: Session,
    /// Whether all of it could be understood.
    pub(crate) is_whole: bool,
    /// The files of the folder that it needs, by their names, as far as they can be read.
    pub(crate) kept: HashMap<String, Arc<[u8]>>,
    /// Whether the checkpoint that it names is still there.
    pub(crate) has_checkpoint: bool,
}

/// Where the window is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WindowPlace {
    /// The upper left corner of its frame in pixels; `None` on desktops that do not say.
    pub(crate) corner: Option<[f32; 2]>,
    /// Width and height of what is inside the frame, in pixels.
    pub(crate) size: [f32; 2],
    /// Pixels in a point, which is what sizes are asked for in.
    pub(crate) pixels_per_point: f32,
    /// Whether it fills the screen; the others are then what they were before.
    pub(crate) is_maximised: bool,
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
            panes: Panes::default(),
            export_scale,
            export_caption: false,
            saved_in: None,
            batch: BatchWish::default(),
            is_batch_going: false,
            evaluation: EvaluationWish::default(),
            sort: Sort::default(),
            recent: vec![],
            checkpoint: None,
            loading: SavedLoading::default(),
            download_folder: None,
            looks_ahead: true,
            theme,
            scale: 1.0,
            window: None,
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SavedPicture {
    /// `None` where it could not be read.
    pub(crate) source: Option<SavedSource>,
    /// `None` where one could not be read.
    pub(crate) results: Vec<Option<Arc<Answer>>>,
    /// The result shown, by its place.
    pub(crate) shown: Option<usize>,
    pub(crate) region: Option<NormBox>,
    /// What a person decided about the answer shown.
    pub(crate) verdict: Option<Verdict>,
}

/// Where to take a picture from again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum SavedSource {
    File(SavedPath),
    /// Within another file.
    Within {
        file: SavedPath,
        place: archive::Place,
    },
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

/// What is to be kept of a window, taken in a moment: results and pixels are shared, and nothing is hashed yet.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// All but the pictures.
    session: Session,
    pictures: Vec<ListedPicture>,
}

/// A picture of the list, whose file in the session's folder may have no name yet.
#[derive(Debug)]
struct ListedPicture {
    id: EntryId,
    name: String,
    source: PictureSource,
    results: Vec<Arc<Answer>>,
    shown: Option<usize>,
    region: Option<NormBox>,
    verdict: Option<Verdict>,
}

impl Snapshot {
    pub(super) fn of(state: &AppState, window: Option<WindowPlace>) -> Self {
        let current = state.pictures.current().map(|entry| entry.id);
        let picture = |entry: &Entry| ListedPicture {
            id: entry.id,
            name: entry.name.clone(),
            source: entry.source.clone(),
            results: entry.results.clone(),
            shown: entry.shown_place(),
            region: if current == Some(entry.id) { state.form.region } else { entry.region },
            verdict: entry.verdict,
        };
        // One that has never been loaded may not be fit to begin with.
        let loaded = state.fallback.as_ref().filter(|fallback| fallback.info.is_some());
        let (checkpoint, loading) =
            loaded.map_or((&state.checkpoint, state.loading), |fallback| (&fallback.checkpoint, fallback.loading));
        let session = Session {
            pictures: vec![],
            current: state.pictures.current_place(),
            form: state.form.clone(),
            look: state.look,
            panes: state.panes,
            export_scale: state.paper.scale,
            export_caption: state.paper.has_caption,
            saved_in: state.saved_in.as_deref().map(SavedPath::from),
            batch: state.batch_wish.clone(),
            evaluation: state.evaluation.wish.clone(),
            is_batch_going: state.batch.as_ref().is_some_and(|batch| batch.folder.is_some()),
            sort: state.arrangement().sort,
            recent: state.recent.iter().map(|path| path.as_path().into()).collect(),
            checkpoint: checkpoint.as_deref().map(SavedPath::from),
            loading: loading.into(),
            download_folder: state.download_folder.as_deref().map(SavedPath::from),
            looks_ahead: state.looks_ahead,
            theme: state.theme,
            scale: state.scale,
            window,
        };
        Self { session, pictures: state.pictures.entries().iter().map(picture).collect() }
    }

    /// The content of the session file, and the pictures that have no file of their own. Those that `files` has not named
    /// yet get their names, which takes a hash of all their pixels.
    pub(super) fn into_session(self, files: &mut KeptFiles) -> (Session, Vec<Kept>) {
        let Self { mut session, pictures } = self;
        let mut kept = Vec::new();
        for ListedPicture { id, name, source, results, shown, region, verdict } in pictures {
            let source = match source {
                PictureSource::Path(path) => SavedSource::File(path.as_path().into()),
                PictureSource::Within(Member { file, place }) => {
                    SavedSource::Within { file: file.as_path().into(), place }
                }
                source => {
                    let file = files.entry(id).or_insert_with(|| picture_name(&source)).clone();
                    kept.push(Kept { file: file.clone(), source });
                    SavedSource::Kept { name, file }
                }
            };
            let results = results.into_iter().map(Some).collect();
            session.pictures.push(Some(SavedPicture { source: Some(source), results, shown, region, verdict }));
        }
        (session, kept)
    }
}

impl WindowPlace {
    /// Whether a window can have it.
    pub(super) fn is_sound(&self) -> bool {
        let lengths = self.size.into_iter().chain([self.pixels_per_point]);
        let is_finite = self.corner.into_iter().flatten().all(f32::is_finite);
        is_finite && lengths.into_iter().all(|length| length.is_finite() && length > 0.0)
    }
}

impl Restored {
    /// Settings alone.
    pub(super) fn of_settings(session: Session) -> Self {
        Self { session, is_whole: true, kept: HashMap::new(), has_checkpoint: false }
    }
}

impl Session {
    /// The files of the session's folder that it needs.
    pub(super) fn kept_files(&self) -> impl Iterator<Item = &str> {
        self.pictures.iter().flatten().filter_map(|picture| match picture.source.as_ref()? {
            SavedSource::Kept { file, .. } => Some(file.as_str()),
            SavedSource::File(_) | SavedSource::Within { .. } => None,
        })
    }

    /// What of it a window takes over that is not to have its pictures.
    pub(super) fn without_pictures(self) -> Self {
        let Self { look, panes, export_scale, export_caption, sort, looks_ahead, theme, scale, .. } = self;
        Self { look, panes, export_scale, export_caption, sort, looks_ahead, theme, scale, ..Self::default() }
    }
}

impl Kept {
    /// The picture as the content of its file.
    ///
    /// # Errors
    /// One sentence, when it can't be written as one.
    pub(super) fn content(&self) -> Result<Vec<u8>, String> {
        match &self.source {
            PictureSource::Bytes { bytes, .. } => Ok(bytes.to_vec()),
            PictureSource::Pixels { pixels, .. } => export::png(pixels).map_err(|e| e.to_string()),
            PictureSource::Path(path) => fs::read(path).map_err(|e| e.to_string()),
            PictureSource::Within(member) => member.read().map_err(|e| e.to_string()),
        }
    }
}

/// A name that only this picture has.
fn picture_name(source: &PictureSource) -> String {
    let hash = match source {
        PictureSource::Path(path) => Sha256::digest(path.as_os_str().as_encoded_bytes()),
        PictureSource::Within(member) => Sha256::digest(member.path().as_os_str().as_encoded_bytes()),
        PictureSource::Bytes { bytes, .. } => Sha256::digest(bytes),
        PictureSource::Pixels { pixels, .. } => {
            Sha256::new_with_prefix(pixels.width().to_le_bytes()).chain_update(pixels.as_raw()).finalize()
        }
    };
    format!("{:032x}", u128::from_be_bytes(hash.first_chunk().copied().unwrap_or_default()))
}

/// Whether a file of this name is one of ours.
pub(super) fn is_picture_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_has_a_name_is_not_hashed_again() {
        let mut state = AppState::default();
        let pixels = Arc::new(image::RgbImage::new(8, 8));
        let id =
            state.pictures.add(vec![PictureSource::Pixels { name: "pasted".to_owned(), pixels }]).expect("added").first;
        let mut files = KeptFiles::new();
        let first: Vec<String> =
            Snapshot::of(&state, None).into_session(&mut files).0.kept_files().map(str::to_owned).collect();
        assert_eq!(files[&id], first[0]);
        // Another name in its place is taken over unseen: nothing was hashed.
        files.insert(id, "known".to_owned());
        assert_eq!(Snapshot::of(&state, None).into_session(&mut files).0.kept_files().collect::<Vec<_>>(), ["known"]);
    }
}
