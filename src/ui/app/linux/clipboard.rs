//! The clipboard on Linux, where another program answers for what is in it, or never does.
//!
//! The window library would wait for that program between two frames, half a minute if it hangs. So the library's own
//! clipboard is not built in here: what is pasted is read on a thread of its own and given to the window as the same
//! events; what is copied is put there as before.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use arboard::{LinuxClipboardKind, SetExtLinux as _};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use egui::{
    ColorImage, Context, Event, FullOutput, Key, OutputCommand, PointerButton, Pos2, RawInput, ViewportCommand,
};

use super::selection;
use crate::{picture::PictureSource, typed, ui::state::JobEvent};

/// What is answered within this time takes its place between the keys that were pressed before and after.
const QUICK: Duration = Duration::from_millis(40);
/// After this time nobody waits any more.
const LIMIT: Duration = Duration::from_secs(5);
const NO_ANSWER: &str = "The program that was copied from does not answer. Copy it again, or open the file";

const TEXTS: [&str; 4] = ["UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING"];
/// Formats that file managers name files in. Their bytes are kept where they are no text.
const LISTS: [&str; 3] = ["x-special/gnome-copied-files", "x-special/nautilus-clipboard", "text/uri-list"];
const PICTURES: [&str; 6] = ["image/png", "image/jpeg", "image/bmp", "image/webp", "image/tiff", "image/gif"];

/// What is wanted, and what for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wish {
    /// Pasted into a text field.
    Field,
    /// Pasted on the window.
    Window,
    /// A click of the middle button, which pastes what was marked last into the field there.
    Marked(Pos2),
}

/// What was found.
enum Found {
    Text(String),
    /// A picture as it was encoded.
    File(Vec<u8>),
    Pixels(ColorImage),
    Nothing,
}

/// The clipboard in place of the library's own.
pub(super) struct Clipboard {
    has_x11: bool,
    /// Keeps what was copied for as long as it lives; made when something is.
    copied: Option<arboard::Clipboard>,
    asked: Option<Asked>,
    tell: Box<dyn Fn(JobEvent) + Send + Sync>,
}

/// A wish that somebody may still answer.
struct Asked {
    wish: Wish,
    answer: Receiver<Found>,
    until: Instant,
}

impl Clipboard {
    /// Under X11, or else on a Wayland desktop that lets programs have its clipboard. `tell` is for what no field takes.
    pub(super) fn new(has_x11: bool, tell: impl Fn(JobEvent) + Send + Sync + 'static) -> Self {
        Self { has_x11, copied: None, asked: None, tell: Box::new(tell) }
    }

    fn ask(&mut self, ctx: &Context, wish: Wish) {
        if self.asked.as_ref().is_some_and(|asked| !matches!(asked.wish, Wish::Marked(_))) {
            return;
        }
        let (sender, answer) = bounded(1);
        let (until, has_x11, waker) = (Instant::now() + LIMIT, self.has_x11, ctx.clone());
        let read = move || {
            // Without an answer the channel closes, which is one too.
            if let Some(found) = if has_x11 { from_x11(wish, until) } else { from_wayland(wish) } {
                let _ = sender.send(found);
            }
            drop(sender);
            waker.request_repaint();
        };
        if thread::Builder::new().name("clipboard".to_owned()).spawn(read).is_ok() {
            self.asked = Some(Asked { wish, answer, until });
            ctx.request_repaint_after(LIMIT);
        }
    }

    /// The event that an answer is, waiting so long for one. What no event is made of is told.
    fn answered(&mut self, wait: Duration) -> Option<Event> {
        let asked = self.asked.as_ref()?;
        let found = match asked.answer.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) if Instant::now() < asked.until => return None,
            answer => answer.ok(),
        };
        let wish = self.asked.take()?.wish;
        match (wish, found) {
            (Wish::Marked(pos), Some(Found::Text(text))) => Some(Event::MiddleClickPaste { pos, text }),
            // Whoever clicks there may have meant the picture.
            (Wish::Marked(_), _) | (Wish::Field, Some(Found::Nothing)) => None,
            (_, Some(Found::Text(text))) => Some(Event::Paste(text.replace("\r\n", "\n"))),
            (_, Some(Found::Pixels(image))) => Some(Event::PasteImage(Arc::new(image))),
            (_, Some(Found::File(bytes))) => {
                let name = "pasted picture".to_owned();
                (self.tell)(JobEvent::Pasted(PictureSource::Bytes { name, bytes: bytes.into() }));
                None
            }
            (_, Some(Found::Nothing)) => {
                (self.tell)(JobEvent::NotAdded(typed::NO_PICTURE.to_owned()));
                None
            }
            (_, None) => {
                (self.tell)(JobEvent::NotAdded(NO_ANSWER.to_owned()));
                None
            }
        }
    }

    /// Puts something into the clipboard; gives back what is not for it.
    fn copy(&mut self, command: OutputCommand) -> Option<OutputCommand> {
        if matches!(command, OutputCommand::OpenUrl(_)) {
            return Some(command);
        }
        if self.copied.is_none() {
            self.copied = arboard::Clipboard::new().ok();
        }
        let copied = match (command, &mut self.copied) {
            (OutputCommand::CopyText(text), Some(clipboard)) => clipboard.set_text(text),
            (OutputCommand::CopyImage(image), Some(clipboard)) => {
                let bytes: Vec<u8> = image.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
                let (width, height) = (image.width(), image.height());
                clipboard.set_image(arboard::ImageData { width, height, bytes: bytes.into() })
            }
            (OutputCommand::TextSelectionSettled(text), Some(clipboard)) => {
                // Not every desktop has this one, and nobody asked for it.
                let _ = clipboard.set().clipboard(LinuxClipboardKind::Primary).text(text);
                Ok(())
            }
            (_, None) => Err(arboard::Error::ClipboardNotSupported),
            (other, _) => return Some(other),
        };
        if let Err(e) = copied {
            (self.tell)(JobEvent::NotExported(format!(
                "Nothing could be copied ({e}). Try again, or export it to a file"
            )));
        }
        None
    }
}

impl egui::Plugin for Clipboard {
    fn debug_name(&self) -> &'static str {
        "clipboard"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        let late = self.answered(Duration::ZERO);
        let (events, is_typing) = (std::mem::take(&mut input.events), ctx.text_edit_focused());
        input.events.extend(late);
        for event in events {
            let Event::Key { key, pressed: true, modifiers, .. } = event else {
                let marked = middle_click(&event);
                input.events.push(event);
                if let Some(pos) = marked {
                    self.ask(ctx, Wish::Marked(pos));
                    input.events.extend(self.answered(QUICK));
                }
                continue;
            };
            match key {
                Key::Copy => input.events.push(Event::Copy),
                Key::Cut => input.events.push(Event::Cut),
                Key::C if modifiers.command_only() => input.events.push(Event::Copy),
                Key::X if modifiers.command_only() => input.events.push(Event::Cut),
                Key::V if !modifiers.command_only() => input.events.push(event),
                Key::V | Key::Paste => {
                    self.ask(ctx, if is_typing { Wish::Field } else { Wish::Window });
                    input.events.extend(self.answered(QUICK));
                }
                _ => input.events.push(event),
            }
        }
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        for window in output.viewport_output.values_mut() {
            let n_before = window.commands.len();
            window.commands.retain(|command| *command != ViewportCommand::RequestPaste);
            if window.commands.len() < n_before {
                self.ask(ctx, Wish::Window);
            }
        }
        let commands = std::mem::take(&mut output.platform_output.commands);
        output.platform_output.commands = commands.into_iter().filter_map(|command| self.copy(command)).collect();
    }

    fn on_exit(&mut self, _ctx: &Context) {
        // Hands what was copied over to a clipboard manager, if there is one.
        self.copied = None;
    }
}

fn middle_click(event: &Event) -> Option<Pos2> {
    match event {
        Event::PointerButton { pos, button: PointerButton::Middle, pressed: true, .. } => Some(*pos),
        _ => None,
    }
}

/// `None` without an answer.
fn from_x11(wish: Wish, until: Instant) -> Option<Found> {
    let formats = match wish {
        Wish::Field => [&TEXTS[..], &LISTS, &PICTURES].concat(),
        // Some programs have a picture of their text, or a text about their picture: here the picture is wanted.
        Wish::Window => [&LISTS[..], &PICTURES, &TEXTS].concat(),
        Wish::Marked(_) => TEXTS.to_vec(),
    };
    let name = if matches!(wish, Wish::Marked(_)) { "PRIMARY" } else { "CLIPBOARD" };
    let content = selection::read(name, &formats, until).inspect_err(|e| tracing::debug!("{name}: {e}")).ok()?;
    Some(match content {
        None => Found::Nothing,
        Some((_, bytes)) if bytes.is_empty() => Found::Nothing,
        Some((format, bytes)) if PICTURES.contains(&format) => Found::File(bytes),
        Some((format, bytes)) if LISTS.contains(&format) => Found::Text(typed::list(bytes)),
        // Of the one format that is not UTF-8, each byte is the number of a character.
        Some(("STRING", bytes)) => Found::Text(bytes.into_iter().map(char::from).collect()),
        Some((_, bytes)) => Found::Text(String::from_utf8_lossy(&bytes).into_owned()),
    })
}

fn from_wayland(wish: Wish) -> Option<Found> {
    if matches!(wish, Wish::Marked(_)) {
        return None;
    }
    let mut clipboard = arboard::Clipboard::new().ok()?;
    let text = clipboard.get_text().map(Found::Text);
    let pixels = |image: arboard::ImageData| {
        Found::Pixels(ColorImage::from_rgba_unmultiplied([image.width, image.height], &image.bytes))
    };
    Some(text.or_else(|_| clipboard.get_image().map(pixels)).unwrap_or(Found::Nothing))
}
