//! Opening the window: which renderer, which display, and one sentence if there is none.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use eframe::{Error, NativeOptions, Renderer};
use egui::{Context, ViewportBuilder};

use super::{end::End, place, root::App};
use crate::{
    checkpoint::Library,
    engine::LoadOptions,
    hub::Offer,
    ui::session::{self, Beginning, WindowPlace},
    worker::{Load, Worker},
};

/// What the window starts with.
#[derive(Clone, Debug, Default)]
pub struct WindowOptions {
    /// Pictures, and folders of pictures, to open at once.
    pub pictures: Vec<PathBuf>,
    /// The folder or file of the checkpoint that is being loaded; `None` for the built-in one.
    pub checkpoint: Option<PathBuf>,
    /// How it is being loaded.
    pub loading: LoadOptions,
    /// The folder that `~` stands for, if there is one.
    pub home: Option<PathBuf>,
    /// Where checkpoints to choose from are.
    pub library: Library,
    /// The checkpoint that can be downloaded.
    pub offer: Option<Offer>,
    /// The folder that the session is kept in; `None` keeps none.
    pub session: Option<PathBuf>,
    /// Whether an X11 display can be had (on Linux: `DISPLAY` is set). It is preferred to Wayland, where files can't be
    /// dropped on the window.
    pub has_x11: bool,
    /// How to end it from elsewhere.
    pub end: End,
}

/// What an app is made of, once: with the renderer that works.
type Parts = Arc<Mutex<Option<(Worker, JoinHandle<Beginning>)>>>;

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
#[error(
    "The window could not be opened: {0}. Without a window, `kosmoscope caption` describes pictures on the command line"
)]
pub struct WindowError(String);

/// Tokens may come faster than a screen needs to show them.
const MAX_WAKE_DELAY: Duration = Duration::from_millis(30);

/// Opens the window, and returns when it is closed. `load` runs on the worker's thread meanwhile.
///
/// # Errors
/// When there is no display, or no renderer works on it.
pub fn run(options: &WindowOptions, load: impl Load) -> Result<(), WindowError> {
    // The model is read while the window opens; until there is a window, there is nobody to wake.
    let window: Arc<OnceLock<Context>> = Arc::default();
    let sleeper = Arc::clone(&window);
    let wake = move || {
        if let Some(ctx) = sleeper.get() {
            ctx.request_repaint_after(MAX_WAKE_DELAY);
        }
    };
    let worker = Worker::spawn(load, wake.clone()).map_err(|e| WindowError(e.to_string()))?;
    let place = options.session.as_deref().and_then(session::place);
    // A long list is read while the window opens.
    let session = options.session.clone();
    let begin = move || session.map(|folder| session::begin(&folder, wake)).unwrap_or_default();
    let beginning = thread::Builder::new().name("beginning".to_owned()).spawn(begin);
    let beginning = beginning.map_err(|e| WindowError(e.to_string()))?;
    let parts: Parts = Arc::new(Mutex::new(Some((worker, beginning))));
    let mut result = Ok(());
    for renderer in [Renderer::Wgpu, Renderer::Glow] {
        result = open(renderer, options, place, &parts, &window);
        if !matches!(&result, Err(Failure::Renderer)) {
            break;
        }
    }
    result.map_err(|failure| match failure {
        Failure::Renderer => WindowError("no graphics driver for OpenGL or Vulkan works here".to_owned()),
        Failure::Other(reason) => WindowError(reason),
    })
}

enum Failure {
    /// Another renderer may work.
    Renderer,
    Other(String),
}

fn open(
    renderer: Renderer,
    options: &WindowOptions,
    place: Option<WindowPlace>,
    parts: &Parts,
    window: &Arc<OnceLock<Context>>,
) -> Result<(), Failure> {
    let pictures = options.pictures.clone();
    let (home, has_x11) = (options.home.clone(), options.has_x11);
    let (library, offer) = (options.library.clone(), options.offer.clone());
    let (checkpoint, loading) = (options.checkpoint.clone(), options.loading);
    let (parts, opened, end) = (Arc::clone(parts), Arc::clone(window), options.end.clone());
    let make_app: eframe::AppCreator<'_> = Box::new(move |creation| {
        let parts = parts.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (worker, beginning) = parts.ok_or("the window was opened twice")?;
        let beginning = beginning.join().map_err(|_| "the session kept last can't be read")?;
        if let Some(window) = creation.winit_window() {
            place::settle(&creation.egui_ctx, window, place, beginning.store.is_none());
        }
        let mut app = App::new(&creation.egui_ctx, worker).with_loading(checkpoint, loading);
        app.set_home(home);
        app.offer_checkpoints(library, offer);
        let app = app.with_beginning(beginning).with_end(end);
        let app = app.with_pictures(pictures);
        let _ = opened.set(creation.egui_ctx.clone());
        // What the worker told before there was a window to wake.
        creation.egui_ctx.request_repaint();
        #[cfg(target_os = "linux")]
        let app = app.with_clipboard(has_x11).with_all_drops(creation);
        Ok(Box::new(if cfg!(not(target_os = "linux")) || has_x11 { app } else { app.without_drops() }))
    });
    // A missing libxkbcommon-x11 makes the windowing library panic instead of saying so; later panics are our own.
    let ended = catch_unwind(AssertUnwindSafe(|| {
        eframe::run_native("Kosmoscope", native_options(renderer, options.has_x11, place), make_app)
    }));
    match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(e @ (Error::Wgpu(_) | Error::Glutin(_) | Error::NoGlutinConfigs(..)))) => {
            tracing::debug!("{renderer} does not work here: {e}");
            Err(Failure::Renderer)
        }
        Ok(Err(Error::WinitEventLoop(e))) => {
            tracing::debug!("{e}");
            Err(Failure::Other("no display can be reached".to_owned()))
        }
        Ok(Err(e)) => Err(Failure::Other(e.to_string())),
        Err(panic) if window.get().is_some() => resume_unwind(panic),
        Err(_) => {
            Err(Failure::Other("a library of the display is missing (on Linux, install libxkbcommon-x11)".to_owned()))
        }
    }
}

fn native_options(renderer: Renderer, has_x11: bool, place: Option<WindowPlace>) -> NativeOptions {
    let viewport = ViewportBuilder::default().with_app_id("kosmoscope").with_drag_and_drop(true);
    // On Linux these keys are for our own clipboard.
    let clipboard_shortcuts = cfg!(not(target_os = "linux"));
    let viewport = place::wish(viewport, place);
    let mut native = NativeOptions { viewport, renderer, clipboard_shortcuts, ..Default::default() };
    prefer_x11(&mut native, has_x11);
    native
}

#[cfg(target_os = "linux")]
fn prefer_x11(native: &mut NativeOptions, has_x11: bool) {
    use winit::platform::x11::EventLoopBuilderExtX11 as _;
    if has_x11 {
        native.event_loop_builder = Some(Box::new(|builder| {
            builder.with_x11();
        }));
    }
}

#[cfg(not(target_os = "linux"))]
fn prefer_x11(_native: &mut NativeOptions, _has_x11: bool) {}
