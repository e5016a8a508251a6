//! When the model may look at the picture shown before anything is asked: while a person only looks at it too.

use std::time::{Duration, Instant};

use super::root::App;
use crate::picture::PictureId;

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
    fn picture(self) -> Option<PictureId> {
        match self {
            Self::Never => None,
            Self::Resting(id, _) | Self::Told(id) => Some(id),
        }
    }
}

impl App {
    /// Once a frame.
    pub(super) fn look_ahead(&mut self) {
        let picture = self.state.picture_at_rest();
        let id = picture.map(|picture| picture.id);
        if self.look_ahead.picture() != id {
            if matches!(self.look_ahead, LookAhead::Told(_)) && self.state.is_at_rest() {
                self.worker.look_ahead(None);
            }
            self.look_ahead = id.map_or(LookAhead::Never, |id| LookAhead::Resting(id, Instant::now()));
        }
        if let LookAhead::Resting(id, since) = self.look_ahead {
            match REST.checked_sub(since.elapsed()).filter(|left| !left.is_zero()) {
                Some(left) => self.ctx.request_repaint_after(left),
                None => {
                    self.worker.look_ahead(picture.cloned());
                    self.look_ahead = LookAhead::Told(id);
                }
            }
        }
    }
}
