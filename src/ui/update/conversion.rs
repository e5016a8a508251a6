//! Making a smaller copy of a checkpoint: nothing is written before the button is pressed, and what is unfinished leaves
//! nothing behind.

use std::path::{Path, PathBuf};

use crate::{
    convert::{ConversionEvent, Converted, Format},
    ui::state::{AppState, ConversionState, Dialog, Effect, Notice, Original, SmallCopy},
    words::size,
};

impl AppState {
    /// Opens the card for this checkpoint, or as it is while a copy is being made.
    pub(super) fn offer_conversion(&mut self, checkpoint: Option<PathBuf>) {
        let Some(folder) = self.library.own.clone() else { return };
        self.dialog = Dialog::Conversion;
        if !matches!(self.conversion, ConversionState::Running { .. }) {
            self.conversion = ConversionState::Examining(checkpoint.clone());
            self.effects.push(Effect::Examine { checkpoint, folder });
        }
    }

    /// Takes in what was found out about a checkpoint, unless the card is about another one by now.
    pub(super) fn examined(&mut self, checkpoint: Option<&Path>, found: Result<Original, String>) {
        if matches!(&self.conversion, ConversionState::Examining(wanted) if wanted.as_deref() == checkpoint) {
            self.conversion = match found {
                Ok(original) => ConversionState::Offered { original, format: Format::Q8, failure: None },
                Err(sentence) => ConversionState::Refused(sentence),
            };
        }
    }

    pub(super) fn convert_to(&mut self, wanted: Format) {
        if let ConversionState::Offered { format, failure, .. } = &mut self.conversion {
            (*format, *failure) = (wanted, None);
        }
    }

    /// Begins to make the copy that was chosen.
    pub(super) fn start_conversion(&mut self) {
        let ConversionState::Offered { original, format, .. } = &self.conversion else { return };
        let (original, format) = (original.clone(), *format);
        let (source, origin) = (original.source.clone(), original.name.clone());
        let to = original.copy(format).path.clone();
        self.conversion = ConversionState::Running { original, format, progress: None, is_stopping: false };
        self.effects.push(Effect::StartConversion { source, origin, format, to });
    }

    pub(super) fn stop_conversion(&mut self) {
        if let ConversionState::Running { is_stopping, .. } = &mut self.conversion {
            *is_stopping = true;
            self.effects.push(Effect::StopConversion);
        }
    }

    /// Takes in what the conversion tells.
    pub(super) fn apply_conversion(&mut self, event: ConversionEvent) {
        let ConversionState::Running { original, format, progress, is_stopping } = &mut self.conversion else { return };
        match event {
            ConversionEvent::Progress(news) => *progress = Some(news),
            ConversionEvent::Ended(Converted { path, n_bytes }) => {
                let (original, format) = (original.clone(), *format);
                let deed = format!("{} in {} is ready, {}", original.name, format.name(), size(n_bytes));
                let copy = SmallCopy { format, path, n_bytes, is_here: true };
                self.conversion = ConversionState::Done { original, copy };
                self.notices.tell(Notice::Done(deed));
                self.effects.push(Effect::ListCheckpoints);
            }
            ConversionEvent::Failed(sentence) => {
                let is_unexpected = self.dialog != Dialog::Conversion && !*is_stopping;
                let (original, format) = (original.clone(), *format);
                if is_unexpected {
                    self.notices.tell(Notice::Problem(sentence.clone()));
                }
                self.conversion = ConversionState::Offered { original, format, failure: Some(sentence) };
            }
        }
    }
}
