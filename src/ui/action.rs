//! Everything a person can do, defined once: menus, buttons, keys and the list of shortcuts all read this table.
//!
//! Views push [`Action`]s while they paint; [`super::state::AppState::perform`] carries them out afterwards.

use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers};

use super::{collection::EntryId, form::Form, saving::Format};
use crate::{geometry::NormBox, overlay::Look, picture::PictureSource, text::Task};

/// Something to do, with what it is to be done to.
#[derive(Clone, Debug)]
pub enum Action {
    /// A command without an object.
    Do(Command),
    /// Add these pictures to the list and show the first of them.
    Open(Vec<PictureSource>),
    /// Open this picture and ask this about it.
    AskAbout(PictureSource, Task),
    /// Open these files, and the pictures in these folders.
    OpenPaths(Vec<PathBuf>),
    /// Show this picture of the list.
    Show(EntryId),
    /// Take this picture out of the list.
    Remove(EntryId),
    /// Take over what was changed in the task panel.
    Edit(Form),
    /// A rectangle was drawn on the picture.
    DrawRegion(NormBox),
    /// Show these parts of the boxes.
    SetLook(Look),
    /// A phrase or one of its boxes was chosen, by the phrase's index; choosing it again shows all.
    Choose(usize),
    /// The pointer or the focus rests on a phrase or one of its boxes, or on none.
    PointAt(Option<usize>),
    /// A rectangle begins to be drawn on the picture.
    BeginRegion,
    /// Show this result of the picture, by its place.
    ShowResult(usize),
    /// Delete this result of the picture, by its place.
    DeleteResult(usize),
    /// Write this to this file.
    SaveTo(Format, PathBuf),
    /// The path in the path field was changed.
    EditPath(String),
    /// The path in the path field is to be used.
    UsePath,
    /// Close the dialog inside the window.
    CloseDialog,
    /// Take away the notice with this index.
    DismissNotice(usize),
    /// Take away why the last run on the picture shown failed.
    DismissFailure,
}

/// What menus, buttons and keys do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Choose pictures in a dialog.
    Open,
    /// Choose a folder of pictures in a dialog.
    OpenFolder,
    /// Type the path of a picture.
    OpenPath,
    /// Take a picture from the clipboard.
    Paste,
    /// Save the annotated picture through a dialog.
    Export,
    /// Save the annotated picture to a typed path.
    ExportPath,
    /// Save the result shown through a dialog.
    ExportResults,
    /// Save all results of all pictures through a dialog.
    ExportAllResults,
    /// Take the latest change back.
    Undo,
    /// Do again what was taken back.
    Redo,
    /// Close the window.
    Quit,
    /// Copy the words of the answer.
    CopyCaption,
    /// Copy the annotated picture.
    CopyPicture,
    /// Copy the model's text as it came.
    CopyRaw,
    /// Copy the result shown, for other programs.
    CopyJson,
    /// Show the next picture of the list.
    Next,
    /// Show the picture before this one.
    Previous,
    /// Take the picture shown out of the list.
    Remove,
    /// Take all pictures out of the list.
    CloseAll,
    /// Enlarge the picture.
    ZoomIn,
    /// Make the picture smaller.
    ZoomOut,
    /// Show the picture at its own size.
    ZoomActual,
    /// Show the whole picture.
    ZoomFit,
    /// Show all boxes.
    ShowAll,
    /// Follow the system's theme.
    ThemeSystem,
    /// Dark on light.
    ThemeLight,
    /// Light on dark.
    ThemeDark,
    /// Make all of the window larger.
    Larger,
    /// Make all of the window smaller.
    Smaller,
    /// Ask the model.
    Run,
    /// Stop the answer under way.
    Stop,
    /// Ask the model about all pictures.
    RunAll,
    /// Let the next picture wait.
    Pause,
    /// Go on with the next picture.
    Continue,
    /// Give up the pictures that wait.
    StopAll,
    /// Forget the rectangle on the picture.
    ClearRegion,
    /// Set how answers are written as it was.
    ResetSettings,
    /// List the keys.
    Shortcuts,
}

/// How a command is presented.
#[derive(Clone, Copy, Debug)]
pub struct Presentation {
    /// In menus and on buttons.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub tooltip: &'static str,
    /// Its key, if it has one.
    pub shortcut: Option<KeyboardShortcut>,
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };

impl Command {
    /// Those that keys reach, in the order they are listed. Paste is missing: the system tells of it in its own way.
    pub const WITH_KEYS: [Self; 20] = [
        Self::Open,
        Self::OpenFolder,
        Self::Export,
        Self::Quit,
        Self::Undo,
        Self::Redo,
        Self::CopyCaption,
        Self::CopyPicture,
        Self::Next,
        Self::Previous,
        Self::Remove,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomActual,
        Self::ZoomFit,
        Self::Run,
        Self::RunAll,
        Self::Stop,
        Self::ShowAll,
        Self::Shortcuts,
    ];

    /// Its label, tooltip and key.
    #[must_use]
    pub fn presentation(self) -> Presentation {
        let (label, tooltip, keys) = self.row();
        let shortcut = keys.map(|(modifiers, key)| KeyboardShortcut::new(modifiers, key));
        Presentation { label, tooltip, shortcut }
    }

    fn row(self) -> (&'static str, &'static str, Option<(Modifiers, Key)>) {
        match self {
            Self::Open => ("Open…", "Choose one or more pictures", Some((CTRL, Key::O))),
            Self::OpenFolder => ("Open folder…", "Open all pictures of a folder", Some((CTRL, Key::U))),
            Self::OpenPath => {
                ("Open path…", "Type the path of a picture or a folder, if no file dialog can be had", None)
            }
            Self::Paste => ("Paste", "Take a picture, or a picture's path, from the clipboard", Some((CTRL, Key::V))),
            Self::Export => {
                ("Export annotated PNG…", "Save the picture with its boxes, at full resolution", Some((CTRL, Key::E)))
            }
            Self::ExportPath => {
                ("Export to path…", "Type where to save the annotated picture, if no file dialog can be had", None)
            }
            Self::ExportResults => ("Export result as JSON…", "Save the result shown, for other programs", None),
            Self::ExportAllResults => {
                ("Export all results as JSON…", "Save all results of all pictures, for other programs", None)
            }
            Self::Undo => ("Undo", "Take back the last change to regions, results or the list", Some((CTRL, Key::Z))),
            Self::Redo => ("Redo", "Do again what was taken back", Some((CTRL_SHIFT, Key::Z))),
            Self::CopyJson => ("Copy JSON", "Copy the result shown, for other programs", None),
            Self::Quit => ("Quit", "Close the window", Some((CTRL, Key::Q))),
            Self::CopyCaption => ("Copy caption", "Copy the words of the answer", Some((CTRL_SHIFT, Key::C))),
            Self::CopyPicture => {
                ("Copy annotated picture", "Copy the picture with its boxes", Some((CTRL_SHIFT, Key::P)))
            }
            Self::CopyRaw => ("Copy", "Copy the prompt and the model's text as they are", None),
            Self::Next => ("Next picture", "Show the next picture of the list", Some((Modifiers::NONE, Key::PageDown))),
            Self::Previous => {
                ("Previous picture", "Show the picture before this one", Some((Modifiers::NONE, Key::PageUp)))
            }
            Self::Remove => (
                "Remove from the list",
                "Close this picture; its file stays where it is",
                Some((Modifiers::NONE, Key::Delete)),
            ),
            Self::CloseAll => ("Close all", "Take all pictures out of the list; their files stay where they are", None),
            Self::Larger => ("Larger interface", "Make letters and buttons larger", None),
            Self::Smaller => ("Smaller interface", "Make letters and buttons smaller", None),
            Self::ZoomIn => ("Zoom in", "Enlarge the picture", Some((CTRL, Key::Plus))),
            Self::ZoomOut => ("Zoom out", "Make the picture smaller", Some((CTRL, Key::Minus))),
            Self::ZoomActual => ("Actual size", "Show each pixel of the picture as one pixel", Some((CTRL, Key::Num0))),
            Self::ZoomFit => {
                ("Fit to window", "Show the whole picture; a double click does it too", Some((CTRL, Key::Num9)))
            }
            Self::ShowAll => ("Show all boxes", "Take the highlight away", Some((Modifiers::NONE, Key::Escape))),
            Self::ThemeSystem => ("System theme", "Follow the system's light or dark theme", None),
            Self::ThemeLight => ("Light theme", "Dark letters on light panels", None),
            Self::ThemeDark => ("Dark theme", "Light letters on dark panels", None),
            Self::Run => ("Run", "Ask the model", Some((CTRL, Key::Enter))),
            Self::Stop => ("Stop", "Stop the answer and keep what is written", Some((Modifiers::NONE, Key::Escape))),
            Self::RunAll => {
                ("Run on all", "Ask the same about every picture of the list", Some((CTRL_SHIFT, Key::Enter)))
            }
            Self::Pause => ("Pause", "Finish this picture and let the others wait", None),
            Self::Continue => ("Continue", "Go on with the pictures that wait", None),
            Self::StopAll => ("Stop all", "Give up the pictures that wait; answers stay", None),
            Self::ClearRegion => ("Clear region", "Forget the rectangle on the picture", None),
            Self::ResetSettings => ("Reset", "Set how answers are written as it was at first", None),
            Self::Shortcuts => ("Keyboard and mouse", "List the keys and gestures", Some((Modifiers::NONE, Key::F1))),
        }
    }
}
