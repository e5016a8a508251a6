//! Kinds of files that are exported.

/// A kind of file: what dialogs call it, and how its name ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileKind {
    /// For a person, for example "PNG picture".
    pub label: &'static str,
    /// The end of the file's name, in small letters and without a dot.
    pub extension: &'static str,
}
