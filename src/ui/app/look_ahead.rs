//! When the model may look at the picture shown before anything is asked: while a person only looks at it too.

use std::time::{Duration, Instant};

use egui::Context;

use crate::{picture::PictureId, ui::state::AppState, worker::Worker};

/// A picture that is shown for a shorter time is only passed by.
const REST: Duration = Duration::from_millis(300);

/// The picture that a person rests on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum LookAhead {
    /// There is none, or the model has other things to do.
    #[default]
    Never,
    /// This one, since then.
    Resting(PictureId, Instant),
    /// The model was told to look at this one.
    Told(PictureId),
}

impl LookAhead {
    /// Once a frame: tells the model which picture to look at, when it is time.
    pub(super) fn follow(&mut self, state: &AppState, worker: &Worker, ctx: &Context) {
        let picture = state.picture_at_rest();
        let id = picture.map(|picture| picture.id);
        if self.picture() != id {
            // A run on the same picture goes on from what was looked at.
            if matches!(self, Self::Told(_)) && state.is_at_rest() {
                worker.look_ahead(None);
            }
            *self = id.map_or(Self::Never, |id| Self::Resting(id, Instant::now()));
        }
        if let Self::Resting(id, since) = *self {
            let left = REST.saturating_sub(since.elapsed());
            if left.is_zero() {
                worker.look_ahead(picture.cloned());
                *self = Self::Told(id);
            } else {
                ctx.request_repaint_after(left);
            }
        }
    }

    fn picture(self) -> Option<PictureId> {
        match self {
            Self::Never => None,
            Self::Resting(id, _) | Self::Told(id) => Some(id),
        }
    }
}
