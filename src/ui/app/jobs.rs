//! What would hold up a frame, done on threads of its own: dialogs, exports, previews, thumbnails.
//!
//! Each chore ends in one [`Report`], also when it panics; the window wakes up to take it in.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Context};
use image::RgbImage;

use crate::ui::{
    dialogs::{Original, PathPurpose},
    session::store as keeper,
    textures::{Pyramid, SampleThumbnails, color_image, samples},
    update::{Annotated, Format, Savable},
};
use crate::{
    checkpoint::{self, Library, LocalCheckpoint},
    disk, export,
    picture::{EXTENSIONS, Gathered, Picture, PictureSource, gather},
};

/// How a chore ended.
pub(crate) enum Report {
    /// Files or a folder were chosen to be opened.
    PickedPictures(Vec<PathBuf>),
    /// The folder or file of a checkpoint was chosen or dropped.
    PickedCheckpoint(PathBuf),
    /// The checkpoints on this computer.
    Checkpoints(Vec<LocalCheckpoint>),
    /// What can be made of a checkpoint, or of the built-in one; or why nothing can, in one sentence.
    LookedAt(Option<PathBuf>, Result<Original, String>),
    /// A file was chosen to save to.
    PickedTarget(Format, PathBuf),
    /// What is behind the paths to be opened.
    Gathered(Gathered),
    /// No file was chosen; the dialog was open for so long.
    NotPicked(PathPurpose, Duration),
    /// The file is written.
    Saved(PathBuf),
    /// The annotated picture is ready for the clipboard.
    ForClipboard(ColorImage),
    /// The picture is ready to be shown.
    Preview(Pyramid),
    /// The samples are ready to be shown.
    Thumbnails(SampleThumbnails),
    /// What was pasted is ready to be opened.
    Pasted(PictureSource),
    /// The session was written, in so long; or why not, in one sentence.
    Kept(Duration, Result<(), String>),
    /// It went wrong; one sentence.
    Failed(String),
}

/// Starts chores and collects their reports.
pub(crate) struct Chores {
    ctx: Context,
    reports: Receiver<Report>,
    sender: Sender<Report>,
    dialog_is_open: bool,
}

impl Chores {
    /// No chores yet; reports will wake this window.
    #[must_use]
    pub(crate) fn new(ctx: Context) -> Self {
        let (sender, reports) = unbounded();
        Self { ctx, reports, sender, dialog_is_open: false }
    }

    /// The window's.
    #[must_use]
    pub(crate) fn ctx(&self) -> &Context {
        &self.ctx
    }

    /// Wakes the window, from any thread.
    pub(crate) fn waker(&self) -> impl Fn() + Send + 'static {
        let ctx = self.ctx.clone();
        move || ctx.request_repaint()
    }

    /// The next report, if there is one.
    pub(crate) fn next_report(&mut self) -> Option<Report> {
        let report = self.reports.try_recv().ok()?;
        if let Report::PickedPictures(_)
        | Report::PickedCheckpoint(_)
        | Report::PickedTarget(..)
        | Report::NotPicked(..) = report
        {
            self.dialog_is_open = false;
        }
        Some(report)
    }

    /// Shows the system's dialog to open pictures.
    pub(crate) fn pick_pictures(&mut self, frame: &eframe::Frame, folder: Option<&Path>) {
        // Dialogs tell upper from lower case.
        let extensions: Vec<String> = EXTENSIONS.iter().flat_map(|e| [(*e).to_owned(), e.to_uppercase()]).collect();
        let dialog = open_dialog(frame, "Open pictures", folder).add_filter("Pictures", &extensions);
        let paths = |files: Vec<rfd::FileHandle>| files.iter().map(|file| file.path().to_owned()).collect();
        self.pick(PathPurpose::Open, dialog.add_filter("All files", &["*"]).pick_files(), move |files| {
            Report::PickedPictures(paths(files))
        });
    }

    /// Shows the system's dialog to open a folder.
    pub(crate) fn pick_folder(&mut self, frame: &eframe::Frame, folder: Option<&Path>) {
        let dialog = open_dialog(frame, "Open a folder of pictures", folder);
        self.pick(PathPurpose::Open, dialog.pick_folder(), |file| Report::PickedPictures(vec![file.path().to_owned()]));
    }

    /// Shows the system's dialog to choose a checkpoint's folder.
    pub(crate) fn pick_checkpoint(&mut self, frame: &eframe::Frame) {
        let dialog = open_dialog(frame, "Open a checkpoint folder", None);
        let report = |file: rfd::FileHandle| Report::PickedCheckpoint(file.path().to_owned());
        self.pick(PathPurpose::Checkpoint, dialog.pick_folder(), report);
    }

    /// Shows the system's dialog to choose a checkpoint's file.
    pub(crate) fn pick_checkpoint_file(&mut self, frame: &eframe::Frame) {
        let dialog = open_dialog(frame, "Open a checkpoint file", None);
        let dialog = dialog.add_filter("Checkpoints", &checkpoint::file_extensions());
        let report = |file: rfd::FileHandle| Report::PickedCheckpoint(file.path().to_owned());
        self.pick(PathPurpose::Checkpoint, dialog.pick_file(), report);
    }

    /// Looks for the checkpoints on this computer; the one in use may be anywhere.
    pub(crate) fn list_checkpoints(&self, places: Library, in_use: Option<PathBuf>) {
        self.start(move || {
            let mut all = places.list();
            if let Some(path) = in_use.filter(|path| all.iter().all(|found| found.path.as_ref() != Some(path))) {
                all.push(LocalCheckpoint { path: Some(path.clone()), ..LocalCheckpoint::at(&path) });
            }
            Report::Checkpoints(all)
        });
    }

    /// Finds out what smaller copies of a checkpoint there can be.
    pub(crate) fn look_at(&self, checkpoint: Option<PathBuf>, folder: PathBuf) {
        self.start(move || {
            let found = Original::look_at(checkpoint.clone(), &folder);
            Report::LookedAt(checkpoint, found)
        });
    }

    /// Finds the pictures behind files and folders; one of them may also be a checkpoint.
    pub(crate) fn gather(&self, mut paths: Vec<PathBuf>) {
        self.start(move || match paths.iter().position(|path| checkpoint::is_checkpoint(path)) {
            Some(at) => Report::PickedCheckpoint(paths.swap_remove(at)),
            None => Report::Gathered(gather(paths)),
        });
    }

    /// Shows the system's dialog to save something.
    pub(crate) fn pick_target(&mut self, frame: &eframe::Frame, format: Format, suggested: &Path) {
        let mut dialog = rfd::AsyncFileDialog::new().set_title(format.title()).set_parent(frame);
        let (kind, extension) = format.kind();
        dialog = dialog.add_filter(kind, &[extension.to_owned(), extension.to_uppercase()]);
        if let Some(name) = suggested.file_name() {
            dialog = dialog.set_file_name(name.to_string_lossy());
        }
        if let Some(folder) = suggested.parent().filter(|folder| folder.is_dir()) {
            dialog = dialog.set_directory(folder);
        }
        self.pick(PathPurpose::Save(format), dialog.save_file(), move |file| {
            Report::PickedTarget(format, file.path().to_owned())
        });
    }

    /// The dialog is made on the window's thread, as macOS wants it, and awaited on another.
    fn pick<T>(
        &mut self,
        purpose: PathPurpose,
        dialog: impl Future<Output = Option<T>> + Send + 'static,
        report: impl FnOnce(T) -> Report + Send + 'static,
    ) {
        if std::mem::replace(&mut self.dialog_is_open, true) {
            return;
        }
        self.start(move || {
            let opened = Instant::now();
            match pollster::block_on(dialog) {
                Some(chosen) => report(chosen),
                None => Report::NotPicked(purpose, opened.elapsed()),
            }
        });
    }

    /// Writes a file.
    pub(crate) fn save(&self, savable: Savable, path: PathBuf) {
        self.start(move || {
            let content = match savable {
                Savable::Picture(annotated) => export::png(&annotated.paint()),
                Savable::Results(records) => export::format_of(&path).content(&records),
            };
            let content = match content {
                Ok(content) => content,
                Err(e) => return Report::Failed(e.to_string()),
            };
            match disk::write_atomically(&path, &content) {
                Ok(()) => Report::Saved(path),
                Err(e) => Report::Failed(e.to_string()),
            }
        });
    }

    /// Paints the annotated picture for the clipboard.
    pub(crate) fn copy(&self, annotated: Annotated) {
        self.start(move || Report::ForClipboard(color_image(&annotated.paint())));
    }

    /// Makes the sizes of a picture that the canvas shows.
    pub(crate) fn preview(&self, picture: Picture) {
        let max_side = self.ctx.input(|input| input.max_texture_side) as u32;
        self.start(move || Report::Preview(Pyramid::new(&picture, max_side)));
    }

    /// Makes the small pictures of the samples.
    pub(crate) fn thumbnails(&self, pixels_per_point: f32) {
        self.start(move || Report::Thumbnails(samples::thumbnails(pixels_per_point)));
    }

    /// Writes the session.
    pub(crate) fn keep(&self, writing: keeper::Writing) {
        self.start(move || {
            let start = Instant::now();
            let result = writing.write();
            Report::Kept(start.elapsed(), result)
        });
    }

    /// Turns a pasted picture into one that can be opened; what is see-through becomes white.
    pub(crate) fn paste(&self, pasted: Arc<ColorImage>) {
        self.start(move || {
            let over_white = |colour: &egui::Color32| {
                let [r, g, b, a] = colour.to_array();
                [r, g, b].map(|channel| channel.saturating_add(255 - a))
            };
            let bytes = pasted.pixels.iter().flat_map(over_white).collect();
            let name = "pasted picture".to_owned();
            match RgbImage::from_raw(pasted.width() as u32, pasted.height() as u32, bytes) {
                Some(pixels) => Report::Pasted(PictureSource::Pixels { name, pixels: Arc::new(pixels) }),
                None => Report::Failed("The pasted picture is damaged. Copy it again".to_owned()),
            }
        });
    }

    fn start(&self, chore: impl FnOnce() -> Report + Send + 'static) {
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        let started = thread::Builder::new().name("chore".to_owned()).spawn(move || {
            let report = catch_unwind(AssertUnwindSafe(chore));
            let failed = || Report::Failed("Something went wrong on the way; please report this".to_owned());
            // Without a receiver the window is gone, and nobody waits for the report.
            let _ = sender.send(report.unwrap_or_else(|_| failed()));
            ctx.request_repaint();
        });
        if let Err(e) = started {
            let _ = self.sender.send(Report::Failed(format!("The system gave no thread to work on: {e}")));
        }
    }
}

fn open_dialog(frame: &eframe::Frame, title: &str, folder: Option<&Path>) -> rfd::AsyncFileDialog {
    let dialog = rfd::AsyncFileDialog::new().set_title(title).set_parent(frame);
    if let Some(folder) = folder { dialog.set_directory(folder) } else { dialog }
}
