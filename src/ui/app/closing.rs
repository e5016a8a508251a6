//! Closing: the window waits until the session is saved, for some time, and says so if it can't be.

use std::time::{Duration, Instant};

use egui::ViewportCommand;

use super::{
    end::{Closing, LONGEST_SAVE, UNTIL_TOLD},
    root::App,
};
use crate::ui::state::{Event, JobEvent};

/// Closing the window waits this long for an unfinished copy of a checkpoint to be removed.
const LONGEST_TIDYING: Duration = Duration::from_secs(5);
/// How often it is looked whether the time is up.
const LOOK: Duration = Duration::from_millis(200);

impl App {
    /// Takes in how a writing of the session ended.
    pub(super) fn session_was_written(&mut self, kept: Result<(), String>) {
        let is_kept = kept.is_ok();
        self.apply(Event::Job(JobEvent::SessionKept(kept)));
        self.closing = match self.closing {
            Closing::Saving { .. } if !is_kept && self.end.is_wanted() => Closing::Now { until: Instant::now() },
            Closing::Saving { .. } if !is_kept => {
                let stays =
                    "The window stays open, since the latest changes are not saved; close it again to lose them";
                self.apply(Event::Job(JobEvent::Failed(stays.to_owned())));
                Closing::Refused
            }
            Closing::Refused if is_kept => Closing::No,
            other => other,
        };
    }

    /// Closes the window once all is saved, if it is to be closed.
    pub(super) fn close_when_saved(&mut self) {
        let is_asked = self.ctx.input(|input| input.viewport().close_requested());
        self.closing = match self.closing {
            Closing::No if is_asked || self.end.is_wanted() => {
                Closing::Saving { since: Instant::now(), is_told: false }
            }
            Closing::Refused if is_asked || self.end.is_wanted() => {
                Closing::Now { until: Instant::now() + LONGEST_SAVE }
            }
            other => other,
        };
        if let Closing::Saving { since, is_told } = self.closing {
            let is_saved = self.session.as_mut().is_none_or(|session| session.hurry(&self.state, self.place));
            if is_saved || since.elapsed() >= LONGEST_SAVE {
                self.closing = Closing::Now { until: since + LONGEST_SAVE };
            } else if !is_told && since.elapsed() >= UNTIL_TOLD {
                self.closing = Closing::Saving { since, is_told: true };
                self.apply(Event::Job(JobEvent::SessionDelays));
            }
        }
        match self.closing {
            Closing::No | Closing::Refused => {}
            Closing::Saving { .. } => {
                if is_asked {
                    self.ctx.send_viewport_cmd(ViewportCommand::CancelClose);
                }
                self.ctx.request_repaint_after(LOOK);
            }
            Closing::Now { .. } if is_asked => {}
            Closing::Now { .. } => self.ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    /// Saves what is not saved yet, and ends what must not be left half done.
    pub(super) fn finish(&mut self) {
        let until = if let Closing::Now { until } = self.closing { until } else { Instant::now() + LONGEST_SAVE };
        if let Some(Err(problem)) = self.session.take().map(|session| session.finish(&self.state, self.place, until)) {
            tracing::warn!("{problem}");
        }
        self.end.happened();
        if let Some(conversion) = &self.conversion {
            conversion.stop_and_wait(LONGEST_TIDYING);
        }
    }
}
