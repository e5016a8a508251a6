//! Which commands can be had now, and in a few words why the others can't.

use super::{
    action::Command,
    app_state::{AppState, Model},
};
use crate::ui::{dialogs::NO_FOLDER, update::Work};

impl AppState {
    /// Why a command can't be had now; `None` if it can.
    #[must_use]
    pub fn unavailable(&self, command: Command) -> Option<&'static str> {
        match command {
            Command::Run => self.cannot_run(),
            Command::Stop => {
                let is_idle = matches!(self.work, Work::Idle) && !matches!(self.model, Model::Loading(_));
                is_idle.then_some("Nothing is running")
            }
            Command::CopyCaption => self.reply().caption().is_none().then_some("There is no caption yet"),
            Command::CopyRaw | Command::CopyJson | Command::ExportResults => {
                self.reply().answer().is_none().then_some("There is no finished answer yet")
            }
            Command::ExportAllResults => {
                let is_empty = self.pictures.entries().iter().all(|entry| entry.results.is_empty());
                is_empty.then_some("There is no finished answer yet")
            }
            Command::PlaceRegion => self.picture().is_none().then_some("No picture is shown"),
            Command::EndCompare => self.compared().is_none().then_some("One result is shown"),
            Command::GetCheckpoint => self.offer.is_none().then_some(NO_FOLDER),
            Command::ShrinkCheckpoint => self.cannot_shrink(),
            Command::StartShrinking => self.cannot_begin_to_shrink(),
            Command::StopShrinking => self.cannot_stop_shrinking(),
            Command::StartDownload => self.cannot_download(),
            Command::PauseDownload => self.cannot_pause(),
            Command::CancelDownload | Command::DiscardDownload => self.cannot_discard(),
            Command::Undo => (!self.undo.can_undo()).then_some("There is nothing to undo"),
            Command::Redo => (!self.undo.can_redo()).then_some("There is nothing to do again"),
            Command::Export | Command::ExportPath | Command::CopyPicture => {
                self.annotated().is_none().then_some("There is no captioned picture yet")
            }
            Command::ZoomIn | Command::ZoomOut | Command::ZoomActual | Command::ZoomFit => {
                self.picture().is_none().then_some("No picture is shown")
            }
            Command::RunAll if self.pictures.entries().len() < 2 => Some("Open several pictures first"),
            Command::RunAll if self.batch.is_some() => Some("It is under way"),
            Command::RunAll => self.cannot_ask(),
            Command::Pause | Command::Continue | Command::StopAll => {
                self.batch.is_none().then_some("Nothing is asked about all pictures")
            }
            Command::Next => self.pictures.neighbour(1).is_none().then_some("This is the last picture"),
            Command::Previous => self.pictures.neighbour(-1).is_none().then_some("This is the first picture"),
            Command::Remove | Command::CloseAll => self.pictures.current().is_none().then_some("No picture is open"),
            Command::ShowAll => self.chosen.is_none().then_some("All boxes are shown"),
            Command::ClearRegion => self.form.region.is_none().then_some("No rectangle is drawn"),
            _ => None,
        }
    }
}
