//! The window without a display: what it does when it is clicked, typed at and told news, and how it looks.

#[path = "../support"]
mod support {
    pub(crate) mod files;
    pub(crate) mod hub;
    pub(crate) mod program;
    pub(crate) mod window;
}

/// Answers that are there: looked at again, compared, corrected.
mod answers {
    mod compare;
    mod correct;
    mod evaluation;
    mod history;
}
mod asking;
mod attention;
mod conversion;
mod download;
mod engine;
mod exports;
mod frame_time;
mod keys;
/// Pictures of the list: added, read, shown in the strip.
mod list {
    mod datasets;
    mod kept;
    mod large;
    mod pictures;
    mod reading;
    mod strip;
}
mod looks;
mod panel;
mod regions;
mod runs;
mod screenshots;
mod session;
