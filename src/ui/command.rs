//! The table of commands: menus, buttons, keys, tooltips and the list of shortcuts all read it.
//!
//! A new command is a row here and an arm where it is performed (`update/commands.rs`). What it needs is in the row; a need
//! of its own is an arm in `state/availability.rs`.

use egui::{Key, KeyboardShortcut, Modifiers};

/// The menus, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    /// Pictures, and the way out.
    File,
    /// Saving, within the File menu.
    Export,
    /// Undoing, the clipboard, regions.
    Edit,
    /// Which picture is shown, how large, and in which colours.
    View,
    /// Light and dark, within the View menu.
    Theme,
    /// Asking the model.
    Run,
    /// Correcting answers by hand and deciding about them.
    Review,
    /// Which model answers.
    Model,
    /// Finding one's way.
    Help,
}

/// Where a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a menu; a line is drawn between groups, which are counted from 0.
    In(Menu, u8),
    /// On a button only, beside what it is about.
    Button,
}

/// What there must be for a command to be possible; `state/availability.rs` says why it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it is always possible.
    Nothing,
    /// A picture in the list.
    OpenPicture,
    /// The pixels of the picture shown.
    Picture,
    /// At least the beginning of a caption.
    Caption,
    /// The pixels of the picture shown and its caption.
    CaptionedPicture,
    /// A finished answer.
    Answer,
    /// A run over all pictures.
    Batch,
    /// Something that no other command needs.
    Own,
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
    /// Where it stands.
    pub place: Place,
    /// What it needs.
    pub needs: Needs,
}

impl Menu {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::File,
        Self::Export,
        Self::Edit,
        Self::View,
        Self::Theme,
        Self::Run,
        Self::Review,
        Self::Model,
        Self::Help,
    ];
    /// Those of the bar, from left to right; the others are within them.
    pub const BAR: [Self; 7] = [Self::File, Self::Edit, Self::View, Self::Run, Self::Review, Self::Model, Self::Help];

    /// The word in the menu bar.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::View => "View",
            Self::Export => "Export",
            Self::Theme => "Theme",
            Self::Run => "Run",
            Self::Review => "Review",
            Self::Model => "Model",
            Self::Help => "Help",
        }
    }

    /// Its commands in the order of the table, a list for each group.
    #[must_use]
    pub fn groups(self) -> Vec<Vec<Command>> {
        (0..u8::MAX).map(|group| self.group(group)).take_while(|group| !group.is_empty()).collect()
    }

    /// The commands of one of its groups.
    #[must_use]
    pub fn group(self, group: u8) -> Vec<Command> {
        let place = Place::In(self, group);
        Command::ALL.iter().copied().filter(|command| command.presentation().place == place).collect()
    }
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

/// One row for each command; its tooltip is its documentation.
macro_rules! commands {
    ($($name:ident: $label:literal, $tooltip:literal, $place:expr, $needs:expr, [$($key:expr),*];)*) => {
        /// What menus, buttons and keys do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Command {
            $(#[doc = $tooltip] $name,)*
        }

        impl Command {
            /// All of them, in the order of the table: that of the menus and of the list of keys.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// How it is presented.
            #[must_use]
            pub fn presentation(self) -> Presentation {
                match self {
                    $(Self::$name => Presentation {
                        label: $label,
                        tooltip: $tooltip,
                        shortcuts: const { &[$($key),*] },
                        place: $place,
                        needs: $needs,
                    },)*
                }
            }
        }
    };
}

use Menu::{Edit, Export, File, Help, Model, Review, Run, Theme, View};
use Needs::{Answer, Batch, Caption, CaptionedPicture, Nothing, OpenPicture, Own, Picture};
use Place::{Button, In};

commands! {
    Open: "Open…", "Choose one or more pictures", In(File, 0), Nothing, [ctrl(Key::O)];
    OpenFolder: "Open folder…", "Open all pictures of a folder", In(File, 0), Nothing, [ctrl(Key::U)];
    OpenPath: "Open path…", "Type the path of a picture or a folder, if there is no file dialog",
        In(File, 0), Nothing, [];
    Remove: "Remove from the list", "Close this picture; its file stays where it is",
        In(File, 1), OpenPicture, [ctrl(Key::W)];
    CloseAll: "Close all", "Remove all pictures from the list; their files stay where they are",
        In(File, 1), OpenPicture, [];
    OpenCheckpoint: "Open checkpoint folder…", "Choose a folder with config.json, weights and tokenizer.json",
        In(Model, 0), Nothing, [];
    OpenCheckpointFile: "Open checkpoint file…", "Choose a smaller copy that Kosmoscope made",
        In(Model, 0), Nothing, [];
    GetCheckpoint: "Get the full Kosmos-2…", "See what the published checkpoint is, and download it",
        In(Model, 0), Own, [];
    ConvertCheckpoint: "Make a smaller copy…", "Write the checkpoint in use with fewer bits for each weight",
        In(Model, 0), Own, [];
    Evaluate: "Evaluate…", "Ask the questions of a benchmark, and see how many are answered right, and which",
        In(Model, 1), Nothing, [plain(Key::F4)];
    EndEvaluation: "Close evaluation", "Show the pictures again; an evaluation under way goes on",
        Button, Own, [plain(Key::Escape)];
    Export: "Export annotated PNG…", "Save the picture with its boxes, at full resolution",
        In(Export, 0), CaptionedPicture, [ctrl(Key::E)];
    ExportPath: "Export to path…", "Type where to save the annotated picture, if there is no file dialog",
        In(Export, 0), CaptionedPicture, [];
    ExportAllPictures: "Export all annotated PNGs…", "Save every picture that has an answer, each in a file of its own",
        In(Export, 0), Own, [];
    ExportResults: "Export result…", "Save the result shown; the end of the file's name chooses the format",
        In(Export, 1), Answer, [];
    ExportAllResults: "Export all results…", "Save all results of all pictures; the end of the file's name chooses the format",
        In(Export, 1), Own, [];
    ExportDataset: "Export dataset…", "Save pictures, captions and boxes in a format that trainers and other tools read",
        In(Export, 1), Own, [ctrl_shift(Key::E)];
    Quit: "Quit", "Close the window", In(File, 2), Nothing, [ctrl(Key::Q)];

    Undo: "Undo", "Undo the last change to regions, results or the list", In(Edit, 0), Own, [ctrl(Key::Z)];
    Redo: "Redo", "Redo what was undone", In(Edit, 0), Own, [ctrl_shift(Key::Z), ctrl(Key::Y)];
    Paste: "Paste", "Open a picture, or the path of one, from the clipboard", In(Edit, 1), Nothing, [ctrl(Key::V)];
    PlaceRegion: "Place a region", "Put a rectangle in the middle; arrow keys move it, and with Shift they resize it",
        In(Edit, 2), Picture, [plain(Key::R)];
    ClearRegion: "Clear region", "Remove the rectangle from the picture", In(Edit, 2), Own, [plain(Key::Escape)];
    Delete: "Delete", "Delete the chosen box, or else the region; in the strip, remove the picture",
        In(Edit, 2), Own, [plain(Key::Delete)];
    CopyCaption: "Copy caption", "Copy the words of the answer", In(Edit, 3), Caption, [ctrl_shift(Key::C)];
    CopyPicture: "Copy annotated picture", "Copy the picture with its boxes",
        In(Edit, 3), CaptionedPicture, [ctrl_shift(Key::P)];
    CopyJson: "Copy JSON", "Copy the result shown, for other programs", In(Edit, 3), Answer, [];

    Next: "Next picture", "Show the next picture in the list", In(View, 0), Own, [plain(Key::PageDown), plain(Key::D)];
    Previous: "Previous picture", "Show the picture before this one",
        In(View, 0), Own, [plain(Key::PageUp), plain(Key::A)];
    ZoomIn: "Zoom in", "Enlarge the picture", In(View, 1), Picture, [ctrl(Key::Plus)];
    ZoomOut: "Zoom out", "Make the picture smaller", In(View, 1), Picture, [ctrl(Key::Minus)];
    ZoomActual: "Actual size", "Show each pixel of the picture as one pixel", In(View, 1), Picture, [ctrl(Key::Num0)];
    ZoomFit: "Fit to window", "Show the whole picture; a double-click does the same",
        In(View, 1), Picture, [ctrl(Key::Num9)];

    Run: "Run", "Ask the model", In(Run, 0), Own, [ctrl(Key::Enter)];
    Stop: "Stop", "Stop the answer and keep what has been written", In(Run, 0), Own, [plain(Key::Escape)];
    StopLoading: "Stop loading", "Give up loading the checkpoint; no other one takes its place by itself",
        In(Run, 0), Own, [plain(Key::Escape)];
    RunAll: "Run on all", "Ask the same about every picture in the list", In(Run, 1), Own, [ctrl_shift(Key::Enter)];
    RunRest: "Run the rest", "Ask the same about every picture that has no answer yet", In(Run, 1), Own, [];
    RunInFolder: "Run into a folder…", "Ask about all pictures of a folder and keep the answers in another one, for the command line too",
        In(Run, 1), Nothing, [];
    Pause: "Pause", "Finish this picture and let the others wait", In(Run, 1), Batch, [];
    Continue: "Continue", "Continue with the remaining pictures", In(Run, 1), Own, [];
    StopAll: "Stop all", "Give up the waiting pictures; answers are kept", In(Run, 1), Batch, [];

    Correct: "Correct by hand", "Change the words, the boxes and what is linked to what",
        In(Review, 0), Answer, [plain(Key::F2)];
    EndCorrection: "Done", "End correcting; all changes are kept", Button, Own, [plain(Key::Escape)];
    AddBox: "Add box", "Put a box of the chosen phrase in the middle; arrow keys move it, and with Alt or Ctrl they resize it",
        In(Review, 0), Own, [plain(Key::B)];
    ResetCorrections: "Reset to the model's answer", "Take back all corrections of this answer; Undo brings them back",
        In(Review, 0), Own, [];
    Accept: "Accept", "The answer is right; the same again takes that back", In(Review, 1), Answer, [plain(Key::Y)];
    Unsure: "Unsure", "Somebody should look at it again", In(Review, 1), Answer, [plain(Key::U)];
    Reject: "Reject", "The answer is of no use, and is left out of datasets", In(Review, 1), Answer, [plain(Key::N)];
    NextUnreviewed: "Next unreviewed", "Show the next picture with an answer that nobody has decided about",
        In(Review, 1), Own, [plain(Key::J)];

    ShowAll: "Show all boxes", "Remove the highlight", In(View, 2), Own, [plain(Key::Escape)];
    EndCompare: "End comparison", "Show only one result again", In(View, 2), Own, [plain(Key::Escape)];
    ShowTable: "Table of pictures", "Show all pictures of the list with their captions, one below the other",
        In(View, 2), OpenPicture, [plain(Key::F3)];
    EndTable: "Close table", "Show the picture again", Button, Own, [plain(Key::Escape)];
    Present: "Presentation", "Show only the picture and its caption", In(View, 2), Picture, [plain(Key::F11)];
    EndPresentation: "End presentation", "Show everything again", Button, Own, [plain(Key::Escape)];
    GoToPicture: "Go to the picture", "Give the picture the keys; Tab leads on to its boxes",
        In(View, 2), Picture, [plain(Key::F6)];
    ThemeSystem: "System theme", "Follow the system's light or dark theme", In(Theme, 0), Nothing, [];
    ThemeLight: "Light theme", "Dark text on light panels", In(Theme, 0), Nothing, [];
    ThemeDark: "Dark theme", "Light text on dark panels", In(Theme, 0), Nothing, [];
    Larger: "Larger interface", "Make text and buttons larger", In(View, 3), Nothing, [];
    Smaller: "Smaller interface", "Make text and buttons smaller", In(View, 3), Nothing, [];

    Shortcuts: "Keyboard and mouse", "List the keys and gestures",
        In(Help, 0), Nothing, [plain(Key::F1), plain(Key::Questionmark)];

    SaveDataset: "Save…", "Choose where the dataset goes, in a folder of its own", Button, Own, [];
    StartBatch: "Start", "Ask about the pictures that have no answer in the folder yet", Button, Own, [];
    ChooseBatchPictures: "Choose pictures…", "Choose the folder of the pictures", Button, Nothing, [];
    ChooseBatchFolder: "Choose folder…", "Choose the folder that the answers go to", Button, Nothing, [];
    StartEvaluation: "Start evaluation", "Ask all questions that have no answer yet", Button, Own, [];
    StopEvaluation: "Stop evaluation", "Stop; what is answered by now is reckoned", Button, Own, [];
    ChooseBenchmark: "Choose benchmark…", "Choose the folder with a benchmark's own files", Button, Nothing, [];
    ChooseEvaluationFolder: "Choose for answers…", "Choose the folder that answers are kept in", Button, Nothing, [];
    NewConversation: "New conversation", "Ask afresh; the questions so far stay among the earlier results", Button, Own, [];
    FindPictures: "Look in a folder…", "Look in a folder for this picture and for all others that are not where they were",
        Button, Own, [];
    TryAgain: "Try again", "Read the file again", Button, Own, [];
    StartConversion: "Make copy", "Write the copy; the original stays as it is", Button, Own, [];
    StopConversion: "Stop", "Stop, and leave nothing behind", Button, Own, [];
    StartDownload: "Download", "Start, or resume where it stopped", Button, Own, [];
    ChooseDownloadFolder: "Choose…", "Choose the folder that it goes to, in a folder of its own", Button, Own, [];
    PauseDownload: "Pause download", "Stop for now; what has arrived is kept", Button, Own, [];
    CancelDownload: "Cancel and discard…", "Give up the download; you are asked once more", Button, Own, [];
    DiscardDownload: "Discard", "Stop it and remove its unfinished files", Button, Own, [];
    CopyRaw: "Copy", "Copy the prompt and the model's text as they are", Button, Answer, [];
    ResetSettings: "Reset", "Reset the decoding settings to their defaults", Button, Nothing, [];
}

impl Command {
    /// What Escape does, one thing at a time: the first of these that is possible. A menu or a dialog is closed before.
    pub(crate) const STEPS_BACK: [Self; 9] = [
        Self::EndPresentation,
        Self::EndEvaluation,
        Self::Stop,
        Self::StopLoading,
        Self::EndCompare,
        Self::ClearRegion,
        Self::ShowAll,
        Self::EndCorrection,
        Self::EndTable,
    ];

    /// Those that keys reach, in the order they are listed. Paste is missing: it arrives as an event of its own.
    pub fn with_keys() -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|command| *command != Self::Paste && !command.presentation().shortcuts.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_but_escape_means_two_things() {
        let mut known: Vec<(KeyboardShortcut, Command)> = Vec::new();
        for command in Command::ALL {
            for key in command.presentation().shortcuts {
                let is_back = *key == plain(Key::Escape);
                assert_eq!(is_back, Command::STEPS_BACK.contains(command), "{command:?}");
                let other = known.iter().find(|(known, _)| known == key).map(|(_, other)| *other);
                assert!(other.is_none() || is_back, "{key:?} is {other:?}'s and {command:?}'s");
                known.push((*key, *command));
            }
        }
    }

    #[test]
    fn labels_and_tooltips_say_something_of_their_own() {
        for (at, command) in Command::ALL.iter().enumerate() {
            let Presentation { label, tooltip, place, .. } = command.presentation();
            assert!(!label.is_empty() && tooltip.len() > label.len() / 2, "{command:?}");
            let earlier = Command::ALL[..at].iter().map(|other| other.presentation());
            let twins = earlier.filter(|other| other.label == label && other.place == place);
            assert_eq!(twins.count(), 0, "two commands in one place are called {label:?}");
        }
    }

    #[test]
    fn menus_hold_every_command_that_is_not_on_a_button_alone() {
        let in_menus: usize = Menu::ALL.iter().flat_map(|menu| menu.groups()).map(|group| group.len()).sum();
        let on_buttons = Command::ALL.iter().filter(|command| command.presentation().place == Button).count();
        assert_eq!(in_menus + on_buttons, Command::ALL.len());
    }
}
