//! What would hold up a frame, done on threads of its own: dialogs of the system, the disk, exports, previews.
//!
//! Each job ends in one [`Report`], also when it panics; the window wakes up to take it in.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use super::{
    batch_folder::{self, BatchKeeper},
    exporting::{painted, save},
    gathering::{found, gathered},
};
use crate::{
    batch::Settings,
    checkpoint::{self, Checkpoint, Library, LocalCheckpoint, Source},
    convert::{self, ConvertError, Format},
    disk,
    evaluate::asking,
    hub, memory,
    picture::{self, FileStamp, Picture, PictureId, PictureSource},
    typed::{self, Pasted},
    ui::{
        state::{
            Annotated, DownloadSurvey, EntryId, Export, IfTaken, JobEvent, OpenedBatch, Original, PathPurpose,
            SmallCopy,
        },
        textures::{Pyramid, SampleThumbnails, color_image, sample_thumbnails},
    },
};
use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Context};

/// How a job ended.
pub(super) enum Report {
    /// It is for the state.
    Event(JobEvent),
    /// A folder for the answers of a run over all is open.
    Batch(BatchKeeper, Box<OpenedBatch>),
    /// The annotated picture is ready for the clipboard.
    ForClipboard(ColorImage),
    /// The picture is ready to be shown, or one sentence says why it is not.
    Preview(Result<Pyramid, String>),
    /// The samples are ready to be shown.
    Samples(SampleThumbnails),
    /// Bytes of memory in use; `None` if the system does not say.
    Memory(Option<u64>),
}

impl From<JobEvent> for Report {
    fn from(event: JobEvent) -> Self {
        Self::Event(event)
    }
}

/// Starts jobs and collects their reports.
pub(super) struct Jobs {
    ctx: Context,
    reports: Receiver<Report>,
    sender: Sender<Report>,
    /// One dialog of the system at a time.
    dialog_is_open: Arc<AtomicBool>,
}

impl Jobs {
    /// No jobs yet; reports will wake this window.
    #[must_use]
    pub(super) fn new(ctx: Context) -> Self {
        let (sender, reports) = unbounded();
        Self { ctx, reports, sender, dialog_is_open: Arc::default() }
    }

    /// Wakes the window, from any thread.
    pub(super) fn waker(&self) -> impl Fn() + Send + 'static {
        let ctx = self.ctx.clone();
        move || ctx.request_repaint()
    }

    /// Lets what works beside the window tell it something.
    pub(super) fn teller(&self) -> impl Fn(JobEvent) + Send + Sync + 'static {
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        move |event| {
            let _ = sender.send(event.into());
            ctx.request_repaint();
        }
    }

    /// The next report, if there is one.
    pub(super) fn next_report(&self) -> Option<Report> {
        self.reports.try_recv().ok()
    }

    /// The dialog is made on the window's thread, as macOS wants it, and awaited on another.
    pub(super) fn await_pick<T>(
        &self,
        purpose: PathPurpose,
        dialog: impl Future<Output = Option<T>> + Send + 'static,
        picked: impl FnOnce(T) -> JobEvent + Send + 'static,
    ) {
        if self.dialog_is_open.swap(true, Ordering::SeqCst) {
            return;
        }
        let is_open = Arc::clone(&self.dialog_is_open);
        let failed = {
            let is_open = Arc::clone(&is_open);
            move |sentence| {
                is_open.store(false, Ordering::SeqCst);
                JobEvent::Failed(sentence)
            }
        };
        self.start_or(failed, move || {
            let opened = Instant::now();
            let chosen = pollster::block_on(dialog);
            is_open.store(false, Ordering::SeqCst);
            chosen.map_or_else(|| JobEvent::NotPicked(purpose, opened.elapsed()), picked)
        });
    }

    /// Looks for the checkpoints on this computer; the one in use and the one downloaded may be anywhere.
    pub(super) fn list_checkpoints(&self, library: Library, in_use: Option<PathBuf>, downloaded: Option<PathBuf>) {
        self.start(move || {
            let mut all = library.list();
            let is_there = |folder: &PathBuf| checkpoint::is_checkpoint(folder);
            for path in in_use.iter().chain(downloaded.iter().filter(|folder| is_there(folder))) {
                if all.iter().all(|found| found.path.as_ref() != Some(path)) {
                    all.push(LocalCheckpoint { path: Some(path.clone()), ..LocalCheckpoint::at(path) });
                }
            }
            JobEvent::Checkpoints { in_use, found: all }
        });
    }

    /// Finds out what smaller copies of a checkpoint there can be.
    pub(super) fn examine(&self, checkpoint: Option<PathBuf>, folder: PathBuf) {
        let asked = checkpoint.clone();
        self.start_or(
            move |sentence| JobEvent::Examined(asked.clone(), Err(sentence)),
            move || {
                let found = examined(checkpoint.clone(), &folder);
                JobEvent::Examined(checkpoint, found)
            },
        );
    }

    /// Looks at the folder that the download goes to.
    pub(super) fn survey(&self, folder: PathBuf) {
        self.start(move || {
            JobEvent::Surveyed(DownloadSurvey {
                free_bytes: disk::free_space(&folder),
                free_memory: memory::available(),
                unfinished_bytes: hub::unfinished_bytes(&folder),
            })
        });
    }

    /// Finds the pictures behind files and folders; one of them may also be a checkpoint.
    pub(super) fn gather(&self, paths: Vec<PathBuf>) {
        self.start(move || gathered(&paths, vec![]));
    }

    /// Finds the pictures that pasted text names; `~` in it is `home`.
    pub(super) fn gather_text(&self, text: String, home: Option<PathBuf>) {
        self.start(move || {
            let Pasted { paths, problems } = typed::pasted(&text, home.as_deref());
            gathered(&paths, problems)
        });
    }

    /// Opens the folder that the answers of a run over all are to be kept in.
    pub(super) fn open_batch(&self, pictures: PathBuf, parts: PathBuf, retry_failed: bool, settings: Settings) {
        let tell = self.teller();
        let failed = |sentence| JobEvent::OpenedBatch(Err(sentence));
        self.start_or(failed, move || match batch_folder::open(&pictures, parts, retry_failed, settings, tell) {
            Ok((keeper, opened)) => Report::Batch(keeper, Box::new(opened)),
            Err(sentence) => failed(sentence).into(),
        });
    }

    /// Finds out which benchmarks lie in a folder.
    pub(super) fn look_for_benchmarks(&self, data: PathBuf) {
        let place = data.clone();
        self.start_or(
            move |sentence| JobEvent::FoundBenchmarks(place.clone(), Err(sentence)),
            move || {
                let found = asking::found(&data);
                JobEvent::FoundBenchmarks(data, found)
            },
        );
    }

    /// Looks in a folder for those of these files that are not there.
    pub(super) fn look_for(&self, files: Vec<(EntryId, PathBuf)>, folder: PathBuf) {
        self.start(move || found(files, folder));
    }

    /// Opens a picture, unless its file is still like `known`; the window shows it while the model may still be busy.
    pub(super) fn open(&self, id: PictureId, source: PictureSource, known: Option<FileStamp>) {
        self.start_or(
            move |sentence| JobEvent::Opened(id, Err(sentence)),
            move || match known {
                Some(_) if source.file().and_then(FileStamp::of) == known => JobEvent::Unchanged(id),
                _ => JobEvent::Opened(id, picture::open_as(id, source).map_err(|e| e.to_string())),
            },
        );
    }

    /// Finds out when files were changed; those that can't be looked at are left out.
    pub(super) fn look_up_dates(&self, files: Vec<(EntryId, PathBuf)>) {
        self.start(move || {
            let date = |path: &Path| path.metadata().and_then(|about| about.modified()).ok();
            JobEvent::Dated(files.into_iter().filter_map(|(id, path)| Some((id, date(&path)?))).collect())
        });
    }

    /// Writes a file, unless it is one of `pictures`.
    pub(super) fn save(&self, export: Arc<Export>, path: PathBuf, if_taken: IfTaken, pictures: Vec<PathBuf>) {
        self.start(move || save(export, path, if_taken, &pictures));
    }

    /// Paints the annotated picture for the clipboard.
    pub(super) fn copy(&self, annotated: Annotated) {
        self.start(move || match painted(&annotated) {
            Ok(pixels) => Report::ForClipboard(color_image(&pixels)),
            Err(no_room) => JobEvent::NotExported(no_room.to_string()).into(),
        });
    }

    /// Makes the sizes of a picture that the canvas shows.
    pub(super) fn preview(&self, picture: Picture) {
        let max_side = self.ctx.input(|input| input.max_texture_side) as u32;
        let failed = |sentence| Report::Preview(Err(sentence));
        self.start_or(failed, move || Report::Preview(Ok(Pyramid::new(&picture, max_side))));
    }

    /// Makes the small pictures of the samples.
    pub(super) fn sample_thumbnails(&self, pixels_per_point: f32) {
        self.start(move || Report::Samples(sample_thumbnails(pixels_per_point)));
    }

    /// Measures the memory in use.
    pub(super) fn measure_memory(&self) {
        self.start(|| Report::Memory(memory_stats::memory_stats().map(|memory| memory.physical_mem as u64)));
    }

    /// Turns a pasted picture into one that can be opened; what is clear is seen to as in a file.
    pub(super) fn paste(&self, pasted: Arc<ColorImage>) {
        self.start(move || {
            let rgba = pasted.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
            let name = "pasted picture".to_owned();
            match picture::without_alpha(rgba, pasted.width() as u32, pasted.height() as u32) {
                Some(pixels) => JobEvent::Pasted(PictureSource::Pixels { name, pixels: Arc::new(pixels) }),
                None => JobEvent::NotAdded("The pasted picture is damaged. Copy it again".to_owned()),
            }
        });
    }

    fn start<R: Into<Report>>(&self, job: impl FnOnce() -> R + Send + 'static) {
        self.start_or(JobEvent::Failed, job);
    }

    /// Starts a job whose failure is told in a way of its own, so that nobody waits for it for ever.
    fn start_or<F: Into<Report>, R: Into<Report>>(
        &self,
        failed: impl Fn(String) -> F + Clone + Send + 'static,
        job: impl FnOnce() -> R + Send + 'static,
    ) {
        let (sender, ctx, panicked) = (self.sender.clone(), self.ctx.clone(), failed.clone());
        let started = thread::Builder::new().name("job".to_owned()).spawn(move || {
            let sentence = || "Something went wrong; please report this".to_owned();
            let report = catch_unwind(AssertUnwindSafe(|| job().into()));
            // Without a receiver the window is gone, and nobody waits for the report.
            let _ = sender.send(report.unwrap_or_else(|_| panicked(sentence()).into()));
            ctx.request_repaint();
        });
        if let Err(e) = started {
            let _ = self.sender.send(failed(format!("Could not start: {e}")).into());
            self.ctx.request_repaint();
        }
    }
}

/// Looks at a checkpoint, without reading any weight; `None` is the built-in one. Copies go to `folder`. It is an error
/// when it can't be used, or is a copy itself; one sentence.
fn examined(path: Option<PathBuf>, folder: &Path) -> Result<Original, String> {
    let source = path.map_or(Source::Embedded, Source::Path);
    let checkpoint = Checkpoint::open(&source).map_err(|e| e.to_string())?;
    if checkpoint.origin.is_some() {
        return Err(ConvertError::Converted(checkpoint.info.name).to_string());
    }
    let name = convert::origin(&source, &checkpoint);
    let copies = Format::ALL.map(|format| {
        let path = convert::target(folder, &name, format);
        let is_here = path.symlink_metadata().is_ok();
        SmallCopy { format, path, n_bytes: format.n_bytes(&checkpoint), is_here }
    });
    let (n_bytes, stored) = (checkpoint.n_bytes(), checkpoint.stored());
    Ok(Original { source, name, n_bytes, stored, copies, free_bytes: disk::free_space(folder) })
}
