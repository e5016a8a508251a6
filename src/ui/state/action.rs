//! Everything a person can do, defined once: menus, buttons, keys and the list of shortcuts all read this table.
//!
//! Views push [`Action`]s while they paint; [`super::app_state::AppState::perform`] carries them out afterwards.

use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers};

use super::{collection::EntryId, form::Form};
use crate::ui::update::{ExportScale, Format};
use crate::{convert, engine::LoadOptions, geometry::NormBox, overlay::Look, picture::PictureSource, text::Task};

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
    /// Export pictures at this size.
    SetExportScale(ExportScale),
    /// A phrase or one of its boxes was chosen, by the phrase's index; choosing it again shows all.
    Choose(usize),
    /// The pointer or the focus rests on a phrase or one of its boxes, or on none.
    PointAt(Option<usize>),
    /// A rectangle begins to be drawn on the picture.
    BeginRegion,
    /// Load the checkpoint in this folder or file, or the built-in one.
    UseCheckpoint(Option<PathBuf>),
    /// Load the checkpoint in use so, and later ones too.
    SetLoading(LoadOptions),
    /// Show the card that makes a smaller copy of the checkpoint in this folder, or of the built-in one.
    Shrink(Option<PathBuf>),
    /// Choose the number format of the smaller copy.
    ShrinkTo(convert::Format),
    /// Show this result of the picture, by its place.
    ShowResult(usize),
    /// Delete this result of the picture, by its place.
    DeleteResult(usize),
    /// Take a box away from the result shown: phrase and box by their places.
    RemoveBox(usize, usize),
    /// Make this place the region, and describe it or let a question be typed.
    UseBox(NormBox, BoxUse),
    /// Compare the result shown with this one, by its place; with the same one again, no more.
    Compare(usize),
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

/// What a box of the picture is to serve for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoxUse {
    /// It is described at once.
    Describe,
    /// A question about it is to be typed.
    Ask,
}

/// What menus, buttons and keys do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Choose pictures in a dialog.
    Open,
    /// Choose a folder of pictures in a dialog.
    OpenFolder,
    /// Choose the folder of a checkpoint in a dialog.
    OpenCheckpoint,
    /// Choose a checkpoint of one file in a dialog.
    OpenCheckpointFile,
    /// Show the card that makes a smaller copy of the checkpoint in use.
    ShrinkCheckpoint,
    /// Begin to make the copy.
    StartShrinking,
    /// Stop making it; nothing of it is left.
    StopShrinking,
    /// Show the card of the published checkpoint.
    GetCheckpoint,
    /// Begin to download it, or go on.
    StartDownload,
    /// Stop the download for now.
    PauseDownload,
    /// Ask whether it is to be given up.
    CancelDownload,
    /// Stop it and remove its unfinished files.
    DiscardDownload,
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
    /// Put a rectangle in the middle of the picture.
    PlaceRegion,
    /// Forget the rectangle on the picture.
    ClearRegion,
    /// Show the result shown alone again.
    EndCompare,
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
    /// Its keys; the first is the one shown.
    pub shortcuts: &'static [KeyboardShortcut],
}

impl Presentation {
    /// The key to show, if it has one.
    #[must_use]
    pub fn shortcut(&self) -> Option<&'static KeyboardShortcut> {
        self.shortcuts.first()
    }
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers { shift: true, ..Modifiers::COMMAND }, key)
}

/// A key by itself; a text field keeps it for itself.
const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

impl Command {
    /// Those that keys reach, in the order they are listed. Paste is missing: the system tells of it in its own way.
    pub const WITH_KEYS: [Self; 21] = [
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
        Self::PlaceRegion,
        Self::Run,
        Self::RunAll,
        Self::Stop,
        Self::ShowAll,
        Self::Shortcuts,
    ];

    /// Its label, tooltip and key.
    #[must_use]
    pub fn presentation(self) -> Presentation {
        let (label, tooltip, shortcuts) = self.row();
        Presentation { label, tooltip, shortcuts }
    }

    fn row(self) -> (&'static str, &'static str, &'static [KeyboardShortcut]) {
        match self {
            Self::Open => ("Open…", "Choose one or more pictures", const { &[ctrl(Key::O)] }),
            Self::OpenFolder => ("Open folder…", "Open all pictures of a folder", const { &[ctrl(Key::U)] }),
            Self::OpenCheckpoint => {
                ("Open checkpoint folder…", "Choose a folder with config.json, weights and tokenizer.json", &[])
            }
            Self::OpenCheckpointFile => ("Open checkpoint file…", "Choose a smaller copy that Kosmoscope made", &[]),
            Self::ShrinkCheckpoint => ("Make a smaller copy…", "Write the checkpoint in use in fewer bits", &[]),
            Self::StartShrinking => ("Make it", "Write the copy; the original stays as it is", &[]),
            Self::StopShrinking => ("Stop", "Stop, and leave nothing of the copy", &[]),
            Self::GetCheckpoint => {
                ("Get the full Kosmos-2…", "See what the published checkpoint is, and download it", &[])
            }
            Self::StartDownload => ("Download", "Begin, or go on where it stopped", &[]),
            Self::PauseDownload => ("Pause download", "Stop for now; what has arrived stays", &[]),
            Self::CancelDownload => ("Cancel and discard…", "Give the download up; you are asked once more", &[]),
            Self::DiscardDownload => ("Discard", "Stop it and remove its unfinished files", &[]),
            Self::OpenPath => {
                ("Open path…", "Type the path of a picture or a folder, if no file dialog can be had", &[])
            }
            Self::Paste => {
                ("Paste", "Take a picture, or a picture's path, from the clipboard", const { &[ctrl(Key::V)] })
            }
            Self::Export => (
                "Export annotated PNG…",
                "Save the picture with its boxes, at full resolution",
                const { &[ctrl(Key::E)] },
            ),
            Self::ExportPath => {
                ("Export to path…", "Type where to save the annotated picture, if no file dialog can be had", &[])
            }
            Self::ExportResults => ("Export result as JSON…", "Save the result shown, for other programs", &[]),
            Self::ExportAllResults => {
                ("Export all results as JSON…", "Save all results of all pictures, for other programs", &[])
            }
            Self::Undo => {
                ("Undo", "Take back the last change to regions, results or the list", const { &[ctrl(Key::Z)] })
            }
            Self::Redo => ("Redo", "Do again what was taken back", const { &[ctrl_shift(Key::Z), ctrl(Key::Y)] }),
            Self::CopyJson => ("Copy JSON", "Copy the result shown, for other programs", &[]),
            Self::Quit => ("Quit", "Close the window", const { &[ctrl(Key::Q)] }),
            Self::CopyCaption => ("Copy caption", "Copy the words of the answer", const { &[ctrl_shift(Key::C)] }),
            Self::CopyPicture => {
                ("Copy annotated picture", "Copy the picture with its boxes", const { &[ctrl_shift(Key::P)] })
            }
            Self::CopyRaw => ("Copy", "Copy the prompt and the model's text as they are", &[]),
            Self::Next => {
                ("Next picture", "Show the next picture of the list", const { &[plain(Key::PageDown), plain(Key::D)] })
            }
            Self::Previous => {
                ("Previous picture", "Show the picture before this one", const { &[plain(Key::PageUp), plain(Key::A)] })
            }
            Self::Remove => (
                "Remove from the list",
                "Close this picture; its file stays where it is",
                const { &[plain(Key::Delete)] },
            ),
            Self::CloseAll => ("Close all", "Take all pictures out of the list; their files stay where they are", &[]),
            Self::Larger => ("Larger interface", "Make letters and buttons larger", &[]),
            Self::Smaller => ("Smaller interface", "Make letters and buttons smaller", &[]),
            Self::ZoomIn => ("Zoom in", "Enlarge the picture", const { &[ctrl(Key::Plus)] }),
            Self::ZoomOut => ("Zoom out", "Make the picture smaller", const { &[ctrl(Key::Minus)] }),
            Self::ZoomActual => {
                ("Actual size", "Show each pixel of the picture as one pixel", const { &[ctrl(Key::Num0)] })
            }
            Self::ZoomFit => {
                ("Fit to window", "Show the whole picture; a double click does it too", const { &[ctrl(Key::Num9)] })
            }
            Self::ShowAll => ("Show all boxes", "Take the highlight away", const { &[plain(Key::Escape)] }),
            Self::ThemeSystem => ("System theme", "Follow the system's light or dark theme", &[]),
            Self::ThemeLight => ("Light theme", "Dark letters on light panels", &[]),
            Self::ThemeDark => ("Dark theme", "Light letters on dark panels", &[]),
            Self::Run => ("Run", "Ask the model", const { &[ctrl(Key::Enter)] }),
            Self::Stop => ("Stop", "Stop the answer and keep what is written", const { &[plain(Key::Escape)] }),
            Self::RunAll => {
                ("Run on all", "Ask the same about every picture of the list", const { &[ctrl_shift(Key::Enter)] })
            }
            Self::Pause => ("Pause", "Finish this picture and let the others wait", &[]),
            Self::Continue => ("Continue", "Go on with the pictures that wait", &[]),
            Self::StopAll => ("Stop all", "Give up the pictures that wait; answers stay", &[]),
            Self::PlaceRegion => (
                "Place a region",
                "Put a rectangle in the middle; arrow keys move it, with Shift they size it",
                const { &[plain(Key::R)] },
            ),
            Self::EndCompare => ("End comparison", "Show one result alone again", &[]),
            Self::ClearRegion => ("Clear region", "Forget the rectangle on the picture", &[]),
            Self::ResetSettings => ("Reset", "Set how answers are written as it was at first", &[]),
            Self::Shortcuts => (
                "Keyboard and mouse",
                "List the keys and gestures",
                const { &[plain(Key::F1), plain(Key::Questionmark)] },
            ),
        }
    }
}
