//! A window without a display, and what a model would tell it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::{
    num::NonZero,
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use egui_kittest::{Harness, TestRenderer, kittest::Queryable as _};
use kosmoscope::{
    caption::{Caption, Phrase, Region},
    checkpoint::{CheckpointInfo, SmallWorld, Source},
    engine::{
        Answer, DeviceKind, Ending, Engine, GenerateOptions, ModelInfo, PictureFacts, Progress, Provenance, Stage,
        Timings,
    },
    geometry::{NormBox, PatchIndex},
    grounding::Warning,
    kernels::Precision,
    overlay::raster::Rasteriser,
    picture::{Picture, PictureSource},
    text::Task,
    ui::{self, Action, App, Content, Effect, Form, FormAction, JobEvent, Notice, PictureAction, Work},
    worker::{Event, RequestId, Worker},
};

use super::files::sample;

/// The real application in a test harness.
pub(crate) struct Window(Harness<'static, App>);

impl Deref for Window {
    type Target = Harness<'static, App>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Window {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// A dark window of the usual size whose model never finishes loading.
pub(crate) fn window() -> Window {
    window_with(egui::Theme::Dark, [1000.0, 700.0])
}

pub(crate) fn window_with(theme: egui::Theme, size: [f32; 2]) -> Window {
    window_of(theme, size, 1.0, endless_worker())
}

/// A window that shows the meadow and has asked nothing yet.
pub(crate) fn window_with_picture() -> Window {
    let mut window = window();
    window.apply(Event::Ready(info()));
    window.edit(|form| form.run_on_open = false);
    window.open_with(Ok(picture("meadow.png")));
    window.edit(|form| form.run_on_open = true);
    window.run();
    window
}

/// A window with the built-in checkpoint behind it.
pub(crate) fn window_with_engine(theme: egui::Theme, size: [f32; 2], pixels_per_point: f32) -> Window {
    let worker = Worker::spawn(|on_progress| Engine::load(&Source::Embedded, on_progress), || {}).unwrap();
    window_of(theme, size, pixels_per_point, worker)
}

/// A window that keeps its session in this folder, with the built-in checkpoint behind it.
pub(crate) fn window_with_session(folder: &Path) -> Window {
    let worker = Worker::spawn(|on_progress| Engine::load(&Source::Embedded, on_progress), || {}).unwrap();
    let folder = folder.to_owned();
    let harness = Harness::builder()
        .with_size([1100.0, 800.0])
        .with_max_steps(16)
        .build_eframe(move |creation| App::new(&creation.egui_ctx, worker).with_session(&folder).without_measures());
    Window(harness)
}

/// Ends a window without closing it, and waits until it has let go of its session's folder.
pub(crate) fn kill(window: Window, folder: &Path) {
    drop(window);
    let lock = std::fs::File::open(folder.join("lock")).unwrap();
    for _ in 0..3_000 {
        if lock.try_lock().is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("another window still has {}", folder.display());
}

pub(crate) fn window_of(theme: egui::Theme, size: [f32; 2], pixels_per_point: f32, worker: Worker) -> Window {
    let harness = Harness::builder()
        .with_size(size)
        .with_pixels_per_point(pixels_per_point)
        .with_theme(theme)
        .with_max_steps(16)
        .with_render_cursor(false)
        .renderer(SoftwareRenderer::default())
        .build_eframe(|creation| App::new(&creation.egui_ctx, worker).without_measures());
    Window(harness)
}

/// A worker that stays busy loading, so that only the test tells the window anything.
pub(crate) fn endless_worker() -> Worker {
    let load = |_: &mut dyn FnMut(_) -> _| loop {
        std::thread::park();
    };
    Worker::spawn(load, || {}).unwrap()
}

/// What a person is told, oldest first.
pub(crate) fn notices(app: &App) -> Vec<Notice> {
    app.state().notices().iter().map(|(_, notice)| notice.clone()).collect()
}

/// A file as the desktop hands it over.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }
    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("not needed".to_owned())
    }
}

impl Window {
    /// Drops files and folders on the window.
    pub(crate) fn drop_on(&mut self, paths: &[PathBuf]) {
        for path in paths {
            self.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
        }
        self.step();
    }

    /// Lets `~` stand for this folder.
    pub(crate) fn at_home(mut self, folder: &Path) -> Self {
        self.state_mut().set_home(Some(folder.to_owned()));
        self
    }

    /// Lets the window know what the worker would tell.
    pub(crate) fn apply(&mut self, event: Event) {
        self.state_mut().apply(ui::Event::Worker(event));
        self.run();
    }

    /// Does what a person wishes; dialogs of the system are left for the next frame.
    pub(crate) fn perform(&mut self, action: impl Into<Action>) {
        self.state_mut().perform(action);
    }

    /// What a wish would ask of the world, without its being done.
    pub(crate) fn effects(&self, action: impl Into<Action>) -> Vec<Effect> {
        self.state().state().clone().perform(action)
    }

    /// Changes what is chosen and typed.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Form)) {
        let mut form = self.state().state().form().clone();
        change(&mut form);
        self.perform(FormAction::Edit(form));
    }

    /// What a person is told, oldest first.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        notices(self.state())
    }

    /// Opens something that turns out to be this.
    pub(crate) fn open_with(&mut self, result: Result<Picture, String>) {
        let name = format!("/nowhere/{}.png", self.state().state().pictures().entries().len() + 1);
        self.perform(PictureAction::Open(vec![PictureSource::Path(name.into())]));
        let Some(Content::Reading(id)) = self.state().state().pictures().current().map(|entry| &entry.content) else {
            panic!("the picture is not being read")
        };
        // The picture's own thread reports too, but nobody has listened yet, and then it is out of date.
        let id = *id;
        self.state_mut().apply(ui::Event::Job(JobEvent::Opened(id, result)));
        self.run();
    }

    /// Drags from one place of the meadow to another; both in fractions of it.
    pub(crate) fn drag(&mut self, from: (f32, f32), to: (f32, f32)) {
        let canvas = self.get_by_label("Picture meadow.png, 1200 × 900 pixels").rect();
        let zoom = self.state().zoom().unwrap();
        let picture = egui::Rect::from_center_size(canvas.center(), egui::vec2(1200.0, 900.0) * zoom);
        let on_screen = |(x, y): (f32, f32)| picture.lerp_inside(egui::vec2(x, y));
        self.drag_at(on_screen(from));
        self.step();
        self.hover_at(on_screen(to));
        self.step();
        self.drop_at(on_screen(to));
        self.run();
    }

    /// Runs the task of the panel.
    pub(crate) fn run_task(&mut self) -> RequestId {
        self.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Enter);
        self.run();
        self.running()
    }

    /// The run under way.
    pub(crate) fn running(&mut self) -> RequestId {
        self.wait_until(|app| matches!(app.state().work(), Work::Running { .. }));
        match self.state().state().work() {
            Work::Running { id, .. } => *id,
            other => panic!("not running: {other:?}"),
        }
    }

    /// Steps until the application is so far; fails after half a minute, since other tests take the processor too.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, is_so: impl Fn(&App) -> bool) {
        for _ in 0..500 {
            self.step();
            if is_so(self.state()) {
                self.run();
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it did not happen");
    }

    /// Steps until it is so, however long other threads take; their news may go on meanwhile.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, is_so: impl Fn(&App) -> bool) {
        for _ in 0..3_000 {
            self.step();
            if is_so(self.state()) {
                self.step();
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let state = &self.state().state();
        panic!("it did not happen: {:?}, {:?}", state.download(), state.conversion());
    }
}

/// Snapshots without a graphics card.
#[derive(Default)]
struct SoftwareRenderer(Rasteriser);

impl TestRenderer for SoftwareRenderer {
    fn handle_delta(&mut self, delta: &mut egui::TexturesDelta) {
        self.0.apply(delta);
    }

    fn render(&mut self, ctx: &egui::Context, output: &egui::FullOutput) -> Result<image::RgbaImage, String> {
        let scale = ctx.pixels_per_point();
        let size = (ctx.content_rect().size() * scale).round();
        let mut image = image::RgbaImage::new(size.x as u32, size.y as u32);
        self.0.paint(&mut image, &ctx.tessellate(output.shapes.clone(), scale), scale);
        Ok(image)
    }
}

pub(crate) fn info() -> ModelInfo {
    let checkpoint = CheckpointInfo {
        name: "kosmos-2 mini".to_owned(),
        small_world: Some(SmallWorld {
            caution: "Knows only emoji scenes; photos need the full Kosmos-2",
            doubt: "This does not seem to be an emoji scene",
            least_token_probability: 0.03,
        }),
        no_repeat_ngram: NonZero::new(3),
    };
    let fingerprint = "0123456789abcdef".to_owned();
    let precision = Precision::F32;
    ModelInfo { checkpoint, precision, little_memory: None, device: DeviceKind::Cpu, fingerprint }
}

pub(crate) fn picture(name: &str) -> Picture {
    let pixels = image::open(sample("meadow.png")).unwrap().into_rgb8();
    Picture::new(name, pixels)
}

fn region(place: [f32; 4], score: f32) -> Region {
    let [x_min, y_min, x_max, y_max] = place;
    let norm = NormBox::new(x_min, y_min, x_max, y_max);
    let (upper_left, lower_right) = norm.to_patches();
    let patches = (upper_left, PatchIndex(lower_right.0));
    Region { norm, patches, raw_span: 0..1, score: Some(score), token_probability: Some(score / 10.0) }
}

/// What the model says about the meadow.
pub(crate) fn caption() -> Caption {
    let text = "An image of two dogs under a tree on the grass.".to_owned();
    let span = |words: &str| text.find(words).map(|at| at..at + words.len()).unwrap();
    let phrases = vec![
        Phrase {
            span: span("two dogs"),
            regions: vec![region([0.1, 0.48, 0.4, 0.84], 0.91), region([0.55, 0.7, 0.7, 0.9], 0.62)],
            lost: None,
        },
        Phrase { span: span("a tree"), regions: vec![region([0.6, 0.18, 0.96, 0.72], 0.88)], lost: None },
        Phrase { span: span("the grass"), regions: vec![region([0.0, 0.45, 1.0, 1.0], 0.79)], lost: None },
    ];
    Caption { text, phrases }
}

/// The caption up to this many phrases, as while it is being written.
pub(crate) fn progress(stage: Stage, n_tokens: usize, n_phrases: usize) -> Progress {
    let mut caption = caption();
    caption.phrases.truncate(n_phrases);
    let end = caption.phrases.last().map_or(0, |phrase| phrase.span.end);
    caption.text.truncate(end);
    Progress { stage, n_tokens, tokens_per_sec: Some(9.5), caption }
}

pub(crate) fn answer() -> Box<Answer> {
    let prompt = "<grounding>An image of".to_owned();
    Box::new(Answer {
        task: Task::Brief { grounded: true },
        raw: format!("{prompt}<phrase> two dogs</phrase><object><patch_index_0483><patch_index_0844></object> under"),
        prompt,
        caption: caption(),
        said: None,
        from_file: None,
        warnings: vec![Warning { message: "1 location token without a partner was left out".to_owned(), at: 12 }],
        doubt: None,
        ending: Ending::Complete,
        beam_score: None,
        timings: Timings { vision_secs: 0.4, prefill_secs: 0.2, decode_secs: 1.5, n_new_tokens: 24, n_passes: 18 },
        asked: PictureFacts { width: 1200, height: 900, notes: vec![], checksum: None },
        made_by: Provenance::new(&info(), &GenerateOptions::original()),
    })
}
