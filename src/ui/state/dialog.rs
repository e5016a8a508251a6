//! Which dialog is open inside the window, and what is typed in it.

use super::export::ExportKind;

/// The dialog inside the window, if any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dialog {
    /// None is open.
    #[default]
    Closed,
    /// The list of keys.
    Shortcuts,
    /// The card of the published checkpoint.
    Download,
    /// The question whether its download is to be given up.
    Discard,
    /// The card that makes a smaller copy of a checkpoint.
    Conversion,
    /// A field to type a path in.
    Path {
        /// What the path is for.
        purpose: PathPurpose,
        /// As typed so far.
        typed: String,
    },
}

/// What a path is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathPurpose {
    /// To open the picture there.
    Open,
    /// To load the checkpoint there.
    Checkpoint,
    /// To save something there.
    Save(ExportKind),
}
